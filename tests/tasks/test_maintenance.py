"""Upkeep: what a worker does between jobs, for all tenants, of which none holds up another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from analytics.exports.records import ExportStatus
from analytics.ingest import webhook_inbox
from analytics.ingest.batch import apply_in_transaction
from analytics.lifecycle import orphans, retention
from analytics.lifecycle.orphans import count_orphans
from analytics.rollups.rebuild import rebuild
from analytics.storage import gauges
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.gauges import TenantGauge
from analytics.storage.query_log import record_statements
from analytics.storage.tables import messages
from tasks import maintenance
from tasks.exports.job import run_export
from tasks.file_store import FileStore
from tasks.maintenance import apply_webhooks, finish_pending_work, purge_expired_data
from tasks.resources import JobResources
from tests.conftest import KINDS, migrated_database
from tests.support import webhooks as whatsapp
from tests.support.exports.helpers import POLICY, queue, soon, stored
from tests.support.factories import correction, identity, message_sent, reply, status
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter

READ = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])


@pytest.fixture(scope="module", params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database of this module alone: upkeep goes through all tenants, and other tests leave hundreds."""
    async with migrated_database(request.param, tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def resources(database: Database, tmp_path: Path) -> JobResources:
    """Resources with files of their own."""
    return JobResources(database, FileStore((tmp_path / "files").as_uri()))


async def waiting(database: Database, tenants: list[str]) -> list[str]:
    """Those of the tenants whose webhooks wait."""
    async with database.read() as reader:
        found = await webhook_inbox.pending_tenants(reader)
    return [tenant for tenant in tenants if tenant in found]


async def test_a_tenant_that_fails_holds_up_no_other(resources: JobResources, monkeypatch: pytest.MonkeyPatch) -> None:
    tenants = sorted(uuid4().hex for _ in range(3))
    ill = tenants[1]

    async def failing(writer: Writer, tenant: str, *rest: Any) -> Any:
        if tenant == ill:
            raise OperationalError("", {}, Exception("its node is away"))
        return await apply_in_transaction(writer, tenant, *rest)

    monkeypatch.setattr(webhook_inbox, "apply_in_transaction", failing)
    for tenant in tenants:
        await webhook_inbox.store(resources.database, tenant, READ, soon())
    await apply_webhooks(resources, POLICY)
    assert await waiting(resources.database, tenants) == [ill]
    monkeypatch.undo()
    await apply_webhooks(resources, POLICY)
    assert await waiting(resources.database, tenants) == []


async def test_a_tenant_that_others_write_for_holds_up_no_other(resources: JobResources) -> None:
    database = resources.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all tenants")
    tenants = sorted(uuid4().hex for _ in range(3))
    held, let_go = tenants[1], asyncio.Event()

    async def others_write() -> None:
        async with database.write() as writer:
            await writer.lock(held)
            locked.set()
            await let_go.wait()

    locked = asyncio.Event()
    importing = asyncio.create_task(others_write())
    await locked.wait()
    for tenant in tenants:
        await webhook_inbox.store(database, tenant, READ, soon())
    await apply_webhooks(resources, POLICY)
    assert await waiting(database, tenants) == [held]
    let_go.set()
    await importing
    await apply_webhooks(resources, POLICY)
    assert await waiting(database, tenants) == []


async def test_importers_that_take_turns_leave_webhooks_a_turn(resources: JobResources, tenant: str) -> None:
    database = resources.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all tenants")
    applied = asyncio.Event()

    async def import_on() -> None:
        while not applied.is_set():
            async with database.write() as writer:
                await writer.lock(tenant)
                await asyncio.sleep(0.1)

    importing = [asyncio.create_task(import_on()) for _ in range(3)]
    await webhook_inbox.store(database, tenant, READ, soon())
    await asyncio.sleep(0.3)
    await apply_webhooks(resources, POLICY)
    applied.set()
    await asyncio.gather(*importing)
    assert await waiting(database, [tenant]) == []


AGES_AGO = "2020-01-01T12:00:00Z"


async def crowd(database: Database, count: int) -> list[str]:
    """Tenants of which there is something to do: an old status, reply, correction, webhook and message."""
    names = [uuid4().hex for _ in range(count)]
    waiting = [status("m9", "read", AGES_AGO), reply("m9", AGES_AGO, contact={"phone": "+56900000000"})]
    waiting.append(correction("m8", AGES_AGO, updated_at=AGES_AGO, agent_id="u2"))
    for name in names:
        await feed(database, name, [message_sent("m1", AGES_AGO), message_sent("m2", now_as_text()), *waiting])
        await webhook_inbox.store(database, name, b"{", 1)
        await webhook_inbox.apply_pending(database, name, 2)
        await rebuild(database, name, anew=False)
    return names


def now_as_text() -> str:
    return datetime.now(UTC).isoformat()


async def left(database: Database, tenant: str) -> tuple[int, ...]:
    """Count the orphans, webhooks and messages."""
    async with database.read() as reader:
        bodies = await webhook_inbox.count(reader, tenant)
        kept = await reader.rows(select(messages.c.id).where(messages.c.tenant_id == tenant))
        return (*await count_orphans(reader, tenant), bodies.applied, len(kept))


async def look_at(database: Database, tenant: str) -> int:
    """Return the time at which the tenant was last checked."""
    async with database.read() as reader:
        return (await gauges.load(reader, tenant))[TenantGauge.DRIFT].at


async def test_what_is_over_is_dropped_for_every_tenant(resources: JobResources) -> None:
    database = resources.database
    names = await crowd(database, 3)
    assert [await left(database, name) for name in names] == [(1, 1, 1, 1, 2)] * 3
    await purge_expired_data(resources, replace(POLICY, message_months=12))
    assert [await left(database, name) for name in names] == [(0, 0, 0, 0, 1)] * 3
    looked = [await look_at(database, name) for name in names]
    await purge_expired_data(resources, replace(POLICY, message_months=12))
    assert [await look_at(database, name) for name in names] == looked


async def test_what_is_dropped_is_said_before_and_its_files_go(resources: JobResources) -> None:
    (name,) = await crowd(resources.database, 1)
    export = await queue(resources.database, identity(name), Filter(date(2020, 1, 1), date(2020, 1, 31)))
    await run_export(resources, POLICY, name, export.id)
    assert (await stored(resources.database, export)).rows_written == 1
    with capture_logs() as logs:
        await purge_expired_data(resources, replace(POLICY, message_months=12))
    said = [(entry["log_level"], entry["event"]) for entry in logs if entry.get("tenant") == name]
    told = said.index(("warning", "dropping messages"))
    assert said[told + 1 :] == [("info", "dropped messages of old months")]
    assert (await stored(resources.database, export)).status is ExportStatus.EXPIRED
    assert [key async for keys in resources.files.keys(datetime.max.replace(tzinfo=UTC)) for key in keys] == []


async def test_a_drop_that_was_interrupted_goes_on_without_the_setting(
    resources: JobResources, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends = [message_sent(f"m{n}", AGES_AGO) for n in range(5)]
    await feed(resources.database, tenant, [*sends, message_sent("new", now_as_text())])
    await rebuild(resources.database, tenant, anew=False)

    async def cut_off(*_: Any) -> int:
        raise OSError

    monkeypatch.setattr(retention, "_drop_some", cut_off)
    await purge_expired_data(resources, replace(POLICY, message_months=12))
    monkeypatch.undo()
    assert (await left(resources.database, tenant))[-1] == 6
    await purge_expired_data(resources, POLICY)
    assert (await left(resources.database, tenant))[-1] == 1


async def test_a_tenant_whose_upkeep_fails_holds_up_no_other(
    resources: JobResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(await crowd(resources.database, 3))
    count = orphans.count_orphans
    rebuilt = []

    async def failing(reader: Reader, tenant: str) -> orphans.Orphans:
        if tenant == names[1]:
            raise ZeroDivisionError
        return await count(reader, tenant)

    async def also_failing(_database: Database, tenant: str, *, anew: bool) -> None:
        rebuilt.append(tenant)
        raise ZeroDivisionError(anew)

    async def all_of_them(_reader: Reader, _tenant: str | None) -> list[str]:
        return names

    monkeypatch.setattr(orphans, "count_orphans", failing)
    monkeypatch.setattr(maintenance, "rebuild", also_failing)
    monkeypatch.setattr(maintenance, "unfinished", all_of_them)
    await purge_expired_data(resources, POLICY)
    await finish_pending_work(resources)
    assert rebuilt == names
    async with resources.database.read() as reader:
        looked = [TenantGauge.DRIFT in await gauges.load(reader, name) for name in names]
    assert looked == [True, False, True]


async def test_tenants_of_which_nothing_is_due_cost_nothing(resources: JobResources) -> None:
    await crowd(resources.database, 1)
    await purge_expired_data(resources, POLICY)
    await finish_pending_work(resources)

    async def statements() -> int:
        ran = record_statements()
        await purge_expired_data(resources, POLICY)
        await finish_pending_work(resources)
        return len(ran)

    before = await statements()
    await crowd(resources.database, 5)
    await purge_expired_data(resources, POLICY)
    assert await statements() == before


async def test_one_process_does_the_upkeep(resources: JobResources) -> None:
    if "sqlite" in resources.database.url:
        pytest.skip("on SQLite each process does it, which is harmless")
    (name,) = await crowd(resources.database, 1)
    async with Database(resources.database.url) as other, other.exclusive("tidy") as alone:
        assert alone
        await purge_expired_data(resources, POLICY)
        assert await left(resources.database, name) == (1, 1, 1, 1, 2)
    await purge_expired_data(resources, POLICY)
    assert await left(resources.database, name) == (0, 0, 0, 0, 2)
