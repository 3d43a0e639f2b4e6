"""What a worker does between jobs: what was left half done, and what is over."""

import structlog

from analytics.ingest.batch import drop_orphans, tenants_of
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.zones import DAY
from tasks.exports import Workshop, now
from tasks.queue import expire

log = structlog.get_logger()


async def keep_up(workshop: Workshop) -> None:
    """Finish rollups, drop what no message claimed in time, delete the files of exports that are over."""
    async with workshop.database.read() as reader:
        behind = await unfinished(reader)
        companies = await tenants_of(reader)
    for tenant in behind:
        log.info("rebuilding rollups", tenant=tenant)
        await rebuild(workshop.database, tenant, anew=False)
    for tenant in companies:
        statuses, replies = await drop_orphans(workshop.database, tenant, now() - workshop.orphan_days * DAY)
        if statuses or replies:
            log.info("dropped what no message claimed", tenant=tenant, statuses=statuses, replies=replies)
    await expire(workshop)
