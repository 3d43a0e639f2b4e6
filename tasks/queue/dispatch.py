"""Dispatching exports to workers: at once when they are created, and again when a message was lost.

The rows are the queue. A message only says that there is something to do, so any may be lost, repeated or late.
"""

import structlog

from analytics.domain.time_zones import now_micros
from analytics.exports import jobs
from analytics.exports.records import Export
from analytics.storage.database import Database
from tasks.exports.files import delete_files
from tasks.file_store import FileStore
from tasks.queue.publisher import Send

log = structlog.get_logger()


async def redeliver_pending(database: Database, send: Send, delay: int | None = None) -> None:
    """Send the keys of abandoned and of waiting exports; with `delay`, of those waiting for so many microseconds."""
    now = now_micros()
    async with database.read() as reader:
        pending = await jobs.due_exports(reader, now, None if delay is None else now - delay)
    for tenant, id in pending:
        send(tenant, id)


class DramatiqExportQueue:
    """The queue of exports as the API uses it; implements `resolvers.exports.ExportQueue`."""

    def __init__(self, files: FileStore, send: Send) -> None:
        """`send` must return at once."""
        self._files = files
        self._send = send

    async def enqueue(self, tenant: str, id: str) -> None:
        """Tell the workers of a queued export. A message that cannot be sent is left to `redeliver_pending`."""
        try:
            self._send(tenant, id)
        except Exception as error:
            log.warning("export not announced, it will be sent again", export=id, error=repr(error))

    async def delete_files(self, export: Export) -> None:
        """Delete an export's files. Raises OSError."""
        await delete_files(self._files, export)
