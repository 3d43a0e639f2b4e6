"""Retention: messages of old months are dropped, with their replies and receipts; the rollups stay.

The boundary is written down before anything is deleted, and only moves forward. So whoever reads knows what is no
longer there, and a drop that is interrupted goes on where it was.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Column, ColumnElement, ScalarSelect, delete, func, select, update

from analytics.database import Database, Reader, Writer
from analytics.ingest import directory
from analytics.ingest.rows import DROPPED
from analytics.rollup_tables import rollup_states
from analytics.rollups import state as states
from analytics.rollups.state import State
from analytics.specs import matures_after
from analytics.sqltypes import one_of
from analytics.tables import messages, receipts, replies, tenants
from analytics.zones import DAY, FIRST_DAY, Zone, local_day, zone

# Messages dropped in one transaction: short enough that those who write meanwhile do not notice.
STEP = 5_000


async def due(reader: Reader, months: int | None, now: int) -> list[str]:
    """The companies for which there may be something to drop.

    Where a company's month is not over everywhere on earth, its last hours may be found a month later.
    """
    unfinished = select(rollup_states.c.tenant_id).where(
        rollup_states.c.kept_from.is_not(None), _oldest(rollup_states.c.tenant_id) < rollup_states.c.kept_since
    )
    found = {row.tenant_id for row in await reader.rows(unfinished)}
    if months is not None:
        earliest = zone("UTC")
        since = earliest.day_start(first_kept(earliest, months, now, now - DAY)) - DAY
        old = select(tenants.c.tenant_id).where(_oldest(tenants.c.tenant_id) < since)
        found |= {row.tenant_id for row in await reader.rows(old)}
    return sorted(found)


def _oldest(tenant: Column[str]) -> ScalarSelect[int]:
    """When the first message of each company was sent that is there."""
    return select(func.min(messages.c.sent_at)).where(messages.c.tenant_id == tenant).scalar_subquery()


async def drop_old(database: Database, tenant: str, months: int | None, now: int) -> int:
    """Drop what was sent in months older than so many whole ones (None: no further ones); how many messages.

    Months are those of the company's zone. Nothing is dropped that may still change, nor while rollups are not whole.
    """
    async with database.read() as reader:
        wanted = None if months is None else await _further(reader, tenant, months, now)
        state = await states.load(reader, tenant)
        left = state and state.kept_from and await _sent_before(reader, tenant, state.kept_since)
        if wanted is None and not left:
            return 0
    if wanted is not None:
        async with database.write() as writer:
            await writer.lock(tenant)
            # Looked at again: what was true a moment ago may not be any more.
            if moved := await _further(writer, tenant, months or 0, now):
                await states.save(writer, tenant, moved)
    dropped = 0
    while True:
        async with database.write() as writer:
            await writer.lock(tenant)
            step = await _drop_some(writer, tenant)
        dropped += step
        if step < STEP:
            return dropped


async def _further(reader: Reader, tenant: str, months: int, now: int) -> State | None:
    """The state with its boundary moved forward; None when it must not be, or would drop nothing."""
    settings = await directory.settings(reader, tenant)
    local = zone(settings.time_zone)
    state = await states.load(reader, tenant)
    if state is None or state.readable != local.rules:
        return None
    first = first_kept(local, months, now - matures_after(settings.reply_window_days), now)
    since = local.day_start(first)
    if since <= state.kept_since or not await _sent_before(reader, tenant, since):
        return None
    return replace(state, kept_from=first.toordinal(), kept_since=since)


def first_kept(local: Zone, months: int, mature: int, now: int) -> date:
    """The first day to keep: so many whole months before this one, and no message younger than `mature` is dropped."""
    today = local_day(local.local(now))
    month = max(today.year * 12 + today.month - 1 - months, FIRST_DAY.year * 12)
    return min(date(month // 12, month % 12 + 1, 1), local_day(local.local(mature)).replace(day=1))


async def _sent_before(reader: Reader, tenant: str, instant: int) -> bool:
    return await reader.first(select(messages.c.id).where(*_old(tenant, instant)).limit(1)) is not None


def _old(tenant: str, since: int) -> tuple[ColumnElement[bool], ...]:
    return messages.c.tenant_id == tenant, messages.c.sent_at < since


async def _drop_some(writer: Writer, tenant: str) -> int:
    """Drop some of the messages before the boundary, the oldest first, and what belongs to them; how many."""
    state = await states.load(writer, tenant)
    if state is None or state.kept_from is None:
        return 0
    since = state.kept_since
    oldest = select(messages.c.id, messages.c.wamid).where(*_old(tenant, since))
    found = await writer.rows(oldest.order_by(messages.c.sent_at, messages.c.id).limit(STEP))
    ids = {row.id for row in found}
    await writer.execute(delete(messages).where(messages.c.tenant_id == tenant, one_of(messages.c.id, ids)))
    await _drop_receipts(writer, tenant, ids, {row.wamid for row in found if row.wamid})
    await _drop_replies(writer, tenant, ids, since)
    return len(ids)


async def _drop_receipts(writer: Writer, tenant: str, ids: set[str], wamids: set[str]) -> None:
    """Drop what statuses said of messages; under a wamid only if no message that is kept bears it too."""
    bearing = select(messages.c.wamid).where(messages.c.tenant_id == tenant, one_of(messages.c.wamid, wamids))
    free = wamids - {row.wamid for row in await writer.rows(bearing)}
    of_tenant = receipts.c.tenant_id == tenant
    by_id = delete(receipts).where(of_tenant, receipts.c.channel == "", one_of(receipts.c.ref, ids))
    await writer.execute(by_id)
    await writer.execute(delete(receipts).where(of_tenant, receipts.c.channel != "", one_of(receipts.c.ref, free)))


async def _drop_replies(writer: Writer, tenant: str, ids: set[str], since: int) -> None:
    """Drop replies that answer dropped messages.

    One that is itself of a time that is kept may come again, and must not then find another message to answer: it
    stays, without its text, until its own time is over.
    """
    answering = (replies.c.tenant_id == tenant, one_of(replies.c.message_id, ids | {DROPPED}))
    await writer.execute(delete(replies).where(*answering, replies.c.at < since))
    closed = {"message_id": DROPPED, "rule": None, "text": None}
    await writer.execute(update(replies).where(*answering, replies.c.at >= since).values(closed))
