"""The export job: claim the row, stream the messages into a file, store it, complete the row.

While it works it renews its lease and writes its progress once a second. It stops as soon as the row says so: the
export was canceled, or another worker took over after this one was thought dead.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from analytics import exports, queries
from analytics.database import Database
from analytics.errors import Forbidden
from analytics.exports import Export, ExportFormat, ExportStatus, FailureCode
from analytics.viewers import view
from analytics.zones import DAY
from tasks.columns import Locale
from tasks.delimited import Delimited
from tasks.file_names import file_name
from tasks.files import FileStore
from tasks.table_writer import TableWriter
from tasks.workbook import Workbook

log = structlog.get_logger()

RENEW_EVERY = 1.0  # seconds
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


class _Stopped(Exception):
    """The row says that this worker should go no further."""


def now() -> int:
    """The clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


def key_of(export: Export) -> str:
    """Under which key an export's file is stored: one for each attempt, so that none can spoil another's."""
    return f"{export.id}-{export.attempts}.{SUFFIXES[export.format]}"


async def run_export(workshop: Workshop, tenant: str, id: str) -> None:
    """Do one export, if it is free to be done. Whatever happens is said in its row.

    An error of the database is raised, since then the row cannot be written: the lease runs out, and the sweep
    gives the export to another worker.
    """
    async with workshop.database.write() as writer:
        export = await exports.claim(writer, tenant, id, now())
    if export is None:
        return
    logger = log.bind(export=id, attempt=export.attempts)
    logger.info("export started")
    try:
        async with asyncio.timeout(TIME_LIMIT):
            await _make(workshop, export)
    except _Stopped:
        logger.info("export stopped")
        await workshop.files.delete(key_of(export))
        await _end(workshop, export, ExportStatus.CANCELED)
    except TimeoutError:
        logger.warning("export took too long")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.TIMEOUT)
    except Forbidden:
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.ACCESS_REVOKED)
    except DBAPIError:
        raise
    except OSError:
        logger.exception("export could not be stored")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.STORAGE)
    except Exception:
        logger.exception("export failed")
        await _end(workshop, export, ExportStatus.FAILED, FailureCode.INTERNAL)
    else:
        logger.info("export completed")


async def _end(workshop: Workshop, export: Export, status: ExportStatus, failure: FailureCode | None = None) -> None:
    async with workshop.database.write() as writer:
        await exports.end(writer, export, now(), status, failure)


class _Progress:
    """How far the job is, and whether it should go on."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.written = 0
        self.stopped = False

    def check(self) -> None:
        if self.stopped:
            raise _Stopped


async def _make(workshop: Workshop, export: Export) -> None:
    progress = _Progress()
    renewing = asyncio.create_task(_renew(workshop.database, export, progress))
    try:
        with tempfile.TemporaryDirectory(prefix="embudo-export-") as folder:
            path = Path(folder) / key_of(export)
            await _write(workshop.database, export, progress, path)
            progress.check()
            size = await workshop.files.put(key_of(export), path)
        progress.check()
        done_at = now()
        async with workshop.database.write() as writer:
            completed = await exports.complete(
                writer,
                export,
                done_at,
                rows=progress.written,
                file_name=file_name(export.name, SUFFIXES[export.format]),
                file_size=size,
                expires_at=done_at + workshop.retention_days * DAY,
            )
        if not completed:
            raise _Stopped
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(database: Database, export: Export, progress: _Progress) -> None:
    while not progress.stopped:
        await asyncio.sleep(RENEW_EVERY)
        try:
            async with database.write() as writer:
                status = await exports.renew(writer, export, now(), progress.total, progress.written)
        except DBAPIError:
            log.warning("the lease could not be renewed, trying again", export=export.id, exc_info=True)
        else:
            progress.stopped = status is not ExportStatus.RUNNING


async def _write(database: Database, export: Export, progress: _Progress, path: Path) -> None:
    """Write the file. All that is read is of one moment: the requester's access, the count and the rows."""
    async with database.read() as reader:
        viewer = await view(reader, export.requester)
        if not export.allows(viewer.scope):
            raise Forbidden("The requester may no longer see all departments of the export.")
        progress.total = await queries.count(reader, export.spec)
        with _writer(export) as writer:
            async for rows in queries.sends(reader, export.spec):
                # In a thread, so that the lease is renewed while a batch is being written.
                await asyncio.to_thread(writer.append, rows)
                progress.written += len(rows)
                progress.check()
            await asyncio.to_thread(writer.finish, path)


@contextmanager
def _writer(export: Export) -> Iterator[TableWriter]:
    locale = Locale(export.locale)
    with Workbook(locale) if export.format is ExportFormat.XLSX else Delimited(locale) as writer:
        yield writer
