"""Running queries: from a specification to numbers."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select

from analytics import statements, tables
from analytics.database import AnyRow, Reader
from analytics.metrics import Counts
from analytics.names import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, Category, names
from analytics.plan import FAMILIES, Grouping, Query, plan
from analytics.rollups.state import readable
from analytics.specs import Spec
from analytics.states import Status
from analytics.zones import Zone

log = structlog.get_logger()

Key = tuple[Any, ...]
Rows = dict[Key, Counts]


async def counted(reader: Reader, query: Query) -> Rows:
    """The counts of each key of a query's grouping, in the measures of its family."""
    chosen = plan(query, await readable(reader, query.spec.tenant_id))
    log.debug("plan", grouping=query.grouping, plan=str(chosen))
    reader.plans.append(f"{query.grouping}: {chosen}")
    measures = len(FAMILIES[query.grouping].measures)
    rows = await reader.rows(statements.counted(query, chosen))
    if query.grouping is Grouping.REPLY_HOUR and chosen.rollup is None:
        return _by_reply_hour(query.spec.zone, rows)
    return {tuple(row[:-measures]): Counts(tuple(row[-measures:])) for row in rows}


def _by_reply_hour(zone: Zone, rows: Iterable[AnyRow]) -> Rows:
    hours: Counter[int] = Counter()
    for hour, replied_at, responses in rows:
        hours[statements.hour_of_reply(zone, hour, replied_at)] += responses
    return {(hour,): Counts((responses,)) for hour, responses in hours.items()}


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
