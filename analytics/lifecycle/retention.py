"""Retention: messages of old months are dropped, with their replies and receipts; the rollups stay.

The boundary is stored before anything is deleted, and only moves forward. So readers know which messages are missing,
and an interrupted deletion continues where it stopped.
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

# Messages dropped in one transaction: few enough that other writers do not notice the wait.
STEP = 5_000

Outdate = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class RetentionPreview:
    """The effect that dropping the messages of old months would have for a tenant at a moment."""

    zone: Zone  # whose months they are
    state: DataAvailability
    further: DataAvailability | None  # with the boundary moved forward; None if that would drop nothing
    messages: int  # that would be dropped by it
    left: int  # that were dropped and are not deleted yet

    @property
    def kept_from(self) -> date | None:
        """The first day of which all messages are kept; None while none were dropped."""
        return None if self.state.kept_from is None else self.zone.first_whole_day(self.state.kept_since)

    @property
    def dropped_before(self) -> date | None:
        """The day before which further messages would be dropped."""
        return None if self.further is None else self.zone.first_whole_day(self.further.kept_since)

    @property
    def ready(self) -> bool:
        """True if the rollups are complete: messages that are not counted yet must not be dropped."""
        return self.state.readable == self.zone.rules_version


async def due_tenants(reader: Reader, months: int | None, now: int, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, that may have messages to drop.

    The boundary is computed in UTC here, so a tenant may be returned one month late.
    """
    states = rollup_states.c
    unfinished = select(states.tenant_id).where(
        states.kept_from.is_not(None), _oldest(tenant or states.tenant_id) < states.kept_since
    )
    if tenant is not None:
        unfinished = unfinished.where(states.tenant_id == tenant)
    due = {row.tenant_id for row in await reader.rows(unfinished)}
    if months is not None:
        earliest = zone("UTC")
        since = earliest.day_start(first_kept(earliest, months, now, now - DAY)) - DAY
        old = select(tenants.c.tenant_id).where(_oldest(tenant or tenants.c.tenant_id) < since, *only(tenant))
        due |= {row.tenant_id for row in await reader.rows(old)}
    return sorted(due)


def _oldest(tenant: str | Column[str]) -> ScalarSelect[int]:
    """Select the send time of the tenant's oldest message."""
    return select(func.min(messages.c.sent_at)).where(messages.c.tenant_id == tenant).scalar_subquery()


async def nothing_to_outdate(_since: int) -> None:
    """Do nothing: the callback for tenants without export files."""


async def delete_old_messages(
    database: Database, tenant: str, months: int | None, now: int, outdate: Outdate = nothing_to_outdate
) -> int:
    """Drop the messages sent before the last `months` whole months (None: no further ones); return their number.

    Months are those of the tenant's zone. No message is dropped that may still change, nor while the rollups are
    incomplete. `outdate` is called with the boundary once it is stored, and again on every run until all messages
    before it are deleted: it invalidates export files that show them.
    """
    async with database.read() as reader:
        plan = await preview(reader, tenant, months, now)
    if plan.further and plan.ready:
        log.warning(
            "dropping messages",
            tenant=tenant,
            messages=plan.messages,
            sent_before=str(plan.dropped_before),
            time_zone=plan.zone.name,
        )
        await _move(database, tenant, months, now)
    elif not plan.left:
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
    """Load the ids of all tenants."""
    rows = await reader.rows(select(tenants.c.tenant_id).order_by(tenants.c.tenant_id))
    return [row.tenant_id for row in rows]


async def preview(reader: Reader, tenant: str, months: int | None, now: int) -> RetentionPreview:
    """Compute the effect of `delete_old_messages` without changing anything."""
    local, state, further = await _further(reader, tenant, months, now)
    droppable = await _count(reader, tenant, state.kept_since, further.kept_since) if further else 0
    left = await _count(reader, tenant, FIRST_INSTANT, state.kept_since)
    return RetentionPreview(local, state, further, droppable, left)


async def _move(database: Database, tenant: str, months: int | None, now: int) -> None:
    """Store a boundary that is moved forward."""
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        # Read again under the lock: it may have changed since the preview.
        local, state, further = await _further(writer, tenant, months, now)
        if further and state.readable == local.rules_version:
            await retention_boundary.delete_copies(writer, tenant)
            await states.save(writer, tenant, further)


async def _further(
    reader: Reader, tenant: str, months: int | None, now: int
) -> tuple[Zone, DataAvailability, DataAvailability | None]:
    """Return the tenant's zone, its state, and the state with the boundary moved forward, if that would drop anything.

    The first kept day must be later too, not only the instant: after a change of zone the same month may begin some
    hours later, and those hours are no old month.
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
    """Return the first day to keep: `months` whole months before this one, but not after the month of `mature`.

    `mature` is the instant before which messages are final.
    """
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
    """Drop up to `STEP` messages before the boundary, oldest first, with what belongs to them; return the number."""
    state = await states.load(writer, tenant)
    if state is None or state.kept_from is None:
        return 0
    since = state.kept_since
    oldest = select(messages.c.id, messages.c.wamid, messages.c.earlier_wamids).where(
        *_sent(tenant, FIRST_INSTANT, since)
    )
    rows = await writer.rows(oldest.order_by(messages.c.sent_at, messages.c.id).limit(STEP))
    ids = {row.id for row in rows}
    wamids = {wamid for row in rows for wamid in (row.wamid, *unlisted(row.earlier_wamids)) if wamid}
    aliases = (message_aliases.c.tenant_id == tenant, in_list(message_aliases.c.message_id, ids))
    await writer.execute(delete(message_aliases).where(*aliases))
    await writer.execute(delete(messages).where(messages.c.tenant_id == tenant, in_list(messages.c.id, ids)))
    await _drop_receipts(writer, tenant, ids, wamids)
    await _drop_replies(writer, tenant, ids, since)
    return len(ids)


async def _drop_receipts(writer: Writer, tenant: str, ids: set[str], wamids: set[str]) -> None:
    """Drop the receipts of messages; those of a wamid only if no kept message has, or had, the same wamid."""
    current = select(messages.c.wamid).where(messages.c.tenant_id == tenant, in_list(messages.c.wamid, wamids))
    earlier = select(message_aliases.c.alias).where(
        message_aliases.c.tenant_id == tenant, in_list(message_aliases.c.alias, {WAMID + wamid for wamid in wamids})
    )
    unused_wamids = wamids - {row.wamid for row in await writer.rows(current)}
    unused_wamids -= {row.alias.removeprefix(WAMID) for row in await writer.rows(earlier)}
    of_tenant = receipts.c.tenant_id == tenant
    by_id = delete(receipts).where(of_tenant, receipts.c.channel == "", in_list(receipts.c.ref, ids))
    await writer.execute(by_id)
    await writer.execute(
        delete(receipts).where(of_tenant, receipts.c.channel != "", in_list(receipts.c.ref, unused_wamids))
    )


async def _drop_replies(writer: Writer, tenant: str, ids: set[str], since: int) -> None:
    """Drop the replies to dropped messages.

    Replies younger than the boundary are kept without text: if redelivered, they must not match another message.
    """
    answering = (replies.c.tenant_id == tenant, in_list(replies.c.message_id, ids | {DROPPED}))
    old_replies = select(replies.c.id).where(*answering, replies.c.at < since)
    aliases = (reply_aliases.c.tenant_id == tenant, reply_aliases.c.reply_id.in_(old_replies))
    await writer.execute(delete(reply_aliases).where(*aliases))
    await writer.execute(delete(replies).where(*answering, replies.c.at < since))
    values = {"message_id": DROPPED, "rule": None, "text": None}
    await writer.execute(update(replies).where(*answering, replies.c.at >= since).values(values))
