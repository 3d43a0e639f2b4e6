"""Running queries, for the tests of the runner."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from analytics.domain.query_spec import AccessScope, MessageFilter, QuerySpec, build_spec
from analytics.domain.time_zones import to_micros
from analytics.reports import runner
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import MessageBatch, Rows
from analytics.storage.database import Database
from tests.support import oracle as rules
from tests.support import strategies
from tests.support.ingest_helpers import Event
from tests.support.oracle import Oracle

NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)
TABLES = (Grouping.DEPARTMENT, Grouping.AGENT, Grouping.TEMPLATE, Grouping.ACCOUNT)
# Those of any specification: by category, only those of resolved ones are counted.
GROUPINGS: tuple[Grouping, ...] = tuple(grouping for grouping in Grouping if grouping is not Grouping.CATEGORY)
SERIES = (Grouping.DAY, Grouping.HOUR)


def spec_of(tenant: str, known: Oracle, filter: rules.Filter, departments: frozenset[str] | None = None) -> QuerySpec:
    return build_spec(
        MessageFilter(**asdict(filter)),
        AccessScope(tenant, departments),
        tenant_time_zone=known.time_zone,
        reply_window_days=known.reply_window // timedelta(days=1),
        now=to_micros(NOON),
    )


async def counted(database: Database, spec: QuerySpec, grouping: Grouping) -> Rows:
    async with database.read() as reader:
        return await runner.run_aggregate(reader, AggregateQuery(spec, grouping))


async def sends(database: Database, spec: QuerySpec) -> list[SimpleNamespace]:
    async with database.read() as reader:
        return [
            SimpleNamespace(**asdict(named) | dict(zip(MessageBatch._fields[1:-1], own, strict=True)))
            async for page in runner.stream_messages(reader, spec)
            for named, *own in zip(*page[:-1], strict=True)
        ]


@st.composite
def scoped_cases(draw: st.DrawFn) -> tuple[list[Event], rules.Filter, frozenset[str] | None]:
    """Events, a filter, and a scope that the filter stays within; the filter as narrowed to it."""
    events, filter = draw(strategies.cases(notices=True))
    scope = draw(st.none() | st.frozensets(st.sampled_from(strategies.DEPARTMENTS)))
    if scope is not None:
        filter = filter.within(scope)
    return events, filter, scope


def sent(id: str, at: str = "2026-09-07T10:00:00-03:00", **message: Any) -> Event:
    fields = {
        "id": id,
        "account_id": "a1",
        "department_id": "d1",
        "agent_id": "u1",
        "template_id": "t1",
        "contact": {"phone": "+56911111111"},
    }
    return {"type": "message.sent", "at": at, "message": fields | message}


def spec(tenant: str, first: date = date(2026, 9, 7), last: date = date(2026, 9, 7), **rest: Any) -> QuerySpec:
    filter = MessageFilter(first=first, last=last, **rest)
    return build_spec(
        filter,
        AccessScope(tenant, None),
        tenant_time_zone="America/Santiago",
        reply_window_days=7,
        now=to_micros(NOON),
    )
