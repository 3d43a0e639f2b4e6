"""Exports from the request to the file, through a real service with its embedded worker."""

import asyncio
import csv
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import openpyxl

from analytics.domain.query_spec import MessageFilter
from analytics.reports import runner
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from benchmarks.page.variables import Filters
from benchmarks.page.viewers import NOW, PLATFORM, Viewer
from benchmarks.support.measuring import Result, compared, percentile_95, percentile_95_of
from benchmarks.support.serving import ADMINISTRATOR, Client, serving
from benchmarks.workload.data import FOLDER, opened, sqlite_file, url
from benchmarks.workload.messages import DAYS, FIRST_DAY, LAST_DAY
from tasks.exports.writers.columns import COLUMNS

CREATE = """mutation M($input: CreateExportInput!) {
  createExport(input: $input) { export { id } userErrors { message } } }"""
LOOK = "query Q($id: ID!) { export(id: $id) { status rowsWritten } }"
DELETE = "mutation M($id: ID!) { deleteExport(input: {id: $id}) { userErrors { message } } }"
LOOK_EVERY = 0.05  # seconds
REQUESTS = 60  # of the view
TURNS = 5

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  on the clock of the report's zone, as spreadsheets show it

Days = tuple[date, date]
TWENTIETH = (FIRST_DAY, FIRST_DAY + timedelta(days=DAYS // 20 - 1))  # of the year
YEAR = (FIRST_DAY, LAST_DAY)
LAST_MONTH = Filters(LAST_DAY - timedelta(days=29), LAST_DAY)


def results(large: int, quick: bool) -> Iterator[Result]:
    """All results; `large` messages are the year whose export's memory is measured."""
    count, large = (20_000, min(large, 200_000)) if quick else (200_000, min(large, 1_000_000))
    yield from speed(count)
    yield memory(large)
    yield api(large)
    yield from large_files(large)


def file_without_exports(count: int) -> Path:
    """A year's database. What a run that was stopped left there would be made again, beside what is measured."""
    path = sqlite_file(count)
    with closing(opened(path)) as connection:
        connection.execute("DELETE FROM exports")
    return path


class Run:
    """One export, asked for when it is made."""

    def __init__(self, client: Client, format: str, days: Days) -> None:
        self._client = client
        self._started = time.perf_counter()
        asked = {"name": "Bench", "format": format, "filter": {"sentOn": {"from": str(days[0]), "to": str(days[1])}}}
        self._id = client.ask(CREATE, input=asked)["createExport"]["export"]["id"]

    def rows(self) -> int | None:
        """Return the number of rows of the file; None until it is complete."""
        export = self._client.ask(LOOK, id=self._id)["export"]
        if export["status"] not in ("QUEUED", "RUNNING", "COMPLETED"):
            raise RuntimeError(export)
        return int(export["rowsWritten"]) if export["status"] == "COMPLETED" else None

    def wait(self) -> tuple[int, float]:
        """The number of rows, and the seconds from the request to the end."""
        while (rows := self.rows()) is None:
            time.sleep(LOOK_EVERY)
        return rows, time.perf_counter() - self._started

    def delete(self) -> None:
        """Delete it and its file."""
        self._client.ask(DELETE, id=self._id)


def rate(client: Client, format: str) -> float:
    """Rows a second of an export of the whole year."""
    run = Run(client, format, YEAR)
    rows, seconds = run.wait()
    run.delete()
    return rows / seconds


def speed(count: int) -> Iterator[Result]:
    """Exports against what writes the same values and does nothing else."""
    file = url(file_without_exports(count))
    values = asyncio.run(plain_values(file))
    with serving(file) as (client,):
        Run(client, "CSV", (FIRST_DAY, FIRST_DAY)).wait()  # the worker is up
        for name, format, bare, bound in (
            ("export_vs_openpyxl", "XLSX", bare_openpyxl, ">= 0.7"),
            ("csv_vs_writer", "CSV", bare_csv, ">= 0.3"),
        ):
            # Turn by turn, since a machine's own speed changes from one second to the next.
            ours, theirs = [], [bare(values)]
            for _ in range(TURNS):
                ours.append(rate(client, format))
                theirs.append(bare(values))
            yield compared(name, median(ours), median(theirs), "rows/s", bound)


async def plain_values(file: str) -> list[tuple[Any, ...]]:
    """The 14 values of every row as an export shows them."""
    async with Database(file) as database, database.read() as reader:
        viewer = await load_viewer(reader, ADMINISTRATOR, False)
        spec = viewer.specify(MessageFilter(first=YEAR[0], last=YEAR[1]), 0)
        return [
            tuple(shown[column.name] for column in COLUMNS)
            async for sends in runner.stream_messages(reader, spec)
            for named, sent_at, *others in zip(*sends[:-1], strict=True)
            for shown in [
                asdict(named)
                | dict(zip(sends._fields[2:-1], others, strict=True))
                | {"sent_at": EPOCH + timedelta(seconds=sent_at)}
            ]
        ]


def bare_openpyxl(values: list[tuple[Any, ...]]) -> float:
    """Rows a second of a write-only sheet, to the saved file; openpyxl uses lxml where it is installed."""
    path = FOLDER / "bare.xlsx"
    started = time.perf_counter()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in values:
        sheet.append(row)
    book.save(path)
    return _ended(path, len(values), started)


def bare_csv(values: list[tuple[Any, ...]]) -> float:
    """Rows a second of a `csv.writer`."""
    path = FOLDER / "bare.csv"
    started = time.perf_counter()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row in values:
            writer.writerow(row)
    return _ended(path, len(values), started)


def _ended(path: Path, rows: int, started: float) -> float:
    found = rows / (time.perf_counter() - started)
    path.unlink()
    return found


def memory(large: int) -> Result:
    """The worker's peak memory for the year, and for a twentieth of its rows; a service of its own for each."""
    peaks = []
    for days in (YEAR, TWENTIETH):
        with serving(url(file_without_exports(large))) as (client,):
            run = Run(client, "XLSX", days)
            rows, seconds = run.wait()
            peaks.append(client.worker_peak_mb())
            run.delete()
        print(f"export of {rows:,} rows: {seconds:.0f} s, peak memory of the worker {peaks[-1]:.0f} MB")
    year, fraction = peaks
    return compared("export_memory", year, fraction, "MB", "<= 1.15")


def api(large: int) -> Result:
    """The 95th percentile of the page's first request while an export runs, and while none does."""
    with serving(url(file_without_exports(large)), ADMINISTRATOR, PLATFORM, now=NOW) as (client, platform):
        Run(client, "CSV", (FIRST_DAY, FIRST_DAY)).wait()
        viewer = Viewer(client, platform)

        def look() -> float:
            return viewer.first_ms(LAST_MONTH)

        alone = percentile_95(look, REQUESTS)
        run = Run(client, "XLSX", YEAR)
        beside = percentile_95(look, REQUESTS)
        if run.rows() is not None:
            raise RuntimeError("the export was over before the requests were")
        run.wait()
        run.delete()
    return compared("api_during_export", beside, alone, "ms", "<= 2.5")


def large_files(count: int) -> Iterator[Result]:
    """Exports of a million rows while somebody uses the page: the worker's memory, and what the reader feels of it.

    The memory is compared with that of a twentieth of the rows, the page's first request with the same without exports.
    """
    for format in ("XLSX", "CSV"):
        year, fraction = _export_while_read(count, format, YEAR), _export_while_read(count, format, TWENTIETH)
        name = f"export_1m_{format.lower()}"
        yield compared(f"{name}_memory", year.peak_mb, fraction.peak_mb, "MB", "<= 1.15")
        yield compared(f"{name}_page", year.page_ms, year.page_alone_ms, "ms", "<= 2.5")


class _Exported(NamedTuple):
    """An export while the page was used: the worker's peak memory, and the page's 95th percentile with and without."""

    peak_mb: float
    page_ms: float
    page_alone_ms: float


def _export_while_read(count: int, format: str, days: Days) -> _Exported:
    file = url(file_without_exports(count))
    with serving(file, ADMINISTRATOR, PLATFORM, now=NOW) as clients:
        client, viewer = clients[0], Viewer(*clients)

        def look() -> float:
            return viewer.first_ms(LAST_MONTH)

        alone = percentile_95(look, REQUESTS)
        run = Run(client, format, days)
        times: list[float] = []
        while run.rows() is None or len(times) < 2:  # a percentile needs two
            times.append(look())
        rows, seconds = run.wait()
        peak = client.worker_peak_mb()
        run.delete()
    print(
        f"{format} of {rows:,} rows beside {len(times)} views: {seconds:.0f} s, peak memory of the worker {peak:.0f} MB"
    )
    return _Exported(peak, percentile_95_of(times), alone)
