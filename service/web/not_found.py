"""The page for addresses that lead nowhere: for people only, other clients get the plain words."""

import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

PAGE = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Página no encontrada · Page not found · Embudo</title>
<style nonce="{nonce}">
body {{ margin: 15vh auto; max-width: 32rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif }}
h1, h2 {{ font-size: 1.25rem; margin: 2rem 0 0 }}
p {{ margin: .25rem 0 }}
a {{ color: light-dark(#1c7480, #6cc0c9) }}
</style>
</head>
<body>
<main>
<h1>Esta página no existe</h1>
<p>La dirección está mal escrita, o la página se movió. <a href="/">Volver a Envíos individuales</a></p>
<div lang="en">
<h2>This page does not exist</h2>
<p>The address is mistyped, or the page was moved. <a href="/">Back to Individual sends</a></p>
</div>
</main>
</body>
</html>
"""


async def answer_not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose path is none of the service's. Raises HTTPException for others than browsers."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    request = Request(scope, receive)
    if request.method not in ("GET", "HEAD") or not _wants_page(request):
        raise HTTPException(404)
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'self'"
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy, "Vary": "Accept"}
    await HTMLResponse(PAGE.format(nonce=nonce), 404, headers)(scope, receive, send)


def _wants_page(request: Request) -> bool:
    """True if the client names HTML among what it takes, as browsers do when a person opens an address."""
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(part.split(";")[0].strip() == "text/html" for part in accepted)
