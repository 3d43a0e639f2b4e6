"""Events, and what became of them in the database, for the tests of batches."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from analytics.domain.message_status import Status
from analytics.storage.database import Database
from analytics.storage.tables import messages, replies
from tests.support.ingest_helpers import Event

MONDAY = datetime(2026, 9, 7, 12, tzinfo=UTC)


def when(seconds: float = 0, days: int = 0) -> str:
    return (MONDAY + timedelta(days=days, seconds=seconds)).isoformat()


def sent(id: str = "m1", at: str = when(), updated_at: str | None = None, **message: Any) -> Event:
    fields = {
        "id": id,
        "account_id": "a1",
        "department_id": "d1",
        "agent_id": "u1",
        "template_id": "t1",
        "contact": {"phone": "+56911111111"},
    }
    return {"type": "message.sent", "at": at, "updated_at": updated_at, "message": fields | message}


def status(status: str, at: str = when(60), **named: Any) -> Event:
    return {"type": "message.status", "at": at, "status": status, **(named or {"message_id": "m1"})}


def reply(id: str | None = "r1", at: str = when(60), **fields: Any) -> Event:
    contact = {"phone": "56 9 1111 1111"}
    return {"type": "message.reply", "at": at, "reply": {"id": id, "account_id": "a1", "contact": contact} | fields}


def account(number: str | None, at: str = when(), id: str = "a1") -> Event:
    return {"type": "account.upserted", "at": at, "account": {"id": id, "phone_number_id": number}}


def window(days: int, at: str = when()) -> Event:
    return {"type": "tenant.upserted", "at": at, "reply_window_days": days}


async def answers(database: Database, tenant: str) -> dict[str, tuple[str, str] | None]:
    """Return the message that each reply answers, and the rule that matched it."""
    async with database.read() as reader:
        rows = await reader.rows(select(replies).where(replies.c.tenant_id == tenant))
    return {row.id: (row.message_id, row.rule) if row.message_id else None for row in rows}


async def statuses(database: Database, tenant: str) -> dict[str, str]:
    async with database.read() as reader:
        rows = await reader.rows(select(messages.c.id, messages.c.status).where(messages.c.tenant_id == tenant))
    return {row.id: Status(row.status).name for row in rows}
