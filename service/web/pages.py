"""The pages: what `make build` made of frontend/, as static files. They are open; what they show the API guards."""

import secrets
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

BUILT = Path(str(files("service").joinpath("pages")))
NONCE = "__NONCE__"  # in a built page, where the nonce of each answer goes
YEAR = 365 * 24 * 3600  # seconds

# GraphiQL's editor writes styles of its own and cannot be given a nonce. Scripts are as strict on both pages.
STYLES = {"index.html": f"'nonce-{NONCE}'", "graphiql.html": "'unsafe-inline'"}

UNBUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Embudo</title>
<body>
<h1>Embudo</h1>
<p>The service is running; its API is at <code>/graphql</code>. The pages are not built yet.</p>
<p>Install Node.js 20.19 or later, run <code>make build</code>, and reload.</p>
"""


def routes(allowed_origins: tuple[str, ...], built: Path = BUILT) -> list[Route]:
    """`/`, `/exports` and `/graphiql`, and the files they load. Pages of allowed origins may frame them."""

    def page(name: str) -> Response:
        if not (built / name).exists():
            return HTMLResponse(UNBUILT)
        nonce = secrets.token_urlsafe(16)
        headers = _headers(_policy(name, allowed_origins).replace(NONCE, nonce))
        return HTMLResponse((built / name).read_text("utf-8").replace(NONCE, nonce), headers=headers)

    async def view(_request: Request) -> Response:
        return page("index.html")

    async def graphiql(_request: Request) -> Response:
        return page("graphiql.html")

    assets = {path.name: path.read_bytes() for path in (built / "assets").glob("*")}

    async def asset(request: Request) -> Response:
        return _asset(assets, request)

    return [
        Route("/", view),
        Route("/exports", view),
        Route("/graphiql", graphiql),
        Route("/assets/{name}", asset),
    ]


def _policy(name: str, allowed_origins: tuple[str, ...]) -> str:
    """The Content-Security-Policy of a page: everything from here, and no script that is not a file."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' {STYLES[name]}",
            "img-src 'self' data:",
            "font-src 'self' data:",  # GraphiQL's own are inside its stylesheet
            "connect-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            " ".join(["frame-ancestors 'self'", *allowed_origins]),
        ]
    )


def _headers(policy: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "X-Frame-Options": "SAMEORIGIN",  # of old browsers; the policy's frame-ancestors says who else
    }


def _asset(assets: dict[str, bytes], request: Request) -> Response:
    """A file whose name changes with its content, compressed where the build did so and the browser takes it.

    All answers share the bytes: however many clients take them slowly, there is one copy in memory.
    """
    name = request.path_params["name"]
    if name not in assets:
        raise HTTPException(404)
    headers = {
        "Cache-Control": f"public, max-age={YEAR}, immutable",
        "Content-Security-Policy": "default-src 'self'",  # what a worker made of it may do
    }
    content, packed = assets[name], assets.get(f"{name}.gz")
    if packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = packed
    return Response(content, headers=headers, media_type=guess_type(name)[0] or "application/octet-stream")
