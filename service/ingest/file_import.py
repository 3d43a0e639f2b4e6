"""`embudo import`: events from files, in batches, with progress; rejected lines are reported and written aside."""

import gc
import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from analytics.domain.time_zones import now_micros
from analytics.ingest.batch import apply_events
from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.files import ParsedLine, read_events, read_whatsapp
from analytics.ingest.outcomes import TOO_LATE, Outcome, count_outcomes
from analytics.storage.database import Database

# Events applied in one transaction. A message's events come soon after one another: the more of them are in one
# batch, the fewer times its row and its rollup rows are written. This takes an eighth less work than 40,000; 120,000
# would take hardly less than this.
BATCH = 80_000
# While others write for the tenant there is time to read on: up to so many events, so many at a time.
MAX_BATCH_BYTES, MORE = 120_000, 10_000
PACKED = ".gz"
# Rejected lines told on the terminal; all of them are in the file.
SHOWN = 20


@dataclass
class ImportReport:
    """The results of the events of an import."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    @property
    def accepted(self) -> int:
        """Events that changed something."""
        return self.outcomes["accepted"]

    def __str__(self) -> str:
        parts = [f"{self.accepted:,} accepted", f"{self.outcomes['duplicate']:,} duplicate"]
        parts += [f"{self.outcomes[rare]:,} {rare}" for rare in ("superseded", "ignored") if self.outcomes[rare]]
        return ", ".join([*parts, f"{self.rejected:,} rejected"])


class UnreadableFileError(Exception):
    """A file that is damaged, or a disk; the message names it."""


class RejectedLinesFile:
    """The rejected lines: told one by one, and written as they came to a file made when there is a first one."""

    def __init__(self, path: Path, console: Console) -> None:
        self.path = path
        self.count = 0
        self._console = console
        self._file: BinaryIO | None = None

    def add(self, name: str, item: ParsedLine, error: InvalidEventError) -> None:
        """Report a line and write it aside."""
        self.count += 1
        if self.count <= SHOWN:
            self._console.print(f"{name}:{item.line}: {error.code}: {error.message}", style="red", markup=False)
        self._file = self._file or self.path.open("wb")
        self._file.write(item.text + b"\n")

    def close(self) -> None:
        """Finish the file."""
        if self._file:
            self._file.close()


async def import_files(
    database: Database,
    tenant: str,
    paths: list[Path],
    *,
    whatsapp: bool,
    rejected: Path,
    console: Console,
    forms: bool = False,
) -> ImportReport:
    """Import files (`-` is standard input, `.gz` is packed) and say what became of their events.

    With `forms` the answers of WhatsApp's forms are kept.
    """
    report, aside = ImportReport(), RejectedLinesFile(rejected, console)
    # Millions of small objects live for one batch and hold no cycles: looking for cycles takes a sixth of the time.
    gc.disable()
    try:
        with _progress(console) as progress:
            for path in paths:
                name = "standard input" if str(path) == "-" else path.name
                file = _open(path)
                total = path.stat().st_size if path.is_file() and path.suffix != PACKED else None
                task = progress.add_task(name, total=total)
                with file:
                    read = read_whatsapp(file, forms=forms) if whatsapp else read_events(file)
                    items = _counted(progress, task, name, read)
                    await import_items(database, tenant, name, items, report, aside)
                progress.update(task, completed=total)
    finally:
        gc.enable()
        aside.close()
    report.rejected = aside.count
    return report


def _open(path: Path) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    return cast(BinaryIO, gzip.open(path)) if path.suffix == PACKED else path.open("rb")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)


def _counted(progress: Progress, task: TaskID, name: str, items: Iterable[ParsedLine]) -> Iterator[ParsedLine]:
    """The items as they are, telling the progress bar of their bytes a thousand at a time."""
    size = 0
    for number, item in enumerate(_readable(name, items)):
        size += len(item.text) + 1
        if number % 1000 == 0:
            progress.update(task, advance=size)
            size = 0
        yield item


def _readable(name: str, items: Iterable[ParsedLine]) -> Iterator[ParsedLine]:
    try:
        yield from items
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(
            f"{name} cannot be read to its end: {error}. What came before may be in already."
        ) from None


async def import_items(
    database: Database,
    tenant: str,
    name: str,
    items: Iterable[ParsedLine],
    report: ImportReport,
    aside: RejectedLinesFile,
) -> None:
    """Apply items in batches; what is rejected goes aside."""
    waiting = iter(items)
    while batch := list(islice(waiting, BATCH)):
        while len(batch) < MAX_BATCH_BYTES and await database.is_tenant_locked(tenant):
            more = list(islice(waiting, MORE))
            if not more:
                break
            batch += more
        events: list[AnyEvent] = []
        valid: list[ParsedLine] = []
        for item in batch:
            if isinstance(item.event, InvalidEventError):
                aside.add(name, item, item.event)
            else:
                events.append(item.event)
                valid.append(item)
        outcomes = await apply_events(database, tenant, events, now_micros())
        report.outcomes.update(count_outcomes(outcomes))
        for item, outcome in zip(valid, outcomes, strict=True):
            if outcome is Outcome.REJECTED:
                aside.add(name, item, TOO_LATE)
