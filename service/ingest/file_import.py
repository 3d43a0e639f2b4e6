"""`embudo import`: events from files, in batches, with progress; rejected lines are reported and written aside."""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from analytics.ingest.batch import apply_batch
from analytics.ingest.outcomes import TOO_LATE, Outcome, count_outcomes
from analytics.storage.database import Database
from service.ingest.file_reading import PACKED, FilePart, FileReader, InvalidLine, are_small, name_of, read_files

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


class RejectedLinesFile:
    """The rejected lines: told one by one, and written as they came to a file made when there is a first one."""

    def __init__(self, path: Path, console: Console) -> None:
        self.path = path
        self.count = 0
        self._console = console
        self._file: BinaryIO | None = None

    def add(self, name: str, line: InvalidLine) -> None:
        """Report a line and write it aside."""
        self.count += 1
        if self.count <= SHOWN:
            self._console.print(f"{name}:{line.number}: {line.code}: {line.message}", style="red", markup=False)
        self._file = self._file or self.path.open("wb")
        self._file.write(line.text + b"\n")

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
    with closing(aside), _without_collections(), _progress(console) as progress:
        for path in paths:
            is_counted = path.is_file() and path.suffix != PACKED
            progress.add_task(name_of(path), total=path.stat().st_size if is_counted else None)
        tasks = progress.task_ids
        async with _parts(paths, whatsapp=whatsapp, forms=forms) as parts:
            async for part in parts:
                await apply_part(database, tenant, name_of(paths[part.file]), part, report, aside)
                progress.update(tasks[part.file], advance=part.size)
    return report


@contextmanager
def _without_collections() -> Iterator[None]:
    """Millions of small objects live for one batch and hold no cycles: looking for cycles takes a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@asynccontextmanager
async def _parts(paths: list[Path], *, whatsapp: bool, forms: bool) -> AsyncIterator[AsyncIterator[FilePart]]:
    """The parts of files, read by a process of its own unless the files are small."""
    if are_small(paths):
        yield _unawaited(read_files(paths, whatsapp=whatsapp, forms=forms))
    else:
        with FileReader(paths, whatsapp=whatsapp, forms=forms) as reader:
            yield _awaited(reader)


async def _unawaited(parts: Iterable[FilePart]) -> AsyncIterator[FilePart]:
    for part in parts:
        yield part


async def _awaited(reader: FileReader) -> AsyncIterator[FilePart]:
    # In a thread, so that Ctrl-C is noticed while nothing comes.
    while part := await asyncio.to_thread(reader.read):
        yield part


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)


async def apply_part(
    database: Database, tenant: str, name: str, part: FilePart, report: ImportReport, aside: RejectedLinesFile
) -> None:
    """Apply a part of a file; what is rejected goes aside."""
    for line in part.invalid:
        aside.add(name, line)
    outcomes = await apply_batch(database, tenant, part.batch)
    report.outcomes.update(count_outcomes(outcomes))
    if Outcome.REJECTED in outcomes:
        for valid, outcome in zip(part.lines, outcomes, strict=True):
            if outcome is Outcome.REJECTED:
                aside.add(name, InvalidLine(valid.number, valid.text, TOO_LATE.code, TOO_LATE.message))
    report.rejected = aside.count
