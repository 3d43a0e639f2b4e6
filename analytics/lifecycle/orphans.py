"""Statuses, replies and corrections that name no message we know. They wait for it; after a while they are dropped and
counted.

Most of a tenant's webhooks are about its ordinary chats: that there are orphans is no alarm. Source: semantics,
"Orphans".
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
    """Count the orphans of a tenant that wait."""
    counts = [
        await reader.first(select(func.count()).select_from(table).where(waits(tenant)))
        for table, waits in ((receipts, _statuses), (replies, _replies), (early_messages, _corrections))
    ]
    return Orphans(*(row[0] if row else 0 for row in counts))


async def due_tenants(reader: Reader, received_before: int, tenant: str | None = None) -> list[str]:
    """The tenants, or this one, that have some from before an instant."""
    of_each: Tenant = tenants.c.tenant_id if tenant is None else tenant
    # By the oldest of each: an index has it first. Asked whether any is old, PostgreSQL might look through them all.
    oldest = (
        select(func.min(receipts.c.received_at)).where(_statuses(of_each)).scalar_subquery(),
        select(func.min(replies.c.received_at)).where(_replies(of_each)).scalar_subquery(),
        select(func.min(early_messages.c.received_at)).where(_corrections(of_each)).scalar_subquery(),
    )
    old = or_(*(one < received_before for one in oldest))
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(old, *only(tenant)))]


async def delete_orphans(database: Database, tenant: str, received_before: int, now: int) -> Orphans:
    """Drop, and count, those that came before an instant; how many of each kind."""
    old = (
        (receipts, and_(_statuses(tenant), receipts.c.received_at < received_before)),
        (replies, and_(_replies(tenant), replies.c.received_at < received_before)),
        (early_messages, and_(_corrections(tenant), early_messages.c.received_at < received_before)),
    )
    async with database.read() as reader:
        # Mostly there are none, and then nobody who writes has to wait.
        if not [table for table, is_old in old if await reader.first(select(table.c.tenant_id).where(is_old).limit(1))]:
            return Orphans(0, 0, 0)
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        gone = select(replies.c.id).where(old[1][1])
        leads = (reply_aliases.c.tenant_id == tenant, reply_aliases.c.reply_id.in_(gone))
        await writer.execute(delete(reply_aliases).where(*leads))
        dropped = Orphans(*[await writer.execute(delete(table).where(is_old)) for table, is_old in old])
        await increment(writer, tenant, dict(zip(DROPPED, dropped, strict=True)), now)
    return dropped


DROPPED = (TenantGauge.DROPPED_STATUSES, TenantGauge.DROPPED_REPLIES, TenantGauge.DROPPED_CORRECTIONS)
