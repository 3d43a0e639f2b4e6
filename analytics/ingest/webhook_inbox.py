"""Webhook bodies: kept as they came before anybody is answered, applied soon after, and kept for a while.

Applying is idempotent, so a body may be applied again whenever that helps: after a crash, or because a later release
understands more of it. Source: events, "WhatsApp webhooks" and "Bad input".
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
from analytics.ingest.erasure import eraser
from analytics.ingest.erasure.identifiers import Identifier, identifiers_in
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

# Bodies, and bytes of them, that are applied in one transaction. Others who write wait for it: on SQLite all of them.
MAX_BODIES = 500
# Microseconds after which what is in the queue and waits no more is dropped from it.
STALE = 5 * MINUTE
KEY = ("tenant_id", "received_at", "id")
FAILED = "INTERNAL: The body could not be applied."
MAX_BYTES = 2 * 2**20
# How a problem shows what is no time.
NO_TIME = re.compile(r"(?P<place>: entry\S+: ).* is no time", re.DOTALL)
# Bodies that are looked through at a time: in memory together, at 3 MB each at most.
READ_AT_ONCE = 50


class StoredBody(NamedTuple):
    """A stored body."""

    received_at: int
    id: str
    body: bytes


class BodyResult(NamedTuple):
    """What became of a body."""

    body: StoredBody
    rejected: int  # how many things in it were not understood
    problem: str | None  # why not, the first of them


class TenantBusyError(Exception):
    """Others write for the company: come back later."""


class Rejected(NamedTuple):
    """A stored body that was not wholly understood, and why."""

    received_at: int
    id: str
    problem: str


class InboxCounts(NamedTuple):
    """How many bodies of a company there are."""

    waiting: int  # to be applied
    applied: int
    rejected: int  # of the applied ones, those of which something could not be understood


async def store(database: Database, tenant: str, body: bytes, received_at: int) -> None:
    """Keep a body, and have it applied. Raises `NotAnsweringError`, and other outages."""
    key = {"tenant_id": tenant, "received_at": received_at, "id": uuid.uuid4().hex}
    async with database.guard(tenant), database.write() as writer:
        await writer.execute(insert(webhook_queue).values(key))
        await writer.execute(insert(webhooks).values(key | {"body": body}))


async def pending_tenants(reader: Reader) -> list[str]:
    """The companies of which bodies wait, as far as they are in the queue."""
    return [row.tenant_id for row in await reader.rows(select(webhook_queue.c.tenant_id).distinct())]


async def missing(reader: Reader, tenant: str | None = None) -> list[str]:
    """The companies, or this one, of which bodies wait without one of them being in the queue.

    There are some while a release that knows no queue runs beside this one, and after a database was restored.
    """
    waits = [webhooks.c.applied_at.is_(None), *([] if tenant is None else [webhooks.c.tenant_id == tenant])]
    found = {row.tenant_id for row in await reader.rows(select(webhooks.c.tenant_id).where(*waits).distinct())}
    return sorted(found.difference(await pending_tenants(reader)))


async def enqueue(writer: Writer, tenant: str) -> None:
    """Put the oldest of a company's bodies that wait into the queue: it takes the others with it."""
    table, key = webhooks, (webhooks.c.received_at, webhooks.c.id)
    waits = select(*key).where(table.c.tenant_id == tenant, table.c.applied_at.is_(None))
    oldest = await writer.first(waits.order_by(*key).limit(1))
    if oldest is not None:
        await writer.upsert(webhook_queue, KEY, [(tenant, oldest.received_at, oldest.id)])


async def backlog(reader: Reader) -> tuple[int, int | None]:
    """Return the number of bodies in the queue, of all companies, and the time when the oldest came."""
    row = await reader.first(select(func.count(), func.min(webhook_queue.c.received_at)))
    return (row[0], row[1]) if row else (0, None)


async def apply_pending(
    database: Database, tenant: str, now: int, patience: float | None = None, *, forms: bool = False
) -> int:
    """Apply some of the bodies of a company that wait, the oldest first; how many. With `forms` answers of forms too.

    With `patience` those who write for the company are waited for so many seconds at most; then raises
    `TenantBusyError`. 0 when none waits, or when another process is at it. Raises the database's outages; nothing is
    lost by them.
    """
    try:
        async with database.write() as writer:
            bodies = await _lock_batch(writer, tenant, MAX_BODIES, now, patience)
            results = await _apply(writer, tenant, bodies, now, forms)
    except Exception as error:
        if isinstance(error, TenantBusyError) or is_transient(error):
            raise
        log.exception("webhooks could not be applied together", tenant=tenant)
        results = await _apply_one(database, tenant, now, forms)
    _tell(tenant, results)
    return len(results)


async def _apply_one(database: Database, tenant: str, now: int, forms: bool) -> list[BodyResult]:
    """Apply the oldest body alone, so that one that we fail at does not hold up all others."""
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
            await _done(writer, tenant, results, now)
    return results


def _tell(tenant: str, results: Sequence[BodyResult]) -> None:
    """Say in the log what was not wholly understood, without anything that stands in it."""
    for body, _, problem in results:
        if problem is not None:
            sentence = NO_TIME.sub(r"\g<place>this is no time", problem)
            log.warning("a webhook was not wholly understood", tenant=tenant, body=body.id, problem=sentence)


async def _lock_batch(
    writer: Writer, tenant: str, most: int, now: int, patience: float | None = None
) -> list[StoredBody]:
    """The oldest bodies that wait, while no other process applies any of this company's. Raises `TenantBusyError`."""
    if not await writer.try_lock(f"webhooks {tenant}"):
        return []
    await _lock(writer, tenant, patience)
    table, key = webhooks, (webhooks.c.received_at, webhooks.c.id)
    oldest = select(*key, func.length(table.c.body).label("size")).where(
        table.c.tenant_id == tenant, table.c.applied_at.is_(None)
    )
    found = await writer.rows(oldest.order_by(*key).limit(most))
    sizes = accumulate(row.size for row in found)
    taken = [row for n, (row, size) in enumerate(zip(found, sizes, strict=True)) if n == 0 or size <= MAX_BYTES]
    if not taken:
        # What was applied by a transaction of which Citus committed only the node's part.
        stale = (webhook_queue.c.tenant_id == tenant, webhook_queue.c.received_at < now - STALE)
        await writer.execute(delete(webhook_queue).where(*stale))
        return []
    these = _these(table, tenant, [StoredBody(row.received_at, row.id, b"") for row in taken])
    statement = select(*key, table.c.body).where(*these)
    return [StoredBody(*row) for row in await writer.rows(statement.order_by(*key))]


async def _lock(writer: Writer, tenant: str, patience: float | None) -> None:
    if not await writer.lock_tenant(tenant, patience):
        raise TenantBusyError


def _these(table: Table, tenant: str, bodies: Sequence[StoredBody]) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant_id == tenant,
        table.c.received_at.between(bodies[0].received_at, bodies[-1].received_at),
        in_list(table.c.id, {body.id for body in bodies}),
    )


async def _apply(writer: Writer, tenant: str, bodies: Sequence[StoredBody], now: int, forms: bool) -> list[BodyResult]:
    if not bodies:
        return []
    read = [_read(body.body, forms) for body in bodies]
    understood = [[event for event in events if not isinstance(event, InvalidEventError)] for events in read]
    received = [body.received_at for body, events in zip(bodies, understood, strict=True) for _ in events]
    # Also of bodies without any event: the company they are of is known from then on, to be forgotten or removed.
    outcomes = iter(await apply_in_transaction(writer, tenant, [*chain(*understood)], received))
    results = []
    for body, events, fine in zip(bodies, read, understood, strict=True):
        late = [TOO_LATE for outcome in islice(outcomes, len(fine)) if outcome is Outcome.REJECTED]
        problems = [event for event in events if isinstance(event, InvalidEventError)] + late
        problem = f"{problems[0].code}: {problems[0].message}" if problems else None
        results.append(BodyResult(body, len(problems), problem))
    await _done(writer, tenant, results, now)
    secret = await eraser.secret_of(writer, tenant)
    if secret:
        # Of somebody who was forgotten nothing is kept, so that part of what came with it cannot be applied again.
        theirs = await eraser.mentioning(writer, tenant, secret, [body.body for body in bodies])
        await _drop(writer, tenant, list(compress(bodies, theirs)))
    return results


def _read(body: bytes, forms: bool) -> list[AnyEvent | InvalidEventError]:
    try:
        return [event for _, event in read_body(json.loads(body), forms=forms)]
    except InvalidEventError as error:
        return [error]
    except (ValueError, RecursionError):
        return [InvalidEventError("INVALID_JSON", "The body is not JSON.")]


async def _done(writer: Writer, tenant: str, results: Sequence[BodyResult], now: int) -> None:
    understood = [result.body for result in results if not result.rejected]
    if understood:
        clean = {"applied_at": now, "rejected": 0, "problem": None}
        await writer.execute(update(webhooks).where(*_these(webhooks, tenant, understood)).values(clean))
    for body, rejected, problem in results:
        if rejected:
            told = {"applied_at": now, "rejected": rejected, "problem": problem}
            await writer.execute(update(webhooks).where(*_these(webhooks, tenant, [body])).values(told))
    if results:
        await writer.execute(
            delete(webhook_queue).where(*_these(webhook_queue, tenant, [done.body for done in results]))
        )
    if wrong := len(results) - len(understood):
        await gauges.increment(writer, tenant, {TenantGauge.REJECTED_WEBHOOKS: wrong}, now)


async def _drop(writer: Writer, tenant: str, bodies: Sequence[StoredBody]) -> None:
    if bodies:
        await writer.execute(delete(webhooks).where(*_these(webhooks, tenant, bodies)))


async def drop_mentioning(writer: Writer, tenant: str, names: frozenset[Identifier]) -> None:
    """Drop the applied bodies in which one of the names is. Those that wait are dropped when they are applied."""
    key, last = (webhooks.c.received_at, webhooks.c.id), (-1, "")
    statement = select(*key, webhooks.c.body).where(webhooks.c.tenant_id == tenant, webhooks.c.applied_at.is_not(None))
    while True:
        page = statement.where(tuple_(*key) > tuple_(*last)).order_by(*key).limit(READ_AT_ONCE)
        bodies = [StoredBody(*row) for row in await writer.rows(page)]
        if not bodies:
            return
        last = (bodies[-1].received_at, bodies[-1].id)
        await _drop(writer, tenant, [body for body in bodies if not names.isdisjoint(identifiers_in(body.body))])


async def replay(
    writer: Writer, tenant: str, since: int | None, until: int | None, *, rejected_only: bool = False
) -> int:
    """Have bodies applied once more: those received in [since, until), or only what was not wholly understood."""
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
    """How many bodies there are of a company, by what became of them."""
    applied = webhooks.c.applied_at.is_not(None)
    row = await reader.first(
        select(
            func.count().filter(~applied), func.count().filter(applied), func.count().filter(webhooks.c.rejected > 0)
        ).where(webhooks.c.tenant_id == tenant)
    )
    return InboxCounts(*(row or (0, 0, 0)))


async def rejected(reader: Reader, tenant: str, limit: int) -> list[Rejected]:
    """The newest bodies of a company that were not wholly understood, the newest first."""
    key = (webhooks.c.received_at, webhooks.c.id)
    statement = select(*key, webhooks.c.problem).where(webhooks.c.tenant_id == tenant, webhooks.c.rejected > 0)
    newest = statement.order_by(*(column.desc() for column in key)).limit(limit)
    return [Rejected(*row) for row in await reader.rows(newest)]


async def due(reader: Reader, received_before: int, tenant: str | None = None) -> list[str]:
    """The companies, or this one, that have applied bodies from before an instant."""
    each = tenants.c.tenant_id if tenant is None else tenant
    oldest = select(func.min(webhooks.c.received_at)).where(
        webhooks.c.tenant_id == each, webhooks.c.applied_at.is_not(None)
    )
    old = select(tenants.c.tenant_id).where(oldest.scalar_subquery() < received_before, *only(tenant))
    return [row.tenant_id for row in await reader.rows(old)]


async def drop_old(database: Database, tenant: str, received_before: int) -> int:
    """Drop applied bodies that came before an instant; how many."""
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
