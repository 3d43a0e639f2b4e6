"""Erasing people and companies: no phone and no word is left in any table, file or page of the database."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, func, insert, select

from analytics import export_jobs
from analytics.database import Database
from analytics.errors import InvalidInput, NotFound
from analytics.exports import Export, ExportStatus, FailureCode
from analytics.ingest import retention, webhooks
from analytics.migrations import migrate
from analytics.removal import STEP, TABLES, remove_rows
from analytics.rollup_tables import rollup_states
from analytics.viewers import Identity
from analytics.zones import DAY, instant
from tasks import queue as queued
from tasks.erasure import forget_contacts, outdate_files, remove_tenant
from tasks.exports import Workshop, run_export
from tasks.files import FileStore
from tests import webhooks as bodies
from tests.factories import MONDAY, account, identity, message_sent, reply
from tests.feeding import feed
from tests.oracle import Filter
from tests.people import FIRST, SECOND, wamid
from tests.tasks.exporting import queue, soon, stored

TODAY = datetime.fromisoformat(MONDAY).date()
MONTH = Filter(TODAY, TODAY)
# As base64 writes the middle of the phone in a wamid.
CODED = wamid(FIRST)[10:18]


async def test_no_trace_is_left_in_the_database_file(tmp_path: Path, tenant: str) -> None:
    path = tmp_path / "embudo.db"
    async with Database(f"sqlite+aiosqlite:///{path}") as database:
        await migrate(database)
        workshop = Workshop(database, FileStore((tmp_path / "files").as_uri()), retention_days=30)
        await _fill(database, tenant)
        for trace in (FIRST, CODED, "Tengo frío", "CL.1"):
            assert _in_file(path, trace)
        await forget_contacts(workshop, tenant, [FIRST])
        await _fill(database, tenant)
        await webhooks.apply_waiting(database, tenant, soon())
        await forget_contacts(workshop, tenant, ["CL.1"])
        for trace in (FIRST, CODED, "Tengo frío", "CL.1"):
            assert not _in_file(path, trace), trace
        assert _in_file(path, SECOND)


async def test_no_trace_is_left_in_any_text(workshop: Workshop, tenant: str) -> None:
    await _fill(workshop.database, tenant)
    await forget_contacts(workshop, tenant, [FIRST])
    await _fill(workshop.database, tenant)
    await webhooks.apply_waiting(workshop.database, tenant, soon())
    async with workshop.database.read() as reader:
        for table in rollup_states.metadata.sorted_tables:
            rows = await reader.rows(select(table).where(table.c.tenant_id == tenant))
            found = "\n".join(str(value) for row in rows for value in row)
            assert not [trace for trace in (FIRST, CODED, "Tengo", "CL.1") if trace in found], table.name


async def test_an_export_that_read_what_was_there_before_expires_too(
    workshop: Workshop, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sqlite" in workshop.database.url:
        pytest.skip("on SQLite one transaction writes at a time")
    await _fill(workshop.database, tenant)
    outdate = export_jobs.outdate
    made: list[Export] = []

    async def outdate_and_be_slow(*args: Any) -> None:
        await outdate(*args)
        if not made:
            made.append(await queue(workshop.database, identity(tenant), MONTH))
            await run_export(workshop, tenant, made[0].id)
            assert (await stored(workshop.database, made[0])).status is ExportStatus.COMPLETED

    monkeypatch.setattr(export_jobs, "outdate", outdate_and_be_slow)
    await forget_contacts(workshop, tenant, [FIRST])
    assert (await stored(workshop.database, made[0])).status is ExportStatus.EXPIRED


async def _fill(database: Database, tenant: str) -> None:
    """All that may be known of somebody, also in webhooks: applied, waiting, and not understood."""
    known: dict[str, Any] = {"contact": {"phone": f"+{FIRST}", "id": "CL.1"}}
    said: dict[str, Any] = {"text": "Tengo frío", "in_reply_to": wamid(FIRST)}
    events = [
        account(phone_number_id=bodies.NUMBER),
        message_sent("m1", wamid=wamid(FIRST), **known),
        message_sent("m2", contact={"phone": SECOND}),
        reply("m1", **known, **said, wamid=wamid(FIRST, "in")),
    ]
    await feed(database, tenant, events)
    theirs = bodies.body(
        statuses=[bodies.status(wamid(FIRST), recipient_id=FIRST)],
        messages=[bodies.message(wamid(FIRST, "more"), "Tengo frío", **{"from": FIRST})],
    )
    others = bodies.body(statuses=[bodies.status(wamid(SECOND), recipient_id=SECOND)])
    for n, body in enumerate((theirs, others, b'{"from": "' + FIRST.encode() + b'"')):
        await webhooks.store(database, tenant, body, soon() + n)
    await webhooks.apply_waiting(database, tenant, soon())


def _in_file(path: Path, trace: str) -> bool:
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    return any(trace.encode() in file.read_bytes() for file in files)


async def test_a_company_of_webhooks_alone_can_be_erased(workshop: Workshop, tenant: str) -> None:
    database = workshop.database
    theirs, others = (f'{{"entry": [], "user_preferences": [{{"wa_id": "{phone}"}}]}}' for phone in (FIRST, SECOND))
    for n, body in enumerate((theirs, others)):
        await webhooks.store(database, tenant, body.encode(), soon() + n)
    await webhooks.apply_waiting(database, tenant, soon())
    await forget_contacts(workshop, tenant, [FIRST])
    async with database.read() as reader:
        assert (await webhooks.count(reader, tenant)).applied == 1
    await remove_tenant(workshop, tenant)
    async with database.read() as reader:
        assert (await webhooks.count(reader, tenant)).applied == 0
    with pytest.raises(NotFound):
        await remove_tenant(workshop, tenant)


async def test_what_others_sent_stays_in_the_webhooks(workshop: Workshop, tenant: str) -> None:
    await _fill(workshop.database, tenant)
    await forget_contacts(workshop, tenant, [FIRST])
    async with workshop.database.read() as reader:
        assert (await webhooks.count(reader, tenant)).applied == 1


async def test_files_that_may_show_somebody_go(workshop: Workshop, tenant: str, tmp_path: Path) -> None:
    await feed(workshop.database, tenant, [message_sent(contact={"phone": FIRST})])
    done, running, waiting = [await queue(workshop.database, identity(tenant), MONTH) for _ in range(3)]
    other = uuid4().hex
    theirs = await queue(workshop.database, identity(other), MONTH)
    await run_export(workshop, tenant, done.id)
    await run_export(workshop, other, theirs.id)
    async with workshop.database.write() as writer:
        held = await export_jobs.claim(writer, tenant, running.id, soon())
    assert held
    await forget_contacts(workshop, tenant, [FIRST])
    status = [(await stored(workshop.database, export)).status for export in (done, running, waiting, theirs)]
    assert status == [ExportStatus.EXPIRED, ExportStatus.QUEUED, ExportStatus.QUEUED, ExportStatus.COMPLETED]
    assert len(list((tmp_path / "files").iterdir())) == 1
    async with workshop.database.write() as writer:
        late = await export_jobs.complete(
            writer, held, soon(), rows=1, file_name="old.xlsx", file_size=1, file_digest="d", expires_at=soon()
        )
    assert late is False
    await run_export(workshop, tenant, running.id)
    assert (await stored(workshop.database, running)).status is ExportStatus.COMPLETED


async def test_a_file_that_cannot_be_deleted_is_tried_again(
    workshop: Workshop, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(workshop.database, tenant, [message_sent(contact={"phone": FIRST})])
    done = await queue(workshop.database, identity(tenant), MONTH)
    await run_export(workshop, tenant, done.id)

    async def broken(*_: Any) -> None:
        raise OSError("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(queued, "forget", broken)
        await forget_contacts(workshop, tenant, [FIRST])
    # Nobody is given it any more, though it is still there.
    assert (await stored(workshop.database, done)).status is ExportStatus.EXPIRED
    assert len(list((tmp_path / "files").iterdir())) == 1
    await queued.expire(workshop)
    assert list((tmp_path / "files").iterdir()) == []


# Files of old months

THEN = datetime(2026, 12, 20, tzinfo=UTC)
OCTOBER = Filter(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Filter(date(2026, 11, 1), date(2026, 11, 30))
BOTH = Filter(OCTOBER.first, NOVEMBER.last)


async def _october(database: Database, tenant: str) -> None:
    """A company with a message of each of two months."""
    await feed(database, tenant, [message_sent("m1", "2026-10-20T12:00:00Z"), message_sent("m2", MONDAY)])


async def _drop(workshop: Workshop, tenant: str) -> int:
    """Drop October, as the upkeep does."""
    outdate = partial(outdate_files, workshop, tenant)
    return await retention.drop_old(workshop.database, tenant, 1, instant(THEN), outdate)


def _exports_in(folder: Path) -> set[str]:
    """The exports whose files are there."""
    return {path.name.partition("-")[0] for path in folder.iterdir()}


async def test_files_that_show_dropped_messages_go(workshop: Workshop, tenant: str, folder: Path) -> None:
    database, other = workshop.database, uuid4().hex
    for one in (tenant, other):
        await _october(database, one)
    ranges = (OCTOBER, BOTH, NOVEMBER, OCTOBER, NOVEMBER)
    exports = [await queue(database, identity(tenant, id=f"u{n}"), days) for n, days in enumerate(ranges)]
    theirs = await queue(database, identity(other), BOTH)
    for export in (*exports[:3], theirs):
        await run_export(workshop, export.tenant_id, export.id)
    assert await _drop(workshop, tenant) == 1
    found = [(await stored(database, export)).status for export in (*exports, theirs)]
    over, kept, waits = ExportStatus.EXPIRED, ExportStatus.COMPLETED, ExportStatus.QUEUED
    assert found == [over, over, kept, waits, waits, kept]
    assert _exports_in(folder) == {exports[2].id, theirs.id}
    for export in exports[3:]:
        await run_export(workshop, tenant, export.id)
    ended = [await stored(database, export) for export in exports[3:]]
    assert [(one.status, one.failure) for one in ended] == [
        (ExportStatus.FAILED, FailureCode.DROPPED),
        (ExportStatus.COMPLETED, None),
    ]


async def test_a_file_that_is_being_made_of_dropped_messages_is_not_given_out(workshop: Workshop, tenant: str) -> None:
    database = workshop.database
    await _october(database, tenant)
    of_both, of_november = [await queue(database, identity(tenant), days) for days in (BOTH, NOVEMBER)]
    async with database.write() as writer:
        held = [await export_jobs.claim(writer, tenant, export.id, soon()) for export in (of_both, of_november)]
    assert await _drop(workshop, tenant) == 1
    done: dict[str, Any] = {
        "rows": 2,
        "file_name": "old.xlsx",
        "file_size": 1,
        "file_digest": "d",
        "expires_at": soon() + DAY,
    }
    async with database.write() as writer:
        completed = [await export_jobs.complete(writer, one, soon(), **done) for one in held if one]
    assert completed == [False, True]
    await run_export(workshop, tenant, of_both.id)
    assert (await stored(database, of_both)).failure is FailureCode.DROPPED


async def test_files_go_also_when_the_process_died_after_the_boundary(
    workshop: Workshop, tenant: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = workshop.database
    await _october(database, tenant)
    export = await queue(database, identity(tenant), BOTH)
    await run_export(workshop, tenant, export.id)

    async def died(*_: Any) -> None:
        raise ConnectionError("the process was killed")

    for place in ("analytics.export_jobs.outdate", "tasks.erasure.expire"):
        with monkeypatch.context() as patched:
            patched.setattr(place, died)
            with pytest.raises(ConnectionError):
                await _drop(workshop, tenant)
        async with database.read() as reader:
            found = await retention.outlook(reader, tenant, 1, instant(THEN))
        assert (found.kept_from, found.left) == (date(2026, 11, 1), 1)
    # Nobody is given it any more, and its row knows that the file is to be deleted.
    assert (await stored(database, export)).status is ExportStatus.EXPIRED
    assert _exports_in(folder) == {export.id}
    await queued.expire(workshop)
    assert _exports_in(folder) == set()
    assert await _drop(workshop, tenant) == 1


async def test_who_is_no_contact_and_a_company_that_is_none(workshop: Workshop, tenant: str) -> None:
    with pytest.raises(NotFound):
        await forget_contacts(workshop, tenant, [FIRST])
    with pytest.raises(NotFound):
        await remove_tenant(workshop, tenant)
    await feed(workshop.database, tenant, [])
    with pytest.raises(InvalidInput):
        await forget_contacts(workshop, tenant, [FIRST, " "])


# Companies


def _value(column: "Column[Any]", tenant: str, number: int) -> Any:
    """Some value for a column, another one for each number where it is in the key."""
    if column.name == "tenant_id":
        return tenant
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return b"{}"
    return number if isinstance(column.type, Integer) else f"v{number}"


async def _rows(database: Database, tenant: str) -> dict[str, int]:
    async with database.read() as reader:
        found = {}
        for table in rollup_states.metadata.sorted_tables:
            row = await reader.first(select(func.count()).select_from(table).where(table.c.tenant_id == tenant))
            found[table.name] = row[0] if row else 0
        return found


async def test_a_company_is_removed_from_every_table_there_is(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {table.name for table in TABLES} == set(rollup_states.metadata.tables)
    monkeypatch.setattr("analytics.removal.STEP", 2)
    other = uuid4().hex
    async with database.write() as writer:
        for table in TABLES:
            assert next(iter(table.primary_key)).name == "tenant_id"
            for one in (tenant, other):
                for number in range(5 if len(table.primary_key) > 1 else 1):
                    values = {column.name: _value(column, one, number) for column in table.columns}
                    await writer.execute(insert(table).values(values))
    kept = await _rows(database, other)
    assert all(kept.values())
    await remove_rows(database, tenant)
    assert not any((await _rows(database, tenant)).values())
    assert await _rows(database, other) == kept
    assert STEP > 2
    await remove_rows(database, other)


async def test_a_company_goes_with_its_files(workshop: Workshop, tenant: str, tmp_path: Path) -> None:
    await _fill(workshop.database, tenant)
    who: Identity = identity(tenant)
    done, running = [await queue(workshop.database, who, MONTH) for _ in range(2)]
    await run_export(workshop, tenant, done.id)
    async with workshop.database.write() as writer:
        held = await export_jobs.claim(writer, tenant, running.id, soon())
    assert held
    await remove_tenant(workshop, tenant)
    assert list((tmp_path / "files").iterdir()) == []
    assert not any((await _rows(workshop.database, tenant)).values())
    async with workshop.database.write() as writer:
        assert await export_jobs.renew(writer, held, soon(), 1, 1) is None
