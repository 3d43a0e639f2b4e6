"""Erasing people and tenants: no phone and no word is left in any table, file or page of the database."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, func, insert, select

from analytics.domain.access import Identity
from analytics.domain.errors import InvalidInputError, NotFoundError
from analytics.domain.time_zones import DAY, to_micros
from analytics.exports import jobs
from analytics.exports.records import Export, ExportStatus, FailureCode
from analytics.ingest import webhook_inbox
from analytics.lifecycle import retention
from analytics.lifecycle.tenant_removal import STEP, TABLES, remove_tenant_rows
from analytics.migrations import migrate
from analytics.storage.database import Database
from analytics.storage.rollup_tables import rollup_states
from tasks.erasure import erase_contacts, expire_files, remove_tenant
from tasks.exports import cleanup
from tasks.exports.cleanup import delete_expired_files
from tasks.exports.job import run_export
from tasks.file_store import FileStore
from tasks.resources import JobResources
from tests.support import webhooks as bodies
from tests.support.exports.helpers import POLICY, queue, soon, stored
from tests.support.factories import MONDAY, account, identity, message_sent, reply
from tests.support.identities import FIRST, SECOND, wamid
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter

TODAY = datetime.fromisoformat(MONDAY).date()
MONTH = Filter(TODAY, TODAY)
# As base64 writes the middle of the phone in a wamid.
CODED = wamid(FIRST)[10:18]


async def test_no_trace_is_left_in_the_database_file(tmp_path: Path, tenant: str) -> None:
    path = tmp_path / "embudo.db"
    async with Database(f"sqlite+aiosqlite:///{path}") as database:
        await migrate(database)
        resources = JobResources(database, FileStore((tmp_path / "files").as_uri()))
        await _fill(database, tenant)
        for trace in (FIRST, CODED, "Tengo frío", "CL.1"):
            assert _in_file(path, trace)
        await erase_contacts(resources, tenant, [FIRST])
        await _fill(database, tenant)
        await webhook_inbox.apply_pending(database, tenant, soon())
        await erase_contacts(resources, tenant, ["CL.1"])
        for trace in (FIRST, CODED, "Tengo frío", "CL.1"):
            assert not _in_file(path, trace), trace
        assert _in_file(path, SECOND)


async def test_no_trace_is_left_in_any_text(resources: JobResources, tenant: str) -> None:
    await _fill(resources.database, tenant)
    await erase_contacts(resources, tenant, [FIRST])
    await _fill(resources.database, tenant)
    await webhook_inbox.apply_pending(resources.database, tenant, soon())
    async with resources.database.read() as reader:
        for table in rollup_states.metadata.sorted_tables:
            rows = await reader.rows(select(table).where(table.c.tenant_id == tenant))
            found = "\n".join(str(value) for row in rows for value in row)
            assert not [trace for trace in (FIRST, CODED, "Tengo", "CL.1") if trace in found], table.name


async def test_an_export_that_read_what_was_there_before_expires_too(
    resources: JobResources, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sqlite" in resources.database.url:
        pytest.skip("on SQLite one transaction writes at a time")
    await _fill(resources.database, tenant)
    outdate = jobs.expire_all
    made: list[Export] = []

    async def outdate_and_be_slow(*args: Any) -> None:
        await outdate(*args)
        if not made:
            made.append(await queue(resources.database, identity(tenant), MONTH))
            await run_export(resources, POLICY, tenant, made[0].id)
            assert (await stored(resources.database, made[0])).status is ExportStatus.COMPLETED

    monkeypatch.setattr(jobs, "expire_all", outdate_and_be_slow)
    await erase_contacts(resources, tenant, [FIRST])
    assert (await stored(resources.database, made[0])).status is ExportStatus.EXPIRED


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
        await webhook_inbox.store(database, tenant, body, soon() + n)
    await webhook_inbox.apply_pending(database, tenant, soon())


def _in_file(path: Path, trace: str) -> bool:
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    return any(trace.encode() in file.read_bytes() for file in files)


async def test_a_tenant_of_webhooks_alone_can_be_erased(resources: JobResources, tenant: str) -> None:
    database = resources.database
    theirs, others = (f'{{"entry": [], "user_preferences": [{{"wa_id": "{phone}"}}]}}' for phone in (FIRST, SECOND))
    for n, body in enumerate((theirs, others)):
        await webhook_inbox.store(database, tenant, body.encode(), soon() + n)
    await webhook_inbox.apply_pending(database, tenant, soon())
    await erase_contacts(resources, tenant, [FIRST])
    async with database.read() as reader:
        assert (await webhook_inbox.count(reader, tenant)).applied == 1
    await remove_tenant(resources, tenant)
    async with database.read() as reader:
        assert (await webhook_inbox.count(reader, tenant)).applied == 0
    with pytest.raises(NotFoundError):
        await remove_tenant(resources, tenant)


async def test_what_others_sent_stays_in_the_webhooks(resources: JobResources, tenant: str) -> None:
    await _fill(resources.database, tenant)
    await erase_contacts(resources, tenant, [FIRST])
    async with resources.database.read() as reader:
        assert (await webhook_inbox.count(reader, tenant)).applied == 1


async def test_files_that_may_show_somebody_go(resources: JobResources, tenant: str, tmp_path: Path) -> None:
    await feed(resources.database, tenant, [message_sent(contact={"phone": FIRST})])
    done, running, waiting = [await queue(resources.database, identity(tenant), MONTH) for _ in range(3)]
    other = uuid4().hex
    theirs = await queue(resources.database, identity(other), MONTH)
    await run_export(resources, POLICY, tenant, done.id)
    await run_export(resources, POLICY, other, theirs.id)
    async with resources.database.write() as writer:
        held = await jobs.claim(writer, tenant, running.id, soon())
    assert held
    await erase_contacts(resources, tenant, [FIRST])
    status = [(await stored(resources.database, export)).status for export in (done, running, waiting, theirs)]
    assert status == [ExportStatus.EXPIRED, ExportStatus.QUEUED, ExportStatus.QUEUED, ExportStatus.COMPLETED]
    assert len(list((tmp_path / "files").iterdir())) == 1
    async with resources.database.write() as writer:
        late = await jobs.complete(
            writer, held, soon(), rows=1, file_name="old.xlsx", file_size=1, file_digest="d", expires_at=soon()
        )
    assert late is False
    await run_export(resources, POLICY, tenant, running.id)
    assert (await stored(resources.database, running)).status is ExportStatus.COMPLETED


async def test_a_file_that_cannot_be_deleted_is_tried_again(
    resources: JobResources, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(resources.database, tenant, [message_sent(contact={"phone": FIRST})])
    done = await queue(resources.database, identity(tenant), MONTH)
    await run_export(resources, POLICY, tenant, done.id)

    async def broken(*_: Any) -> None:
        raise OSError("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(cleanup, "delete_files", broken)
        await erase_contacts(resources, tenant, [FIRST])
    # Nobody is given it any more, though it is still there.
    assert (await stored(resources.database, done)).status is ExportStatus.EXPIRED
    assert len(list((tmp_path / "files").iterdir())) == 1
    await delete_expired_files(resources)
    assert list((tmp_path / "files").iterdir()) == []


# Files of old months

THEN = datetime(2026, 12, 20, tzinfo=UTC)
OCTOBER = Filter(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Filter(date(2026, 11, 1), date(2026, 11, 30))
BOTH = Filter(OCTOBER.first, NOVEMBER.last)


async def _october(database: Database, tenant: str) -> None:
    """A tenant with a message of each of two months."""
    await feed(database, tenant, [message_sent("m1", "2026-10-20T12:00:00Z"), message_sent("m2", MONDAY)])


async def _drop(resources: JobResources, tenant: str) -> int:
    """Drop October, as the upkeep does."""
    outdate = partial(expire_files, resources, tenant)
    return await retention.delete_old_messages(resources.database, tenant, 1, to_micros(THEN), outdate)


def _exports_in(folder: Path) -> set[str]:
    """The exports whose files are there."""
    return {path.name.partition("-")[0] for path in folder.iterdir()}


async def test_files_that_show_dropped_messages_go(resources: JobResources, tenant: str, folder: Path) -> None:
    database, other = resources.database, uuid4().hex
    for one in (tenant, other):
        await _october(database, one)
    ranges = (OCTOBER, BOTH, NOVEMBER, OCTOBER, NOVEMBER)
    exports = [await queue(database, identity(tenant, id=f"u{n}"), days) for n, days in enumerate(ranges)]
    theirs = await queue(database, identity(other), BOTH)
    for export in (*exports[:3], theirs):
        await run_export(resources, POLICY, export.tenant_id, export.id)
    assert await _drop(resources, tenant) == 1
    found = [(await stored(database, export)).status for export in (*exports, theirs)]
    over, kept, waits = ExportStatus.EXPIRED, ExportStatus.COMPLETED, ExportStatus.QUEUED
    assert found == [over, over, kept, waits, waits, kept]
    assert _exports_in(folder) == {exports[2].id, theirs.id}
    for export in exports[3:]:
        await run_export(resources, POLICY, tenant, export.id)
    ended = [await stored(database, export) for export in exports[3:]]
    assert [(one.status, one.failure) for one in ended] == [
        (ExportStatus.FAILED, FailureCode.DROPPED),
        (ExportStatus.COMPLETED, None),
    ]


async def test_a_file_that_is_being_made_of_dropped_messages_is_not_given_out(
    resources: JobResources, tenant: str
) -> None:
    database = resources.database
    await _october(database, tenant)
    of_both, of_november = [await queue(database, identity(tenant), days) for days in (BOTH, NOVEMBER)]
    async with database.write() as writer:
        held = [await jobs.claim(writer, tenant, export.id, soon()) for export in (of_both, of_november)]
    assert await _drop(resources, tenant) == 1
    done: dict[str, Any] = {
        "rows": 2,
        "file_name": "old.xlsx",
        "file_size": 1,
        "file_digest": "d",
        "expires_at": soon() + DAY,
    }
    async with database.write() as writer:
        completed = [await jobs.complete(writer, one, soon(), **done) for one in held if one]
    assert completed == [False, True]
    await run_export(resources, POLICY, tenant, of_both.id)
    assert (await stored(database, of_both)).failure is FailureCode.DROPPED


async def test_files_go_also_when_the_process_died_after_the_boundary(
    resources: JobResources, tenant: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = resources.database
    await _october(database, tenant)
    export = await queue(database, identity(tenant), BOTH)
    await run_export(resources, POLICY, tenant, export.id)

    async def died(*_: Any) -> None:
        raise ConnectionError("the process was killed")

    for place in ("analytics.exports.jobs.expire_all", "tasks.erasure.delete_expired_files"):
        with monkeypatch.context() as patched:
            patched.setattr(place, died)
            with pytest.raises(ConnectionError):
                await _drop(resources, tenant)
        async with database.read() as reader:
            found = await retention.preview(reader, tenant, 1, to_micros(THEN))
        assert (found.kept_from, found.left) == (date(2026, 11, 1), 1)
    # Nobody is given it any more, and its row knows that the file is to be deleted.
    assert (await stored(database, export)).status is ExportStatus.EXPIRED
    assert _exports_in(folder) == {export.id}
    await delete_expired_files(resources)
    assert _exports_in(folder) == set()
    assert await _drop(resources, tenant) == 1


async def test_who_is_no_contact_and_a_tenant_that_is_none(resources: JobResources, tenant: str) -> None:
    with pytest.raises(NotFoundError):
        await erase_contacts(resources, tenant, [FIRST])
    with pytest.raises(NotFoundError):
        await remove_tenant(resources, tenant)
    await feed(resources.database, tenant, [])
    with pytest.raises(InvalidInputError):
        await erase_contacts(resources, tenant, [FIRST, " "])


# Tenants


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


async def test_a_tenant_is_removed_from_every_table_there_is(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {table.name for table in TABLES} == set(rollup_states.metadata.tables)
    monkeypatch.setattr("analytics.lifecycle.tenant_removal.STEP", 2)
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
    await remove_tenant_rows(database, tenant)
    assert not any((await _rows(database, tenant)).values())
    assert await _rows(database, other) == kept
    assert STEP > 2
    await remove_tenant_rows(database, other)


async def test_a_tenant_goes_with_its_files(resources: JobResources, tenant: str, tmp_path: Path) -> None:
    await _fill(resources.database, tenant)
    who: Identity = identity(tenant)
    done, running = [await queue(resources.database, who, MONTH) for _ in range(2)]
    await run_export(resources, POLICY, tenant, done.id)
    async with resources.database.write() as writer:
        held = await jobs.claim(writer, tenant, running.id, soon())
    assert held
    await remove_tenant(resources, tenant)
    assert list((tmp_path / "files").iterdir()) == []
    assert not any((await _rows(resources.database, tenant)).values())
    async with resources.database.write() as writer:
        assert await jobs.renew(writer, held, soon(), 1, 1) is None
