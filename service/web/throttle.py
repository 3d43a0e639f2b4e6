"""A throttle for requests without limits of their own: however many connections send them, others are still served."""

import asyncio
import math
import time
from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.domain.access import Identity
from service.auth.requests import identify
from service.auth.tokens import TokenService

REQUESTS_PER_SECOND = 100.0  # of all strangers together: a page and its files are ten, and kept by browsers
BURST = 40.0
# Seconds. Nobody is refused here, a balancer's probe least of all; a connection makes two requests a second at most.
MAX_DELAY = 0.5
MAX_QUERY_BYTES = 4 * 1024  # of a stranger's address
MAX_PARAMETERS = 100  # of anybody's: thousands of them take a hundredth of a second to be read
# The paths where a good token is asked for: requests with it have limits of their own.
LIMITED_PATH, EVENTS_PATH, WEBHOOKS_PATH = "/graphql", "/v1/events", "/webhooks/"


class _Pacer:
    """Evenly spaced slots, after a burst of them at once. None is later than `MAX_DELAY`: that would be a refusal."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def delay(self) -> float:
        """Return the seconds until the next slot."""
        return max(self._free_at - time.monotonic(), 0.0)

    def take(self) -> float:
        """Take the next slot, and return the seconds until then."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - BURST / REQUESTS_PER_SECOND) + 1 / REQUESTS_PER_SECOND
        self._free_at = min(self._free_at, now + MAX_DELAY)
        return self.delay()


class AnonymousThrottle:
    """Around the application: delays requests that have no limits of their own once there are many of them.

    Those are requests without a good token, and those with one to where no token is asked for. WhatsApp's webhooks, and
    events with a good token, wait only while many of them are refused: nobody knows before whether they will be.
    """

    def __init__(self, app: ASGIApp, tokens: TokenService) -> None:
        self._app = app
        self._tokens = tokens
        self._strangers, self._refused = _Pacer(), _Pacer()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        known = isinstance(await identify(connection, self._tokens), Identity)
        is_limited = known and scope["path"] == LIMITED_PATH
        refusal = _refusal(scope.get("query_string", b""), math.inf if is_limited else MAX_QUERY_BYTES)
        if is_limited and not refusal:
            await self._app(scope, receive, send)
        elif not refusal and ((known and scope["path"] == EVENTS_PATH) or _is_signed(connection)):
            delay = self._refused.delay()
            if not delay or not await _closes_within(delay, scope):
                await self._app(scope, receive, self._counted(send))
        elif not await _closes_within(self._strangers.take(), scope):  # else nobody waits for an answer any more
            await (PlainTextResponse(refusal, 414) if refusal else self._app)(scope, receive, send)

    def _counted(self, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                self._refused.take()
            await send(message)

        return counted


def _is_signed(connection: HTTPConnection) -> bool:
    """Return True for what may be a webhook of WhatsApp's."""
    scope = connection.scope
    is_post = scope["type"] == "http" and scope["method"] == "POST"
    return is_post and scope["path"].startswith(WEBHOOKS_PATH) and "x-hub-signature-256" in connection.headers


def _refusal(query: bytes, max_bytes: float) -> str | None:
    """Return what is wrong with the length of an address's query, if anything is."""
    if len(query) > max_bytes:
        return f"The query of an address may have {max_bytes} bytes."
    if query.count(b"&") >= MAX_PARAMETERS:
        return f"The query of an address may have {MAX_PARAMETERS} parameters."
    return None


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
