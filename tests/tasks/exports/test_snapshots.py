"""An export is of one moment: its rows and its funnel agree, whatever ingest does meanwhile."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from analytics.exports.records import ExportStatus
from analytics.storage.database import Database
from tasks.exports import job
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tasks.file_store import FileStore
from tasks.resources import JobResources
from tests.support import factories
from tests.support.exports import tables
from tests.support.exports.helpers import DAY, POLICY, queue, stored
from tests.support.factories import identity, message_sent
from tests.support.ingest_helpers import feed


def _sends(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [message_sent(f"m{n:02}", factories.after(seconds=n), **fields) for n in range(count)]


async def test_rows_and_funnel_are_of_one_moment(
    database: Database, tmp_path: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.storage.database.PARTITION", 5)
    await feed(database, tenant, [factories.tenant(), *_sends(40)])
    loop = asyncio.get_running_loop()
    rounds: list[int] = []

    def change_everything(number: int) -> Any:
        """Ingest that touches rows before and behind the place where the export is."""
        late = message_sent(f"new{number}", factories.after(seconds=number))
        moved = [
            message_sent(f"m{n:02}", factories.after(days=9), updated_at=factories.after(days=number + 1))
            for n in (number, 39 - number)
        ]
        done = [factories.status(f"m{n:02}", "delivered", factories.after(minutes=number)) for n in range(40)]
        renamed = {**factories.department(name=f"new {number}"), "updated_at": factories.after()}
        return feed(database, tenant, [late, *moved, *done, renamed])

    class Between(XlsxWriter):
        def append(self, sends: Any) -> None:
            super().append(sends)
            asyncio.run_coroutine_threadsafe(change_everything(len(rounds)), loop).result()
            rounds.append(len(sends.named))

    monkeypatch.setattr(job, "XlsxWriter", Between)
    resources = JobResources(database, FileStore((tmp_path / "files").as_uri()))
    export = await queue(database, identity(tenant), DAY)
    await run_export(resources, POLICY, tenant, export.id)
    done = await stored(database, export)
    assert (done.status, done.rows_written, len(rounds)) == (ExportStatus.COMPLETED, 40, 8)
    book = tables.read_openpyxl(tmp_path / "files" / key_of(done))
    rows = book["Envíos"][1:]
    assert [row[6] for row in rows] == [f"m{n:02}" for n in range(40)]
    assert Counter(row[8] for row in rows) == {"Pendiente": 40}
    told = {line[0]: line[1] for line in book["Resumen"]}
    assert (told["Filas"], told["Mensajes"], told["Pendientes"], told["Entregados"]) == (40, 40, 40, 0)

    # The next one sees all of it, and again agrees with itself.
    monkeypatch.setattr(job, "XlsxWriter", XlsxWriter)
    again = await queue(database, identity(tenant), DAY)
    await run_export(resources, POLICY, tenant, again.id)
    book = tables.read_openpyxl(tmp_path / "files" / key_of(await stored(database, again)))
    statuses = Counter(row[8] for row in book["Envíos"][1:])
    told = {line[0]: line[1] for line in book["Resumen"]}
    assert told["Filas"] == sum(statuses.values()) == 40 + 8 - 16
    assert (told["Entregados"], told["Pendientes"]) == (statuses["Entregado"], statuses["Pendiente"])
    assert statuses["Entregado"] > 0
