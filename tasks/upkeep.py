"""What a worker does between jobs: what was left half done, what is over, and a look at how things are."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

import structlog

from analytics import figures, known_tenants
from analytics.database import Reader
from analytics.figures import Figure
from analytics.ingest import orphans, retention, webhooks
from analytics.ingest.reprocessing import derive_anew, outdated
from analytics.outages import is_outage
from analytics.rollups.check import check, some_days
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.zones import DAY, HOUR
from tasks.erasure import outdate_files
from tasks.exports import Workshop, now
from tasks.queue import expire

log = structlog.get_logger()

T = TypeVar("T")
Chore = Callable[[Workshop, str], Awaitable[None]]
# What there is to do, and for which companies; of one company or (None) of all.
Found = list[tuple[Chore, list[str]]]
Find = Callable[[Reader, str | None], Awaitable[Found]]

# Between two looks at one company (µs): each reads a day of its messages.
LOOK_EVERY = HOUR
# Seconds that we wait for those who write for a company whose webhooks wait: an importer's batch. And for how many
# companies at once: each takes a connection.
PATIENCE = 2.0
MOST_WAITED_FOR = 3
# Seconds for what is asked of all companies: some rows, or probes of an index, of each.
FIND_TIMEOUT = 60.0


async def apply_webhooks(workshop: Workshop) -> None:
    """Apply the webhooks that wait, of one company after the other until none is left that can be applied now."""
    # A body in the queue takes those with it that are not: they are more than are applied at once.
    more: set[str] = set()
    while True:
        async with workshop.database.read() as reader:
            companies = _answering(workshop, more.union(await webhooks.waiting(reader)))
        done = {tenant: await _apply(workshop, tenant, 0) for tenant in companies}
        busy = [tenant for tenant, applied in done.items() if applied is None]
        # Importers that take turns leave no gap. Who stands in line for a moment comes between them, some at once.
        turns = random.sample(busy, min(len(busy), MOST_WAITED_FOR))
        done |= zip(turns, await asyncio.gather(*(_apply(workshop, tenant, PATIENCE) for tenant in turns)), strict=True)
        more = {tenant for tenant, applied in done.items() if applied}
        if not more:
            return


def _answering(workshop: Workshop, companies: Iterable[str]) -> list[str]:
    """Those of some companies that may be asked, and one of those that did not answer: it may again."""
    there = sorted(companies)
    away = [tenant for tenant in there if tenant in workshop.away]
    return [tenant for tenant in there if tenant not in workshop.away] + random.sample(away, min(len(away), 1))


async def _apply(workshop: Workshop, tenant: str, patience: float) -> int | None:
    """Apply some of a company's webhooks; how many, None if others write for it. What fails holds up nobody else."""
    apply = partial(webhooks.apply_waiting, workshop.database, tenant, now(), patience, forms=workshop.form_answers)
    try:
        return await _try(workshop, tenant, apply) or 0
    except webhooks.Busy:
        return None


async def keep_up(workshop: Workshop) -> None:
    """Delete expired files, and find what is left half done: webhooks that are in no queue, messages that an earlier
    release derived otherwise, rollups that are not whole.

    One process at a time.
    """

    async def find(reader: Reader, tenant: str | None) -> Found:
        return [
            (_enqueue, await webhooks.missing(reader, tenant)),
            (_derive_anew, await outdated(reader, tenant)),
            (_rebuild, await unfinished(reader, tenant)),
        ]

    async with workshop.database.alone("keep up") as alone:
        if alone:
            await expire(workshop)
            await _do(workshop, find)


async def tidy(workshop: Workshop) -> None:
    """Drop orphans, webhooks and messages whose time is over, and look at companies that nobody looked at lately.

    One process at a time.
    """
    at = now()
    orphans_before, webhooks_before = at - workshop.orphan_days * DAY, at - workshop.webhook_days * DAY

    async def find(reader: Reader, tenant: str | None) -> Found:
        return [
            (_remember, await known_tenants.unknown(reader, tenant)),
            (partial(_drop_orphans, received_before=orphans_before), await orphans.due(reader, orphans_before, tenant)),
            (
                partial(_drop_webhooks, received_before=webhooks_before),
                await webhooks.due(reader, webhooks_before, tenant),
            ),
            (_drop_messages, await retention.due(reader, workshop.message_months, at, tenant)),
            (look, await figures.due(reader, Figure.DRIFT, at - LOOK_EVERY, tenant)),
        ]

    async with workshop.database.alone("tidy") as alone:
        if alone:
            await _do(workshop, find)


async def _do(workshop: Workshop, find: Find) -> None:
    """Find what there is to do, at once for all companies, and do it.

    While a part of the database does not answer, the companies are asked one by one: those of the other parts go on.
    """
    try:
        async with asyncio.timeout(FIND_TIMEOUT), workshop.database.read() as reader:
            found = await find(reader, None)
    except Exception as error:
        if not is_outage(error):
            raise
        await _do_one_by_one(workshop, find)
        return
    for chore, companies in found:
        for tenant in companies:
            await _try(workshop, tenant, partial(chore, workshop, tenant))


async def _do_one_by_one(workshop: Workshop, find: Find) -> None:
    async with workshop.database.read() as reader:
        companies = await known_tenants.known(reader)
    # Those that did not answer come last: each of them may take seconds.
    for tenant in sorted(companies, key=workshop.away.__contains__):
        await _try(workshop, tenant, partial(_do_for, workshop, tenant, find))


async def _do_for(workshop: Workshop, tenant: str, find: Find) -> None:
    async with workshop.database.read() as reader:
        found = await find(reader, tenant)
    for chore, due in found:
        if due:
            await chore(workshop, tenant)


async def _try(workshop: Workshop, tenant: str, work: Callable[[], Awaitable[T]]) -> T | None:
    """Work for a company; None when it fails: it is tried again another time, and holds up no other company."""
    try:
        async with workshop.database.guard(tenant):
            done = await work()
    except webhooks.Busy:
        raise
    except Exception as error:
        if not is_outage(error):
            log.exception("the work for a company failed, trying again", tenant=tenant)
        elif tenant not in workshop.away:
            workshop.away.add(tenant)
            log.warning(
                "a company's part of the database does not answer, trying again", tenant=tenant, error=str(error)
            )
        return None
    workshop.away.discard(tenant)
    return done


async def _enqueue(workshop: Workshop, tenant: str) -> None:
    async with workshop.database.write() as writer:
        await webhooks.enqueue(writer, tenant)


async def _derive_anew(workshop: Workshop, tenant: str) -> None:
    log.info("deriving messages anew", tenant=tenant)
    await derive_anew(workshop.database, tenant, now())


async def _rebuild(workshop: Workshop, tenant: str) -> None:
    log.info("rebuilding rollups", tenant=tenant)
    await rebuild(workshop.database, tenant, anew=False)


async def _remember(workshop: Workshop, tenant: str) -> None:
    async with workshop.database.write() as writer:
        await known_tenants.remember(writer, tenant)


async def _drop_orphans(workshop: Workshop, tenant: str, received_before: int) -> None:
    dropped = await orphans.drop(workshop.database, tenant, received_before, now())
    log.info("dropped what no message claimed", tenant=tenant, **dropped._asdict())


async def _drop_webhooks(workshop: Workshop, tenant: str, received_before: int) -> None:
    dropped = await webhooks.drop_old(workshop.database, tenant, received_before)
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
        await figures.keep(writer, tenant, found, now())
