"""What a worker does between jobs: what was left half done, what is over, and a look at how things are."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from analytics.domain.time_zones import DAY, HOUR, now_micros
from analytics.ingest import webhook_inbox
from analytics.ingest.reprocessing import derive_again, is_outdated
from analytics.lifecycle import orphans, retention
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.rollups.verify import sample_days, verify
from analytics.storage import gauges
from analytics.storage.gauges import TenantGauge
from tasks.erasure import expire_files
from tasks.exports.job import JobResources
from tasks.queue.dispatch import delete_expired_files

log = structlog.get_logger()

Chore = Callable[[JobResources, str], Awaitable[None]]

# Between two looks at one company (µs): each reads a day of its messages.
CHECK_INTERVAL = HOUR
# Seconds that we wait for those who write for a company whose webhooks wait: an importer's batch. And for how many
# companies at once: each takes a connection.
LOCK_TIMEOUT = 2.0
MAX_WAITED_FOR = 3


async def apply_webhooks(resources: JobResources) -> None:
    """Apply the webhooks that wait, of one company after the other until none is left that can be applied now."""
    while True:
        async with resources.database.read() as reader:
            companies = await webhook_inbox.pending_tenants(reader)
        done = [await _apply(resources, tenant, 0) for tenant in companies]
        busy = [tenant for tenant, applied in zip(companies, done, strict=True) if applied is None]
        # Importers that take turns leave no gap. Who stands in line for a moment comes between them, some at once.
        turns = random.sample(busy, min(len(busy), MAX_WAITED_FOR))
        done += await asyncio.gather(*(_apply(resources, tenant, LOCK_TIMEOUT) for tenant in turns))
        if not any(done):
            return


async def _apply(resources: JobResources, tenant: str, patience: float) -> int | None:
    """Apply some of a company's webhooks; how many, None if others write for it. What fails holds up nobody else."""
    try:
        return await webhook_inbox.apply_pending(
            resources.database, tenant, now_micros(), patience, forms=resources.form_answers
        )
    except webhook_inbox.TenantBusyError:
        return None
    except Exception:
        log.warning("webhooks could not be applied, trying again", tenant=tenant, exc_info=True)
        return 0


async def finish_pending_work(resources: JobResources) -> None:
    """Delete expired files, derive anew what an earlier release derived otherwise, and finish rollups.

    One process at a time.
    """
    async with resources.database.exclusive("keep up") as alone:
        if not alone:
            return
        await delete_expired_files(resources)
        async with resources.database.read() as reader:
            behind = await unfinished(reader)
            old = await is_outdated(reader)
        for tenant in old:
            log.info("deriving messages anew", tenant=tenant)
            with _for(tenant):
                await derive_again(resources.database, tenant, now_micros())
        for tenant in behind:
            log.info("rebuilding rollups", tenant=tenant)
            with _for(tenant):
                await rebuild(resources.database, tenant, anew=False)


async def purge_expired_data(resources: JobResources) -> None:
    """Drop orphans, webhooks and messages whose time is over, and look at companies that nobody looked at lately.

    One process at a time, and which companies there is something to do for is asked at once for all of them.
    """
    async with resources.database.exclusive("tidy") as alone:
        if not alone:
            return
        at = now_micros()
        orphans_before, webhooks_before = at - resources.orphan_days * DAY, at - resources.webhook_days * DAY
        async with resources.database.read() as reader:
            found: list[tuple[Chore, list[str]]] = [
                (
                    partial(_drop_orphans, received_before=orphans_before),
                    await orphans.due_tenants(reader, orphans_before),
                ),
                (
                    partial(_drop_webhooks, received_before=webhooks_before),
                    await webhook_inbox.due(reader, webhooks_before),
                ),
                (_drop_messages, await retention.due_tenants(reader, resources.message_months, at)),
                (check_tenant, await gauges.stale_tenants(reader, TenantGauge.DRIFT, at - CHECK_INTERVAL)),
            ]
        for chore, companies in found:
            for tenant in companies:
                with _for(tenant):
                    await chore(resources, tenant)


@contextmanager
def _for(tenant: str) -> Iterator[None]:
    """What fails for a company is tried again another time, and holds up no other."""
    try:
        yield
    except Exception:
        log.exception("the upkeep of a company failed, trying again", tenant=tenant)


async def _drop_orphans(resources: JobResources, tenant: str, received_before: int) -> None:
    dropped = await orphans.delete_orphans(resources.database, tenant, received_before, now_micros())
    log.info("dropped what no message claimed", tenant=tenant, **dropped._asdict())


async def _drop_webhooks(resources: JobResources, tenant: str, received_before: int) -> None:
    dropped = await webhook_inbox.drop_old(resources.database, tenant, received_before)
    log.info("dropped old webhooks", tenant=tenant, bodies=dropped)


async def _drop_messages(resources: JobResources, tenant: str) -> None:
    outdate = partial(expire_files, resources, tenant)
    if messages := await retention.delete_old_messages(
        resources.database, tenant, resources.message_months, now_micros(), outdate
    ):
        log.info("dropped messages of old months", tenant=tenant, messages=messages)


async def check_tenant(resources: JobResources, tenant: str) -> None:
    """Find a company's figures: what waits for a message, and whether the rollups of some day are right."""
    async with resources.database.read() as reader:
        waiting = await orphans.count_orphans(reader, tenant)
    days = await sample_days(resources.database, tenant, 1)
    differences = [each async for _, found in verify(resources.database, tenant, days) for each in found]
    if differences:
        log.error("rollups differ from messages", tenant=tenant, rows=len(differences), first=str(differences[0]))
    found = {
        TenantGauge.WAITING_STATUSES: waiting.statuses,
        TenantGauge.WAITING_REPLIES: waiting.replies,
        TenantGauge.WAITING_CORRECTIONS: waiting.corrections,
        TenantGauge.DRIFT: len(differences),
    }
    async with resources.database.write() as writer:
        await writer.lock(tenant)
        await gauges.store(writer, tenant, found, now_micros())
