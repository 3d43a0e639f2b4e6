"""Attacks without a token: heads, frames, silence and documents without end."""

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from tests.support.servers.server import Server

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
PING_FRAME = b"\x89\x80\x00\x00\x00\x00"
PIECE = 1 << 16
MAX_BYTES = 1 << 30  # of one attack


def frame(text: str) -> bytes:
    """A text frame, masked with zeros as a client may."""
    data = text.encode()
    return b"\x81" + bytes([0x80 | len(data)]) + b"\x00\x00\x00\x00" + data


MESSAGES = {
    "pings": frame('{"type":"ping"}'),
    "pongs": frame('{"type":"pong"}'),
    "completes": frame('{"type":"complete","id":"1"}'),
    "control frames": PING_FRAME,
}
INIT = frame('{"type":"connection_init"}')


def _send(server: Server, seconds: float, answered: Sequence[bytes], begin: bytes, piece: bytes) -> int:
    """Send a piece again and again over one connection after another; gives how many bytes were taken.

    Each begins with messages that are answered, and some bytes that are not.
    """
    ends_at, taken = time.monotonic() + seconds, 0
    repeated = piece * (PIECE // len(piece))
    while time.monotonic() < ends_at and taken < MAX_BYTES:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            for message in answered:
                connection.sendall(message)
                connection.recv(PIECE)
            connection.sendall(begin)
            while time.monotonic() < ends_at and taken < MAX_BYTES:
                connection.sendall(repeated)
                taken += len(repeated)
    return taken


def endless(begin: bytes, piece: bytes) -> Callable[[Server, float], int]:
    """An attack that never ends a head."""
    return lambda server, seconds: _send(server, seconds, (), begin, piece)


def socket_flood(message: bytes, *, init: bool) -> Callable[[Server, float], int]:
    """An attack that sends small messages over a WebSocket, and comes back when it is closed."""

    def attack(server: Server, seconds: float) -> int:
        answered = [UPGRADE % server.port, INIT] if init else [UPGRADE % server.port]
        return _send(server, seconds, answered, b"", message)

    return attack


def silence(server: Server, seconds: float, *, connections: int = 1_500) -> int:
    """Open connections and say nothing, or half of a head; gives how many were open."""
    held: list[socket.socket] = []
    for n in range(connections):
        with suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            held[-1].sendall(HEAD if n % 2 else b"")
    time.sleep(seconds)
    for connection in held:
        connection.close()
    return len(held)


def come_and_go(server: Server, seconds: float) -> int:
    """Ask, and close the connection without waiting for the answer; gives how often."""
    ends_at, asked = time.monotonic() + seconds, 0
    while time.monotonic() < ends_at:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(HEAD + b"\r\n" if asked % 2 else UPGRADE % server.port)
            asked += 1
    return asked


def documents(server: Server, seconds: float, *, connections: int = 8) -> int:
    """Send large documents without a token, each from an address of its own; gives how many were answered."""
    text = "{ " + " ".join(f"a{n}: viewer {{ id }}" for n in range(280)) + " }"
    body = json.dumps({"query": text}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    answered, ends_at = [0] * connections, time.monotonic() + seconds

    def send(worker: int) -> None:
        while time.monotonic() < ends_at:
            with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
                while time.monotonic() < ends_at:
                    address = f"X-Forwarded-For: 2001:db8:{worker}:{answered[worker]:x}::1\r\n".encode()
                    connection.sendall(head + address + b"\r\n" + body)
                    if not connection.recv(PIECE):
                        break
                    answered[worker] += 1

    threads = [threading.Thread(target=send, args=(worker,)) for worker in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered)


def nothing(_server: Server, seconds: float) -> int:
    """Wait: how it is without an attack."""
    time.sleep(seconds)
    return 0


ATTACKS: dict[str, Callable[[Server, float], int]] = {
    "nothing": nothing,
    "one header without end": endless(HEAD + b"A: ", b"x"),
    "headers without end": endless(HEAD, b"a:b\r\n"),
    "an address without end": endless(b"GET /", b"x"),
    "trailers without end": endless(
        b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n"
    ),
    "requests without waiting for answers": endless(b"", HEAD + b"\r\n"),
    "requests that nobody waits for": come_and_go,
    "silent connections": silence,
    "documents from many addresses": documents,
    **{f"{name} over a WebSocket": socket_flood(message, init=True) for name, message in MESSAGES.items()},
    **{f"{name} before the first message": socket_flood(message, init=False) for name, message in MESSAGES.items()},
}
