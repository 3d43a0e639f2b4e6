"""A node that is dead or hangs holds up its own tenants, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from analytics.ingest import webhook_inbox
from analytics.migrations import migrate
from analytics.storage import gauges
from analytics.storage.backends import guards
from analytics.storage.backends.guards import NotAnsweringError
from analytics.storage.backends.postgresql import OVERFLOW, POOL
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database
from analytics.storage.gauges import TenantGauge
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import tenants
from service.telemetry.metrics import render_metrics
from tasks import maintenance
from tasks.file_store import FileStore
from tasks.maintenance import apply_webhooks, finish_pending_work, purge_expired_data
from tasks.resources import JobResources
from tests.conftest import POSTGRESQL, empty_database
from tests.support import webhooks as whatsapp
from tests.support.exports.helpers import POLICY
from tests.support.factories import message_sent
from tests.support.ingest_helpers import feed
from tests.support.sql.nodes import How, Nodes, nodes_of

READ = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])
ILL, WELL = "ill", "well"


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A database of this test alone, with two tenants."""
    async with empty_database(POSTGRESQL) as url, Database(url) as opened:
        await migrate(opened)
        for tenant in (ILL, WELL):
            await feed(opened, tenant, [message_sent("m1")])
        yield opened


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[Nodes]:
    """The nodes of its tenants."""
    async with nodes_of(database.url) as found:
        yield found


@pytest.fixture
def resources(database: Database, tmp_path: Path) -> JobResources:
    """Resources with files of their own."""
    return JobResources(database, FileStore((tmp_path / "files").as_uri()))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes that do not answer are found out soon, and those that do have time enough on a busy machine."""
    monkeypatch.setattr(guards, "ASK_EVERY", 0.1)
    monkeypatch.setattr(guards, "ANSWER_TIMEOUT", 1.5)
    monkeypatch.setattr(maintenance, "FIND_TIMEOUT", 1.5)


async def pending(database: Database) -> list[str]:
    async with database.read() as reader:
        return sorted(await webhook_inbox.pending_tenants(reader))


@pytest.mark.parametrize("how", How)
@pytest.mark.usefixtures("soon")
async def test_webhooks_of_other_tenants_are_applied(resources: JobResources, nodes: Nodes, how: How) -> None:
    database = resources.database
    for n, tenant in enumerate((ILL, WELL, WELL)):
        await webhook_inbox.store(database, tenant, READ, n)
    await nodes.lose(ILL, how)
    with capture_logs() as logs:
        await apply_webhooks(resources, POLICY)
        await apply_webhooks(resources, POLICY)
    assert await pending(database) == [ILL]
    assert [entry["tenant"] for entry in logs if "does not answer" in entry["event"]] == [ILL]
    with pytest.raises((DBAPIError, NotAnsweringError)) as refused:
        await webhook_inbox.store(database, ILL, READ, 9)
    assert is_transient(refused.value)
    await webhook_inbox.store(database, WELL, READ, 9)
    await nodes.find(ILL)
    database._guard = guards.Guard(database._answers)  # as after its rest
    await apply_webhooks(resources, POLICY)
    assert await pending(database) == []
    async with database.read() as reader:
        assert [(await webhook_inbox.count(reader, tenant)).applied for tenant in (ILL, WELL)] == [1, 3]


@pytest.mark.parametrize("how", How)
@pytest.mark.usefixtures("soon")
async def test_the_upkeep_of_other_tenants_goes_on(resources: JobResources, nodes: Nodes, how: How) -> None:
    database = resources.database
    for tenant in (ILL, WELL):
        await webhook_inbox.store(database, tenant, b"{", 1)
        await webhook_inbox.apply_pending(database, tenant, 2)
        async with database.write() as writer:
            await writer.execute(delete(rollup_states).where(rollup_states.c.tenant_id == tenant))
    await nodes.lose(ILL, how)
    await purge_expired_data(resources, POLICY)
    assert await kept_and_looked_at(database, WELL) == (0, True)
    await finish_pending_work(resources)
    await nodes.find(ILL)
    assert await kept_and_looked_at(database, ILL) == (1, False)
    database._guard = guards.Guard(database._answers)
    await purge_expired_data(resources, POLICY)
    assert await kept_and_looked_at(database, ILL) == (0, True)


async def kept_and_looked_at(database: Database, tenant: str) -> tuple[int, bool]:
    async with database.read() as reader:
        kept = (await webhook_inbox.count(reader, tenant)).applied
        return kept, TenantGauge.DRIFT in await gauges.load(reader, tenant)


@pytest.mark.usefixtures("soon")
async def test_what_no_release_put_into_a_queue_is_found(resources: JobResources, nodes: Nodes) -> None:
    """Of a tenant on a living node too while another is away."""
    database = resources.database
    for tenant in (ILL, WELL):
        await webhook_inbox.store(database, tenant, READ, 1)
    async with database.write() as writer:
        await writer.execute(text("DELETE FROM webhook_queue"))
    await nodes.lose(ILL, How.DEAD)
    await finish_pending_work(resources)
    assert await pending(database) == [WELL]
    await nodes.find(ILL)
    await finish_pending_work(resources)
    assert await pending(database) == [ILL, WELL]


async def test_a_tenant_that_an_earlier_release_made_is_known_by_and_by(resources: JobResources) -> None:
    async with resources.database.write() as writer:
        await writer.execute(text("DELETE FROM known_tenants"))
    await purge_expired_data(resources, POLICY)
    async with resources.database.read() as reader:
        found = await reader.rows(text("SELECT tenant_id FROM known_tenants ORDER BY tenant_id"))
    assert [row.tenant_id for row in found] == [ILL, WELL]


@pytest.mark.parametrize("how", How)
async def test_metrics_leave_out_what_every_node_is_asked_for(
    database: Database, nodes: Nodes, how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.telemetry.metrics.READ_TIMEOUT", 1.0)
    await webhook_inbox.store(database, ILL, READ, 1)
    async with database.write() as writer:
        await gauges.store(writer, ILL, {TenantGauge.DRIFT: 7}, 1)

    async def told() -> dict[bytes, bytes]:
        lines = (await render_metrics(database, answers=True, shared=False)).splitlines()
        return dict(line.rsplit(b" ", 1) for line in lines if not line.startswith(b"#"))

    before = await told()
    await nodes.lose(ILL, how)
    meanwhile = await told()
    up, whole, queue, drift = (
        b"embudo_database_up",
        b"embudo_database_whole",
        b"embudo_webhooks_waiting",
        b"embudo_rollup_drift_rows",
    )
    assert [before.get(name) for name in (up, whole, queue, drift)] == [b"1.0", b"1.0", b"1.0", b"7.0"]
    assert [meanwhile.get(name) for name in (up, whole, queue, drift)] == [b"1.0", b"0.0", b"1.0", None]


@pytest.mark.usefixtures("soon")
async def test_readers_of_a_node_that_hangs_make_room_for_others(database: Database, nodes: Nodes) -> None:
    await nodes.lose(ILL, How.HANGS)

    async def read(tenant: str) -> str | None:
        async with database.guard(tenant), database.read() as reader:
            row = await reader.first(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant))
            return None if row is None else str(row[0])

    asked = [read(ILL) for _ in range(2 * (POOL + OVERFLOW))]
    others = [read(WELL) for _ in range(3)]
    async with asyncio.timeout(60):
        found = await asyncio.gather(*asked, *others, return_exceptions=True)
        async with database.observe() as reader:
            await reader.rows(text("SELECT 1"))
    assert [isinstance(each, NotAnsweringError) for each in found] == [True] * len(asked) + [False] * 3
    assert found[len(asked) :] == [WELL] * 3
    with pytest.raises(NotAnsweringError):
        await read(ILL)


async def test_who_asks_how_the_service_is_has_a_connection_of_their_own(database: Database) -> None:
    held, taken = asyncio.Event(), asyncio.Barrier(POOL + OVERFLOW + 1)

    async def hold() -> None:
        async with database.read():
            await taken.wait()
            await held.wait()

    holders = [asyncio.create_task(hold()) for _ in range(POOL + OVERFLOW)]
    await taken.wait()
    async with asyncio.timeout(30), database.observe() as reader:
        assert await reader.first(text("SELECT 1"))
    held.set()
    await asyncio.gather(*holders)
