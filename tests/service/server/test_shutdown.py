"""A stop: what is under way is answered, nobody new is let in, and the end comes soon."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from analytics.domain.access import Identity
from service.ingest.events import BATCH
from tests.conftest import POSTGRESQL, empty_database
from tests.service.ingest.test_events import FUNNEL, ndjson, platform, post
from tests.support.factories import identity, message_sent
from tests.support.servers.downloads import CREATE, export_url
from tests.support.servers.server import PATIENCE, Server, embudo, eventually, running

LARGE = 64 * 2**20  # bytes; more than any buffer on the way takes


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the connections of a test that failed."""
    yield
    while Request.opened:
        Request.opened.pop().close()


class Request:
    """A request that a test sends piece by piece over a connection of its own."""

    opened: ClassVar[list[socket.socket]] = []

    def __init__(self, server: Server, method: str, path: str, *headers: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
        self.opened.append(self._socket)
        self.send("\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode())

    def send(self, piece: bytes) -> None:
        """Send more of it."""
        self._socket.sendall(piece)

    def begin(self) -> bytes:
        """The first bytes of the answer."""
        return self._socket.recv(4096)

    def rest(self) -> bytes:
        """The answer until the connection is closed."""
        return b"".join(iter(lambda: self._socket.recv(2**20), b""))


def signed(server: Server, who: Identity) -> str:
    return f"Authorization: {server.headers(who)['Authorization']}"


def asking(server: Server, who: Identity, query: str) -> tuple[Request, bytes]:
    """A GraphQL request of which the last byte was not sent, and that byte."""
    body = json.dumps({"query": query}).encode()
    request = Request(
        server,
        "POST",
        "/graphql",
        signed(server, who),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    request.send(body[:-1])
    return request, body[-1:]


def feeding(server: Server, tenant: str) -> Request:
    """A body of events of which the first has been taken up."""
    # There is an applier from here on: one that only begins could not withstand a signal to all processes.
    assert post(server, tenant, ndjson(message_sent("m3"))).status_code == 200
    request = Request(server, "POST", "/v1/events", signed(server, platform(tenant)), "Transfer-Encoding: chunked")
    # More than is kept of a body before it is applied.
    request.send(chunk(ndjson(message_sent("m1")) + (b" " * 2**20 + b"\n") * (BATCH // 2**20 + 1)))
    eventually(lambda: server.ask(identity(tenant), FUNNEL)["campaignAnalytics"]["funnel"]["messages"] == 3)
    return request


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def downloading(server: Server, who: Identity) -> Request:
    """A download of a large file that has begun."""
    url = urlsplit(export_url(server, who))
    (stored,) = [path for path in (server.folder / "files").iterdir() if url.path.split("/")[2] in path.name]
    stored.write_bytes(bytes(LARGE))
    server.row("UPDATE exports SET file_size = ?, file_digest = NULL", LARGE)
    return Request(server, "GET", f"{url.path}?{url.query}")


@contextmanager
def watching(server: Server, who: Identity) -> Iterator[ClientConnection]:
    """A subscription to an export that is not made, because the worker stands still."""
    worker = server.worker()
    os.kill(worker, signal.SIGSTOP)
    id = server.ask(who, CREATE)["createExport"]["export"]["id"]
    address = server.url.replace("http", "ws") + "/graphql"
    with connect(address, subprotocols=["graphql-transport-ws"]) as connection:  # type: ignore[list-item]
        connection.send(json.dumps({"type": "connection_init", "payload": server.headers(who)}))
        assert json.loads(connection.recv())["type"] == "connection_ack"
        query = "subscription S($id: ID!) { exportUpdated(id: $id) { status } }"
        payload = {"query": query, "variables": {"id": id}}
        connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        assert json.loads(connection.recv())["payload"]["data"] == {"exportUpdated": {"status": "QUEUED"}}
        yield connection
    os.kill(worker, signal.SIGCONT)  # the service waits for its end


def refused(server: Server) -> bool:
    """Return True if nobody listens any more."""
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", server.port)) != 0


def stop(server: Server, send: Callable[[int, int], None] = os.kill) -> None:
    """Ask it to end, and wait until nobody new is let in."""
    send(server.pid, signal.SIGTERM)
    eventually(lambda: refused(server))


def code(server: Server) -> int:
    """With which code it ended, once it has."""
    assert server.process is not None
    return server.process.wait(PATIENCE)


def body_of(answer: bytes) -> Any:
    """The JSON of an answer that went well."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    return json.loads(body)


# A supervisor may tell all processes of a service at once.
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["process", "group"])
def test_what_is_under_way_is_answered(server: Server, tenant: str, send: Callable[[int, int], None]) -> None:
    who = identity(tenant)
    server.feed(tenant, [message_sent("m0")])
    download = downloading(server, who)
    begun = download.begin()
    question, end = asking(server, who, FUNNEL)
    events = feeding(server, tenant)
    idle = Request(server, "GET", "/healthz")
    assert idle.begin().startswith(b"HTTP/1.1 200 ")

    stop(server, send)

    assert idle.rest() in (b"", b"ok")  # closed; its body may have come by itself
    events.send(chunk(ndjson(message_sent("m2"))) + b"0\r\n\r\n")
    assert body_of(events.rest())["accepted"] == 2
    question.send(end)
    assert body_of(question.rest())["data"]["campaignAnalytics"]["funnel"]["messages"] == 4
    head, _, body = (begun + download.rest()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == LARGE
    assert code(server) == 0


def test_those_who_listen_are_sent_away(server: Server, tenant: str) -> None:
    with watching(server, identity(tenant)) as connection:
        stop(server)
        with pytest.raises(ConnectionClosed):
            connection.recv(PATIENCE)
        assert connection.close_code == 1012  # the service is restarted: come back
    assert code(server) == 0


def test_who_does_not_end_is_ended(tmp_path: Path, tenant: str) -> None:
    with running(tmp_path, EMBUDO_REQUEST_SECONDS="4") as server:
        download = downloading(server, identity(tenant))
        assert download.begin().startswith(b"HTTP/1.1 200 ")
        stop(server)  # and nothing is read any more
        assert code(server) == 0
        assert len(download.rest()) < LARGE


async def test_a_query_that_waits_for_the_database_is_answered(tmp_path: Path, tenant: str) -> None:
    async with empty_database(POSTGRESQL) as url:
        holder = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await asyncio.to_thread(_ask_while_held, tmp_path, url, tenant, holder, asyncio.get_running_loop())
        finally:
            await holder.close()


def _ask_while_held(
    folder: Path, url: str, tenant: str, holder: "asyncpg.Connection", loop: asyncio.AbstractEventLoop
) -> None:
    def held(statement: str) -> Any:
        return asyncio.run_coroutine_threadsafe(holder.fetchval(statement), loop).result(PATIENCE)

    with running(folder, EMBUDO_DATABASE_URL=url) as server:
        server.feed(tenant, [message_sent("m1")])
        held("BEGIN")
        held("LOCK TABLE messages, rollup_states IN ACCESS EXCLUSIVE MODE")
        question, end = asking(server, identity(tenant), FUNNEL)
        question.send(end)
        eventually(lambda: held("SELECT count(*) FROM pg_locks WHERE NOT granted AND database IS NOT NULL"))
        stop(server)
        assert server.process is not None
        assert server.process.poll() is None
        held("COMMIT")
        assert body_of(question.rest())["data"]["campaignAnalytics"]["funnel"]["messages"] == 1
        assert code(server) == 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = embudo(tmp_path, "serve", env={"EMBUDO_PORT": str(taken.getsockname()[1])})
    assert done.returncode == 2
    assert done.stderr.startswith(b"EMBUDO_HOST, EMBUDO_PORT: cannot listen at 127.0.0.1:")
    assert b"Traceback" not in done.stderr


def test_an_address_of_others_is_named(tmp_path: Path) -> None:
    done = embudo(tmp_path, "serve", env={"EMBUDO_HOST": "192.0.2.1", "EMBUDO_PORT": "0"})
    assert done.returncode == 2
    assert b"\nEMBUDO_HOST, EMBUDO_PORT: cannot listen at 192.0.2.1:0: " in done.stderr
