"""The numbers, end to end: `campaignAnalytics` answers what the oracle computes, for every filter and viewer."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.access import Identity
from analytics.domain.time_zones import to_micros
from analytics.lifecycle.retention import delete_old_messages
from analytics.migrations import migrate
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from tests.support import factories, strategies
from tests.support.factories import ask, execute, identity, member, message_sent, reply, status
from tests.support.graphql.view import DOCUMENT, FRAGMENTS, FURTHER, ORDERS, View, narrowed, ordered, variables
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle
from tests.support.sql.counter import reads

ORDINARY = Filter(date(2026, 11, 2), date(2026, 11, 8))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Filter, datetime]:
    """Events, a filter that seldom misses them all, and a time to ask."""
    events, filter = draw(strategies.cases(notices=True, by_template=True))
    noon = datetime(filter.first.year, filter.first.month, filter.first.day, 12, tzinfo=UTC)
    return events, filter, noon + timedelta(days=draw(st.integers(-10, 40)))


def departments_of(oracle: Oracle, who: Identity) -> frozenset[str] | None:
    return frozenset(oracle.members().get(who.id, ())) if who.role == "supervisor" else None


@given(
    case=cases(),
    order=st.none() | st.sampled_from(ORDERS),
    role=st.sampled_from(["administrator", "analyst", "supervisor", "supervisor"]),
    user=st.sampled_from([*strategies.AGENTS, "nobody"]),
    joins=st.frozensets(st.sampled_from(strategies.DEPARTMENTS)),
)
async def test_the_whole_view_is_what_the_oracle_computes(
    database: Database,
    case: tuple[list[dict[str, Any]], Filter, datetime],
    order: tuple[str, str] | None,
    role: str,
    user: str,
    joins: frozenset[str],
) -> None:
    events, filter, now = case
    events = [*events, *(member("u1", department) for department in sorted(joins))]
    view, tenant = View(events, now), uuid4().hex
    await feed(database, tenant, events)
    who = identity(tenant, role, user)
    allowed = narrowed(filter, departments_of(view.oracle, who))
    asked_at = int(now.timestamp()) * 1_000_000
    result = await execute(database, who, DOCUMENT, variables(filter, order), now=asked_at)
    if allowed is None:
        assert [error.extensions["code"] for error in result.errors] == ["FORBIDDEN"]
        assert result.data == {"campaignAnalytics": None}
    else:
        assert result.errors is None
        assert result.data == view.everything(allowed, order)
        asked = {"filter": variables(filter)["filter"]}
        assert await ask(database, who, FURTHER, asked, now=asked_at) == view.further(allowed)


def office() -> list[dict[str, Any]]:
    """Rows that tie in everything but their id, rows of the same name, and rates that are null."""
    events = [factories.tenant(), *(factories.department(f"d{n}", f"Área {n % 2}") for n in range(3))]
    events += [factories.agent(f"u{n}", ["ana diaz", "Ana Díaz", "Zoë"][n % 3]) for n in range(5)]
    events += [factories.template(f"t{n}", f"aviso_{n % 3}") for n in range(4)]
    events += [factories.account(f"a{n}", "Acme") for n in range(3)]
    fates = [[], ["accepted"], ["delivered"], ["delivered", "read"], ["failed"], ["accepted"]]
    for n in range(36):
        id, at = f"m{n:02}", factories.after(hours=n % 9)
        events.append(
            message_sent(
                id,
                at,
                department_id=f"d{n % 3}",
                agent_id=f"u{n % 5}",
                template_id=f"t{n % 4}",
                account_id=f"a{n % 3}",
                ticket=factories.ticket(f"{n}", created=n % 4 == 0),
                contact={"phone": f"+569000000{n:02}"},
            )
        )
        events += [status(id, fate, at) for fate in fates[(n // 3) % 6]]
        if n % 7 == 0:
            events.append(reply(id, factories.after(at, hours=1)))
    return events


TABLES = {
    "agents": ("byAgent", "Agents"),
    "departments": ("byDepartment", "Departments"),
    "templates": ("byTemplate", "Templates"),
    "accounts": ("byAccount", "Accounts"),
}
PAGE = """
query Page($filter: CampaignAnalyticsFilter!, $order: PerformanceOrder, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    table: %s(orderBy: $order, first: $first, after: $after) {
      ...Rows
      edges { cursor }
      pageInfo { startCursor endCursor }
    }
  }
}
"""


def page_document(field: str, fragment: str) -> str:
    kept = FRAGMENTS.split("fragment ")
    used = [part for part in kept if part.startswith(("Step ", "Steps ", "Info ", f"{fragment} "))]
    return PAGE.replace("...Rows", f"...{fragment}") % field + "".join(f"fragment {part}" for part in used)


@pytest.mark.parametrize("table", TABLES)
async def test_pages_of_any_size_put_together_are_the_table_in_its_order(
    database: Database, tenant: str, table: str
) -> None:
    events = office()
    view = View(events, datetime.now(UTC))
    await feed(database, tenant, events)
    field, fragment = TABLES[table]
    document = page_document(field, fragment)
    of, rows = view.tables(view.oracle.select(ORDINARY))[table]
    assert len(rows) >= 3
    for place, order in enumerate(ORDERS):
        first = place // 2 % 3 + 1
        expected, seen = ordered(rows, of, order), []
        after, more = None, True
        while more:
            asked = {**variables(ORDINARY, order), "first": first, "after": after}
            page = (await ask(database, identity(tenant), document, asked))["campaignAnalytics"]["table"]
            assert page["totalCount"] == len(rows)
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
            assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
            seen += page["nodes"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert seen == expected, order


async def test_null_rates_come_last_in_both_directions(database: Database, tenant: str) -> None:
    events = [
        message_sent("m1", department_id="pending"),
        message_sent("m2", department_id="bounced"),
        status("m2", "failed"),
        message_sent("m3", department_id="delivered"),
        status("m3", "delivered"),
        message_sent("m4", department_id="sent"),
        status("m4", "accepted"),
    ]
    await feed(database, tenant, events)
    document = """query Q($filter: CampaignAnalyticsFilter!, $order: PerformanceOrder) {
      campaignAnalytics(filter: $filter) {
        byDepartment(orderBy: $order) { nodes { department { id } funnel { delivered { rate } } } } } }"""
    found = {}
    for direction in ("ASC", "DESC"):
        asked = variables(ORDINARY, ("DELIVERED_RATE", direction))
        data = await ask(database, identity(tenant), document, asked)
        nodes = data["campaignAnalytics"]["byDepartment"]["nodes"]
        found[direction] = [(row["department"]["id"], row["funnel"]["delivered"]["rate"]) for row in nodes]
    nulls = [("bounced", None), ("pending", None)]
    assert found == {
        "ASC": [("sent", 0), ("delivered", 1), *nulls],
        "DESC": [("delivered", 1), ("sent", 0), *nulls],
    }


async def test_an_empty_page_has_no_cursors(database: Database, tenant: str) -> None:
    await feed(database, tenant, office())
    document = page_document("byDepartment", "Departments")
    data = await ask(database, identity(tenant), document, {**variables(ORDINARY), "first": 0, "after": None})
    page = data["campaignAnalytics"]["table"]
    assert page == {
        "totalCount": 3,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


def many(count: int) -> Iterable[dict[str, Any]]:
    """Messages of many agents, departments, templates, accounts and fates."""
    for n in range(count):
        id, at = f"m{n}", factories.after(minutes=n % 5000)
        yield message_sent(
            id, at, agent_id=f"u{n % 40}", department_id=f"d{n % 7}", template_id=f"t{n % 20}", account_id=f"a{n % 3}",
            contact={"phone": f"+5690000{n:05}"},
        )  # fmt: skip
        yield status(id, ("delivered", "read", "failed", "accepted")[n % 4], at, code=(131026 + n % 3))
        if n % 5 == 0:
            yield reply(
                id, factories.after(at, minutes=n), account_id=f"a{n % 3}", contact={"phone": f"+5690000{n:05}"}
            )


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(database: Database) -> None:
    counted = {}
    for size in (10, 1000):
        tenant = uuid4().hex
        await feed(database, tenant, many(size))
        with reads(database) as statements:
            data = await ask(database, identity(tenant), DOCUMENT, variables(ORDINARY))
        assert data["campaignAnalytics"]["funnel"]["messages"] == size
        counted[size] = len(statements)
    assert 0 < counted[10] == counted[1000]


async def test_the_same_thing_is_not_asked_twice(database: Database, tenant: str) -> None:
    await feed(database, tenant, many(10))
    document = "query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) { %s } }"
    once = "a: funnel { messages } b: byDepartment { totalCount nodes { department { name } } } c: timeSeries { on }"
    again = """d: funnel { tickets } e: byDepartment(orderBy: {field: NAME}, first: 1) { nodes { department { name } } }
      f: timeSeries(granularity: DAY) { on } g: timeSeries(granularity: WEEK) { on }"""
    asked = {"filter": variables(ORDINARY)["filter"]}
    counted = []
    for fields in (once, once + again):
        with reads(database) as statements:
            await ask(database, identity(tenant), document % fields, asked)
        assert statements
        counted.append(sorted(statements))
    assert counted[0] == counted[1]


SIBLINGS = """query Q($filter: CampaignAnalyticsFilter!) { viewer { id } campaignAnalytics(filter: $filter) {
  funnel { messages } byAgent { totalCount } byTemplate { totalCount } byAccount { totalCount }
  timeSeries(granularity: MONTH) { funnel { messages } } responseTime { responses } bounceReasons { count }
  maturing { messages } previousPeriod { funnel { messages } byDepartment { totalCount } } }
  agents { totalCount } exports { totalCount } }"""


async def test_side_by_side_fields_on_a_cold_pool(database: Database, tenant: str) -> None:
    await feed(database, tenant, office())
    asked = {"filter": variables(ORDINARY)["filter"]}
    expected = await ask(database, identity(tenant), SIBLINGS, asked)
    assert expected["campaignAnalytics"]["timeSeries"] == [{"funnel": {"messages": 36}}]
    for _ in range(20):
        async with Database(database.url) as cold:
            answers = await asyncio.gather(*(ask(cold, identity(tenant), SIBLINGS, asked) for _ in range(3)))
        assert answers == [expected] * 3


async def test_a_tenant_that_does_not_exist_yet_is_empty(database: Database, tenant: str) -> None:
    data = await ask(database, identity(tenant), DOCUMENT, variables(ORDINARY))
    view = View([], datetime.now(UTC))
    assert data == view.everything(ORDINARY, None)


async def test_a_day_that_starts_at_one_and_a_night_with_an_hour_twice(database: Database, tenant: str) -> None:
    events = [
        factories.tenant(),
        message_sent("m1", "2026-09-06T03:59:59Z"),
        message_sent("m2", "2026-09-06T04:00:00Z"),
        message_sent("m3", "2026-04-05T02:30:00Z"),
        message_sent("m4", "2026-04-05T03:30:00Z"),
    ]
    await feed(database, tenant, events)
    document = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
      days: timeSeries { startsAt on funnel { messages } }
      hours: timeSeries(granularity: HOUR) { startsAt funnel { messages } } } }"""

    async def series(day: date) -> Any:
        filter = variables(replace(ORDINARY, first=day, last=day))["filter"]
        return (await ask(database, identity(tenant), document, {"filter": filter}))["campaignAnalytics"]

    short = await series(date(2026, 9, 6))
    assert short["days"] == [
        {"startsAt": "2026-09-06T01:00:00-03:00", "on": "2026-09-06", "funnel": {"messages": 1}},
    ]
    assert len(short["hours"]) == 23
    long = await series(date(2026, 4, 4))
    assert len(long["hours"]) == 25
    assert long["hours"][-2:] == [
        {"startsAt": "2026-04-04T23:00:00-03:00", "funnel": {"messages": 1}},
        {"startsAt": "2026-04-04T23:00:00-04:00", "funnel": {"messages": 1}},
    ]


async def test_a_day_that_a_zone_skipped_is_no_error(database: Database, tenant: str) -> None:
    """Pacific/Apia never had 30 December 2011: the day is a point of zeros."""
    await feed(
        database, tenant, [message_sent("m1", "2011-12-30T09:59:59Z"), message_sent("m2", "2011-12-30T10:00:00Z")]
    )
    document = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
      funnel { messages } timeSeries { on funnel { messages } } } }"""
    asked = Filter(date(2011, 12, 29), date(2011, 12, 31), "Pacific/Apia")
    data = await ask(database, identity(tenant), document, {"filter": variables(asked)["filter"]})
    points = {point["on"]: point["funnel"]["messages"] for point in data["campaignAnalytics"]["timeSeries"]}
    assert points["2011-12-29"] == 1
    assert points["2011-12-31"] == 1
    assert points.get("2011-12-30", 0) == 0


@pytest.fixture(scope="module")
async def file_database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A SQLite database of this module's own, whose pool nothing else uses."""
    path = tmp_path_factory.mktemp("cold") / "embudo.db"
    async with Database(f"sqlite+aiosqlite:///{path}") as opened:
        await migrate(opened)
        yield opened


async def test_more_requests_than_connections(file_database: Database, tenant: str) -> None:
    await feed(file_database, tenant, office())
    answers = await asyncio.gather(
        *(ask(file_database, identity(tenant), SIBLINGS, {"filter": variables(ORDINARY)["filter"]}) for _ in range(12))
    )
    assert all(answer["campaignAnalytics"]["funnel"]["messages"] == 36 for answer in answers)


async def test_where_messages_were_dropped_the_counts_stay(database: Database, tenant: str) -> None:
    days = ("07-31", "08-31", "09-01", "09-30")
    await feed(database, tenant, [message_sent(day, f"2026-{day}T12:00:00Z") for day in days])
    document = """query Q($filter: CampaignAnalyticsFilter!, $by: Granularity!) { campaignAnalytics(filter: $filter) {
      funnel { messages } maturing { messages } timeSeries(granularity: $by) { on funnel { messages } }
      previousPeriod { funnel { messages } timeSeries(granularity: $by) { on funnel { messages } } } } }"""
    asked: dict[str, Any] = {"filter": {"sentOn": {"from": "2026-09-01", "to": "2026-09-30"}}, "by": "WEEK"}
    before = await ask(database, identity(tenant), document, asked)
    assert await delete_old_messages(database, tenant, 1, to_micros(datetime(2026, 10, 20, tzinfo=UTC))) == 2
    assert await ask(database, identity(tenant), document, asked) == before
    assert before["campaignAnalytics"]["previousPeriod"]["funnel"] == {"messages": 1}
    straddling = asked | {"filter": {"sentOn": {"from": "2026-08-31", "to": "2026-09-06"}}}
    found = await ask(database, identity(tenant), document, straddling)
    assert found["campaignAnalytics"]["timeSeries"] == [{"on": "2026-08-31", "funnel": {"messages": 2}}]
    # By hours only the previous period reaches beyond the boundary: the rest is answered.
    result = await execute(database, identity(tenant), document, asked | {"by": "HOUR"})
    assert result.data["campaignAnalytics"]["funnel"] == {"messages": 2}
    assert result.data["campaignAnalytics"]["previousPeriod"] is None
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]


async def test_while_the_counts_are_rebuilt_the_code_says_to_come_again(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent(day, f"2026-{day}T12:00:00Z") for day in ("08-31", "09-01")])
    assert await delete_old_messages(database, tenant, 1, to_micros(datetime(2026, 10, 20, tzinfo=UTC))) == 1
    await feed(database, tenant, [factories.tenant("America/Santiago")])
    document = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
      funnel { messages } } }"""
    asked = {"filter": {"sentOn": {"from": "2026-08-01", "to": "2026-09-30"}}}
    result = await execute(database, identity(tenant), document, asked)
    (error,) = result.errors
    assert (error.extensions["code"], error.message) == (
        "UNAVAILABLE",
        "The counts are being rebuilt. Try again in a minute.",
    )
    assert result.data == {"campaignAnalytics": None}
    # The boundary is where it was, which is the evening of the day before in Santiago.
    limits = await ask(database, identity(tenant), "{ limits { messagesKeptFrom } }")
    assert limits == {"limits": {"messagesKeptFrom": "2026-09-01"}}
    await rebuild(database, tenant, anew=False)
    result = await ask(database, identity(tenant), document, asked)
    assert result["campaignAnalytics"] == {"funnel": {"messages": 2}}


async def test_a_day_with_a_clock_set_back_over_midnight_loses_no_message(database: Database, tenant: str) -> None:
    """At 00:01 of November 7th, 2010, it was 23:01 of the 6th again in St. John's."""
    await feed(database, tenant, [message_sent(f"m{hour}", f"2010-11-07T{hour:02}:00:00Z") for hour in (3, 15)])
    filter = 'sentOn: {from: "2010-11-07", to: "2010-11-07"}, timeZone: "America/St_Johns"'
    fields = "funnel { messages } timeSeries { on funnel { messages } }"
    data = await ask(database, identity(tenant), f"{{ campaignAnalytics(filter: {{{filter}}}) {{ {fields} }} }}")
    assert data["campaignAnalytics"] == {
        "funnel": {"messages": 2},
        "timeSeries": [{"on": "2010-11-07", "funnel": {"messages": 2}}],
    }


async def test_a_month_that_runs_is_compared_to_this_hour_of_the_month_before(database: Database, tenant: str) -> None:
    sends = ("2026-10-01T10:00", "2026-10-15T11:59", "2026-10-15T12:01", "2026-11-02T10:00")
    await feed(database, tenant, [factories.tenant(), *(message_sent(at, f"{at}:00-03:00") for at in sends)])
    document = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
      coverage { complete firstMessageOn comparedUntil }
      previousPeriod(comparison: PERIOD_BEFORE) {
        period { from to endsAt } funnel { messages } coverage { complete comparedUntil } } } }"""
    asked = {"filter": {"sentOn": {"from": "2026-11-01", "to": "2026-11-30"}}}
    now = to_micros(datetime(2026, 11, 15, 15, tzinfo=UTC))
    until = "2026-10-15T12:00:00-03:00"
    assert (await ask(database, identity(tenant), document, asked, now=now))["campaignAnalytics"] == {
        "coverage": {"complete": True, "firstMessageOn": "2026-10-01", "comparedUntil": None},
        "previousPeriod": {
            "period": {"from": "2026-10-01", "to": "2026-10-15", "endsAt": until},
            "funnel": {"messages": 2},
            "coverage": {"complete": True, "comparedUntil": until},
        },
    }
