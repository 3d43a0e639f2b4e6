"""Files that no export needs any more: of workers that were killed before they could put them away.

Whatever else deletes a file knows it from its export's row. These have none, or one that is done with them, so they
are found from the other side: what the store holds, compared with the rows.
"""

import re
from datetime import UTC, datetime, timedelta

import structlog

from analytics.exports import jobs
from analytics.exports.jobs import ExportState
from analytics.exports.requests import FINAL, ExportStatus
from tasks.exports.job import SUFFIXES, JobResources

log = structlog.get_logger()

# No export may take nearly as long, so nobody is about to name a file of this age.
FILE_AGE = timedelta(hours=6)
# For a file that is being written: no store takes a day for one.
UNFINISHED_AGE = timedelta(days=1)
# The keys that exports have, see `tasks.exports.job.key_of`. Other files are somebody else's, and stay.
_KEY = re.compile(rf"([0-9a-f]{{32}})-([0-9]{{1,9}})\.(?:{'|'.join(SUFFIXES.values())})")


async def delete_orphaned_files(resources: JobResources, at: datetime | None = None) -> None:
    """Delete the files that no export needs, as far as they are old enough at a moment. Raises OSError."""
    at = at or datetime.now(UTC)
    dropped: list[str] = []
    async for keys in resources.files.keys(at - FILE_AGE):
        found = {key: match for key in keys if (match := _KEY.fullmatch(key))}
        async with resources.database.read() as reader:
            places = await jobs.export_states(reader, {match[1] for match in found.values()})
        for key, match in found.items():
            if not _is_referenced(places.get(match[1]), int(match[2])):
                await resources.files.delete(key)
                dropped.append(key)
    dropped += await resources.files.delete_unfinished(at - UNFINISHED_AGE)
    if dropped:
        log.info("deleted files that no export needs", files=len(dropped), some=dropped[:10])


def _is_referenced(place: ExportState | None, attempt: int) -> bool:
    if place is None:
        return False
    if place.status is ExportStatus.COMPLETED:
        return place.attempts == attempt
    return place.status not in FINAL  # its next attempt deletes what the earlier ones left
