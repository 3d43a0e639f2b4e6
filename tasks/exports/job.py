"""The export job: claim the row, stream the messages into a file, store it, complete the row.

While it works it renews its lease and writes its progress twice a second. It stops as soon as the row says so: the
export was canceled, or another worker took over after this one was thought dead. When its process is to stop it hands
the export back.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from analytics.domain.errors import ForbiddenError, MessagesPurgedError
from analytics.domain.export_columns import ExportColumn
from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import DAY, now_micros
from analytics.exports import jobs
from analytics.exports.records import Export, ExportFormat, ExportStatus, FailureCode
from analytics.reports import runner
from analytics.reports.access import load_viewer
from analytics.reports.rows.template_filters import resolve_rows
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database, Writer
from tasks.exports.file_names import file_name
from tasks.exports.files import SUFFIXES, delete_files, key_of
from tasks.exports.summary_sheet import summary
from tasks.exports.writers.base import ExportWriter
from tasks.exports.writers.csv_writer import CsvWriter
from tasks.exports.writers.further_columns import Further
from tasks.exports.writers.xlsx_writer import Summary, XlsxWriter
from tasks.resources import JobResources, RetentionPolicy
from tasks.worker_slots import WorkerSlots

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")

# Seconds between two writes of the progress. Clients are promised one each second, and a write takes a while itself.
RENEW_INTERVAL = 0.5
# Seconds. An export of some millions of rows takes minutes; one that takes this long is stuck.
TIME_LIMIT = 60 * 60


class _JobInterruptedError(Exception):
    """The job must stop: its export was canceled or taken over, or its process is stopping."""


class _StorageError(Exception):
    """The file could not be written or stored. Any other OSError is one of the database's connection."""


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _StorageError from error


def time_limit() -> asyncio.Timeout:
    """The timeout of one export. (A function, so that tests can put a shorter one in its place.)"""
    return asyncio.timeout(TIME_LIMIT)


async def run_export(
    resources: JobResources, policy: RetentionPolicy, tenant: str, id: str, slots: WorkerSlots | None = None
) -> None:
    """Run one export, unless another worker has it; its row says how it ended.

    Raises errors of the database only, since then the row cannot be written: the lease runs out, and the export is
    sent to another worker.
    """
    async with resources.database.write() as writer:
        export = await jobs.claim(writer, tenant, id, now_micros())
    if export is None:
        return
    logger = log.bind(export=id, attempt=export.attempts)
    # A worker that was killed may have stored a file that its row never came to name.
    with suppress(OSError):
        await delete_files(resources.files, export)
    if export.status is not ExportStatus.RUNNING:
        logger.info("export ended", status=export.status)
        return
    logger.info("export started")
    progress = _JobProgress(slots or WorkerSlots())
    limit = time_limit()
    try:
        async with limit, resources.database.guard(tenant):
            await _produce_file(resources, policy, export, progress)
    except _JobInterruptedError:
        await _release(resources, export, progress)
        logger.info("export stopped")
    except TimeoutError:
        if not limit.expired():
            raise
        logger.warning("export took too long")
        await _end(resources, export, ExportStatus.FAILED, FailureCode.TIMEOUT)
    except ForbiddenError:
        await _end(resources, export, ExportStatus.FAILED, FailureCode.ACCESS_REVOKED)
    except MessagesPurgedError:
        await _end(resources, export, ExportStatus.FAILED, FailureCode.DROPPED)
    except _StorageError:
        logger.exception("export could not be stored")
        await _end(resources, export, ExportStatus.FAILED, FailureCode.STORAGE)
    except Exception as error:
        if is_transient(error):
            raise
        logger.exception("export failed")
        await _end(resources, export, ExportStatus.FAILED, FailureCode.INTERNAL)
    else:
        logger.info("export completed")


async def _release(resources: JobResources, export: Export, progress: "_JobProgress") -> None:
    """Leave an export that is not to be finished here: give it back to the queue, or end it if it was canceled."""
    if progress.handed_back:
        return  # the next worker may have stored its file by now, under the same key
    with suppress(OSError):
        await resources.files.delete(key_of(export))
    async with resources.database.write() as writer:
        if progress.slots.stopping:
            await jobs.release(writer, export)
        await jobs.finish(writer, export, now_micros(), ExportStatus.CANCELED)


async def _end(
    resources: JobResources, export: Export, status: ExportStatus, failure: FailureCode | None = None
) -> None:
    async with resources.database.write() as writer:
        await jobs.finish(writer, export, now_micros(), status, failure)


class _JobProgress:
    """The progress of the job: rows counted and written, and signs that it must stop."""

    def __init__(self, slots: WorkerSlots) -> None:
        self.slots = slots
        self.total: int | None = None
        self.written = 0
        self.storing = False
        self.stopped = False
        self.handed_back = False

    def raise_if_stopping(self) -> None:
        """Raise if the process is stopping, or as `raise_if_lost` does: no further batch may be begun."""
        if self.slots.stopping:
            raise _JobInterruptedError
        self.raise_if_lost()

    def raise_if_lost(self) -> None:
        """Raise if the export was canceled, or another worker took it over."""
        if self.stopped:
            raise _JobInterruptedError


async def _produce_file(
    resources: JobResources, policy: RetentionPolicy, export: Export, progress: _JobProgress
) -> None:
    if unknown := QuerySpec.unknown_fields(export.spec_text):
        # Without that filter the file would have messages that nobody asked for.
        raise ValueError(f"a newer release asked for {', '.join(unknown)}: upgrade the workers first")
    finished = asyncio.Event()
    renewing = asyncio.create_task(_renew(resources.database, export, progress, finished))
    try:
        with _storing():
            scratch = tempfile.TemporaryDirectory(prefix="embudo-export-", ignore_cleanup_errors=True)
        with scratch as folder:
            path = Path(folder) / key_of(export)
            await _write(resources.database, policy, export, progress, path)
            progress.raise_if_lost()
            progress.storing = True
            with _storing():
                content = await resources.files.put(key_of(export), path)
        progress.raise_if_lost()
        done_at = now_micros()
        async with resources.database.write() as writer:
            completed = await jobs.complete(
                writer,
                export,
                done_at,
                rows=progress.written,
                file_name=file_name(export.name, SUFFIXES[export.format]),
                file_size=content.size,
                file_digest=content.digest,
                expires_at=done_at + policy.export_days * DAY,
            )
        if not completed:
            raise _JobInterruptedError
    finally:
        # Asked to end, not canceled: a write that is cut off in the middle can leave SQLite locked.
        finished.set()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(database: Database, export: Export, progress: _JobProgress, finished: asyncio.Event) -> None:
    while not progress.stopped:
        with suppress(TimeoutError):
            await asyncio.wait_for(finished.wait(), RENEW_INTERVAL)
        if finished.is_set():
            return
        try:
            async with database.write() as writer:
                await _check_lease(writer, export, progress)
        except (DBAPIError, OSError):
            log.warning("the lease could not be renewed, trying again", export=export.id, exc_info=True)


async def _check_lease(writer: Writer, export: Export, progress: _JobProgress) -> None:
    """Renew the lease, or release the row at the end of the grace: a large file takes long to finish."""
    if progress.slots.grace_expired and not progress.storing:
        await jobs.release(writer, export)
        progress.handed_back = progress.stopped = True
        return
    status = await jobs.renew(writer, export, now_micros(), progress.total, progress.written)
    if status is ExportStatus.CANCELING:
        await jobs.finish(writer, export, now_micros(), ExportStatus.CANCELED)
    progress.stopped = status is not ExportStatus.RUNNING


async def _write(
    database: Database, policy: RetentionPolicy, export: Export, progress: _JobProgress, path: Path
) -> None:
    """Write the file. The requester's access, the count and the rows are read in one snapshot."""
    async with database.read() as reader:
        await reader.use_streaming_mode()
        viewer = await load_viewer(reader, export.requester, policy.mask_phones)
        if not export.allows(viewer.scope):
            raise ForbiddenError("The requester may no longer see all departments of the export.")
        read_at = now_micros()
        spec = await resolve_rows(reader, export.spec)
        progress.total = await runner.count(reader, spec)
        front = (
            await summary(reader, export, spec, progress.total, read_at) if export.format is ExportFormat.XLSX else None
        )
        heard = await runner.reported_titles(reader, spec) if ExportColumn.BOUNCE_REASON in export.columns else {}
        further = Further(export.columns, heard)
        with _writer(export, front, further) as writer:
            async for sends in _prefetch(runner.stream_messages(reader, spec, export.columns)):
                # In a thread, so that the lease is renewed while a batch is being written.
                with _storing():
                    await _in_thread(writer.append, sends)
                progress.written += len(sends.named)
                progress.raise_if_stopping()
            with _storing():
                await _in_thread(writer.finish, path)


async def _prefetch(batches: AsyncIterator[T]) -> AsyncIterator[T]:
    """Yield the same batches, reading each while the one before is being processed."""
    reading = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await reading) is not None:
            reading = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        await asyncio.wait([reading])  # not canceled: its connection is about to be returned


async def _in_thread(step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a step in a thread. On cancellation wait for its end, since its file is deleted next."""
    running = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


@contextmanager
def _writer(export: Export, front: Summary | None, further: Further) -> Iterator[ExportWriter]:
    opened: ExportWriter
    with _storing():
        if export.format is ExportFormat.XLSX:
            opened = XlsxWriter(export.locale, front, further=further)
        else:
            opened = CsvWriter(export.locale, export.separator, further)
    with opened as writer:
        yield writer
