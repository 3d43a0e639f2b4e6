"""Running queries: from a specification to numbers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from analytics import statements, tables
from analytics.database import Reader
from analytics.metrics import COLUMNS, Counts
from analytics.names import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, Category, names
from analytics.plan import Query
from analytics.specs import Spec
from analytics.states import Status

Key = tuple[Any, ...]
Rows = dict[Key, Counts]


async def counted(reader: Reader, query: Query) -> Rows:
    """The counts of each key of a query's grouping. Groupings of responses or bounces count messages only."""
    found = await reader.rows(statements.counted(query))
    if not found:
        return {}
    width = len(found[0])
    keys = width - len(COLUMNS) if width > len(COLUMNS) else width - 1
    return {tuple(row[:keys]): Counts(tuple(row[keys:])) for row in found}


@dataclass(frozen=True)
class Maturing:
    """How many messages may still change, and the instant from which none of them can."""

    messages: int
    until: int | None


async def maturing(reader: Reader, spec: Spec) -> Maturing:
    """What may still change. Source: semantics, "What may still change"."""
    row = await reader.first(statements.maturing(spec))
    found, newest = tuple(row or (0, None))
    return Maturing(found, None if newest is None else newest + spec.matures_after)


class Send(NamedTuple):
    """One message as an export shows it: names as they were when it was sent, its time in the report's zone."""

    template_name: str
    template_category: str
    sent_at: datetime
    department_name: str
    agent_email: str | None
    agent_name: str
    message_id: str
    recipient_phone: str | None
    status: str
    ticket_id: str | None
    ticket_key: str | None
    account_phone: str | None
    account_name: str
    reply_text: str | None


async def count(reader: Reader, spec: Spec) -> int:
    """How many messages a specification selects."""
    row = await reader.first(statements.count(spec))
    return row[0] if row else 0


async def sends(reader: Reader, spec: Spec) -> AsyncIterator[list[Send]]:
    """The messages of a specification in the order of (sent at, id), some thousands at a time."""
    tenant, zone = spec.tenant_id, spec.zone
    templates = await names(reader, tenant, TEMPLATES)
    departments = await names(reader, tenant, DEPARTMENTS)
    agents = await names(reader, tenant, AGENTS)
    accounts = await names(reader, tenant, ACCOUNTS)

    def shown(row: Any) -> Send:
        at = row.sent_at
        template = templates.at(row.template_id, at)
        agent = agents.at(row.agent_id, at)
        account = accounts.at(row.account_id, at)
        own_category = row.template_category
        return Send(
            template_name=template.name,
            template_category=Category.of(own_category) if own_category else template.category,
            sent_at=zone.aware(at),
            department_name=departments.at(row.department_id, at).name,
            agent_email=agent.email,
            agent_name=agent.name,
            message_id=row.id,
            recipient_phone=row.contact_phone,
            status=Status(row.status).name,
            ticket_id=row.ticket_id,
            ticket_key=row.ticket_key,
            account_phone=account.phone or None,
            account_name=account.name,
            reply_text=row.reply_text,
        )

    async for partition in reader.partitions(statements.sends(spec)):
        yield [shown(row) for row in partition]


async def error_titles(reader: Reader, tenant: str) -> dict[int, str]:
    """WhatsApp's newest words for each error code that the tenant has met."""
    table = tables.error_titles
    rows = await reader.rows(select(table.c.code, table.c.title).where(table.c.tenant_id == tenant))
    return {row.code: row.title for row in rows}
