"""A real service over HTTP: queries, exports from the request to the file, and what survives a kill."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from websockets.asyncio.client import connect

from analytics.domain.access import Identity
from service.auth.download_links import DownloadLinkSigner
from tests.support import factories
from tests.support.factories import identity, member, message_sent, supervisor
from tests.support.servers.server import SECRET, Server, alive, eventually, running

FILTER = 'filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}'
FUNNEL = "{ campaignAnalytics(%s) { funnel { messages } } }" % FILTER  # noqa: UP031  braces are GraphQL's
CREATE = (
    'mutation { createExport(input: {name: "Envíos: marzo", %s}) { export { id } userErrors { message } } }' % FILTER  # noqa: UP031
)
ROWS = 24_000  # some seconds of work
EXPORT = "query Q($id: ID!) { export(id: $id) { status rowsWritten fileName fileSize downloadUrl failure { code } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that the tests of this module share, each with a tenant of its own."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A service that a test may kill."""
    with running(tmp_path) as server:
        yield server


def exported(server: Server, who: Identity) -> str:
    """The id of an export, asked for."""
    created = server.ask(who, CREATE)["createExport"]
    assert created["userErrors"] == []
    return str(created["export"]["id"])


def ended(server: Server, who: Identity, id: str) -> dict[str, Any]:
    """An export as soon as it is not to change any more."""

    def found() -> dict[str, Any] | None:
        export: dict[str, Any] = server.ask(who, EXPORT, id=id)["export"]
        return export if export["status"] in ("COMPLETED", "FAILED", "CANCELED") else None

    return eventually(found)


def test_a_query_over_http(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1"), message_sent("m2")])
    expected = {"campaignAnalytics": {"funnel": {"messages": 2}}}
    assert server.ask(identity(tenant), FUNNEL) == expected
    answer = server.client.get("/graphql", params={"query": FUNNEL}, headers=server.headers(identity(tenant)))
    assert (answer.status_code, answer.json()["data"]) == (200, expected)
    assert server.ask(identity(uuid4().hex), FUNNEL) == {"campaignAnalytics": {"funnel": {"messages": 0}}}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer no.token.this"}, {"Authorization": "Basic abc"}])
def test_without_a_good_token_there_is_nothing(server: Server, header: dict[str, str]) -> None:
    answer = server.client.post("/graphql", json={"query": FUNNEL}, headers=header).json()
    assert answer["data"] == {"campaignAnalytics": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


def test_a_mutation_is_not_done_by_get(server: Server, tenant: str) -> None:
    who = identity(tenant)
    answer = server.client.get("/graphql", params={"query": CREATE}, headers=server.headers(who))
    assert answer.status_code in (400, 405)
    assert server.ask(who, "{ exports { totalCount } }") == {"exports": {"totalCount": 0}}


@pytest.mark.parametrize(("path", "holds"), [("/healthz", "ok"), ("/readyz", "ok"), ("/", "Embudo"), ("/graphiql", "")])
def test_pages_are_open(server: Server, path: str, holds: str) -> None:
    answer = server.client.get(path)
    assert answer.status_code == 200
    assert holds in answer.text


@pytest.mark.parametrize(
    ("revision", "status", "said"), [("0001", 503, "run `embudo migrate`"), ("a newer one", 200, "ok")]
)
def test_older_tables_are_not_ready_and_newer_ones_are(
    own_server: Server, revision: str, status: int, said: str
) -> None:
    own_server.row("UPDATE alembic_version SET version_num = ?", revision)
    answer = own_server.client.get("/readyz")
    assert answer.status_code == status
    assert f"migrations: {said}" in answer.text


def test_graphql_itself_has_no_page(server: Server) -> None:
    answer = server.client.get("/graphql", headers={"Accept": "text/html"})
    assert answer.status_code >= 400


def test_an_export_from_the_request_to_the_file(server: Server, tenant: str) -> None:
    who = identity(tenant)
    server.feed(tenant, [factories.tenant(), factories.department(), message_sent("m1"), message_sent("m2")])
    done = ended(server, who, exported(server, who))
    assert (done["status"], done["rowsWritten"], done["fileName"]) == ("COMPLETED", 2, "Envíos marzo.xlsx")
    assert done["downloadUrl"].startswith(server.url + "/exports/")
    answer = server.client.get(done["downloadUrl"])
    assert answer.status_code == 200
    assert len(answer.content) == done["fileSize"]
    assert "filename*=UTF-8''Env%C3%ADos%20marzo.xlsx" in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "spreadsheetml" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Envíos"]
    assert [row[6] for row in sheet.iter_rows(values_only=True)] == ["ID del mensaje", "m1", "m2"]


def test_an_export_is_followed_over_a_websocket(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1")])
    who = identity(tenant)
    id = exported(server, who)

    async def followed(parameters: dict[str, str]) -> list[dict[str, Any]]:
        url = server.url.replace("http", "ws") + "/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": "connection_init", "payload": parameters}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            query = "subscription S($id: ID!) { exportUpdated(id: $id) { status downloadUrl } }"
            payload = {"query": query, "variables": {"id": id}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            heard = []
            async with asyncio.timeout(60):
                while (message := json.loads(await socket.recv()))["type"] == "next":
                    heard.append(message["payload"])
            return [*heard, message]

    *heard, last = asyncio.run(followed(server.headers(who)))
    completed = heard[-1]["data"]["exportUpdated"]
    assert completed["status"] == "COMPLETED"
    assert completed["downloadUrl"].startswith(server.url + "/exports/")
    assert server.client.get(completed["downloadUrl"]).status_code == 200
    assert last["type"] == "complete"
    refused = asyncio.run(followed({}))
    assert "COMPLETED" not in json.dumps(refused)
    assert "UNAUTHENTICATED" in json.dumps(refused)


def test_a_link_is_good_for_its_export_and_person_only(server: Server, tenant: str) -> None:
    who = identity(tenant)
    server.feed(tenant, [message_sent("m1"), member("s1", "d1")])
    ids = [exported(server, who) for _ in range(2)]
    links = [ended(server, who, id)["downloadUrl"] for id in ids]
    path, signature = urlsplit(links[0]).path, parse_qs(urlsplit(links[0]).query)["signature"][0]
    assert server.client.get(path, params={"signature": signature}).status_code == 200

    head, claims, sign = signature.split(".")
    token = server.headers(who)["Authorization"].removeprefix("Bearer ")
    other_head, other_claims, _ = parse_qs(urlsplit(links[1]).query)["signature"][0].split(".")
    assert other_head == head
    tampered = [
        "",
        "x",
        f"{head}.{other_claims}.{sign}",
        f"{head}.{claims}.{sign[:-4]}AAAA",
        f"{head}.{claims}.",
        token,
        parse_qs(urlsplit(links[1]).query)["signature"][0],
    ]
    for signed in tampered:
        refused = server.client.get(path, params={"signature": signed})
        assert refused.status_code == 403, signed
        assert "ID del mensaje" not in refused.text
    assert server.client.get(path).status_code == 403
    assert server.client.get(path, headers=server.headers(who)).status_code == 403


def signed(server: Server, who: Identity, id: str, *, seconds: float = 900, secret: str = SECRET) -> str:
    """The path that our own code signs for somebody."""

    class Named:
        """The export and the viewer that a link is signed for."""

    export, viewer, scope = Named(), Named(), Named()
    for thing, name, value in (
        (export, "id", id),
        (viewer, "id", who.id),
        (viewer, "role", who.role.upper()),
        (viewer, "scope", scope),
        (scope, "tenant_id", who.tenant_id),
    ):
        setattr(thing, name, value)
    links: Any = DownloadLinkSigner(secret, timedelta(seconds=seconds))
    path: str = links.sign(viewer, export)
    return path


def test_expired_and_foreign_links_are_refused(server: Server, tenant: str) -> None:
    who = identity(tenant)
    server.feed(tenant, [message_sent("m1")])
    id = exported(server, who)
    assert ended(server, who, id)["status"] == "COMPLETED"

    def status(of: Identity, **options: Any) -> int:
        return server.client.get(signed(server, of, id, **options)).status_code

    assert status(who) == 200
    assert status(who, seconds=-1) == 403
    assert status(who, secret="another secret, which is also long enough") == 403
    assert status(identity(uuid4().hex)) == 403
    assert status(identity(tenant, "analyst", "eye")) == 403
    assert status(supervisor(tenant, "boss")) == 403


def test_a_supervisor_who_left_cannot_download_any_more(server: Server, tenant: str) -> None:
    who = supervisor(tenant)
    server.feed(tenant, [message_sent("m1"), member("s1", "d1"), member("s1", "d2")])
    id = exported(server, who)
    link = ended(server, who, id)["downloadUrl"]
    assert server.client.get(link).status_code == 200
    server.feed(tenant, [member("s1", "d2", factories.MONDAY, added=False)])
    assert server.client.get(link).status_code == 403
    assert ended(server, who, id)["downloadUrl"] is None


def test_a_deleted_export_takes_its_file_with_it(server: Server, tenant: str) -> None:
    who = identity(tenant)
    id = exported(server, who)
    link = ended(server, who, id)["downloadUrl"]
    stored = [path for path in (server.folder / "files").iterdir() if id in path.name]
    assert len(stored) == 1
    server.ask(who, "mutation M($id: ID!) { deleteExport(input: {id: $id}) { export { id } } }", id=id)
    assert not stored[0].exists()
    assert server.client.get(link).status_code == 403
    assert server.ask(who, EXPORT, id=id) == {"export": None}


def test_a_file_that_is_gone_is_said_to_be_gone(server: Server, tenant: str) -> None:
    who = identity(tenant)
    id = exported(server, who)
    link = ended(server, who, id)["downloadUrl"]
    for path in (server.folder / "files").iterdir():
        if id in path.name:
            path.unlink()
    assert server.client.get(link).status_code == 404


def at_work(server: Server, tenant: str, exports: int) -> list[str]:
    """Exports of so many rows that the worker is in the middle of the first of them."""
    server.feed(tenant, [message_sent("m")])
    server.multiply(tenant, ROWS - 1)
    who = identity(tenant)
    ids = [exported(server, who) for _ in range(exports)]
    eventually(lambda: server.ask(who, EXPORT, id=ids[0])["export"]["status"] == "RUNNING" or None)
    return ids


def all_of_it(server: Server, who: Identity, id: str) -> None:
    """The export ended in a file of all its rows."""
    done = ended(server, who, id)
    assert (done["status"], done["rowsWritten"]) == ("COMPLETED", ROWS)
    answer = server.client.get(done["downloadUrl"])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("Envíos")
    assert len(sheet.to_python()) == ROWS + 1


def test_a_kill_of_everything_loses_no_export(own_server: Server, tenant: str) -> None:
    who = identity(tenant)
    ids = at_work(own_server, tenant, 3)  # the worker has two threads: one of them waits
    worker = own_server.worker()
    statuses = [own_server.ask(who, EXPORT, id=id)["export"]["status"] for id in ids]
    own_server.kill()
    assert set(statuses) <= {"RUNNING", "QUEUED"}
    eventually(lambda: not alive(worker) or None)
    own_server.start()
    all_of_it(own_server, who, ids[0])
    assert [ended(own_server, who, id)["status"] for id in ids] == ["COMPLETED"] * 3


def test_a_worker_that_is_killed_is_replaced(own_server: Server, tenant: str) -> None:
    (id,) = at_work(own_server, tenant, 1)
    worker = own_server.worker()
    os.kill(worker, signal.SIGKILL)
    all_of_it(own_server, identity(tenant), id)
    assert own_server.worker() != worker


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_worker_goes_with_the_service(own_server: Server, sign: signal.Signals) -> None:
    worker = own_server.worker()
    assert alive(worker)
    os.kill(own_server.pid, sign)
    own_server.wait()
    eventually(lambda: not alive(worker) or None)


def test_a_stopped_service_has_given_up_nothing(own_server: Server, tenant: str) -> None:
    who = identity(tenant)
    (id,) = at_work(own_server, tenant, 1)
    own_server.stop()
    own_server.start()
    all_of_it(own_server, who, id)


def test_files_that_no_export_needs_are_deleted_by_the_worker(own_server: Server) -> None:
    own_server.stop()
    left = own_server.folder / "files" / f"{'0' * 32}-1.xlsx"
    left.parent.mkdir(exist_ok=True)
    left.touch()
    os.utime(left, (1, 1))
    own_server.start()
    eventually(lambda: not left.exists() or None)
