"""Whole exports of any text, clock changes and several sheets, read again by three readers that know nothing of us."""

import csv
import io
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.exports.records import ExportFormat, ExportStatus
from analytics.storage.database import Database
from tasks.exports import job
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.writers.columns import COLUMNS
from tasks.exports.writers.further_columns import Further
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tasks.resources import JobResources
from tests.support import factories
from tests.support.exports import tables
from tests.support.exports.helpers import DAY, POLICY, lines, queue, stored
from tests.support.factories import identity, message_sent
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle

SENT_AT = [column.name for column in COLUMNS].index("sent_at")
SOFFICE = shutil.which("soffice")


async def exported(resources: JobResources, folder: Path, tenant: str, filter: Filter, **options: Any) -> Path:
    """The file of an export."""
    export = await queue(resources.database, identity(tenant), filter, **options)
    await run_export(resources, POLICY, tenant, export.id)
    done = await stored(resources.database, export)
    assert done.status is ExportStatus.COMPLETED
    return folder / "files" / key_of(done)


def events(texts: list[str]) -> list[dict[str, Any]]:
    """A tenant in which everything is called by such texts, and a message with a reply for each."""
    told = [factories.tenant()]
    for n, text in enumerate(texts):
        name = text if text.strip() else f"name {n}"
        told += [
            factories.department(f"d{n}", name),
            factories.agent(f"u{n}", name, email=name),
            factories.account(f"a{n}", name, phone=name),
            factories.template(f"t{n}", name),
            message_sent(
                f"m{n:03}",
                factories.after(seconds=n),
                department_id=f"d{n}",
                agent_id=f"u{n}",
                account_id=f"a{n}",
                template_id=f"t{n}",
                contact={"phone": f"+56933334{n:03}"},
                ticket={"id": f"{n}", "key": name, "created": True},
            ),
            factories.reply(
                f"m{n:03}",
                factories.after(minutes=n),
                account_id=f"a{n}",
                contact={"phone": f"+56933334{n:03}"},
                text=text,
            ),
        ]
    return told


@settings(settings.get_profile("default"), suppress_health_check=list(HealthCheck), max_examples=15)
@given(st.lists(tables.texts(), min_size=1, max_size=4))
async def test_any_text_comes_back_from_a_whole_export(
    database: Database, resources: JobResources, tmp_path: Path, texts: list[str]
) -> None:
    tenant, told = uuid4().hex, events(texts)
    await feed(database, tenant, told)
    expected = lines(Oracle(told), DAY, Locale.ES)
    path = await exported(resources, tmp_path, tenant, DAY)
    for read in (tables.read_openpyxl, tables.read_calamine):
        assert read(path)["Envíos"] == expected


async def test_times_across_the_clocks_changes(database: Database, resources: JobResources, tmp_path: Path) -> None:
    # Chile's midnight of 5 April 2026 comes twice, that of 6 September not at all.
    tenant = uuid4().hex
    instants = [
        *(f"2026-04-05T0{hour}:{minute}:59.999Z" for hour in (2, 3, 4) for minute in ("00", "30")),
        *(f"2026-09-06T0{hour}:{minute}:59.999Z" for hour in (2, 3, 4) for minute in ("59", "00")),
    ]
    told = [factories.tenant(), *(message_sent(f"m{n:02}", at) for n, at in enumerate(instants))]
    await feed(database, tenant, told)
    both = Filter(date(2026, 4, 4), date(2026, 9, 6))
    expected = lines(Oracle(told), both, Locale.ES)
    path = await exported(resources, tmp_path, tenant, both)
    assert tables.read_openpyxl(path)["Envíos"] == tables.read_calamine(path)["Envíos"] == expected
    shown = [str(row[SENT_AT]) for row in expected[1:]]
    assert shown[:6] == [
        "2026-04-04 23:00:59", "2026-04-04 23:30:59", "2026-04-04 23:00:59",
        "2026-04-04 23:30:59", "2026-04-05 00:00:59", "2026-04-05 00:30:59",
    ]  # fmt: skip
    assert not [at for at in shown if at.startswith("2026-09-06 00")]
    data = (await exported(resources, tmp_path, tenant, both, format=ExportFormat.CSV)).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == len(expected)
    assert [row[SENT_AT] for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))][1:] == shown


async def test_more_rows_than_a_sheet_holds(
    database: Database, resources: JobResources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Small(XlsxWriter):
        def __init__(self, locale: Any, summary: Any, further: Any) -> None:
            super().__init__(locale, summary, max_rows=4, further=further)

    monkeypatch.setattr(job, "XlsxWriter", Small)
    monkeypatch.setattr("analytics.storage.database.PARTITION", 3)
    tenant, told = uuid4().hex, events(["x"] * 10)
    await feed(database, tenant, told)
    head, *rows = lines(Oracle(told), DAY, Locale.ES)
    path = await exported(resources, tmp_path, tenant, DAY)
    for read in (tables.read_openpyxl, tables.read_calamine):
        seen = read(path)
        assert list(seen) == ["Resumen", "Envíos", "Envíos (2)", "Envíos (3)"]
        assert [len(seen[title]) for title in list(seen)[1:]] == [5, 5, 3]
        assert [line for title in list(seen)[1:] for line in seen[title]] == [
            head, *rows[:4], head, *rows[4:8], head, *rows[8:],
        ]  # fmt: skip


def row_of(number: int, text: str) -> tables.Row:
    at = tables.Row().sent_at + number
    further: dict[str, Any] = {"answered_at": at, "status": "FAILED", "bounce_code": 131026, "template_language": text}
    return tables.row(number, reply_text=text, template_name=text, ticket_key=text, **further)


def test_libreoffice_reads_the_same_texts(tmp_path: Path) -> None:
    if SOFFICE is None:
        assert not os.environ.get("CI"), "CI installs LibreOffice"
        pytest.skip("no LibreOffice")
    # Its CSV cannot say whether a line ends by CR or LF, so texts with either are not compared here.
    nasty = [text for text in tables.NASTY if not set(text) & set("\r\n")]
    given = [row_of(number, text) for number, text in enumerate([*nasty, "👍" * 20_000, "x" * 40_000])]
    every = Further(tuple(ExportColumn))
    with XlsxWriter(Locale.ES, [("Filas", len(given))], max_rows=20, further=every) as writer:
        writer.append(tables.columns(given))
        writer.finish(tmp_path / "export.xlsx")
    # Every sheet (-1) as UTF-8 (76), comma and quotes, cells as they are shown but texts quoted.
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", options,
         "--outdir", str(tmp_path), str(tmp_path / "export.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    seen = tables.read_openpyxl(tmp_path / "export.xlsx")
    for title in list(seen)[1:]:
        text = (tmp_path / f"export-{title}.csv").read_text("utf-8-sig")
        found = list(csv.reader(io.StringIO(text, newline="")))
        assert found == [[str(value) for value in line] for line in seen[title]], title
