"""The inbox of webhook bodies: stored unchanged before the sender is answered, applied soon after, kept for a while.

Applying is idempotent, so a body may be applied again at any time: after a crash, or because a later release
understands more of it. Source: docs/events.md, "WhatsApp webhooks" and "What is wrong with a line".
"""

import json
import re
import uuid
from collections.abc import Sequence
from itertools import accumulate, chain, compress, islice
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, Table, delete, func, insert, select, tuple_, update

from analytics.domain.time_zones import MINUTE
from analytics.ingest.batch import apply_in_transaction
from analytics.ingest.erasure.identifiers import Identifier, identifiers_in
from analytics.ingest.erasure.incoming import find_mentions
from analytics.ingest.erasure.pseudonymizer import load_secret
from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.whatsapp import read_body
from analytics.ingest.merging.directory import ensure_tenant
from analytics.ingest.outcomes import TOO_LATE, Outcome
from analytics.storage import gauges
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.gauges import TenantGauge
from analytics.storage.tables import only, tenants, webhook_queue, webhooks

log = structlog.get_logger()

# Bodies, and bytes of them, that are applied in one transaction. Other writers of the tenant wait for it; on SQLite all
# writers.
MAX_BODIES = 500
MAX_BYTES = 2 * 2**20
# Microseconds after which a queue entry whose body is no longer pending is deleted.
STALE = 5 * MINUTE
KEY = ("tenant_id", "received_at", "id")
FAILED = "INTERNAL: The body could not be applied."
# The part of a problem's sentence that quotes an invalid time from the body, and so must not be logged.
NO_TIME = re.compile(r"(?P<path>: entry\S+: ).* is no time", re.DOTALL)
# Bodies that are searched at a time: in memory together, at 3 MB each at most.
READ_AT_ONCE = 50


class StoredBody(NamedTuple):
    """A stored body."""

    received_at: int
    id: str
    body: bytes


class BodyResult(NamedTuple):
    """The result of applying a body."""

    body: StoredBody
    rejected: int  # number of rejected events in it
    problem: str | None  # the first of them, as code and sentence


class TenantBusyError(Exception):
    """The tenant's lock was not free within the given time: try again later."""


class Rejected(NamedTuple):
    """A stored body with rejected events, and the first problem."""

    received_at: int
    id: str
    problem: str


class InboxCounts(NamedTuple):
    """Numbers of a tenant's stored bodies."""

    waiting: int  # to be applied
    applied: int
    rejected: int  # of the applied ones, those with rejected events


async def store(database: Database, tenant: str, body: bytes, received_at: int) -> None:
    """Store a body and put it into the queue. Raises `NotAnsweringError`, and other outages of the database."""
    key = {"tenant_id": tenant, "received_at": received_at, "id": uuid.uuid4().hex}
    async with database.guard(tenant), database.write() as writer:
        await writer.execute(insert(webhook_queue).values(key))
        await writer.execute(insert(webhooks).values(key | {"body": body}))


async def pending_tenants(reader: Reader) -> list[str]:
    """Return the tenants with bodies in the queue."""
    return [row.tenant_id for row in await reader.rows(select(webhook_queue.c.tenant_id).distinct())]


async def missing(reader: Reader, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, that have pending bodies but none in the queue.

    This happens while a release without the queue runs beside this one, and after a database was restored.
    """
    waiting = [webhooks.c.applied_at.is_(None), *([] if tenant is None else [webhooks.c.tenant_id == tenant])]
    tenants_waiting = {
        row.tenant_id for row in await reader.rows(select(webhooks.c.tenant_id).where(*waiting).distinct())
    }
    return sorted(tenants_waiting.difference(await pending_tenants(reader)))


async def enqueue(writer: Writer, tenant: str) -> None:
    """Put the oldest of a tenant's pending bodies into the queue: applying it applies the others too."""
    table, key = webhooks, (webhooks.c.received_at, webhooks.c.id)
    waiting = select(*key).where(table.c.tenant_id == tenant, table.c.applied_at.is_(None))
    oldest = await writer.first(waiting.order_by(*key).limit(1))
    if oldest is not None:
        await writer.upsert(webhook_queue, KEY, [(tenant, oldest.received_at, oldest.id)])


async def backlog(reader: Reader) -> tuple[int, int | None]:
    """Return the number of bodies in the queue, of all tenants, and the arrival time of the oldest."""
    row = await reader.first(select(func.count(), func.min(webhook_queue.c.received_at)))
    return (row[0], row[1]) if row else (0, None)


async def apply_pending(
    database: Database, tenant: str, now: int, lock_seconds: float | None = None, *, forms: bool = False
) -> int:
    """Apply some of a tenant's pending bodies, the oldest first; return their number.

    Return 0 when none is pending, or another process is applying them. With `forms` the answers of forms are kept.
    Waits at most `lock_seconds` (None: without a limit) for other writers of the tenant, then raises `TenantBusyError`.
    Raises the database's outages too; the bodies then stay pending.
    """
    try:
        async with database.write() as writer:
            bodies = await _lock_batch(writer, tenant, MAX_BODIES, now, lock_seconds)
            results = await _apply(writer, tenant, bodies, now, forms)
    except Exception as error:
        if isinstance(error, TenantBusyError) or is_transient(error):
            raise
        log.exception("webhooks could not be applied together", tenant=tenant)
        results = await _apply_one(database, tenant, now, forms)
    _log_problems(tenant, results)
    return len(results)


async def _apply_one(database: Database, tenant: str, now: int, forms: bool) -> list[BodyResult]:
    """Apply the oldest body alone, so that a body that cannot be applied does not block the others."""
    try:
        async with database.write() as writer:
            return await _apply(writer, tenant, await _lock_batch(writer, tenant, 1, now), now, forms)
    except Exception as error:
        if is_transient(error):
            raise
        log.exception("a webhook could not be applied", tenant=tenant)
        async with database.write() as writer:
            results = [BodyResult(body, 1, FAILED) for body in await _lock_batch(writer, tenant, 1, now)]
            await ensure_tenant(writer, tenant)
            await _record_results(writer, tenant, results, now)
    return results


def _log_problems(tenant: str, results: Sequence[BodyResult]) -> None:
    """Log the problems in bodies, without quoting the bodies."""
    for body, _, problem in results:
        if problem is not None:
            sentence = NO_TIME.sub(r"\g<path>this is no time", problem)
            log.warning("a webhook was not wholly understood", tenant=tenant, body=body.id, problem=sentence)


async def _lock_batch(
    writer: Writer, tenant: str, limit: int, now: int, lock_seconds: float | None = None
) -> list[StoredBody]:
    """Lock the tenant and load its oldest pending bodies; none if another process is applying them.

    Raises `TenantBusyError`.
    """
    if not await writer.try_lock(f"webhooks {tenant}"):
        return []
    await _lock(writer, tenant, lock_seconds)
    table, key = webhooks, (webhooks.c.received_at, webhooks.c.id)
    oldest = select(*key, func.length(table.c.body).label("size")).where(
        table.c.tenant_id == tenant, table.c.applied_at.is_(None)
    )
    rows = await writer.rows(oldest.order_by(*key).limit(limit))
    sizes = accumulate(row.size for row in rows)
    selected = [row for n, (row, size) in enumerate(zip(rows, sizes, strict=True)) if n == 0 or size <= MAX_BYTES]
    if not selected:
        # Queue entries left by a transaction of which Citus committed only the part on the tenant's node.
        stale = (webhook_queue.c.tenant_id == tenant, webhook_queue.c.received_at < now - STALE)
        await writer.execute(delete(webhook_queue).where(*stale))
        return []
    is_selected = _is_one_of(table, tenant, [StoredBody(row.received_at, row.id, b"") for row in selected])
    statement = select(*key, table.c.body).where(*is_selected)
    return [StoredBody(*row) for row in await writer.rows(statement.order_by(*key))]


async def _lock(writer: Writer, tenant: str, lock_seconds: float | None) -> None:
    if not await writer.lock_tenant(tenant, lock_seconds):
        raise TenantBusyError


def _is_one_of(table: Table, tenant: str, bodies: Sequence[StoredBody]) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant_id == tenant,
        table.c.received_at.between(bodies[0].received_at, bodies[-1].received_at),
        in_list(table.c.id, {body.id for body in bodies}),
    )


async def _apply(writer: Writer, tenant: str, bodies: Sequence[StoredBody], now: int, forms: bool) -> list[BodyResult]:
    if not bodies:
        return []
    events_by_body = [_read(body.body, forms) for body in bodies]
    valid_by_body = [
        [event for event in events if not isinstance(event, InvalidEventError)] for events in events_by_body
    ]
    received = [body.received_at for body, events in zip(bodies, valid_by_body, strict=True) for _ in events]
    # Also for bodies without any event: the tenant's row must exist for erasure and removal of the tenant.
    outcomes = iter(await apply_in_transaction(writer, tenant, [*chain(*valid_by_body)], received))
    results = []
    for body, events, valid_events in zip(bodies, events_by_body, valid_by_body, strict=True):
        late_problems = [TOO_LATE for outcome in islice(outcomes, len(valid_events)) if outcome is Outcome.REJECTED]
        problems = [event for event in events if isinstance(event, InvalidEventError)] + late_problems
        problem = f"{problems[0].code}: {problems[0].message}" if problems else None
        results.append(BodyResult(body, len(problems), problem))
    await _record_results(writer, tenant, results, now)
    secret = await load_secret(writer, tenant)
    if secret:
        # Bodies that mention an erased person are deleted: the rest of such a body cannot be replayed later.
        mentions = await find_mentions(writer, tenant, secret, [body.body for body in bodies])
        await _drop(writer, tenant, list(compress(bodies, mentions)))
    return results


def _read(body: bytes, forms: bool) -> list[AnyEvent | InvalidEventError]:
    try:
        return [event for _, event in read_body(json.loads(body), forms=forms)]
    except InvalidEventError as error:
        return [error]
    except (ValueError, RecursionError):
        return [InvalidEventError("INVALID_JSON", "The body is not JSON.")]


async def _record_results(writer: Writer, tenant: str, results: Sequence[BodyResult], now: int) -> None:
    accepted = [result.body for result in results if not result.rejected]
    if accepted:
        values: dict[str, int | str | None] = {"applied_at": now, "rejected": 0, "problem": None}
        await writer.execute(update(webhooks).where(*_is_one_of(webhooks, tenant, accepted)).values(values))
    for body, rejected, problem in results:
        if rejected:
            values = {"applied_at": now, "rejected": rejected, "problem": problem}
            await writer.execute(update(webhooks).where(*_is_one_of(webhooks, tenant, [body])).values(values))
    if results:
        await writer.execute(
            delete(webhook_queue).where(*_is_one_of(webhook_queue, tenant, [result.body for result in results]))
        )
    if wrong := len(results) - len(accepted):
        await gauges.increment(writer, tenant, {TenantGauge.REJECTED_WEBHOOKS: wrong}, now)


async def _drop(writer: Writer, tenant: str, bodies: Sequence[StoredBody]) -> None:
    if bodies:
        await writer.execute(delete(webhooks).where(*_is_one_of(webhooks, tenant, bodies)))


async def drop_mentioning(writer: Writer, tenant: str, identifiers: frozenset[Identifier]) -> None:
    """Delete the applied bodies that contain one of the identifiers; pending ones are deleted when they are applied."""
    key, last = (webhooks.c.received_at, webhooks.c.id), (-1, "")
    statement = select(*key, webhooks.c.body).where(webhooks.c.tenant_id == tenant, webhooks.c.applied_at.is_not(None))
    while True:
        page = statement.where(tuple_(*key) > tuple_(*last)).order_by(*key).limit(READ_AT_ONCE)
        bodies = [StoredBody(*row) for row in await writer.rows(page)]
        if not bodies:
            return
        last = (bodies[-1].received_at, bodies[-1].id)
        await _drop(writer, tenant, [body for body in bodies if not identifiers.isdisjoint(identifiers_in(body.body))])


async def replay(
    writer: Writer, tenant: str, since: int | None, until: int | None, *, rejected_only: bool = False
) -> int:
    """Mark applied bodies as pending again; return their number.

    Those received in [since, until); with `rejected_only` of these only bodies with rejected events.
    """
    chosen = [webhooks.c.tenant_id == tenant, webhooks.c.applied_at.is_not(None)]
    if since is not None:
        chosen.append(webhooks.c.received_at >= since)
    if until is not None:
        chosen.append(webhooks.c.received_at < until)
    if rejected_only:
        chosen.append(webhooks.c.rejected > 0)
    replayed = await writer.execute(update(webhooks).where(*chosen).values(applied_at=None))
    await enqueue(writer, tenant)
    return replayed


async def count(reader: Reader, tenant: str) -> InboxCounts:
    """Count a tenant's bodies: pending, applied, and applied with rejected events."""
    applied = webhooks.c.applied_at.is_not(None)
    row = await reader.first(
        select(
            func.count().filter(~applied), func.count().filter(applied), func.count().filter(webhooks.c.rejected > 0)
        ).where(webhooks.c.tenant_id == tenant)
    )
    return InboxCounts(*(row or (0, 0, 0)))


async def rejected(reader: Reader, tenant: str, limit: int) -> list[Rejected]:
    """Return a tenant's newest bodies with rejected events, newest first."""
    key = (webhooks.c.received_at, webhooks.c.id)
    statement = select(*key, webhooks.c.problem).where(webhooks.c.tenant_id == tenant, webhooks.c.rejected > 0)
    newest = statement.order_by(*(column.desc() for column in key)).limit(limit)
    return [Rejected(*row) for row in await reader.rows(newest)]


async def due(reader: Reader, received_before: int, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, that have applied bodies from before an instant."""
    each = tenants.c.tenant_id if tenant is None else tenant
    oldest = select(func.min(webhooks.c.received_at)).where(
        webhooks.c.tenant_id == each, webhooks.c.applied_at.is_not(None)
    )
    old = select(tenants.c.tenant_id).where(oldest.scalar_subquery() < received_before, *only(tenant))
    return [row.tenant_id for row in await reader.rows(old)]


async def drop_old(database: Database, tenant: str, received_before: int) -> int:
    """Delete applied bodies that arrived before an instant; return their number."""
    old = (
        webhooks.c.tenant_id == tenant,
        webhooks.c.applied_at.is_not(None),
        webhooks.c.received_at < received_before,
    )
    async with database.read() as reader:
        if not await reader.first(select(webhooks.c.id).where(*old).limit(1)):
            return 0
    async with database.write() as writer:
        return await writer.execute(delete(webhooks).where(*old))
