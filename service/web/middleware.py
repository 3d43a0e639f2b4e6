"""Headers of every response: the id of its request, and those that disable browser features nobody needs."""

import re
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.domain.errors import INTERNAL_ERROR_MESSAGE

log = structlog.get_logger()

REQUEST_ID = "X-Request-ID"
# A proxy's own id is kept if it can stand in a log line as it is.
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Answers that are no pages load nothing, and are kept by nobody. A page says itself what it needs.
NO_PAGE = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
# For those who say that they are reached over TLS: from then on only so.
SECURE = {"Strict-Transport-Security": "max-age=31536000"}


def cors_options(origins: tuple[str, ...]) -> dict[str, Any]:
    """Return the CORS options: origins of the list may call, with a token, never with cookies."""
    return {
        "allow_origins": origins,
        "allow_methods": ("GET", "POST"),
        "allow_headers": ("Authorization", "Content-Type", REQUEST_ID),
        "expose_headers": (REQUEST_ID, "Retry-After"),
    }


class ResponseHeadersMiddleware:
    """Middleware that gives each request an id, in the log too, sets headers, and masks unexpected errors."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._always = ALWAYS | (SECURE if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        sent_id = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = sent_id if ACCEPTED.fullmatch(sent_id) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        has_begun = False

        async def answer(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._add(MutableHeaders(scope=message), request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                pass  # nobody is there to be answered
            except Exception as error:
                log.exception("masked error", exc_info=error)
                if has_begun or scope["type"] != "http":
                    raise
                body = {
                    "message": INTERNAL_ERROR_MESSAGE,
                    "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
                }
                await JSONResponse({"errors": [body]}, status_code=500)(scope, receive, answer)

    def _add(self, headers: MutableHeaders, request_id: str) -> None:
        headers[REQUEST_ID] = request_id
        is_page = headers.get("content-type", "").startswith("text/html")
        for name, value in (self._always | ({} if is_page else NO_PAGE)).items():
            headers.setdefault(name, value)
