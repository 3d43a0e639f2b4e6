"""Upkeep: what a worker does between jobs, for all companies, of which none holds up another."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from analytics import figures
from analytics.database import Database, Reader, Writer
from analytics.exports import ExportStatus
from analytics.figures import Figure
from analytics.ingest import orphans, retention, webhooks
from analytics.ingest.batch import apply_in
from analytics.ingest.orphans import count as count_orphans
from analytics.rollups.rebuild import rebuild
from analytics.tables import messages
from analytics.watching import watch
from tasks import upkeep
from tasks.exports import Workshop, run_export
from tasks.files import FileStore
from tasks.upkeep import apply_webhooks, keep_up, tidy
from tests import webhooks as whatsapp
from tests.factories import correction, identity, message_sent, reply, status
from tests.feeding import feed
from tests.oracle import Filter
from tests.tasks.exporting import queue, soon, stored

READ = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])


@pytest.fixture
def workshop(database: Database, tmp_path: Path) -> Workshop:
    """A workshop with files of its own."""
    return Workshop(database, FileStore((tmp_path / "files").as_uri()), retention_days=30)


async def waiting(database: Database, companies: list[str]) -> list[str]:
    """Those of the companies whose webhooks wait."""
    async with database.read() as reader:
        found = await webhooks.waiting(reader)
    return [tenant for tenant in companies if tenant in found]


async def test_a_company_that_fails_holds_up_no_other(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    companies = sorted(uuid4().hex for _ in range(3))
    ill = companies[1]

    async def failing(writer: Writer, tenant: str, *rest: Any) -> Any:
        if tenant == ill:
            raise OperationalError("", {}, Exception("its node is away"))
        return await apply_in(writer, tenant, *rest)

    monkeypatch.setattr(webhooks, "apply_in", failing)
    for tenant in companies:
        await webhooks.store(workshop.database, tenant, READ, soon())
    await apply_webhooks(workshop)
    assert await waiting(workshop.database, companies) == [ill]
    monkeypatch.undo()
    await apply_webhooks(workshop)
    assert await waiting(workshop.database, companies) == []


async def test_a_company_that_others_write_for_holds_up_no_other(workshop: Workshop) -> None:
    database = workshop.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all companies")
    companies = sorted(uuid4().hex for _ in range(3))
    held, let_go = companies[1], asyncio.Event()

    async def others_write() -> None:
        async with database.write() as writer:
            await writer.lock(held)
            locked.set()
            await let_go.wait()

    locked = asyncio.Event()
    importing = asyncio.create_task(others_write())
    await locked.wait()
    for tenant in companies:
        await webhooks.store(database, tenant, READ, soon())
    await apply_webhooks(workshop)
    assert await waiting(database, companies) == [held]
    let_go.set()
    await importing
    await apply_webhooks(workshop)
    assert await waiting(database, companies) == []


async def test_importers_that_take_turns_leave_webhooks_a_turn(workshop: Workshop, tenant: str) -> None:
    database = workshop.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all companies")
    applied = asyncio.Event()

    async def import_on() -> None:
        while not applied.is_set():
            async with database.write() as writer:
                await writer.lock(tenant)
                await asyncio.sleep(0.1)

    importing = [asyncio.create_task(import_on()) for _ in range(3)]
    await webhooks.store(database, tenant, READ, soon())
    await asyncio.sleep(0.3)
    await apply_webhooks(workshop)
    applied.set()
    await asyncio.gather(*importing)
    assert await waiting(database, [tenant]) == []


AGES_AGO = "2020-01-01T12:00:00Z"


async def crowd(database: Database, count: int) -> list[str]:
    """Companies of which there is something to do: an old status, reply, correction, webhook and message."""
    names = [uuid4().hex for _ in range(count)]
    waiting = [status("m9", "read", AGES_AGO), reply("m9", AGES_AGO, contact={"phone": "+56900000000"})]
    waiting.append(correction("m8", AGES_AGO, updated_at=AGES_AGO, agent_id="u2"))
    for name in names:
        await feed(database, name, [message_sent("m1", AGES_AGO), message_sent("m2", now_as_text()), *waiting])
        await webhooks.store(database, name, b"{", 1)
        await webhooks.apply_waiting(database, name, 2)
        await rebuild(database, name, anew=False)
    return names


def now_as_text() -> str:
    return datetime.now(UTC).isoformat()


async def left(database: Database, tenant: str) -> tuple[int, ...]:
    """How many orphans, webhooks and messages there are."""
    async with database.read() as reader:
        bodies = await webhooks.count(reader, tenant)
        kept = await reader.rows(select(messages.c.id).where(messages.c.tenant_id == tenant))
        return (*await count_orphans(reader, tenant), bodies.applied, len(kept))


async def look_at(database: Database, tenant: str) -> int:
    """When somebody looked at the company last."""
    async with database.read() as reader:
        return (await figures.known(reader, tenant))[Figure.DRIFT].at


async def test_what_is_over_is_dropped_for_every_company(workshop: Workshop) -> None:
    database = workshop.database
    names = await crowd(database, 3)
    assert [await left(database, name) for name in names] == [(1, 1, 1, 1, 2)] * 3
    await tidy(replace(workshop, message_months=12))
    assert [await left(database, name) for name in names] == [(0, 0, 0, 0, 1)] * 3
    looked = [await look_at(database, name) for name in names]
    await tidy(replace(workshop, message_months=12))
    assert [await look_at(database, name) for name in names] == looked


async def test_what_is_dropped_is_said_before_and_its_files_go(workshop: Workshop) -> None:
    (name,) = await crowd(workshop.database, 1)
    export = await queue(workshop.database, identity(name), Filter(date(2020, 1, 1), date(2020, 1, 31)))
    await run_export(workshop, name, export.id)
    assert (await stored(workshop.database, export)).rows_written == 1
    with capture_logs() as logs:
        await tidy(replace(workshop, message_months=12))
    said = [(entry["log_level"], entry["event"]) for entry in logs if entry.get("tenant") == name]
    told = said.index(("warning", "dropping messages"))
    assert said[told + 1 :] == [("info", "dropped messages of old months")]
    assert (await stored(workshop.database, export)).status is ExportStatus.EXPIRED
    assert [key async for keys in workshop.files.keys(datetime.max.replace(tzinfo=UTC)) for key in keys] == []


async def test_a_drop_that_was_interrupted_goes_on_without_the_setting(
    workshop: Workshop, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends = [message_sent(f"m{n}", AGES_AGO) for n in range(5)]
    await feed(workshop.database, tenant, [*sends, message_sent("new", now_as_text())])
    await rebuild(workshop.database, tenant, anew=False)

    async def cut_off(*_: Any) -> int:
        raise OSError

    monkeypatch.setattr(retention, "_drop_some", cut_off)
    await tidy(replace(workshop, message_months=12))
    monkeypatch.undo()
    assert (await left(workshop.database, tenant))[-1] == 6
    await tidy(workshop)
    assert (await left(workshop.database, tenant))[-1] == 1


async def test_a_company_whose_upkeep_fails_holds_up_no_other(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(await crowd(workshop.database, 3))
    count = orphans.count
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

    monkeypatch.setattr(orphans, "count", failing)
    monkeypatch.setattr(upkeep, "rebuild", also_failing)
    monkeypatch.setattr(upkeep, "unfinished", all_of_them)
    await tidy(workshop)
    await keep_up(workshop)
    assert rebuilt == names
    async with workshop.database.read() as reader:
        looked = [Figure.DRIFT in await figures.known(reader, name) for name in names]
    assert looked == [True, False, True]


async def test_companies_of_which_nothing_is_due_cost_nothing(workshop: Workshop) -> None:
    await crowd(workshop.database, 1)
    await tidy(workshop)
    await keep_up(workshop)

    async def statements() -> int:
        ran = watch()
        await tidy(workshop)
        await keep_up(workshop)
        return len(ran)

    before = await statements()
    await crowd(workshop.database, 5)
    await tidy(workshop)
    assert await statements() == before


async def test_one_process_does_the_upkeep(workshop: Workshop) -> None:
    if "sqlite" in workshop.database.url:
        pytest.skip("on SQLite each process does it, which is harmless")
    (name,) = await crowd(workshop.database, 1)
    async with Database(workshop.database.url) as other, other.alone("tidy") as alone:
        assert alone
        await tidy(workshop)
        assert await left(workshop.database, name) == (1, 1, 1, 1, 2)
    await tidy(workshop)
    assert await left(workshop.database, name) == (0, 0, 0, 0, 2)
