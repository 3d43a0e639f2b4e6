"""Statuses and replies that name no message we know. They wait for it; after a while they are dropped and counted.

Most of a company's webhooks are about its ordinary chats: that there are orphans is no alarm. Source: semantics,
"Orphans".
"""

from sqlalchemy import Column, ColumnElement, and_, delete, func, or_, select

from analytics.database import Database, Reader
from analytics.figures import Figure, add
from analytics.tables import receipts, replies, tenants

Tenant = str | Column[str]


def _statuses(tenant: Tenant) -> ColumnElement[bool]:
    return and_(receipts.c.tenant_id == tenant, ~receipts.c.claimed)


def _replies(tenant: Tenant) -> ColumnElement[bool]:
    return and_(replies.c.tenant_id == tenant, replies.c.message_id.is_(None))


async def count(reader: Reader, tenant: str) -> tuple[int, int]:
    """How many statuses, and how many replies, of a company wait."""
    statuses = await reader.first(select(func.count()).select_from(receipts).where(_statuses(tenant)))
    answers = await reader.first(select(func.count()).select_from(replies).where(_replies(tenant)))
    return (statuses[0] if statuses else 0), (answers[0] if answers else 0)


async def due(reader: Reader, received_before: int) -> list[str]:
    """The companies that have some from before an instant."""
    of_each = tenants.c.tenant_id
    # By the oldest of each: an index has it first. Asked whether any is old, PostgreSQL might look through them all.
    oldest = (
        select(func.min(receipts.c.received_at)).where(_statuses(of_each)).scalar_subquery(),
        select(func.min(replies.c.received_at)).where(_replies(of_each)).scalar_subquery(),
    )
    old = or_(*(one < received_before for one in oldest))
    return [row.tenant_id for row in await reader.rows(select(of_each).where(old))]


async def drop(database: Database, tenant: str, received_before: int, now: int) -> tuple[int, int]:
    """Drop, and count, those that came before an instant; how many statuses and how many replies."""
    old_statuses = (_statuses(tenant), receipts.c.received_at < received_before)
    old_replies = (_replies(tenant), replies.c.received_at < received_before)
    async with database.read() as reader:
        # Mostly there are none, and then nobody who writes has to wait.
        if not await reader.first(select(receipts.c.ref).where(*old_statuses).limit(1)) and not await reader.first(
            select(replies.c.id).where(*old_replies).limit(1)
        ):
            return 0, 0
    async with database.write() as writer:
        await writer.lock(tenant)
        dropped = (
            await writer.execute(delete(receipts).where(*old_statuses)),
            await writer.execute(delete(replies).where(*old_replies)),
        )
        await add(writer, tenant, dict(zip(DROPPED, dropped, strict=True)), now)
    return dropped


DROPPED = (Figure.DROPPED_STATUSES, Figure.DROPPED_REPLIES)
