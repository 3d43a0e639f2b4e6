"""What a worker does between jobs: what was left half done, and what is over."""

import structlog

from analytics.ingest import retention, webhooks
from analytics.ingest.batch import drop_orphans, tenants_of
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.zones import DAY
from tasks.exports import Workshop, now
from tasks.queue import expire

log = structlog.get_logger()


async def apply_webhooks(workshop: Workshop) -> None:
    """Apply the webhooks that wait, of one company after the other until none is left."""
    while True:
        async with workshop.database.read() as reader:
            companies = await webhooks.waiting(reader)
        applied = [await webhooks.apply_waiting(workshop.database, tenant, now()) for tenant in companies]
        if not any(applied):
            return


async def keep_up(workshop: Workshop) -> None:
    """Finish rollups, drop orphans, webhooks and messages whose time is over, and the files of such exports."""
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
        if dropped := await webhooks.drop_old(workshop.database, tenant, now() - workshop.webhook_days * DAY):
            log.info("dropped old webhooks", tenant=tenant, bodies=dropped)
        if messages := await retention.drop_old(workshop.database, tenant, workshop.message_months, now()):
            log.info("dropped messages of old months", tenant=tenant, messages=messages)
    await expire(workshop)
