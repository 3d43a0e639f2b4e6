"""What a worker does between jobs: what was left half done, what is over, and a look at how things are."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from analytics.domain.time_zones import DAY, HOUR
from analytics.ingest import webhook_inbox
from analytics.ingest.reprocessing import derive_anew, outdated
from analytics.lifecycle import orphans, retention
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.rollups.verify import check, some_days
from analytics.storage import gauges
from analytics.storage.gauges import Figure
from tasks.erasure import outdate_files
from tasks.exports.job import Workshop, now
from tasks.queue.dispatch import expire

log = structlog.get_logger()

Chore = Callable[[Workshop, str], Awaitable[None]]

# Between two looks at one company (µs): each reads a day of its messages.
LOOK_EVERY = HOUR
# Seconds that we wait for those who write for a company whose webhooks wait: an importer's batch. And for how many
# companies at once: each takes a connection.
PATIENCE = 2.0
MOST_WAITED_FOR = 3


async def apply_webhooks(workshop: Workshop) -> None:
    """Apply the webhooks that wait, of one company after the other until none is left that can be applied now."""
    while True:
        async with workshop.database.read() as reader:
            companies = await webhook_inbox.waiting(reader)
        done = [await _apply(workshop, tenant, 0) for tenant in companies]
        busy = [tenant for tenant, applied in zip(companies, done, strict=True) if applied is None]
        # Importers that take turns leave no gap. Who stands in line for a moment comes between them, some at once.
        turns = random.sample(busy, min(len(busy), MOST_WAITED_FOR))
        done += await asyncio.gather(*(_apply(workshop, tenant, PATIENCE) for tenant in turns))
        if not any(done):
            return


async def _apply(workshop: Workshop, tenant: str, patience: float) -> int | None:
    """Apply some of a company's webhooks; how many, None if others write for it. What fails holds up nobody else."""
    try:
        return await webhook_inbox.apply_waiting(
            workshop.database, tenant, now(), patience, forms=workshop.form_answers
        )
    except webhook_inbox.Busy:
        return None
    except Exception:
        log.warning("webhooks could not be applied, trying again", tenant=tenant, exc_info=True)
        return 0


async def keep_up(workshop: Workshop) -> None:
    """Delete expired files, derive anew what an earlier release derived otherwise, and finish rollups.

    One process at a time.
    """
    async with workshop.database.alone("keep up") as alone:
        if not alone:
            return
        await expire(workshop)
        async with workshop.database.read() as reader:
            behind = await unfinished(reader)
            old = await outdated(reader)
        for tenant in old:
            log.info("deriving messages anew", tenant=tenant)
            with _for(tenant):
                await derive_anew(workshop.database, tenant, now())
        for tenant in behind:
            log.info("rebuilding rollups", tenant=tenant)
            with _for(tenant):
                await rebuild(workshop.database, tenant, anew=False)


async def tidy(workshop: Workshop) -> None:
    """Drop orphans, webhooks and messages whose time is over, and look at companies that nobody looked at lately.

    One process at a time, and which companies there is something to do for is asked at once for all of them.
    """
    async with workshop.database.alone("tidy") as alone:
        if not alone:
            return
        at = now()
        orphans_before, webhooks_before = at - workshop.orphan_days * DAY, at - workshop.webhook_days * DAY
        async with workshop.database.read() as reader:
            found: list[tuple[Chore, list[str]]] = [
                (partial(_drop_orphans, received_before=orphans_before), await orphans.due(reader, orphans_before)),
                (
                    partial(_drop_webhooks, received_before=webhooks_before),
                    await webhook_inbox.due(reader, webhooks_before),
                ),
                (_drop_messages, await retention.due(reader, workshop.message_months, at)),
                (look, await gauges.due(reader, Figure.DRIFT, at - LOOK_EVERY)),
            ]
        for chore, companies in found:
            for tenant in companies:
                with _for(tenant):
                    await chore(workshop, tenant)


@contextmanager
def _for(tenant: str) -> Iterator[None]:
    """What fails for a company is tried again another time, and holds up no other."""
    try:
        yield
    except Exception:
        log.exception("the upkeep of a company failed, trying again", tenant=tenant)


async def _drop_orphans(workshop: Workshop, tenant: str, received_before: int) -> None:
    dropped = await orphans.drop(workshop.database, tenant, received_before, now())
    log.info("dropped what no message claimed", tenant=tenant, **dropped._asdict())


async def _drop_webhooks(workshop: Workshop, tenant: str, received_before: int) -> None:
    dropped = await webhook_inbox.drop_old(workshop.database, tenant, received_before)
    log.info("dropped old webhooks", tenant=tenant, bodies=dropped)


async def _drop_messages(workshop: Workshop, tenant: str) -> None:
    outdate = partial(outdate_files, workshop, tenant)
    if messages := await retention.drop_old(workshop.database, tenant, workshop.message_months, now(), outdate):
        log.info("dropped messages of old months", tenant=tenant, messages=messages)


async def look(workshop: Workshop, tenant: str) -> None:
    """Find a company's figures: what waits for a message, and whether the rollups of some day are right."""
    async with workshop.database.read() as reader:
        waiting = await orphans.count(reader, tenant)
    days = await some_days(workshop.database, tenant, 1)
    differences = [each async for _, found in check(workshop.database, tenant, days) for each in found]
    if differences:
        log.error("rollups differ from messages", tenant=tenant, rows=len(differences), first=str(differences[0]))
    found = {
        Figure.WAITING_STATUSES: waiting.statuses,
        Figure.WAITING_REPLIES: waiting.replies,
        Figure.WAITING_CORRECTIONS: waiting.corrections,
        Figure.DRIFT: len(differences),
    }
    async with workshop.database.write() as writer:
        await writer.lock(tenant)
        await gauges.keep(writer, tenant, found, now())
