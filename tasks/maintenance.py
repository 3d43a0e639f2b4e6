"""Periodic work of the worker processes: pending webhooks, unfinished rollups, expired data, checks of the numbers.

`PERIODIC`, at the end, is the table of all of it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from tasks.exports.cleanup import delete_expired_files, delete_orphaned_files
from tasks.resources import JobResources, RetentionPolicy

log = structlog.get_logger()

TenantTask = Callable[[JobResources, str], Awaitable[None]]

# The time between two checks of one company (µs): each reads a day of its messages.
CHECK_INTERVAL = HOUR
# Seconds to wait for the lock of a company whose webhooks are pending, which an importer holds for each batch.
LOCK_TIMEOUT = 2.0
# Companies whose locks are waited for at once: each wait takes a connection.
MAX_LOCK_WAITS = 3


async def apply_webhooks(resources: JobResources, policy: RetentionPolicy) -> None:
    """Apply the pending webhooks, company by company, until none is left that can be applied now."""
    while True:
        async with resources.database.read() as reader:
            companies = await webhook_inbox.pending_tenants(reader)
        counts = [await _apply(resources, policy, tenant, 0) for tenant in companies]
        busy = [tenant for tenant, count in zip(companies, counts, strict=True) if count is None]
        # Concurrent importers can hold a company's lock continuously, so it is waited for, not only tried.
        chosen = random.sample(busy, min(len(busy), MAX_LOCK_WAITS))
        counts += await asyncio.gather(*(_apply(resources, policy, tenant, LOCK_TIMEOUT) for tenant in chosen))
        if not any(counts):
            return


async def _apply(resources: JobResources, policy: RetentionPolicy, tenant: str, lock_timeout: float) -> int | None:
    """Apply some of a company's webhooks and return their number; None if its lock is held.

    Errors are logged, so that one company holds up no other.
    """
    try:
        return await webhook_inbox.apply_pending(
            resources.database, tenant, now_micros(), lock_timeout, forms=policy.form_answers
        )
    except webhook_inbox.TenantBusyError:
        return None
    except Exception:
        log.warning("webhooks could not be applied, trying again", tenant=tenant, exc_info=True)
        return 0


async def finish_pending_work(resources: JobResources) -> None:
    """Delete expired files, derive messages anew that an earlier release derived otherwise, and finish rollups.

    One process at a time does it; the others return at once.
    """
    async with resources.database.exclusive("keep up") as alone:
        if not alone:
            return
        await delete_expired_files(resources)
        async with resources.database.read() as reader:
            with_unfinished_rollups = await unfinished(reader)
            outdated = await is_outdated(reader)
        for tenant in outdated:
            log.info("deriving messages anew", tenant=tenant)
            with _logging_errors(tenant):
                await derive_again(resources.database, tenant, now_micros())
        for tenant in with_unfinished_rollups:
            log.info("rebuilding rollups", tenant=tenant)
            with _logging_errors(tenant):
                await rebuild(resources.database, tenant, anew=False)


async def purge_expired_data(resources: JobResources, policy: RetentionPolicy) -> None:
    """Drop orphans, webhooks and messages older than the policy keeps them, and check companies not checked lately.

    One process at a time does it; the others return at once. One query for each kind finds the companies.
    """
    async with resources.database.exclusive("tidy") as alone:
        if not alone:
            return
        now = now_micros()
        orphans_before, webhooks_before = now - policy.orphan_days * DAY, now - policy.webhook_days * DAY
        async with resources.database.read() as reader:
            due: list[tuple[TenantTask, list[str]]] = [
                (
                    partial(_drop_orphans, received_before=orphans_before),
                    await orphans.due_tenants(reader, orphans_before),
                ),
                (
                    partial(_drop_webhooks, received_before=webhooks_before),
                    await webhook_inbox.due(reader, webhooks_before),
                ),
                (
                    partial(_drop_messages, months=policy.message_months),
                    await retention.due_tenants(reader, policy.message_months, now),
                ),
                (check_tenant, await gauges.stale_tenants(reader, TenantGauge.DRIFT, now - CHECK_INTERVAL)),
            ]
        for task, companies in due:
            for tenant in companies:
                with _logging_errors(tenant):
                    await task(resources, tenant)


@contextmanager
def _logging_errors(tenant: str) -> Iterator[None]:
    """Log an error of one company's work, which is tried again in the next round and holds up no other company."""
    try:
        yield
    except Exception:
        log.exception("the maintenance of a company failed, trying again", tenant=tenant)


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
    """Store a company's gauges: orphans that wait for a message, and errors in the rollups of one random day."""
    async with resources.database.read() as reader:
        waiting = await orphans.count_orphans(reader, tenant)
    days = await sample_days(resources.database, tenant, 1)
    differences = [each async for _, found in verify(resources.database, tenant, days) for each in found]
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

    With `on_wakeup` it also runs as soon as the process is told that there is something new.
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
