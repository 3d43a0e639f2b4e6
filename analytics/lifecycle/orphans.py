"""Orphans: statuses, replies and corrections of unknown messages. They wait for the message; after a while they are
dropped and counted.

Most of a tenant's webhooks are about its ordinary chats, so orphans are normal. Source: docs/events.md, "Events".
"""

from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, and_, delete, func, or_, select

from analytics.storage.database import Database, Reader
from analytics.storage.gauges import TenantGauge, increment
from analytics.storage.tables import early_messages, only, receipts, replies, reply_aliases, tenants

Tenant = str | Column[str]


class Orphans(NamedTuple):
    """Counts of orphans, by kind."""

    statuses: int
    replies: int
    corrections: int


def _statuses(tenant: Tenant) -> ColumnElement[bool]:
    return and_(receipts.c.tenant_id == tenant, ~receipts.c.claimed)


def _replies(tenant: Tenant) -> ColumnElement[bool]:
    return and_(replies.c.tenant_id == tenant, replies.c.message_id.is_(None))


def _corrections(tenant: Tenant) -> ColumnElement[bool]:
    return early_messages.c.tenant_id == tenant


async def count_orphans(reader: Reader, tenant: str) -> Orphans:
    """Count a tenant's orphans."""
    counts = [
        await reader.first(select(func.count()).select_from(table).where(is_orphan(tenant)))
        for table, is_orphan in ((receipts, _statuses), (replies, _replies), (early_messages, _corrections))
    ]
    return Orphans(*(row[0] if row else 0 for row in counts))


async def due_tenants(reader: Reader, received_before: int, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, that have orphans from before an instant."""
    each_tenant: Tenant = tenants.c.tenant_id if tenant is None else tenant
    # Compare the oldest orphan of each tenant, which an index has first: for `exists`, PostgreSQL might scan them all.
    oldest = (
        select(func.min(receipts.c.received_at)).where(_statuses(each_tenant)).scalar_subquery(),
        select(func.min(replies.c.received_at)).where(_replies(each_tenant)).scalar_subquery(),
        select(func.min(early_messages.c.received_at)).where(_corrections(each_tenant)).scalar_subquery(),
    )
    old = or_(*(received_at < received_before for received_at in oldest))
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(old, *only(tenant)))]


async def delete_orphans(database: Database, tenant: str, received_before: int, now: int) -> Orphans:
    """Drop the orphans that arrived before an instant, and add to the gauges; return the numbers dropped."""
    old = (
        (receipts, and_(_statuses(tenant), receipts.c.received_at < received_before)),
        (replies, and_(_replies(tenant), replies.c.received_at < received_before)),
        (early_messages, and_(_corrections(tenant), early_messages.c.received_at < received_before)),
    )
    async with database.read() as reader:
        # Usually there are none: look first without the lock, so that other writers need not wait.
        if not [table for table, is_old in old if await reader.first(select(table.c.tenant_id).where(is_old).limit(1))]:
            return Orphans(0, 0, 0)
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        old_replies = select(replies.c.id).where(old[1][1])
        aliases = (reply_aliases.c.tenant_id == tenant, reply_aliases.c.reply_id.in_(old_replies))
        await writer.execute(delete(reply_aliases).where(*aliases))
        dropped = Orphans(*[await writer.execute(delete(table).where(is_old)) for table, is_old in old])
        await increment(writer, tenant, dict(zip(DROPPED, dropped, strict=True)), now)
    return dropped


DROPPED = (TenantGauge.DROPPED_STATUSES, TenantGauge.DROPPED_REPLIES, TenantGauge.DROPPED_CORRECTIONS)
