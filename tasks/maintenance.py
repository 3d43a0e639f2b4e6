"""Periodic work of the worker processes: pending webhooks, unfinished rollups, expired data, checks of the numbers.

`PERIODIC`, at the end, is the table of all of it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from analytics.domain.time_zones import DAY, HOUR, now_micros
from analytics.ingest import webhook_inbox
from analytics.ingest.reprocessing import derive_again, is_outdated
from analytics.lifecycle import orphans, retention
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.rollups.verify import sample_days, verify
from analytics.storage import gauges
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.citus import known_tenants
from analytics.storage.database import Reader
from analytics.storage.gauges import TenantGauge
from tasks.erasure import expire_files
from tasks.exports.cleanup import delete_expired_files, delete_orphaned_files
from tasks.resources import JobResources, RetentionPolicy

log = structlog.get_logger()

T = TypeVar("T")
TenantTask = Callable[[JobResources, str], Awaitable[None]]
# Tasks with the tenants for which they are due; of one tenant or (None) of all.
DueTasks = list[tuple[TenantTask, list[str]]]
FindDueTasks = Callable[[Reader, str | None], Awaitable[DueTasks]]

# Between two checks of a tenant (µs): each reads a day of its messages.
CHECK_INTERVAL = HOUR
# Seconds to wait for the lock of a tenant with pending webhooks, which an importer's batch may hold; and the number of
# tenants to wait for at the same time, each of which takes a connection.
LOCK_TIMEOUT = 2.0
MAX_LOCK_WAITS = 3
# Seconds to find the due tasks of all tenants: some rows, or look-ups in an index, for each.
FIND_TIMEOUT = 60.0


async def apply_webhooks(resources: JobResources, policy: RetentionPolicy) -> None:
    """Apply pending webhooks, one tenant after the other, until none is left that can be applied now."""
    # Tenants that may have more bodies than one batch: the others may have none in the queue.
    may_have_more: set[str] = set()
    while True:
        async with resources.database.read() as reader:
            tenants = _answering(resources, may_have_more.union(await webhook_inbox.pending_tenants(reader)))
        results = {tenant: await _apply(resources, policy, tenant, 0) for tenant in tenants}
        busy = [tenant for tenant, applied in results.items() if applied is None]
        # Concurrent imports can hold the tenant lock continuously, so wait for it briefly instead of only trying; for a
        # few tenants at a time.
        waiting_for_lock = random.sample(busy, min(len(busy), MAX_LOCK_WAITS))
        results |= zip(
            waiting_for_lock,
            await asyncio.gather(*(_apply(resources, policy, tenant, LOCK_TIMEOUT) for tenant in waiting_for_lock)),
            strict=True,
        )
        may_have_more = {tenant for tenant, applied in results.items() if applied}
        if not may_have_more:
            return


def _answering(resources: JobResources, tenants: Iterable[str]) -> list[str]:
    """Return the tenants whose node answers, and one of the others, to find out if it answers again."""
    ordered = sorted(tenants)
    unreachable = [tenant for tenant in ordered if tenant in resources.away]
    return [tenant for tenant in ordered if tenant not in resources.away] + random.sample(
        unreachable, min(len(unreachable), 1)
    )


async def _apply(resources: JobResources, policy: RetentionPolicy, tenant: str, lock_timeout: float) -> int | None:
    """Apply some of a tenant's webhooks; return their number, None if its lock is held. A failure is only logged."""
    apply = partial(
        webhook_inbox.apply_pending, resources.database, tenant, now_micros(), lock_timeout, forms=policy.form_answers
    )
    try:
        return await _try(resources, tenant, apply) or 0
    except webhook_inbox.TenantBusyError:
        return None


async def finish_pending_work(resources: JobResources) -> None:
    """Delete expired files, and finish what was interrupted, in one process at a time.

    That is: pending webhooks missing in the queue, messages derived by an earlier release's rules, incomplete rollups.
    """

    async def find(reader: Reader, tenant: str | None) -> DueTasks:
        return [
            (_enqueue, await webhook_inbox.missing(reader, tenant)),
            (_derive_anew, await is_outdated(reader, tenant)),
            (_rebuild, await unfinished(reader, tenant)),
        ]

    async with resources.database.exclusive("keep up") as alone:
        if alone:
            await delete_expired_files(resources)
            await _do(resources, find)


async def purge_expired_data(resources: JobResources, policy: RetentionPolicy) -> None:
    """Drop old orphans, webhooks and messages, and check tenants not checked lately, in one process at a time."""
    at = now_micros()
    orphans_before, webhooks_before = at - policy.orphan_days * DAY, at - policy.webhook_days * DAY

    async def find(reader: Reader, tenant: str | None) -> DueTasks:
        return [
            (_remember, await known_tenants.load_unknown(reader, tenant)),
            (
                partial(_drop_orphans, received_before=orphans_before),
                await orphans.due_tenants(reader, orphans_before, tenant),
            ),
            (
                partial(_drop_webhooks, received_before=webhooks_before),
                await webhook_inbox.due(reader, webhooks_before, tenant),
            ),
            (
                partial(_drop_messages, months=policy.message_months),
                await retention.due_tenants(reader, policy.message_months, at, tenant),
            ),
            (check_tenant, await gauges.stale_tenants(reader, TenantGauge.DRIFT, at - CHECK_INTERVAL, tenant)),
        ]

    async with resources.database.exclusive("tidy") as alone:
        if alone:
            await _do(resources, find)


async def _do(resources: JobResources, find: FindDueTasks) -> None:
    """Find the due tasks of all tenants together, and run them.

    While a node of the database does not answer, go through the tenants one by one, so that those of other nodes are
    served.
    """
    try:
        async with asyncio.timeout(FIND_TIMEOUT), resources.database.read() as reader:
            tasks = await find(reader, None)
    except Exception as error:
        if not is_transient(error):
            raise
        await _do_one_by_one(resources, find)
        return
    for task, tenants in tasks:
        for tenant in tenants:
            await _try(resources, tenant, partial(task, resources, tenant))


async def _do_one_by_one(resources: JobResources, find: FindDueTasks) -> None:
    async with resources.database.read() as reader:
        tenants = await known_tenants.load_known(reader)
    # Tenants on an unreachable node come last: each of them may take seconds.
    for tenant in sorted(tenants, key=resources.away.__contains__):
        await _try(resources, tenant, partial(_do_for, resources, tenant, find))


async def _do_for(resources: JobResources, tenant: str, find: FindDueTasks) -> None:
    async with resources.database.read() as reader:
        tasks = await find(reader, tenant)
    for task, tenants in tasks:
        if tenants:
            await task(resources, tenant)


async def _try(resources: JobResources, tenant: str, work: Callable[[], Awaitable[T]]) -> T | None:
    """Run a tenant's work; return None when it fails: it is repeated later, and other tenants go on."""
    try:
        async with resources.database.guard(tenant):
            result = await work()
    except webhook_inbox.TenantBusyError:
        raise
    except Exception as error:
        if not is_transient(error):
            log.exception("the work for a tenant failed, trying again", tenant=tenant)
        elif tenant not in resources.away:
            resources.away.add(tenant)
            log.warning(
                "a tenant's part of the database does not answer, trying again", tenant=tenant, error=str(error)
            )
        return None
    resources.away.discard(tenant)
    return result


async def _enqueue(resources: JobResources, tenant: str) -> None:
    async with resources.database.write() as writer:
        await webhook_inbox.enqueue(writer, tenant)


async def _derive_anew(resources: JobResources, tenant: str) -> None:
    log.info("deriving messages anew", tenant=tenant)
    await derive_again(resources.database, tenant, now_micros())


async def _rebuild(resources: JobResources, tenant: str) -> None:
    log.info("rebuilding rollups", tenant=tenant)
    await rebuild(resources.database, tenant, anew=False)


async def _remember(resources: JobResources, tenant: str) -> None:
    async with resources.database.write() as writer:
        await known_tenants.remember(writer, tenant)


async def _drop_orphans(resources: JobResources, tenant: str, received_before: int) -> None:
    dropped = await orphans.delete_orphans(resources.database, tenant, received_before, now_micros())
    log.info("dropped what no message claimed", tenant=tenant, **dropped._asdict())


async def _drop_webhooks(resources: JobResources, tenant: str, received_before: int) -> None:
    dropped = await webhook_inbox.drop_old(resources.database, tenant, received_before)
    log.info("dropped old webhooks", tenant=tenant, bodies=dropped)


async def _drop_messages(resources: JobResources, tenant: str, months: int | None) -> None:
    expire = partial(expire_files, resources, tenant)
    if messages := await retention.delete_old_messages(resources.database, tenant, months, now_micros(), expire):
        log.info("dropped messages of old months", tenant=tenant, messages=messages)


async def check_tenant(resources: JobResources, tenant: str) -> None:
    """Store a tenant's gauges: orphans that wait for a message, and errors in the rollups of one random day."""
    async with resources.database.read() as reader:
        waiting = await orphans.count_orphans(reader, tenant)
    days = await sample_days(resources.database, tenant, 1)
    differences = [
        mismatch async for _, mismatches in verify(resources.database, tenant, days) for mismatch in mismatches
    ]
    if differences:
        log.error("rollups differ from messages", tenant=tenant, rows=len(differences), first=str(differences[0]))
    values = {
        TenantGauge.WAITING_STATUSES: waiting.statuses,
        TenantGauge.WAITING_REPLIES: waiting.replies,
        TenantGauge.WAITING_CORRECTIONS: waiting.corrections,
        TenantGauge.DRIFT: len(differences),
    }
    async with resources.database.write() as writer:
        await writer.lock(tenant)
        await gauges.store(writer, tenant, values, now_micros())


@dataclass(frozen=True)
class Periodic:
    """Work that each worker process repeats. `interval`: seconds between the end of one run and the next.

    With `on_wakeup` it also runs as soon as the process is notified of new work.
    """

    name: str
    interval: float
    job: Callable[[JobResources, RetentionPolicy], Awaitable[None]]
    on_wakeup: bool = False


PERIODIC = (
    Periodic("apply_webhooks", 1.0, apply_webhooks, on_wakeup=True),
    Periodic("finish_pending_work", 15.0, lambda resources, _policy: finish_pending_work(resources)),
    # Data that is kept for days or months, and checks of the numbers: both may be minutes late.
    Periodic("purge_expired_data", 300.0, purge_expired_data),
    # Once an hour, since it lists all files of the store.
    Periodic("delete_orphaned_files", 3600.0, lambda resources, _policy: delete_orphaned_files(resources)),
)
