"""Running queries: from a specification to numbers."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Generic, NamedTuple

import structlog
from sqlalchemy import select

from analytics import statements, tables
from analytics.database import AnyRow, Reader
from analytics.metrics import Counts
from analytics.names import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, Category, Entity, Names, names
from analytics.plan import FAMILIES, Grouping, Query, plan
from analytics.rollups.state import readable
from analytics.specs import Spec
from analytics.states import Status
from analytics.zones import EPOCH, MICROSECOND, Zone

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
    tenant = spec.tenant_id
    templates = await names(reader, tenant, TEMPLATES)
    departments = await names(reader, tenant, DEPARTMENTS)
    agents = await names(reader, tenant, AGENTS)
    accounts = await names(reader, tenant, ACCOUNTS)

    template_at, department_at = InForce(templates).at, InForce(departments).at
    agent_at, account_at = InForce(agents).at, InForce(accounts).at
    local, category_of = _clock(spec), lru_cache(Category.of)

    def shown(row: Any) -> Send:
        (
            at,
            id,
            phone,
            status,
            ticket_id,
            ticket_key,
            reply,
            category,
            template_id,
            department_id,
            agent_id,
            account_id,
        ) = row
        template = template_at(template_id, at)
        agent = agent_at(agent_id, at)
        account = account_at(account_id, at)
        # By place: names cost a quarter of the time here.
        return Send(
            template.name,
            category_of(category) if category else template.category,
            local(at),
            department_at(department_id, at).name,
            agent.email,
            agent.name,
            id,
            phone,
            STATUS_NAMES[status],
            ticket_id,
            ticket_key,
            account.phone or None,
            account.name,
            reply,
        )

    statement = statements.sends(spec).with_only_columns(*SHOWN)
    async for partition in reader.partitions(statement):
        yield [shown(row) for row in partition]


SHOWN = [
    tables.messages.c[name]
    for name in (
        "sent_at", "id", "contact_phone", "status", "ticket_id", "ticket_key", "reply_text", "template_category",
        "template_id", "department_id", "agent_id", "account_id",
    )
]  # fmt: skip
STATUS_NAMES = {int(status): status.name for status in Status}


def _clock(spec: Spec) -> Callable[[int], datetime]:
    """Instants of a range in its zone. As `Zone.aware`, but the offset is looked up once for each span."""
    spans = spec.zone.spans(spec.starts_at, spec.ends_at)
    ends = [end for _, end, _ in spans]
    # An instant's offset, and where the local clock's microseconds are counted from: a sum is all that is left to do.
    bases = [(offset, EPOCH.replace(tzinfo=timezone(offset * MICROSECOND))) for _, _, offset in spans]

    def local(at: int) -> datetime:
        offset, base = bases[bisect_right(ends, at)]
        return base + timedelta(microseconds=at + offset)

    return local


class InForce(Generic[Entity]):
    """Names for rows in the order of time: an entity is made again only where the directory says something new."""

    def __init__(self, of: Names[Entity]) -> None:
        self._of = of
        self._known: dict[str, tuple[int, Entity]] = {}

    def at(self, id: str, instant: int) -> Entity:
        """As `Names.at`; instants must not go back."""
        known = self._known.get(id)
        if known is None or instant >= known[0]:
            known = self._known[id] = self._of.changes_after(id, instant), self._of.at(id, instant)
        return known[1]


async def error_titles(reader: Reader, tenant: str) -> dict[int, str]:
    """WhatsApp's newest words for each error code that the tenant has met."""
    table = tables.error_titles
    rows = await reader.rows(select(table.c.code, table.c.title).where(table.c.tenant_id == tenant))
    return {row.code: row.title for row in rows}
