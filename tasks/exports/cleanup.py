"""Deleting the files of exports: those that have expired, and those that no export needs.

The latter are left by workers that were killed. No row names them, so they are found by comparing the store's keys with
the rows.
"""

import re
from datetime import UTC, datetime, timedelta

import structlog

from analytics.domain.time_zones import now_micros
from analytics.exports import jobs
from analytics.exports.jobs import ExportState
from analytics.exports.records import FINAL, ExportStatus
from tasks.exports.files import SUFFIXES, delete_files
from tasks.resources import JobResources

log = structlog.get_logger()

# The age from which a file may be deleted that no export names: no running export takes nearly as long.
FILE_AGE = timedelta(hours=6)
# The same for a file that is still being written: no store takes a day for one.
UNFINISHED_AGE = timedelta(days=1)
# The keys of exports, see `tasks.exports.files.key_of`. Other files are somebody else's, and stay.
_KEY = re.compile(rf"([0-9a-f]{{32}})-([0-9]{{1,9}})\.(?:{'|'.join(SUFFIXES.values())})")


async def delete_expired_files(resources: JobResources) -> None:
    """Delete the files of expired exports. A row is marked last, so that a deletion that fails is retried."""
    async with resources.database.read() as reader:
        expired = await jobs.expired_exports(reader, now_micros())
    for export in expired:
        try:
            await delete_files(resources.files, export)
        except OSError:
            log.warning("an export's file could not be deleted, trying again", export=export.id, exc_info=True)
            continue
        async with resources.database.write() as writer:
            await jobs.expire(writer, export)


async def delete_orphaned_files(resources: JobResources, at: datetime | None = None) -> None:
    """Delete the files that no export needs and that are old enough at a moment. Raises OSError."""
    at = at or datetime.now(UTC)
    dropped: list[str] = []
    async for keys in resources.files.keys(at - FILE_AGE):
        ours = {key: match for key in keys if (match := _KEY.fullmatch(key))}
        async with resources.database.read() as reader:
            states = await jobs.export_states(reader, {match[1] for match in ours.values()})
        for key, match in ours.items():
            if not _is_referenced(states.get(match[1]), int(match[2])):
                await resources.files.delete(key)
                dropped.append(key)
    dropped += await resources.files.delete_unfinished(at - UNFINISHED_AGE)
    if dropped:
        log.info("deleted files that no export needs", files=len(dropped), some=dropped[:10])


def _is_referenced(state: ExportState | None, attempt: int) -> bool:
    if state is None:
        return False
    if state.status is ExportStatus.COMPLETED:
        return state.attempts == attempt
    return state.status not in FINAL  # its next attempt deletes what the earlier ones left
