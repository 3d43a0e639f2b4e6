"""What the file of an export holds: the messages of its filter, named as they were, all of them."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.database import Database
from analytics.exports import ExportFormat, ExportStatus, Locale
from tasks.columns import Locale as Language
from tasks.columns import headers
from tasks.exports import Workshop, key_of
from tests import factories, strategies
from tests.factories import identity, message_sent
from tests.feeding import feed
from tests.oracle import Filter, Oracle
from tests.tasks import tables
from tests.tasks.exporting import TITLES, WEEK, lines, queue, run, sends, sheet


@given(case=strategies.cases(), locale=st.sampled_from(Locale))
async def test_the_workbook_is_the_oracles_rows_cell_by_cell(
    database: Database, workshop: Workshop, folder: Path, case: tuple[list[dict[str, Any]], Filter], locale: Locale
) -> None:
    events, filter = case
    tenant = uuid4().hex
    await feed(database, tenant, events)
    done = await run(workshop, await queue(database, identity(tenant), filter, locale=locale))
    expected = lines(Oracle(events), filter, locale)
    assert done.status is ExportStatus.COMPLETED
    assert sheet(folder, done) == expected
    assert tables.read_calamine(folder / key_of(done))[TITLES[locale]] == expected
    assert done.rows_total == done.rows_written == len(expected) - 1
    assert done.file_size == (folder / key_of(done)).stat().st_size


@given(case=strategies.cases(), locale=st.sampled_from(Locale))
async def test_the_delimited_file_is_the_oracles_rows_field_by_field(
    database: Database, workshop: Workshop, folder: Path, case: tuple[list[dict[str, Any]], Filter], locale: Locale
) -> None:
    events, filter = case
    tenant = uuid4().hex
    await feed(database, tenant, events)
    done = await run(workshop, await queue(database, identity(tenant), filter, format=ExportFormat.CSV, locale=locale))
    head, *rows = lines(Oracle(events), filter, locale)
    guarded = [[tables.guarded(value) if isinstance(value, str) else str(value) for value in row] for row in rows]
    text = (folder / key_of(done)).read_bytes().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [head, *guarded]


async def test_names_are_those_in_force_when_a_message_was_sent(
    database: Database, workshop: Workshop, folder: Path, tenant: str
) -> None:
    # Both sends say 23:30 in Santiago: the first before its clock goes back, the second after.
    before, after = "2026-04-05T02:30:00Z", "2026-04-05T03:30:00Z"
    events = [factories.tenant()]
    for name, at in (("old", factories.LONG_AGO), ("new", "2026-04-05T03:00:00Z"), ("newest", "2026-05-01T00:00:00Z")):
        events += [
            factories.department(name=f"department {name}", at=at),
            factories.agent(name=f"agent {name}", at=at, email=f"{name}@acme.cl"),
            factories.account(name=f"account {name}", at=at, phone=f"+1 {name}"),
            factories.template(name=f"template {name}", at=at, category={"old": "MARKETING"}.get(name, "UTILITY")),
        ]
    for id, at in (("m1", before), ("m2", after)):
        events.append(message_sent(id, at, ticket=factories.ticket(id), contact={"phone": f"+569{id[1]}00000"}))
    events += [
        factories.status("m1", "failed", before, 131026),
        factories.reply("m2", after, text="=cmd|' /C calc'!A0", contact={"phone": "+569200000"}),
    ]
    await feed(database, tenant, events)
    day = Filter(date(2026, 4, 4), date(2026, 4, 4))
    done = await run(workshop, await queue(database, identity(tenant), day, locale=Locale.EN))
    head, *rows = sheet(folder, done)
    assert head == [
        "HSM template", "Template type", "Sent at", "HSM department", "User email", "User name", "Message ID",
        "Recipient phone", "Message status", "Internal ticket ID", "Ticket identifier", "Sender account phone",
        "Sender account name", "Reply",
    ]  # fmt: skip
    assert [[str(value) for value in row] for row in rows] == [
        ["template old", "marketing", "2026-04-04 23:30:00", "department old", "old@acme.cl", "agent old", "m1",
         "+569100000", "Bounced", "m1", "DESK-m1", "+1 old", "account old", ""],
        ["template new", "utility", "2026-04-04 23:30:00", "department new", "new@acme.cl", "agent new", "m2",
         "+569200000", "Delivered", "m2", "DESK-m2", "+1 new", "account new", "=cmd|' /C calc'!A0"],
    ]  # fmt: skip


@pytest.mark.parametrize("format", ExportFormat)
async def test_an_export_of_nothing_is_a_file_with_its_header(
    database: Database, workshop: Workshop, folder: Path, tenant: str, format: ExportFormat
) -> None:
    done = await run(workshop, await queue(database, identity(tenant), WEEK, format=format))
    assert (done.status, done.rows_total, done.progress) == (ExportStatus.COMPLETED, 0, 1)
    if format is ExportFormat.XLSX:
        assert sheet(folder, done) == [headers(Language.ES)]
    else:
        text = (folder / key_of(done)).read_bytes().decode("utf-8-sig")
        assert next(csv.reader(io.StringIO(text))) == headers(Language.ES)
        assert text.count("\n") == 1


async def test_rows_come_in_partitions_and_none_is_lost(
    database: Database, workshop: Workshop, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.database.PARTITION", 7)
    events = [*sends(50), *(message_sent(f"tie{n}", factories.MONDAY) for n in (2, 10, 1))]
    await feed(database, tenant, events)
    done = await run(workshop, await queue(database, identity(tenant), WEEK))
    assert [row[6] for row in sheet(folder, done)[1:]] == [
        "m0000", "tie1", "tie10", "tie2", *(f"m{n:04}" for n in range(1, 50))
    ]  # fmt: skip
