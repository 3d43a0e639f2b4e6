"""The cost of a section does not grow with messages: its statements visit the same rows for four times as many."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import combinations, product
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from analytics.domain.query_spec import DIMENSIONS, INCLUDED, AccessScope, QuerySpec
from analytics.domain.time_zones import HOUR, zone
from analytics.reports.coverage import first_message_day
from analytics.reports.directory import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, filter_options
from analytics.reports.maturing import count_maturing
from analytics.reports.planner import AggregateQuery, Grouping, choose_plan
from analytics.reports.runner import run_aggregate
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database, Reader
from tests.analytics.reports.queries import GROUPINGS, TABLES
from tests.conftest import KINDS, migrated_database
from tests.support.factories import after, message_sent, reply, status, ticket
from tests.support.factories import tenant as tenant_settings
from tests.support.ingest_helpers import Event, feed
from tests.support.sql.visited import reads_with_values, work

pytestmark = pytest.mark.usefixtures("without_threads")

ZONE = "America/Santiago"
FIRST, DAYS = date(2026, 7, 20), 50  # whole months, and weeks and days around them
LAST = FIRST + timedelta(days=DAYS - 1)
WINDOW_DAYS = 7
COPIES = 4

Read = Callable[[Reader, QuerySpec], Awaitable[object]]


@pytest.fixture(scope="module", params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database of this module alone: the plans of PostgreSQL depend on what other tests leave in the tables."""
    async with migrated_database(request.param, tmp_path_factory) as opened:
        yield opened


@pytest.fixture(scope="module")
async def tenants(database: Database) -> tuple[str, str]:
    """Two tenants: what happened to the one once happened to the other four times, but for the last day.

    Of the last day the newest message is looked for, of the messages that may still change.
    """
    names = (uuid4().hex, uuid4().hex)
    for name, copies in zip(names, (1, COPIES), strict=True):
        await feed(database, name, [tenant_settings(ZONE), *messages(copies)])
        await rebuild(database, name, anew=True)
    return names


def messages(copies: int) -> Iterator[Event]:
    """Four senders who each send twice a day at nine: one message is answered, one bounces."""
    for day, sender, copy in product(range(DAYS), range(4), range(copies)):
        if copy and day == DAYS - 1:
            continue
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=ZoneInfo(ZONE)) + timedelta(days=day)
        fields: dict[str, Any] = {
            "department_id": f"d{sender % 2}",
            "agent_id": f"u{sender}",
            "template_id": f"t{sender % 3}",
            "account_id": f"a{sender % 2}",
            "ticket": ticket(f"{day}-{sender}-{copy}"),
        }
        answered, bounced = (f"{kind}{day}-{sender}-{copy}" for kind in ("a", "b"))
        yield message_sent(answered, at.isoformat(), **fields)
        yield reply(answered, after(at.isoformat(), minutes=90), account_id=fields["account_id"])
        yield message_sent(bounced, at.isoformat(), **fields)
        yield status(bounced, "failed", after(at.isoformat(), seconds=2), code=131026)


def spec(tenant: str, visible: frozenset[str] | None = None, **filters: frozenset[str]) -> QuerySpec:
    """All days, as of ten o'clock of the last one: of no day are only some of the messages too old to change."""
    plain = QuerySpec(
        scope=AccessScope(tenant, visible),
        first=FIRST,
        last=LAST,
        time_zone=ZONE,
        tenant_time_zone=ZONE,
        reply_window_days=WINDOW_DAYS,
        now=zone(ZONE).day_start(LAST) + 10 * HOUR,
    )
    return replace(plain, **filters)  # type: ignore[arg-type]


IDS = {"department_id": {"d0"}, "agent_id": {"u0", "u2"}, "template_id": {"t0"}, "account_id": {"a0"}}
FILTERS = [
    {dimension.field: frozenset(IDS[dimension.column]) for dimension in filtered}
    for size in (0, 1, 2, len(INCLUDED))
    for filtered in combinations(INCLUDED, size)
] + [{dimension.field: frozenset({"nobody"})} for dimension in DIMENSIONS if dimension.excluded]
# Reading the last rows of a table ends some steps earlier than reading others.
SAME = partial(pytest.approx, abs=5)
VIEWERS = [None, frozenset({"d0"})]
SHAPES = [*product([None], FILTERS), *product(VIEWERS[1:], FILTERS[:5])]


async def visited(database: Database, read: Read, spec: QuerySpec) -> list[int]:
    """The work of each statement of a read, which must have found something."""
    with reads_with_values(database) as statements:
        async with database.read() as reader:
            reader.cache = None
            await read(reader, spec)
    return [await work(database, statement) for statement in statements]


@pytest.mark.parametrize("grouping", [grouping for grouping in GROUPINGS if grouping is not Grouping.HOUR])
async def test_the_counts_of_a_grouping(database: Database, tenants: tuple[str, str], grouping: Grouping) -> None:
    async def read(reader: Reader, spec: QuerySpec) -> None:
        query = AggregateQuery(spec, grouping)
        assert choose_plan(query, spec.zone.rules_version).rollup is not None
        assert await run_aggregate(reader, query)

    for visible, filters in SHAPES:
        if grouping is Grouping.SEND_HOUR and not filters.keys() <= {"templates", "departments"}:
            continue  # read from message rows, a million at most
        few, many = [await visited(database, read, spec(tenant, visible, **filters)) for tenant in tenants]
        assert many == SAME(few)
        assert sum(few) > 0


@pytest.mark.parametrize("within", [Grouping.DAY, Grouping.RESPONSE_TIME])
@pytest.mark.parametrize("grouping", TABLES)
async def test_the_details_of_a_tables_rows(
    database: Database, tenants: tuple[str, str], grouping: Grouping, within: Grouping
) -> None:
    async def read(reader: Reader, spec: QuerySpec) -> None:
        assert await run_aggregate(reader, AggregateQuery(spec, grouping, within))

    for visible, filters in SHAPES[1:5]:
        few, many = [await visited(database, read, spec(tenant, visible, **filters)) for tenant in tenants]
        assert many == SAME(few)


@pytest.mark.parametrize("visible", VIEWERS)
async def test_the_first_day_with_messages(
    database: Database, tenants: tuple[str, str], visible: frozenset[str] | None
) -> None:
    async def read(reader: Reader, spec: QuerySpec) -> None:
        assert await first_message_day(reader, spec.scope, ZONE, spec.zone) == FIRST

    few, many = [await visited(database, read, spec(tenant, visible)) for tenant in tenants]
    assert many == SAME(few)


async def test_what_may_still_change(database: Database, tenants: tuple[str, str]) -> None:
    async def read(reader: Reader, spec: QuerySpec) -> None:
        assert (await count_maturing(reader, spec)).messages > 0

    for visible, filters in SHAPES:
        few, many = [await visited(database, read, spec(tenant, visible, **filters)) for tenant in tenants]
        assert many == SAME(few)


@pytest.mark.parametrize("visible", VIEWERS)
@pytest.mark.parametrize("kind", [DEPARTMENTS, AGENTS, TEMPLATES, ACCOUNTS], ids=lambda kind: kind.dimension.field)
async def test_the_options_of_a_filter(
    database: Database, tenants: tuple[str, str], kind: Any, visible: frozenset[str] | None
) -> None:
    async def read(reader: Reader, spec: QuerySpec) -> None:
        assert await filter_options(reader, spec.scope, kind)

    few, many = [await visited(database, read, spec(tenant, visible)) for tenant in tenants]
    assert many == SAME(few)


async def test_message_rows_are_visited_one_by_one(database: Database, tenants: tuple[str, str]) -> None:
    """The measure of these tests shows the difference for a query that does read message rows."""

    async def read(reader: Reader, spec: QuerySpec) -> None:
        assert await run_aggregate(reader, AggregateQuery(replace(spec, time_zone="Asia/Tokyo"), Grouping.DAY))

    few, many = [sum(await visited(database, read, spec(tenant))) for tenant in tenants]
    assert many >= few + (COPIES - 1) * 2 * 4 * (DAYS - 1)
