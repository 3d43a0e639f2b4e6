"""A throttle for requests without a valid token: however many connections send them, others are still served."""

import asyncio
import time
from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from analytics.domain.access import Identity
from service.auth.tokens import TokenService, identify

REQUESTS_PER_SECOND = 100.0  # of all strangers together: a page and its files are ten, and kept by browsers
BURST = 40.0
# Seconds. Nobody is refused here, a balancer's probe least of all; a connection makes two requests a second at most.
MAX_DELAY = 0.5
MAX_QUERY_BYTES = 4 * 1024  # thousands of parameters take a tenth of a second to be read


class AnonymousThrottle:
    """Around the application: delays requests without a good token once there are many of them.

    WhatsApp's webhooks are signed and have limits of their own.
    """

    def __init__(self, app: ASGIApp, tokens: TokenService) -> None:
        self._app = app
        self._tokens = tokens
        self._free_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket."""
        if scope["type"] in ("http", "websocket") and await self._is_stranger(HTTPConnection(scope)):
            if len(scope.get("query_string", b"")) > MAX_QUERY_BYTES:
                refused = PlainTextResponse(f"The query of an address may have {MAX_QUERY_BYTES} bytes.", 414)
                await refused(scope, receive, send)
                return
            if await _closes_within(self._delay(), scope):
                return  # nobody waits for an answer any more
        await self._app(scope, receive, send)

    async def _is_stranger(self, connection: HTTPConnection) -> bool:
        signed = "x-hub-signature-256" in connection.headers and connection.url.path.startswith("/webhooks/")
        return not signed and not isinstance(await identify(connection, self._tokens), Identity)

    def _delay(self) -> float:
        """Return the seconds until the next free slot; slots are evenly spaced."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - BURST / REQUESTS_PER_SECOND) + 1 / REQUESTS_PER_SECOND
        self._free_at = min(self._free_at, now + MAX_DELAY)
        return max(self._free_at - now, 0.0)


async def _closes_within(seconds: float, scope: Scope) -> bool:
    """Wait for some seconds, or until the client disconnects; return True if it did.

    A client that connects and leaves again and again would otherwise leave thousands of waiting tasks behind. The event
    in the scope's state is set by `LimitedHTTPProtocol` and `LimitedWebSocketProtocol`.
    """
    closed: asyncio.Event = scope.get("state", {}).get("closed") or asyncio.Event()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closed.wait()
    return closed.is_set()
