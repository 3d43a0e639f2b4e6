"""The export job: claim the row, stream the messages into a file, store it, complete the row.

While it works it renews its lease and writes its progress twice a second. It stops as soon as the row says so: the
export was canceled, or another worker took over after this one was thought dead. When its shift ends it hands the
export back.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from analytics import export_jobs, queries
from analytics.database import Database, Writer
from analytics.errors import Dropped, Forbidden
from analytics.exports import Export, ExportColumn, ExportFormat, ExportStatus, FailureCode
from analytics.outages import is_outage
from analytics.viewers import view
from analytics.zones import DAY
from tasks.columns import Locale
from tasks.delimited import Delimited
from tasks.file_names import file_name
from tasks.files import FileStore
from tasks.further import Further
from tasks.shifts import Shift
from tasks.summary import summary
from tasks.table_writer import TableWriter
from tasks.workbook import Summary, Workbook

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")

# Seconds from one write of the progress to the next, which takes a while itself: it is promised at least each second.
RENEW_EVERY = 0.5
# Seconds. An export of some millions of rows takes minutes; one that takes this long is stuck.
TIME_LIMIT = 60 * 60
SUFFIXES = {ExportFormat.XLSX: "xlsx", ExportFormat.CSV: "csv"}


@dataclass(frozen=True)
class Workshop:
    """What the job works with."""

    database: Database
    files: FileStore
    retention_days: int
    orphan_days: int = 30
    webhook_days: int = 30
    message_months: int | None = None
    form_answers: bool = False


class _Stopped(Exception):
    """The row or the end of the shift says that this worker should go no further."""


class _NotStored(Exception):
    """The file could not be written or stored. An OSError elsewhere is the database's connection."""


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _NotStored from error


def now() -> int:
    """The clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


def key_of(export: Export) -> str:
    """Under which key an export's file is stored: one for each attempt, so that none can spoil another's."""
    return _key(export, export.attempts)


def _key(export: Export, attempt: int) -> str:
    return f"{export.id}-{attempt}.{SUFFIXES[export.format]}"


async def forget(files: FileStore, export: Export) -> None:
    """Delete what any attempt stored for an export. Raises OSError."""
    for attempt in range(1, export.attempts + 1):
        await files.delete(_key(export, attempt))


def time_limit() -> asyncio.Timeout:
    """How long an export may take."""
    return asyncio.timeout(TIME_LIMIT)


async def run_export(workshop: Workshop, tenant: str, id: str, shift: Shift | None = None) -> None:
    """Do one export, if it is free to be done. Whatever happens is said in its row.

    An error of the database is raised, since then the row cannot be written: the lease runs out, and the sweep
    gives the export to another worker.
    """
    async with workshop.database.write() as writer:
        export = await export_jobs.claim(writer, tenant, id, now())
    if export is None:
        return
    logger = log.bind(export=id, attempt=export.attempts)
    # A worker that was killed may have stored a file that its row never came to name.
    with suppress(OSError):
        await forget(workshop.files, export)
    if export.status is not ExportStatus.RUNNING:
        logger.info("export ended", status=export.status)
        return
    logger.info("export started")
    progress = _Progress(shift or Shift())
    limit = time_limit()
    try:
        async with limit:
            await _make(workshop, export, progress)
    except _Stopped:
        await _put_down(workshop, export, progress)
        logger.info("export stopped")
    except TimeoutError:
        if not limit.expired():
            raise
        logger.warning("export took too long")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.TIMEOUT)
    except Forbidden:
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.ACCESS_REVOKED)
    except Dropped:
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.DROPPED)
    except _NotStored:
        logger.exception("export could not be stored")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.STORAGE)
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("export failed")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.INTERNAL)
    else:
        logger.info("export completed")


async def _put_down(workshop: Workshop, export: Export, progress: "_Progress") -> None:
    """Leave an export that is not to be finished here: hand it back, or end it if it was canceled."""
    if progress.handed_back:
        return  # the next worker may have stored its file by now, under the same key
    with suppress(OSError):
        await workshop.files.delete(key_of(export))
    async with workshop.database.write() as writer:
        if progress.shift.over:
            await export_jobs.give_back(writer, export)
        await export_jobs.end(writer, export, now(), ExportStatus.CANCELED)


async def _end(workshop: Workshop, export: Export, status: ExportStatus, failure: FailureCode | None = None) -> None:
    async with workshop.database.write() as writer:
        await export_jobs.end(writer, export, now(), status, failure)


class _Progress:
    """How far the job is, and whether it should go on."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.total: int | None = None
        self.written = 0
        self.storing = False
        self.stopped = False
        self.handed_back = False

    def go_on(self) -> None:
        """Raise unless there is time to begin the next batch."""
        if self.shift.over:
            raise _Stopped
        self.still_ours()

    def still_ours(self) -> None:
        """Raise when the export was canceled or lost."""
        if self.stopped:
            raise _Stopped


async def _make(workshop: Workshop, export: Export, progress: _Progress) -> None:
    made = asyncio.Event()
    renewing = asyncio.create_task(_renew(workshop.database, export, progress, made))
    try:
        with _storing():
            scratch = tempfile.TemporaryDirectory(prefix="embudo-export-", ignore_cleanup_errors=True)
        with scratch as folder:
            path = Path(folder) / key_of(export)
            await _write(workshop.database, export, progress, path)
            progress.still_ours()
            progress.storing = True
            with _storing():
                content = await workshop.files.put(key_of(export), path)
        progress.still_ours()
        done_at = now()
        async with workshop.database.write() as writer:
            completed = await export_jobs.complete(
                writer,
                export,
                done_at,
                rows=progress.written,
                file_name=file_name(export.name, SUFFIXES[export.format]),
                file_size=content.size,
                file_digest=content.digest,
                expires_at=done_at + workshop.retention_days * DAY,
            )
        if not completed:
            raise _Stopped
    finally:
        # Told, not canceled: a write that is cut off in the middle can leave SQLite locked.
        made.set()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(database: Database, export: Export, progress: _Progress, made: asyncio.Event) -> None:
    while not progress.stopped:
        with suppress(TimeoutError):
            await asyncio.wait_for(made.wait(), RENEW_EVERY)
        if made.is_set():
            return
        try:
            async with database.write() as writer:
                await _look(writer, export, progress)
        except (DBAPIError, OSError):
            log.warning("the lease could not be renewed, trying again", export=export.id, exc_info=True)


async def _look(writer: Writer, export: Export, progress: _Progress) -> None:
    """Renew the lease, or let go of the row at once: a large file's last step may take longer than anyone waits."""
    if progress.shift.overdue and not progress.storing:
        await export_jobs.give_back(writer, export)
        progress.handed_back = progress.stopped = True
        return
    status = await export_jobs.renew(writer, export, now(), progress.total, progress.written)
    if status is ExportStatus.CANCELING:
        await export_jobs.end(writer, export, now(), ExportStatus.CANCELED)
    progress.stopped = status is not ExportStatus.RUNNING


async def _write(database: Database, export: Export, progress: _Progress, path: Path) -> None:
    """Write the file. All that is read is of one moment: the requester's access, the count and the rows."""
    async with database.read() as reader:
        await reader.expect_much()
        viewer = await view(reader, export.requester)
        if not export.allows(viewer.scope):
            raise Forbidden("The requester may no longer see all departments of the export.")
        read_at = now()
        progress.total = await queries.count(reader, export.spec)
        front = await summary(reader, export, progress.total, read_at) if export.format is ExportFormat.XLSX else None
        heard = await queries.heard_titles(reader, export.spec) if ExportColumn.BOUNCE_REASON in export.columns else {}
        further = Further(export.columns, heard)
        with _writer(export, front, further) as writer:
            async for sends in _ahead(queries.sends(reader, export.spec, export.columns)):
                # In a thread, so that the lease is renewed while a batch is being written.
                with _storing():
                    await _in_thread(writer.append, sends)
                progress.written += len(sends.named)
                progress.go_on()
            with _storing():
                await _in_thread(writer.finish, path)


async def _ahead(batches: AsyncIterator[T]) -> AsyncIterator[T]:
    """The same batches, each being read while the one before is worked on."""
    reading = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await reading) is not None:
            reading = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        await asyncio.wait([reading])  # not canceled: its connection is about to be given back


async def _in_thread(step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a step in a thread, and wait for its end also when our time is over: what it writes to is deleted then."""
    running = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


@contextmanager
def _writer(export: Export, front: Summary | None, further: Further) -> Iterator[TableWriter]:
    locale = Locale(export.locale)
    opened: TableWriter
    with _storing():
        if export.format is ExportFormat.XLSX:
            opened = Workbook(locale, front, further=further)
        else:
            opened = Delimited(locale, export.separator, further)
    with opened as writer:
        yield writer
