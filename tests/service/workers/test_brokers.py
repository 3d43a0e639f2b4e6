"""Exports with real brokers, real workers, and what may happen to either."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from analytics.domain.access import Identity
from tests.support.brokers import reachable, wipe
from tests.support.factories import identity
from tests.support.servers.server import Server, eventually
from tests.support.servers.worker_cluster import CANCEL, Crew, heard

ROWS = 40_000  # some seconds of work
MANY = 200_000  # longer than a worker takes to find its broker again


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A crew that the tests of a broker share."""
    crew = Crew(tmp_path_factory.mktemp(request.param), reachable(request.param))
    try:
        yield crew
    finally:
        crew.close()


@pytest.fixture
def crew(shared: Crew) -> Crew:
    """The crew, complete."""
    shared.start()
    return shared


def complete(crew: Crew, who: Identity, id: str, rows: int) -> None:
    """The export ended in one file of all its rows, and nothing else is left of it."""
    done = crew.ended(who, id)
    assert (done["status"], done["rowsWritten"]) == ("COMPLETED", rows)
    (path,) = [path for path in (crew.server.folder / "files").iterdir() if id in path.name]
    assert path.stat().st_size == len(crew.server.client.get(done["downloadUrl"]).content)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("Envíos")
    assert len(sheet.to_python()) == rows + 1


def attempts(crew: Crew, id: str) -> int:
    """Return the number of attempts that count."""
    (count,) = crew.server.row("SELECT attempts FROM exports WHERE id = ?", id)
    return int(count)


def test_exports_are_shared_among_workers_and_each_is_made_once(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, 2_000)
    ids = [crew.ask(who) for _ in range(4)]
    for id in ids:
        complete(crew, who, id, 2_000)
    assert {attempts(crew, id) for id in ids} == {1}
    assert [sum(worker.begun(id) for worker in crew.workers) for id in ids] == [1] * 4
    assert crew.server.client.get("/readyz").text == "database: ok\nmigrations: ok\nbroker: ok\nfiles: ok\n"


def test_an_export_whose_worker_is_killed_is_done_by_another(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, ROWS)
    id = crew.ask(who)
    crew.at_work(id).kill()
    killed = time.monotonic()
    assert crew.look(who, id)["status"] == "RUNNING"
    crew.at_work(id)
    assert time.monotonic() - killed < 15  # what is promised; a lease of eight seconds, and a look each second
    complete(crew, who, id, ROWS)
    assert attempts(crew, id) == 2
    assert [worker.begun(id) for worker in crew.workers] == [1, 1]


def test_a_worker_that_is_stopped_hands_its_work_back(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, ROWS)
    id = crew.ask(who)
    assert crew.at_work(id).stop() == 0
    assert crew.ended(who, id)["status"] == "COMPLETED"
    assert attempts(crew, id) == 1
    complete(crew, who, id, ROWS)


def test_an_export_that_kills_its_workers_fails(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, ROWS)
    id = crew.ask(who)
    for _ in range(2):
        crew.at_work(id).kill_child()
        # Three of its five attempts are behind it, and its lease runs out now.
        crew.server.row("UPDATE exports SET attempts = max(attempts, 4), lease_until = 1 WHERE id = ?", id)
    failed = crew.ended(who, id)
    assert (failed["status"], failed["failure"]) == ("FAILED", {"code": "ATTEMPTS_EXHAUSTED"})


def test_while_the_broker_is_down_exports_are_accepted(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, 10)
    crew.proxy.close()
    ids = [crew.ask(who) for _ in range(3)]
    ready = crew.server.client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "database: ok\nmigrations: ok\nbroker: no answer\nfiles: ok\n")
    time.sleep(2.5)  # longer than sweeps have patience
    assert {crew.look(who, id)["status"] for id in ids} == {"QUEUED"}
    crew.proxy.open()
    for id in ids:
        complete(crew, who, id, 10)


def test_a_broker_that_lost_everything_loses_no_export(crew: Crew, tenant: str) -> None:
    who, other = identity(tenant), identity(uuid4().hex)
    crew.messages(tenant, ROWS)
    crew.messages(other.tenant_id, 10)
    for worker in crew.workers:
        worker.stop()
    waiting = [crew.ask(other) for _ in range(2)]
    time.sleep(0.5)
    wipe(crew.at)  # the messages of what waits
    crew.start()
    for id in waiting:
        complete(crew, other, id, 10)
    running = crew.ask(who)
    crew.at_work(running)
    wipe(crew.at)  # the message of what runs, and the queue under the workers' feet
    last = crew.ask(other)
    complete(crew, who, running, ROWS)
    complete(crew, other, last, 10)
    assert {attempts(crew, id) for id in (*waiting, running, last)} == {1}


def test_canceling_takes_effect_at_once_or_soon(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, MANY)
    ids = [crew.ask(who) for _ in range(2)]
    assert {crew.at_work(id) for id in ids} == set(crew.workers)
    ids.append(crew.ask(who))  # it waits: both workers are busy
    canceled = crew.server.ask(who, CANCEL, id=ids[2])["cancelExport"]["export"]
    assert canceled == {"status": "CANCELED"}
    for id in ids[:2]:
        crew.server.ask(who, CANCEL, id=id)
        eventually(lambda id=id: crew.look(who, id)["status"] == "CANCELED" or None)  # type: ignore[misc]
    assert [crew.look(who, id)["status"] for id in ids] == ["CANCELED"] * 3
    time.sleep(1)
    assert [path for path in (crew.server.folder / "files").iterdir() if path.name.startswith(tuple(ids))] == []


async def follow(server: Server, who: Identity, id: str, **options: Any) -> tuple[list[tuple[float, Any]], Any]:
    """Return a subscription's messages with their times, and its last frame."""
    url = server.url.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"], **options) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": server.headers(who)}))
        assert heard(await socket.recv())["type"] == "connection_ack"
        query = "subscription S($id: ID!) { exportUpdated(id: $id) { status rowsWritten progress } }"
        payload = {"query": query, "variables": {"id": id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        said = []
        async with asyncio.timeout(60):
            while (frame := heard(await socket.recv()))["type"] == "next":
                said.append((time.monotonic(), frame["payload"]["data"]["exportUpdated"]))
        return said, frame


def test_an_export_is_followed_to_its_end(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, ROWS)
    id = crew.ask(who)
    said, last = asyncio.run(follow(crew.server, who, id))
    assert last == {"id": "1", "type": "complete"}
    exports = [export for _, export in said]
    assert exports[-1] == {"status": "COMPLETED", "rowsWritten": ROWS, "progress": 1}
    assert [export["status"] for export in exports].count("COMPLETED") == 1
    written = [export["rowsWritten"] for export in exports]
    assert written == sorted(written)
    # Whoever comes later hears the end.
    again, _ = asyncio.run(follow(crew.server, who, id))
    assert [export["status"] for _, export in again] == ["COMPLETED"]


def test_a_page_of_another_origin_cannot_follow(crew: Crew, tenant: str) -> None:
    who = identity(tenant)
    crew.messages(tenant, 1)
    id = crew.ask(who)
    crew.ended(who, id)
    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(follow(crew.server, who, id, origin="https://evil.example"))
    said, _ = asyncio.run(follow(crew.server, who, id, origin=crew.server.url))
    assert said
