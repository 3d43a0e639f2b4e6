"""Limits on connections: what a stranger may send, for how long, and what others notice of it."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from service.server import connection_limits
from service.server.connection_limits import LimitedHTTPProtocol, LimitedWebSocketProtocol
from tests.support.servers.server import Server, running

PATIENCE = 20.0
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 2_000_000  # bytes of an answer: more than the system takes at once


async def _root(request: Request) -> Response:
    if request.method == "POST":
        return PlainTextResponse(str(len(await request.body())))
    afterwards = BackgroundTask(asyncio.sleep, float(request.query_params.get("afterwards", 0)))
    return PlainTextResponse("x" * int(request.query_params.get("size", 2)), background=afterwards)


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


@asynccontextmanager
async def _served(most: int = 1_000) -> AsyncIterator[int]:
    """The port of a server whose application does next to nothing."""
    config = uvicorn.Config(
        Starlette(routes=[Route("/", _root, methods=["GET", "POST"]), WebSocketRoute("/", _echo)]),
        http=LimitedHTTPProtocol,
        ws=LimitedWebSocketProtocol,
        limit_concurrency=most,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        served = asyncio.create_task(server._serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await served


class Client:
    """A connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        """Send each part by itself, as long as anybody takes it."""
        try:
            for part in parts:
                self.writer.write(part)
                await self.writer.drain()
        except OSError:
            pass

    async def answer(self) -> bytes:
        """All that comes until the connection ends."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.reader.read()
        except OSError:
            return b""

    async def head(self) -> bytes:
        """The head of an answer."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readuntil(b"\r\n\r\n")


@asynccontextmanager
async def _open(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(
    "parts",
    [
        [GET, b"A: ", *[b"x" * 10_000] * 7],
        [GET, *[b"a: b\r\n"] * 127 + [b"x: "], *[b"x" * 10_000] * 7],
        [GET, b"a: b\r\n" * 129],
        [b"GET /", *[b"x" * 10_000] * 7],
        [b"GET /?", *[b"x" * 10_000] * 7],
        [b"x" * 70_000],
        [POST, b"3\r\nabc\r\n0\r\n", b"a: b\r\n" * 129],
        [POST, b"3\r\nabc\r\n0\r\na: ", *[b"x" * 10_000] * 7],
        [POST, b"3;", *[b"x" * 10_000] * 7],
        [GET + b"A: " + b"x" * 70_000],
        [GET + b"Connection: " + b"a," * 1_500 + b"\r\n\r\n"],
        [POST, b"1\r\nx\r\n" * 3_000],
    ],
    ids=[
        "value",
        "many, then a value",
        "many",
        "path",
        "query",
        "method",
        "trailers",
        "trailer",
        "extension",
        "at once",
        "list",
        "chunks",
    ],
)
async def test_a_head_that_is_too_large_is_refused(parts: list[bytes]) -> None:
    async with _served() as port, _open(port) as client:
        await client.send(*parts)
        status = (await client.answer()).partition(b"\r\n")[0]
        is_no_head = parts[0].startswith(b"xx") or parts[-1].startswith(b"1\r\n")
        assert status.split(b" ")[1] == (b"400" if is_no_head else b"431")


@pytest.mark.parametrize("size", [100, 16_000])
async def test_a_head_of_a_size_that_is_allowed_is_taken(size: int) -> None:
    async with _served() as port, _open(port) as client:
        await client.send(GET + b"A: " + b"x" * size + b"\r\nConnection: close\r\n\r\n")
        assert (await client.answer()).startswith(b"HTTP/1.1 200")


async def test_a_body_of_any_size_and_in_any_pieces_is_no_head() -> None:
    async with _served() as port, _open(port) as client:
        await client.send(
            POST, *[b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 500, b"%x\r\n" % 300_000, b"y" * 300_000, b"\r\n0\r\n\r\n"
        )
        await client.send(GET + b"Connection: close\r\n\r\n")
        answer = await client.answer()
        assert b"2348000" in answer
        assert answer.count(b"HTTP/1.1 200") == 2


async def _silent(client: Client) -> None:
    del client


async def _half_a_head(client: Client) -> None:
    await client.send(GET)


async def _trickling_head(client: Client) -> None:
    for _ in range(100):
        await client.send(b"GET / HTTP/1.1\r\na" if _ == 0 else b"a")
        await asyncio.sleep(0.02)


async def _half_a_second_head(client: Client) -> None:
    await client.send(GET + b"\r\n")
    await client.head()
    await client.send(GET)


async def _body_that_nobody_reads(client: Client) -> None:
    await client.send(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    await client.head()
    for _ in range(100):
        await client.send(b"x")
        await asyncio.sleep(0.02)


async def _half_a_handshake(client: Client) -> None:
    key = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"
    await client.send(GET + key + b"A: " + b"x" * 9_000 + b"\r\n\r\n")


@pytest.mark.parametrize(
    "begin",
    [_silent, _half_a_head, _trickling_head, _half_a_second_head, _body_that_nobody_reads, _half_a_handshake],
)
async def test_nobody_is_waited_for_longer_than_the_timeout(
    begin: Callable[[Client], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "HEAD_TIMEOUT", 0.3)
    async with _served() as port, _open(port) as client:
        await begin(client)
        await client.answer()  # which ends with the connection


async def test_a_slow_answer_is_no_slow_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "HEAD_TIMEOUT", 0.2)
    async with _served() as port, _open(port) as client:
        await client.send(POST, b"1\r\nx\r\n")
        await asyncio.sleep(0.5)
        await client.send(b"0\r\n\r\n")
        assert b"200 OK" in await client.head()


async def test_who_takes_nothing_of_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "STALLED_WRITE_TIMEOUT", 0.3)
    async with _served() as port, _open(port) as client:
        await client.send(b"GET /?size=50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(2.5)
        assert len(await client.answer()) < 50_000_000


async def test_who_takes_an_answer_slowly_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "STALLED_WRITE_TIMEOUT", 2.0)
    async with _served() as port, _open(port) as client:
        await client.send(b"GET /?size=6000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        taken = 0
        while piece := await client.reader.read(400_000):
            taken += len(piece)
            await asyncio.sleep(0.02)
        assert taken > 6_000_000


async def test_silent_connections_give_way_to_new_ones() -> None:
    async with _served(most=20) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        for _ in range(5):
            async with _open(port) as client:
                await client.send(GET + b"\r\n")
                assert b"200 OK" in await client.head()
        for _, writer in silent:
            writer.transport.abort()


async def test_a_request_that_is_answered_gives_way_to_nobody() -> None:
    async with _served(most=5) as port, _open(port) as client:
        await client.send(b"GET /?size=50000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await client.reader.read(100)
        others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        assert len(await client.answer()) > 49_000_000
        for _, writer in others:
            writer.transport.abort()


async def test_nobody_is_refused_for_what_goes_on_after_answers() -> None:
    async with _served(most=5) as port, _open(port) as first, _open(port) as second:
        for client in (first, second):
            await client.send(b"GET /?afterwards=5 HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
            for _ in range(4):
                assert b"200 OK" in await client.head()
        await _ask(port)


async def test_the_system_keeps_little_of_an_answer_that_nobody_takes() -> None:
    async with _served() as port, _open(port) as client:
        await client.send(b"GET /?size=50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        await client.head()
        sockets = [
            thing.transport.get_extra_info("socket")
            for thing in gc.get_objects()
            if type(thing) is LimitedHTTPProtocol and not thing.transport.is_closing()
        ]
        assert sockets
        for one in sockets:
            kept = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
            assert connection_limits.SEND_BUFFER <= kept <= 2 * connection_limits.SEND_BUFFER


async def test_many_requests_that_do_not_wait_for_answers_are_refused() -> None:
    async with _served() as port, _open(port) as client:
        await client.send((GET + b"\r\n") * 1_000)
        assert (await client.answer()).count(b"200 OK") <= connection_limits.MAX_PIPELINED + 1


FLOODS: dict[str, Callable[[ClientConnection], Awaitable[object]]] = {
    "ping": lambda client: client.ping(),
    "pong": lambda client: client.pong(),
    "text": lambda client: client.send("x"),
    "fragments": lambda client: client.send(iter([""] * 50)),
}


async def _flood(client: ClientConnection, kind: str) -> None:
    """Send messages of a kind until the connection is closed, a bounded number of them."""
    with suppress(ConnectionClosed):
        for _ in range(2_000):
            await FLOODS[kind](client)
        while True:
            await client.recv()


@pytest.mark.parametrize("kind", ["ping", "pong", "text", "fragments"])
async def test_a_websocket_has_a_budget_of_frames(kind: str) -> None:
    async with _served() as port, connect(f"ws://127.0.0.1:{port}/") as client:
        await _flood(client, kind)
        assert client.close_code == connection_limits.TOO_MANY_REQUESTS


async def test_no_more_of_a_strangers_message_is_kept_than_it_may_have() -> None:
    async with _served() as port, connect(f"ws://127.0.0.1:{port}/", max_size=None) as client:

        async def endless() -> AsyncIterator[str]:
            for _ in range(100):
                yield "x" * 1_000
            await asyncio.Event().wait()  # the message never ends

        sending = asyncio.create_task(client.send(endless()))
        await client.wait_closed()
        assert client.close_code == 1009
        sending.cancel()


def _count_protocols() -> int:
    return sum(type(thing) in (LimitedHTTPProtocol, LimitedWebSocketProtocol) for thing in gc.get_objects())


async def _ask(port: int) -> None:
    async with _open(port) as client:
        await client.send(GET + b"\r\n")
        assert b"200 OK" in await client.head()


async def _send_half_a_message(port: int) -> None:
    # The server cannot answer that it closes: it waits for the rest of the message.
    async with connect(f"ws://127.0.0.1:{port}/", close_timeout=0.1) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
        client.transport.write(b"\x81\xfe\x7f\xff\0\0\0\0" + b"x" * 10_000)


async def _send_too_many_frames(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/") as client:
        await _flood(client, "ping")


@pytest.mark.parametrize("use", [_ask, _send_half_a_message, _send_too_many_frames])
async def test_a_connection_that_has_ended_is_not_kept_until_garbage_is_looked_for(
    use: Callable[[int], Awaitable[None]],
) -> None:
    async with _served() as port:
        await use(port)
        await asyncio.sleep(0.1)
        gc.collect()
        before = _count_protocols()
        gc.disable()
        try:
            for _ in range(5):
                await use(port)
            await asyncio.sleep(1.5 * connection_limits.LINGER)
            assert _count_protocols() <= before
        finally:
            gc.enable()


async def test_a_websocket_at_an_ordinary_pace_is_left_alone() -> None:
    async with _served() as port, connect(f"ws://127.0.0.1:{port}/") as client:
        for _ in range(90):
            await (await client.ping())
            await client.send("hello")
            assert await client.recv() == "hello"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real service."""
    with running(tmp_path_factory.mktemp("limited")) as server:
        yield server


async def test_the_service_itself_has_these_limits(service: Server) -> None:
    async with _open(service.port) as client:
        await client.send(GET, b"A: ", *[b"x" * 10_000] * 7)
        assert b" 431 " in await client.answer()
    address = f"ws://127.0.0.1:{service.port}/graphql?token=never-logged"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as client:
        assert not client.protocol.extensions  # compressed, a few bytes would be many
        await _flood(client, "ping")
        assert client.close_code == connection_limits.TOO_MANY_REQUESTS
    assert "never-logged" not in (service.folder / "log").read_text()
