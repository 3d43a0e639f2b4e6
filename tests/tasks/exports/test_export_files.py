"""The contents of an export's file: the messages of its filter, named as they were, all of them."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.domain.time_zones import to_micros
from analytics.exports.records import CsvSeparator, ExportFormat, ExportStatus
from analytics.storage.database import Database
from analytics.storage.tables import messages
from tasks.exports.files import key_of
from tasks.exports.writers.columns import headers
from tasks.resources import JobResources
from tests.support import factories, strategies
from tests.support.exports import tables
from tests.support.exports.helpers import TITLES, WEEK, lines, queue, run, sends, sheet
from tests.support.factories import identity, member, message_sent, supervisor
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle
from tests.support.tenants import marked


@given(case=strategies.cases(by_template=True), locale=st.sampled_from(Locale))
async def test_the_workbook_is_the_oracles_rows_cell_by_cell(
    database: Database, resources: JobResources, folder: Path, case: tuple[list[dict[str, Any]], Filter], locale: Locale
) -> None:
    events, filter = case
    tenant = uuid4().hex
    await feed(database, tenant, events)
    done = await run(resources, await queue(database, identity(tenant), filter, locale=locale))
    expected = lines(Oracle(events), filter, locale)
    assert done.status is ExportStatus.COMPLETED
    assert sheet(folder, done) == expected
    assert tables.read_calamine(folder / key_of(done))[TITLES[locale]] == expected
    assert done.rows_total == done.rows_written == len(expected) - 1
    assert done.file_size == (folder / key_of(done)).stat().st_size


@given(case=strategies.cases(by_template=True), locale=st.sampled_from(Locale))
async def test_the_delimited_file_is_the_oracles_rows_field_by_field(
    database: Database, resources: JobResources, folder: Path, case: tuple[list[dict[str, Any]], Filter], locale: Locale
) -> None:
    events, filter = case
    tenant = uuid4().hex
    await feed(database, tenant, events)
    done = await run(resources, await queue(database, identity(tenant), filter, format=ExportFormat.CSV, locale=locale))
    head, *rows = lines(Oracle(events), filter, locale)
    guarded = [[tables.guarded(value) if isinstance(value, str) else str(value) for value in row] for row in rows]
    text = (folder / key_of(done)).read_bytes().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [head, *guarded]


async def test_names_are_those_in_force_when_a_message_was_sent(
    database: Database, resources: JobResources, folder: Path, tenant: str
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
    done = await run(resources, await queue(database, identity(tenant), day, locale=Locale.EN))
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
    database: Database, resources: JobResources, folder: Path, tenant: str, format: ExportFormat
) -> None:
    done = await run(resources, await queue(database, identity(tenant), WEEK, format=format))
    assert (done.status, done.rows_total, done.progress) == (ExportStatus.COMPLETED, 0, 1)
    if format is ExportFormat.XLSX:
        assert sheet(folder, done) == [headers(Locale.ES)]
    else:
        text = (folder / key_of(done)).read_bytes().decode("utf-8-sig")
        assert next(csv.reader(io.StringIO(text))) == headers(Locale.ES)
        assert text.count("\n") == 1


async def test_rows_come_in_partitions_and_none_is_lost(
    database: Database, resources: JobResources, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.storage.database.PARTITION", 7)
    events = [*sends(50), *(message_sent(f"tie{n}", factories.MONDAY) for n in (2, 10, 1))]
    await feed(database, tenant, events)
    done = await run(resources, await queue(database, identity(tenant), WEEK))
    assert [row[6] for row in sheet(folder, done)[1:]] == [
        "m0000", "tie1", "tie10", "tie2", *(f"m{n:04}" for n in range(1, 50))
    ]  # fmt: skip


async def change(database: Database, tenant: str, id: str, **values: Any) -> None:
    """Set columns of a message, whatever came of its events."""
    async with database.write() as writer:
        await writer.execute(update(messages).where(messages.c.tenant_id == tenant, messages.c.id == id).values(values))


def at(seconds: float) -> int:
    """A moment after the first send, in microseconds."""
    return to_micros(datetime.fromisoformat(factories.after(seconds=seconds)))


async def test_a_reply_of_any_kind_is_seen(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    told = sends(5)
    await feed(database, tenant, [*told, *(factories.reply(f"m{n:04}", text="la boleta") for n in range(4))])
    await change(database, tenant, "m0000", reply_kind="image")
    await change(database, tenant, "m0001", reply_kind="audio", reply_text=None)
    await change(database, tenant, "m0002", reply_kind=None)
    await change(database, tenant, "m0003", reply_kind=None, reply_text=" ")
    done = await run(resources, await queue(database, identity(tenant), WEEK))
    shown = [row[-1] for row in sheet(folder, done)[1:]]
    assert shown == ["[Imagen] la boleta", "[Audio]", "la boleta", "[Respuesta]", ""]


@pytest.fixture
async def funnel(database: Database, tenant: str) -> str:
    """A message that was read and answered, two that bounced, and one that a failure did not keep from arriving."""
    failed = factories.status("m0002", "failed", factories.after(minutes=1))
    await feed(
        database,
        tenant,
        [
            factories.tenant(),
            factories.department("d1", "Ventas"),
            member("s1", "d1"),
            factories.template("t1", "aviso", language="es_CL"),
            factories.template("t1", "aviso", factories.after(days=1), language="es_MX"),
            *sends(4),
            factories.reply("m0000", factories.after(hours=1)),
            factories.status("m0001", "failed", factories.after(minutes=1), 131026),
            {**failed, "error": {"code": 999, "title": "Words of another department"}},
            factories.status("m0003", "delivered"),
        ],
    )
    # 23:59:59.9 in Santiago, then read on another day, and answered when its clock had gone back.
    night, winter = (
        to_micros(datetime(2026, 11, 3, 2, 59, 59, 900_000, UTC)),
        to_micros(datetime(2027, 5, 3, 4, tzinfo=UTC)),
    )
    read = {"accepted_at": at(1), "delivered_at": None, "read_at": night, "failed_at": None}
    await change(database, tenant, "m0000", **read, replied_at=winter, reply_kind="button")
    bounced = {"accepted_at": None, "delivered_at": None, "read_at": None, "failed_at": at(60)}
    await change(database, tenant, "m0001", **bounced, failed_code=131026)
    await change(database, tenant, "m0002", **bounced, failed_code=999)
    delivered = {"accepted_at": None, "delivered_at": at(120), "read_at": None}
    await change(database, tenant, "m0003", **delivered, failed_at=at(60), failed_code=131026)
    return tenant


async def test_further_columns_say_what_became_of_a_message(
    database: Database, resources: JobResources, folder: Path, funnel: str
) -> None:
    asked = await queue(database, identity(funnel), WEEK, locale=Locale.EN, columns=tuple(ExportColumn))
    path = folder / key_of(await run(resources, asked))
    found = tables.read_openpyxl(path)["Sends"]
    assert found == tables.read_calamine(path)["Sends"]
    head, *rows = [[value if isinstance(value, int) else str(value) for value in row[14:]] for row in found]
    sent = datetime.fromisoformat(factories.MONDAY).astimezone(ZoneInfo("America/Santiago")).replace(tzinfo=None)
    second, minute, two = (str(sent + timedelta(seconds=later)) for later in (1, 60, 120))
    assert head == [
        "Answered", "Answered at", "Reply type", "Accepted at", "Delivered at", "Read at", "Bounced at", "Bounce code",
        "Bounce reason", "User ID", "Template ID", "Template language",
    ]  # fmt: skip
    assert rows == [
        ["yes", "2027-05-03 00:00:00", "Button", second, "", "2026-11-02 23:59:59", "", "", "", "u1", "t1", "es_CL"],
        ["no", "", "", "", "", "", minute, 131026, "Message undeliverable", "u1", "t1", "es_CL"],
        ["no", "", "", "", "", "", minute, 999, "Words of another department", "u1", "t1", "es_CL"],
        ["no", "", "", "", two, "", "", "", "", "u1", "t1", "es_CL"],
    ]  # fmt: skip


@pytest.mark.parametrize("format", ExportFormat)
@pytest.mark.parametrize("restricted", ["by role", "by filter"])
async def test_words_of_other_departments_are_not_shown(
    database: Database, resources: JobResources, folder: Path, funnel: str, format: ExportFormat, restricted: str
) -> None:
    who = supervisor(funnel) if restricted == "by role" else identity(funnel)
    filter = WEEK if restricted == "by role" else replace(WEEK, departments=frozenset({"d1"}))
    asked = await queue(database, who, filter, format=format, columns=(ExportColumn.BOUNCE_REASON,))
    done = await run(resources, asked)
    if format is ExportFormat.XLSX:
        rows = sheet(folder, done)
    else:
        rows = list(csv.reader(io.StringIO((folder / key_of(done)).read_text("utf-8-sig"), newline="")))
    own = "No se pudo entregar: el número puede no estar en WhatsApp"
    assert [row[-1] for row in rows] == ["Motivo de rebote", "", own, "Error 999", ""]


async def test_fewer_columns_stand_side_by_side_and_a_semicolon_between(
    database: Database, resources: JobResources, folder: Path, funnel: str
) -> None:
    choices: dict[str, Any] = {"columns": (ExportColumn.AGENT_ID, ExportColumn.ANSWERED)}
    asked = await queue(
        database, identity(funnel), WEEK, format=ExportFormat.CSV, separator=CsvSeparator.SEMICOLON, **choices
    )
    text = (folder / key_of(await run(resources, asked))).read_bytes().decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0].endswith(";Respuesta;Respondido;ID del usuario")
    assert [line.split(";")[-2:] for line in lines[1:-1]] == [["sí", "u1"], ["no", "u1"], ["no", "u1"], ["no", "u1"]]


# What no column of a file shows.
NOT_IN_FILES = {
    "department", "account", "wamid", "contact", "new-contact", "reply", "member", "meta-id", "number-id",
    "title-of-a-known-code", "title-of-nobodys", "boss", "boss-name", "boss-email", "export", "note",
}  # fmt: skip


@pytest.mark.parametrize("format", ExportFormat)
async def test_no_file_has_a_word_from_outside_the_scope(
    format: ExportFormat, database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, marked.tenant_events())
    seen: dict[str, set[str]] = {}
    for who in (supervisor(tenant), identity(tenant)):
        seen[who.role] = set()
        for locale in Locale:
            asked = await queue(database, who, WEEK, format=format, locale=locale, columns=tuple(ExportColumn))
            seen[who.role] |= marked.found(texts(folder / key_of(await run(resources, asked))))
    assert seen["supervisor"] == set()
    # There was something to find.
    assert seen["administrator"] == marked.MARKS.keys() - NOT_IN_FILES


def texts(path: Path) -> str:
    """All that is written in a file, packed or not."""
    if not zipfile.is_zipfile(path):
        return path.read_text("utf-8-sig")
    with zipfile.ZipFile(path) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist())
