"""Results of the fields of `campaignAnalytics`, each computed from one aggregate query."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering
from itertools import chain
from typing import Any, Generic, TypeVar

from analytics.domain.errors import InvalidInputError
from analytics.domain.limits import MAX_SERIES_POINTS
from analytics.domain.measures.funnel import ZERO_COUNTS, FunnelCounts, total
from analytics.domain.measures.response_times import quantile
from analytics.domain.measures.time_buckets import Bucket, Granularity, count_buckets, day_buckets, hour_buckets
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import Category
from analytics.domain.whatsapp_errors import NO_CODE, title_of
from analytics.reports.directory import (
    ACCOUNTS,
    AGENTS,
    DEPARTMENTS,
    TEMPLATES,
    Account,
    Agent,
    Department,
    EntityType,
    NameHistory,
    Template,
    load_names,
    normalize,
)
from analytics.reports.maturing import Maturing, count_maturing
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import Rows, reported_titles, run_aggregate
from analytics.storage.database import Reader
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, page


class OrderField(StrEnum):
    """The columns by which a table can be ordered."""

    NAME = "NAME"
    MESSAGES = "MESSAGES"
    TICKETS = "TICKETS"
    SENT = "SENT"
    SENT_RATE = "SENT_RATE"
    BOUNCE_RATE = "BOUNCE_RATE"
    DELIVERED_RATE = "DELIVERED_RATE"
    READ_RATE = "READ_RATE"
    RESPONDED_RATE = "RESPONDED_RATE"


class Direction(StrEnum):
    """Ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True)
class Order:
    """The order of a table; rows that are equal in it follow by name, then id."""

    field: OrderField
    direction: Direction


BY_MESSAGES = Order(OrderField.MESSAGES, Direction.DESC)

# The value by which rows are sorted; rows are sorted by name without one.
VALUES: dict[OrderField, Callable[[FunnelCounts], float | None]] = {
    OrderField.MESSAGES: lambda counts: counts.step("messages").count,
    OrderField.TICKETS: lambda counts: counts.step("messages").tickets,
    OrderField.SENT: lambda counts: counts.step("sent").count,
    OrderField.SENT_RATE: lambda counts: counts.step("sent").rate,
    OrderField.BOUNCE_RATE: lambda counts: counts.step("bounced").rate,
    OrderField.DELIVERED_RATE: lambda counts: counts.step("delivered").rate,
    OrderField.READ_RATE: lambda counts: counts.step("read").rate,
    OrderField.RESPONDED_RATE: lambda counts: counts.step("responded").rate,
}


@dataclass(frozen=True)
class CategoryEntry:
    """A category of templates as the entity of a table's row."""

    category: Category

    @property
    def id(self) -> str:
        """Its name, which is its id."""
        return self.category.value

    @property
    def name(self) -> str:
        """Its name."""
        return self.category.value


Entity = TypeVar("Entity", Account, Agent, CategoryEntry, Department, Template)
Named = TypeVar("Named", Account, Agent, Department, Template)  # in the directory
Used = TypeVar("Used", Agent, Template)  # by several departments


@dataclass(frozen=True)
class Performance(Generic[Entity]):
    """A row of a table: an entity, departments, and the counts.

    By agent there is one department, from which the agent sent; by template there are all that used it; otherwise none.
    """

    entity: Entity
    departments: tuple[Department, ...]
    counts: FunnelCounts


@total_ordering
class _Descending:
    """A text that sorts in descending order."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.value == other.value)

    def __lt__(self, other: "_Descending") -> bool:
        return bool(other.value < self.value)

    def __hash__(self) -> int:
        return hash(self.value)


async def funnel(loader: RequestLoader, spec: QuerySpec) -> FunnelCounts:
    """Return the funnel of all messages that the query spec selects."""
    return total((await loader.load(run_aggregate, AggregateQuery(spec, Grouping.DEPARTMENT))).values())


@dataclass(frozen=True)
class TableData(Generic[Named]):
    """The counts of a table by key, and the names of its entities and of their departments."""

    rows: Rows
    entities: NameHistory[Named]
    departments: NameHistory[Department]


ENTITY_TYPES: Mapping[Grouping, EntityType[Any]] = {
    Grouping.AGENT: AGENTS,
    Grouping.DEPARTMENT: DEPARTMENTS,
    Grouping.TEMPLATE: TEMPLATES,
    Grouping.ACCOUNT: ACCOUNTS,
}


async def read_table(reader: Reader, spec: QuerySpec, grouping: Grouping) -> TableData[Any]:
    """Read a table with its names in one transaction, of which each costs about as much as a small statement."""
    rows = await run_aggregate(reader, AggregateQuery(spec, grouping))
    entities = frozenset(entity for entity, *_ in rows)
    departments = frozenset(chain.from_iterable(of_row for _, *of_row in rows))
    return TableData(
        rows,
        await load_names(reader, spec.tenant_id, ENTITY_TYPES[grouping], entities),
        await load_names(reader, spec.tenant_id, DEPARTMENTS, departments),
    )


async def by_agent(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[Agent]]:
    """Return a page of the table by agent: one row for each agent and department that the agent sent from."""
    data: TableData[Agent] = await loader.load(read_table, spec, Grouping.AGENT)
    table = [
        Performance(data.entities.newest(agent), (data.departments.newest(department),), counts)
        for (agent, department), counts in data.rows.items()
    ]
    return sort_page(table, "byAgent", order, first, after)


async def by_department(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[Department]]:
    """Return a page of the table by department."""
    data: TableData[Department] = await loader.load(read_table, spec, Grouping.DEPARTMENT)
    table = [Performance(data.entities.newest(id), (), counts) for (id,), counts in data.rows.items()]
    return sort_page(table, "byDepartment", order, first, after)


async def by_agent_total(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[Agent]]:
    """Return a page of the table by agent alone; each row has the departments that the agent sent from."""
    data: TableData[Agent] = await loader.load(read_table, spec, Grouping.AGENT)
    return _page_over_departments(data, "byAgentTotal", order, first, after)


async def by_template(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[Template]]:
    """Return a page of the table by template; each row has the departments that used the template."""
    data: TableData[Template] = await loader.load(read_table, spec, Grouping.TEMPLATE)
    return _page_over_departments(data, "byTemplate", order, first, after)


def _page_over_departments(
    data: TableData[Used], field_name: str, order: Order | None, first: int, after: str | None
) -> Page[Performance[Used]]:
    """Return a page with a row for each entity of a table by entity and department, with its departments by name."""
    counts_by_entity: dict[str, dict[str, FunnelCounts]] = defaultdict(dict)
    for (entity, department), counts in data.rows.items():
        counts_by_entity[entity][department] = counts
    table = [
        Performance(data.entities.newest(entity), (), total(counts_by_department.values()))
        for entity, counts_by_department in counts_by_entity.items()
    ]
    page = sort_page(table, field_name, order, first, after)
    # Only those of the page: a tenant has hundreds of agents, each with the departments that they sent from.
    nodes = [replace(row, departments=_by_name(data, counts_by_entity[row.entity.id])) for row in page.nodes]
    return replace(page, nodes=nodes)


def _by_name(data: TableData[Any], departments: Iterable[str]) -> tuple[Department, ...]:
    named = map(data.departments.newest, departments)
    return tuple(sorted(named, key=lambda department: (normalize(department.name), department.id)))


async def by_account(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[Account]]:
    """Return a page of the table by sender account."""
    data: TableData[Account] = await loader.load(read_table, spec, Grouping.ACCOUNT)
    table = [Performance(data.entities.newest(id), (), counts) for (id,), counts in data.rows.items()]
    return sort_page(table, "byAccount", order, first, after)


def sort_page(
    table: list[Performance[Entity]], field_name: str, order: Order | None, first: int, after: str | None
) -> Page[Performance[Entity]]:
    """Sort a table and return one page of it; `field_name` is its GraphQL field, for the cursors."""
    order = order or BY_MESSAGES
    descending = order.direction is Direction.DESC

    # The types of the values in a cursor. Rates are None if their base is zero.
    shape = ((int, float, type(None)) if order.field in VALUES else TEXT, TEXT, TEXT, TEXT)

    def position(row: Performance[Entity]) -> tuple[Any, ...]:
        name = normalize(row.entity.name)
        value = VALUES[order.field](row.counts) if order.field in VALUES else name
        # Only the table by agent can have several rows for one entity; their departments distinguish them.
        department_id = row.departments[0].id if field_name == "byAgent" else ""
        return value, name, row.entity.id, department_id

    def sort_key(row_position: tuple[Any, ...]) -> tuple[Any, ...]:
        value, *rest = row_position
        if value is None:
            return True, 0, *rest
        if descending:
            value = _Descending(value) if isinstance(value, str) else -value
        return False, value, *rest

    return page(table, f"{field_name} {order.field} {order.direction}", position, sort_key, shape, first, after)


@dataclass(frozen=True)
class TimeSeriesPoint:
    """A point of a series: its first instant (microseconds), its first local day, and the funnel of its messages."""

    starts_at: int
    on: date
    counts: FunnelCounts


async def time_series(loader: RequestLoader, spec: QuerySpec, granularity: Granularity) -> list[TimeSeriesPoint]:
    """Return the funnel of each bucket of the range, in order, including empty buckets.

    Raises `InvalidInputError` if there would be more than `MAX_SERIES_POINTS`.
    """
    if count_buckets(granularity, spec.first, spec.last) > MAX_SERIES_POINTS:
        raise InvalidInputError(
            f"timeSeries.granularity: {granularity} gives more than {MAX_SERIES_POINTS} points for this range; "
            "choose a wider one or a shorter range."
        )
    buckets: Mapping[Any, Bucket]
    if granularity is Granularity.HOUR:
        rows = await loader.load(run_aggregate, AggregateQuery(spec, Grouping.HOUR))
        buckets = hour_buckets(spec.zone, spec.starts_at, spec.ends_at)
        return _points(buckets, rows.items())
    rows = await loader.load(run_aggregate, AggregateQuery(spec, Grouping.DAY))
    buckets = day_buckets(granularity, spec.zone, spec.first, spec.last)
    # A clock that was once set back over midnight (at 00:01) puts some messages on a local day just outside of the
    # range: such a day is clamped to the range, and counts with the day that is there.
    return _points(
        buckets,
        ((min(max(date.fromordinal(day), spec.first), spec.last), counts) for (day,), counts in rows.items()),
    )


def _points(buckets: Mapping[Any, Bucket], rows: Iterable[tuple[Any, FunnelCounts]]) -> list[TimeSeriesPoint]:
    counts_by_bucket: dict[Bucket, list[FunnelCounts]] = {bucket: [] for bucket in buckets.values()}
    for key, counts in rows:
        counts_by_bucket[buckets[key]].append(counts)
    return [
        TimeSeriesPoint(bucket.starts_at, bucket.on, total(counts) if counts else ZERO_COUNTS)
        for bucket, counts in counts_by_bucket.items()
    ]


@dataclass(frozen=True)
class HeatmapCell:
    """The number of responses in one hour (0 to 23) of a weekday (ISO: Monday = 1)."""

    weekday: int
    hour: int
    responses: int


async def heatmap(loader: RequestLoader, spec: QuerySpec) -> list[HeatmapCell]:
    """Return the responses by local weekday and hour of the reply, not of the message: 7 x 24 cells, Monday first."""
    rows: Rows = await loader.load(run_aggregate, AggregateQuery(spec, Grouping.REPLY_HOUR))
    responses = {slot: counts.values[0] for (slot,), counts in rows.items()}
    return [HeatmapCell(slot // 24 + 1, slot % 24, responses.get(slot, 0)) for slot in range(7 * 24)]


async def responses_by_hour(loader: RequestLoader, spec: QuerySpec) -> list[tuple[int, int]]:
    """Return the responses by local hour of the reply, not of the message: 24 pairs of hour and count."""
    responses = [0] * 24
    for cell in await heatmap(loader, spec):
        responses[cell.hour] += cell.responses
    return list(enumerate(responses))


@dataclass(frozen=True)
class ResponseTime:
    """The number of responses, and the median and 90th percentile of their times.

    Times are the seconds from a message to its reply; None without responses.
    """

    responses: int
    median: float | None
    p90: float | None


async def response_time(loader: RequestLoader, spec: QuerySpec) -> ResponseTime:
    """Return the response time of the messages that the query spec selects."""
    rows: Rows = await loader.load(run_aggregate, AggregateQuery(spec, Grouping.RESPONSE_TIME))
    return response_time_of({bin: counts.values[0] for (bin,), counts in rows.items()})


def response_time_of(histogram: Mapping[int, int]) -> ResponseTime:
    """Return the response time of a histogram: the number of responses by bin."""
    return ResponseTime(
        sum(histogram.values()), quantile(histogram, Fraction(1, 2)), quantile(histogram, Fraction(9, 10))
    )


@dataclass(frozen=True)
class BounceReason:
    """A reason of bounces: WhatsApp's code and title, the number of messages, their share (0 to 1) of all bounces."""

    code: int | None
    title: str
    count: int
    share: float


async def bounce_reasons(loader: RequestLoader, spec: QuerySpec) -> list[BounceReason]:
    """Return the reasons of bounces, the most frequent first, then by code."""
    reasons: list[BounceReason] = await loader.load(_read_bounce_reasons, spec)
    return reasons


async def _read_bounce_reasons(reader: Reader, spec: QuerySpec) -> list[BounceReason]:
    rows = await run_aggregate(reader, AggregateQuery(spec, Grouping.BOUNCE))
    titles = await reported_titles(reader, spec) if rows else {}
    bounced = sum(counts.values[0] for counts in rows.values())
    reasons = [
        BounceReason(code, title_of(code, titles), counts.values[0], counts.values[0] / bounced)
        for code, counts in ((None if code == NO_CODE else code, counts) for (code,), counts in rows.items())
    ]
    return sorted(reasons, key=lambda reason: (-reason.count, reason.code is None, reason.code or 0))


async def still_maturing(loader: RequestLoader, spec: QuerySpec) -> Maturing:
    """Count the messages that the query spec selects and that may still change."""
    return await loader.load(count_maturing, spec)
