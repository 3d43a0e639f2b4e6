"""Retention: messages of old months are dropped, with their replies and receipts; the rollups stay.

The boundary is written down before anything is deleted, and only moves forward. So whoever reads knows what is no
longer there, and a drop that is interrupted goes on where it was.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy import Column, ColumnElement, ScalarSelect, delete, func, select, update

from analytics.domain.query_spec import finality_window
from analytics.domain.time_zones import DAY, FIRST_DAY, FIRST_INSTANT, Zone, local_day, zone
from analytics.ingest.merging import directory
from analytics.ingest.merging.aliases import WAMID, unlisted
from analytics.ingest.merging.records import DROPPED
from analytics.reports import availability as states
from analytics.reports.availability import DataAvailability
from analytics.rollups import retention_boundary
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.rollup_tables import COMPLETE, rollup_states
from analytics.storage.tables import message_aliases, messages, only, receipts, replies, reply_aliases, tenants

log = structlog.get_logger()

# Messages dropped in one transaction: short enough that those who write meanwhile do not notice.
STEP = 5_000

Outdate = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class RetentionPreview:
    """The effect that dropping the messages of old months would have for a tenant at a moment."""

    zone: Zone  # whose months they are
    state: DataAvailability
    further: (
        DataAvailability | None
    )  # with its boundary moved forward; None when nothing further would be dropped by that
    messages: int  # that would be dropped by it
    left: int  # that were dropped and are not deleted yet

    @property
    def kept_from(self) -> date | None:
        """The first day whose messages are all kept; None while none were dropped."""
        return None if self.state.kept_from is None else self.zone.first_whole_day(self.state.kept_since)

    @property
    def dropped_before(self) -> date | None:
        """The day before which further messages would be dropped."""
        return None if self.further is None else self.zone.first_whole_day(self.further.kept_since)

    @property
    def ready(self) -> bool:
        """True if it may be done now: messages that are not counted yet must not be dropped."""
        return self.state.readable == self.zone.rules_version


async def due_tenants(reader: Reader, months: int | None, now: int, tenant: str | None = None) -> list[str]:
    """The tenants, or this one, for which there may be something to drop.

    Where a tenant's month is not over everywhere on earth, its last hours may be found a month later.
    """
    states = rollup_states.c
    unfinished = select(states.tenant_id).where(
        states.kept_from.is_not(None), _oldest(tenant or states.tenant_id) < states.kept_since
    )
    if tenant is not None:
        unfinished = unfinished.where(states.tenant_id == tenant)
    found = {row.tenant_id for row in await reader.rows(unfinished)}
    if months is not None:
        earliest = zone("UTC")
        since = earliest.day_start(first_kept(earliest, months, now, now - DAY)) - DAY
        old = select(tenants.c.tenant_id).where(_oldest(tenant or tenants.c.tenant_id) < since, *only(tenant))
        found |= {row.tenant_id for row in await reader.rows(old)}
    return sorted(found)


def _oldest(tenant: str | Column[str]) -> ScalarSelect[int]:
    """Select the send time of the tenant's oldest message."""
    return select(func.min(messages.c.sent_at)).where(messages.c.tenant_id == tenant).scalar_subquery()


async def nothing_to_outdate(_since: int) -> None:
    """For tenants without files that show messages."""


async def delete_old_messages(
    database: Database, tenant: str, months: int | None, now: int, outdate: Outdate = nothing_to_outdate
) -> int:
    """Drop what was sent in months older than so many whole ones (None: no further ones); how many messages.

    Months are those of the tenant's zone. Nothing is dropped that may still change, nor while rollups are not whole.
    `outdate` is called with the boundary once it is written down, and again until all before it is deleted.
    """
    async with database.read() as reader:
        found = await preview(reader, tenant, months, now)
    if found.further and found.ready:
        log.warning(
            "dropping messages",
            tenant=tenant,
            messages=found.messages,
            sent_before=str(found.dropped_before),
            time_zone=found.zone.name,
        )
        await _move(database, tenant, months, now)
    elif not found.left:
        return 0
    async with database.read() as reader:
        await outdate(await states.retained_since(reader, tenant))
    dropped = 0
    while True:
        async with database.write() as writer:
            await writer.lock_tenant(tenant)
            step = await _drop_some(writer, tenant)
        dropped += step
        if step < STEP:
            return dropped


async def tenant_ids(reader: Reader) -> list[str]:
    """All tenants there are."""
    rows = await reader.rows(select(tenants.c.tenant_id).order_by(tenants.c.tenant_id))
    return [row.tenant_id for row in rows]


async def preview(reader: Reader, tenant: str, months: int | None, now: int) -> RetentionPreview:
    """Compute the effect of `delete_old_messages` without changing anything."""
    local, state, further = await _further(reader, tenant, months, now)
    would_go = await _count(reader, tenant, state.kept_since, further.kept_since) if further else 0
    left = await _count(reader, tenant, FIRST_INSTANT, state.kept_since)
    return RetentionPreview(local, state, further, would_go, left)


async def _move(database: Database, tenant: str, months: int | None, now: int) -> None:
    """Write a further boundary down."""
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        # Looked at again: what was true a moment ago may not be any more.
        local, state, further = await _further(writer, tenant, months, now)
        if further and state.readable == local.rules_version:
            await retention_boundary.forget(writer, tenant)
            await states.save(writer, tenant, further)


async def _further(
    reader: Reader, tenant: str, months: int | None, now: int
) -> tuple[Zone, DataAvailability, DataAvailability | None]:
    """The tenant's zone, its state, and that with its boundary moved forward if that would drop anything.

    The day must be a later one too: where another zone's months begin some hours later, those hours are no old month.
    """
    settings = await directory.load_settings(reader, tenant)
    local = zone(settings.time_zone)
    state = await states.load(reader, tenant) or DataAvailability(local.rules_version, COMPLETE)
    if months is None:
        return local, state, None
    first = first_kept(local, months, now - finality_window(settings.reply_window_days), now)
    since = local.day_start(first)
    later = since > state.kept_since and first.toordinal() > (state.kept_from or 0)
    if not later or not await _any_sent(reader, tenant, state.kept_since, since):
        return local, state, None
    return local, state, replace(state, kept_from=first.toordinal(), kept_since=since)


def first_kept(local: Zone, months: int, mature: int, now: int) -> date:
    """The first day to keep: so many whole months before this one, and no message younger than `mature` is dropped."""
    today = local_day(local.local(now))
    month = max(today.year * 12 + today.month - 1 - months, FIRST_DAY.year * 12)
    return min(date(month // 12, month % 12 + 1, 1), local_day(local.local(mature)).replace(day=1))


async def _any_sent(reader: Reader, tenant: str, low: int, high: int) -> bool:
    return await reader.first(select(messages.c.id).where(*_sent(tenant, low, high)).limit(1)) is not None


async def _count(reader: Reader, tenant: str, low: int, high: int) -> int:
    row = await reader.first(select(func.count()).select_from(messages).where(*_sent(tenant, low, high)))
    return row[0] if row else 0


def _sent(tenant: str, low: int, high: int) -> tuple[ColumnElement[bool], ...]:
    return messages.c.tenant_id == tenant, messages.c.sent_at >= low, messages.c.sent_at < high


async def _drop_some(writer: Writer, tenant: str) -> int:
    """Drop some of the messages before the boundary, the oldest first, and what belongs to them; how many."""
    state = await states.load(writer, tenant)
    if state is None or state.kept_from is None:
        return 0
    since = state.kept_since
    oldest = select(messages.c.id, messages.c.wamid, messages.c.earlier_wamids).where(
        *_sent(tenant, FIRST_INSTANT, since)
    )
    found = await writer.rows(oldest.order_by(messages.c.sent_at, messages.c.id).limit(STEP))
    ids = {row.id for row in found}
    wamids = {wamid for row in found for wamid in (row.wamid, *unlisted(row.earlier_wamids)) if wamid}
    aliases = (message_aliases.c.tenant_id == tenant, in_list(message_aliases.c.message_id, ids))
    await writer.execute(delete(message_aliases).where(*aliases))
    await writer.execute(delete(messages).where(messages.c.tenant_id == tenant, in_list(messages.c.id, ids)))
    await _drop_receipts(writer, tenant, ids, wamids)
    await _drop_replies(writer, tenant, ids, since)
    return len(ids)


async def _drop_receipts(writer: Writer, tenant: str, ids: set[str], wamids: set[str]) -> None:
    """Drop what statuses said of messages; under a wamid only if no message that is kept bears, or bore, it too."""
    bearing = select(messages.c.wamid).where(messages.c.tenant_id == tenant, in_list(messages.c.wamid, wamids))
    bore = select(message_aliases.c.alias).where(
        message_aliases.c.tenant_id == tenant, in_list(message_aliases.c.alias, {WAMID + wamid for wamid in wamids})
    )
    free = wamids - {row.wamid for row in await writer.rows(bearing)}
    free -= {row.alias.removeprefix(WAMID) for row in await writer.rows(bore)}
    of_tenant = receipts.c.tenant_id == tenant
    by_id = delete(receipts).where(of_tenant, receipts.c.channel == "", in_list(receipts.c.ref, ids))
    await writer.execute(by_id)
    await writer.execute(delete(receipts).where(of_tenant, receipts.c.channel != "", in_list(receipts.c.ref, free)))


async def _drop_replies(writer: Writer, tenant: str, ids: set[str], since: int) -> None:
    """Drop replies that answer dropped messages.

    One that is itself of a time that is kept may come again, and must not then find another message to answer: it
    stays, without its text, until its own time is over.
    """
    answering = (replies.c.tenant_id == tenant, in_list(replies.c.message_id, ids | {DROPPED}))
    gone = select(replies.c.id).where(*answering, replies.c.at < since)
    aliases = (reply_aliases.c.tenant_id == tenant, reply_aliases.c.reply_id.in_(gone))
    await writer.execute(delete(reply_aliases).where(*aliases))
    await writer.execute(delete(replies).where(*answering, replies.c.at < since))
    closed = {"message_id": DROPPED, "rule": None, "text": None}
    await writer.execute(update(replies).where(*answering, replies.c.at >= since).values(closed))
