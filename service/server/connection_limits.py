"""Limits on connections: bytes, frames and time, before anything is made of what a stranger sends.

uvicorn bounds neither a request's head nor how long it takes, keeps silent connections for ever, and handles every
frame of a WebSocket that has come before anybody else's turn. These protocols add what is missing and leave the
parsing to uvicorn's own.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request

from analytics.domain.access import Identity
from analytics.domain.limits import MAX_ANONYMOUS_BODY_BYTES

MAX_HEAD_BYTES = 16 * 1024
MAX_HEADERS = 128
# Lists, which the server and its libraries take apart; no browser and no proxy sends as much.
PARSED_HEADERS = frozenset(
    (b"connection", b"upgrade", b"sec-websocket-protocol", b"sec-websocket-extensions", b"x-forwarded-for", b"range")
)
MAX_PARSED_BYTES = 2 * 1024
# Of a body so many parts may be smaller than that in bytes: each costs as much as a large one.
MAX_SMALL_PARTS, SMALL_PART = 2_000, 256
MAX_PIPELINED = 16  # requests that are sent before the answers to those before them
PIECE = 4 * 1024  # bytes that are parsed before the limits are looked at again
FRAME_PIECE = 2 * 1024  # the same over a WebSocket: some 340 of the smallest frames
# Bytes of an answer that the system keeps of each connection (Linux: twice as many, with its own). By itself it takes
# 4 MB of what nobody reads: of 900 connections of a stranger it held 2 GB, and copying them took the loop's time.
SEND_BUFFER = 128 * 1024
HEAD_TIMEOUT = 15.0  # seconds from the first byte, or from the connection, to the end of the head
LINGER = 1.0  # seconds in which the rest of a head that was refused is thrown away
# Seconds in which a client must take so many bytes of what waits for it.
STALLED_WRITE_TIMEOUT, MIN_TAKEN = 30.0, 16 * 1024
FRAME_BURST, FRAMES_PER_SECOND = 200.0, 20.0
# Bytes of a WebSocket's message that are kept until all of it is there, without a good token. Twice of what such a
# message may have, so that the application says what is wrong with one that is somewhat longer.
MAX_ANONYMOUS_MESSAGE_BYTES = 2 * MAX_ANONYMOUS_BODY_BYTES
TOO_MANY_REQUESTS = 4429  # the close code that graphql-transport-ws uses for it


class _WaitingConnections:
    """The connections of a server that wait for their clients, those that have waited longest first."""

    def __init__(self) -> None:
        self.without_request: dict[LimitedHTTPProtocol, None] = {}
        self.with_answer: dict[LimitedHTTPProtocol, None] = {}

    def remove(self, connection: "LimitedHTTPProtocol") -> None:
        """Forget a connection."""
        self.without_request.pop(connection, None)
        self.with_answer.pop(connection, None)

    def first(self) -> "LimitedHTTPProtocol | None":
        """Return the connection to close first: without a whole request, else with a client that takes no response."""
        return next(iter(self.without_request), None) or next(iter(self.with_answer), None)


_WAITING: WeakKeyDictionary[ServerState, _WaitingConnections] = WeakKeyDictionary()


class _Deadline:
    """A timer that runs at most once at a time."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self._seconds = seconds
        self._expire: Callable[[], None] | None = expire
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timer, unless it runs."""
        if self._timer is None and self._expire is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._expire)

    def cancel(self) -> None:
        """Stop it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Stop the timer for ever and drop its callback, a method of its owner, so that both can be freed."""
        self.cancel()
        self._expire = None


class _Limited(asyncio.Protocol):
    """A connection with timeouts: for a request's head, and for its client to take a response."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refused = False
        self._closed = asyncio.Event()
        self._left = 0
        self._head_timeout = _Deadline(HEAD_TIMEOUT, self._end_wait)
        self._write_timeout = _Deadline(STALLED_WRITE_TIMEOUT, self._check_writes)

    def _end_wait(self) -> None:
        self.transport.abort()

    def _watch_writes(self) -> None:
        self._left = self.transport.get_write_buffer_size()
        self._write_timeout.start()

    def _check_writes(self) -> None:
        """End the connection unless its client has taken enough since the last time."""
        self._write_timeout.cancel()
        before, left = self._left, self.transport.get_write_buffer_size()
        if before - left < min(before, MIN_TAKEN):
            self.transport.abort()
        elif left:
            self._watch_writes()

    def _linger(self) -> asyncio.TimerHandle:
        """Send the written bytes, read no more, and close soon.

        Closed at once with bytes unread, the connection would be reset, and the client might not see why.
        """
        self._refused = True
        self.transport.pause_reading()
        self.transport.write_eof()
        return self.loop.call_later(LINGER, self.transport.abort)

    def pause_writing(self) -> None:
        """Start checking that the client takes the bytes that wait."""
        super().pause_writing()
        self._watch_writes()

    def resume_writing(self) -> None:
        """Stop checking: the client has taken the bytes that waited."""
        super().resume_writing()
        self._write_timeout.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers, and set the event that tells the application, which may not be waiting for a message."""
        self._closed.set()
        self._close_timers()
        super().connection_lost(exc)

    def _close_timers(self) -> None:
        self._head_timeout.close()
        self._write_timeout.close()


class LimitedHTTPProtocol(_Limited, HttpToolsProtocol):
    """HTTP with limits on a request's head, on the time it takes, and on how many connections there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Bytes since a request or a part of a body began: endless names, values, addresses, trailers and extensions of
        # chunks all add to it, also those that the parser tells nobody of until they are over.
        self._head_bytes = 0
        self._piece_bytes = 0
        self._parsed_bytes = 0
        self._body_parts = self._body_bytes = 0
        self._running: RequestResponseCycle | None = None
        self._head_too_large = False
        self._waiting = _WAITING.setdefault(self.server_state, _WaitingConnections())
        # uvicorn refuses requests while there are as many tasks as that; a request that was sent before the answer to
        # the one before begins before that one's task has ended, so there may be two of each connection.
        self._max_connections, self.limit_concurrency = self.limit_concurrency, None

    @property
    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not (cycle.response_complete and self.transport.get_write_buffer_size() == 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; if there are too many connections, the one that waits longest is closed."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._head_timeout.start()
        self._update_waiting()
        if self._max_connections is not None and len(self.connections) >= self._max_connections:
            self._drop_one()

    def _update_waiting(self) -> None:
        """Become the last of the waiting connections, or none of them while a request is answered."""
        self._waiting.remove(self)
        if self.flow.write_paused:
            self._waiting.with_answer[self] = None
        elif not self._answering or self.cycle.more_body:
            self._waiting.without_request[self] = None

    def _drop_one(self) -> None:
        dropped = self._waiting.first() or self
        dropped._stop_waiting()
        self.connections.discard(dropped)
        dropped.transport.abort()

    def _stop_waiting(self) -> None:
        self._head_timeout.cancel()
        self._waiting.remove(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the list of waiting connections."""
        self._stop_waiting()
        self._stop_answering()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse received bytes piece by piece, unless they break a limit."""
        if self.timeout_keep_alive_task is not None:  # the first byte after a pause
            self._head_timeout.cancel()
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            self._piece_bytes = len(piece)
            self._head_bytes += len(piece)
            if self._head_bytes > MAX_HEAD_BYTES + PIECE:  # the first piece may begin with the end of a body
                self._head_too_large = True
                self.send_400_response("")
            if self._refused or self.transport.is_closing():
                return
            super().data_received(piece)
            if self.transport.get_protocol() is not self:  # it is a WebSocket now
                self._stop_waiting()
                self._close_timers()
                del self.parser  # each holds the other
                return
        self._watch_head()
        self._update_waiting()

    def _watch_head(self) -> None:
        """Time a head, or the rest of a body that nobody reads any more."""
        if self._answering:
            self._head_timeout.cancel()
        else:
            self._head_timeout.start()

    def _end_wait(self) -> None:
        self._head_timeout.cancel()
        if self._answering:  # the answer is made, and somebody slow takes it
            if not self.flow.write_paused:
                self._watch_writes()
            self._head_timeout.start()
        else:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request. Raises `ValueError` for too many at once, which the parser reports."""
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("too many requests at once")
        self._head_bytes = self._piece_bytes
        self._body_parts = self._body_bytes = self._parsed_bytes = 0
        super().on_message_begin()
        self.scope["state"]["closed"] = self._closed

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer. Raises `ValueError` for too many, which the parser reports."""
        if len(self.headers) >= MAX_HEADERS:
            self._head_too_large = True
            raise ValueError("too many headers")
        if name.lower() in PARSED_HEADERS:
            self._parsed_bytes += len(value)
            if self._parsed_bytes > MAX_PARSED_BYTES:
                self._head_too_large = True
                raise ValueError("too much in headers that are parsed")
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body. Raises `ValueError` for too many small ones, which the parser reports."""
        self._head_bytes = self._piece_bytes
        self._body_parts += 1
        self._body_bytes += len(body)
        if self._body_parts > MAX_SMALL_PARTS + self._body_bytes // SMALL_PART:
            raise ValueError("too many small chunks")
        super().on_body(body)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _stop_answering(self) -> None:
        """Stop the responses under way from sending more: uvicorn knows only the last request."""
        self._closed.set()
        for cycle in (self._running, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()

    def pause_writing(self) -> None:
        """Wait for the client to take some of a response."""
        super().pause_writing()
        self._update_waiting()

    def resume_writing(self) -> None:
        """Continue the response."""
        super().resume_writing()
        self._update_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch_head()
        self._update_waiting()

    def send_400_response(self, msg: str) -> None:
        """Respond with 400 to bytes that are no request, or have too large a head, and close."""
        self._stop_answering()
        if not self._head_too_large:
            super().send_400_response(msg)
            return
        message = f"A request's head may have {MAX_HEAD_BYTES} bytes and {MAX_HEADERS} headers.".encode()
        self.transport.write(
            STATUS_LINE[431]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n%b" % (len(message), message)
        )
        self._linger()


class LimitedWebSocketProtocol(_Limited, WebSocketsSansIOProtocol):
    """WebSockets with a budget for frames of every kind: control frames never reach the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = LINGER  # uvicorn waits for ten seconds
        self._frames_left = FRAME_BURST
        self._counted_at = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with the handshake."""
        super().connection_made(transport)
        self._head_timeout.start()

    def handle_connect(self, event: Request) -> None:
        """Begin to answer the handshake."""
        super().handle_connect(event)
        if self.response.status_code == 101:  # else it was refused, and the application is not asked
            self.scope["state"]["closed"] = self._closed

    def data_received(self, data: bytes) -> None:
        """Parse received bytes piece by piece, as long as there is budget for their frames."""
        self.conn.max_message_size = self._max_message_bytes()
        for start in range(0, len(data), FRAME_PIECE):
            if self._refused or self.transport.is_closing():
                return
            super().data_received(data[start : start + FRAME_PIECE])
            if self.conn.handshake_exc is not None:  # uvicorn would leave it open, unanswered
                self.transport.write(b"".join(self.conn.data_to_send()))
                self.transport.close()

    def _max_message_bytes(self) -> int:
        """Return the limit of a message in bytes: low until the application has identified the client in the scope."""
        scope: Mapping[str, Any] = getattr(self, "scope", {})  # there is none before the handshake
        is_known = isinstance(scope.get("state", {}).get("identity"), Identity)
        return self.config.ws_max_size if is_known else min(MAX_ANONYMOUS_MESSAGE_BYTES, self.config.ws_max_size)

    def handle_events(self) -> None:
        """Handle the frames that are complete, or close the connection for too many of them."""
        now = time.monotonic()
        self._frames_left += (now - self._counted_at) * FRAMES_PER_SECOND - len(self.conn.events)
        self._frames_left = min(self._frames_left, FRAME_BURST)
        self._counted_at = now
        if self._frames_left >= 0:
            super().handle_events()
            if self.handshake_initiated:
                self._head_timeout.cancel()
        elif self.handshake_complete:
            self._end()
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free received bytes that were not handled: reference cycles keep the connection for much longer."""
        super().connection_lost(exc)
        self.conn.parser.close()
        self.conn.reader.discard()
        self.conn.events_received()

    def _end(self) -> None:
        reason = "Too many messages."
        self.conn.fail(TOO_MANY_REQUESTS, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_MANY_REQUESTS, "reason": reason})
        self.close_sent = self.disconnected = True
        self.read_paused = False  # else uvicorn would read on once the application has taken what is queued
        self.close_timer = self._linger()
