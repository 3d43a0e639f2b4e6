"""Erasing people and companies: no phone and no word is left in any table, file or page of the database."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, func, insert, select

from analytics import export_jobs
from analytics.database import Database
from analytics.errors import InvalidInput, NotFound
from analytics.exports import ExportStatus
from analytics.ingest import webhooks
from analytics.migrations import migrate
from analytics.removal import STEP, TABLES, remove_rows
from analytics.rollup_tables import rollup_states
from analytics.viewers import Identity
from tasks import queue as queued
from tasks.erasure import forget_contacts, remove_tenant
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
            writer, held, soon(), rows=1, file_name="old.xlsx", file_size=1, expires_at=soon()
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
