"""The numbers of earlier periods, and the first day of which there is data."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.comparison import Comparison
from analytics.domain.query_spec import AccessScope
from analytics.domain.time_zones import from_micros, local_day, to_micros, zone
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import runner
from analytics.reports.coverage import first_message_day
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.storage.database import Database
from tests.analytics.reports.queries import counted, scoped_cases, sent, spec, spec_of
from tests.support import factories
from tests.support import oracle as rules
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle, load_zone
from tests.support.oracle.comparison import earlier


@given(
    case=scoped_cases(),
    comparison=st.sampled_from(Comparison),
    days_before=st.integers(0, 40),
    length=st.integers(1, 40),
    clock=st.integers(0, 24 * 60 - 1),
)
async def test_the_numbers_of_an_earlier_period_are_what_the_rules_say(
    database: Database,
    case: tuple[list[Event], rules.Filter, frozenset[str] | None],
    comparison: Comparison,
    days_before: int,
    length: int,
    clock: int,
) -> None:
    """Of a period after the messages, which the earlier one may hold or cut in two."""
    events, filter, scope = case
    known, tenant = Oracle(events), uuid4().hex
    await feed(database, tenant, events)
    later = filter.first + timedelta(days=days_before)
    filter = replace(filter, first=later, last=later + timedelta(days=length - 1))
    report_zone = load_zone(filter.time_zone or known.time_zone)
    now = datetime(later.year, later.month, later.day, tzinfo=report_zone) + timedelta(
        days=length - 1 - (clock % 3 == 0), minutes=clock
    )
    asked = replace(spec_of(tenant, known, filter, scope), now=to_micros(now)).previous(comparison)
    narrow = filter if scope is None or filter.departments is not None else replace(filter, departments=scope)
    expected = earlier(narrow, comparison, now, report_zone)
    assert (asked.first, asked.last) == (expected.first, expected.last)
    chosen = known.select(expected)
    for grouping, keys in (
        (Grouping.DEPARTMENT, ("department_id",)),
        (Grouping.AGENT, ("agent_id", "department_id")),
        (Grouping.TEMPLATE, ("template_id", "department_id")),
    ):
        rows = await counted(database, asked, grouping)
        found = {key: counts.step("messages").count for key, counts in rows.items()}
        assert found == {key: steps["messages"][0] for key, steps in known.by(chosen, *keys).items()}
    async with database.read() as reader:
        assert await runner.count(reader, asked) == len(chosen)
        times = await runner.run_aggregate(reader, AggregateQuery(asked, Grouping.RESPONSE_TIME))
    assert sum(counts.values[0] for counts in times.values()) == known.response_time(chosen)[0]


async def test_only_the_day_that_stands_for_today_is_read_from_messages(database: Database, tenant: str) -> None:
    times = ("2026-10-01T10:00", "2026-10-06T11:59", "2026-10-06T12:00", "2026-10-07T09:00")
    await feed(database, tenant, [factories.tenant(), *(sent(f"m{n}", f"{at}:00-03:00") for n, at in enumerate(times))])
    now = to_micros(datetime(2026, 11, 6, 15, tzinfo=UTC))  # noon in Santiago
    asked = replace(spec(tenant, date(2026, 11, 1), date(2026, 11, 6)), now=now)
    before = asked.previous(Comparison.PERIOD_BEFORE)
    assert from_micros(before.ends_at) == datetime(2026, 10, 6, 15, tzinfo=UTC)
    async with database.read() as reader:
        rows = await runner.run_aggregate(reader, AggregateQuery(before, Grouping.ACCOUNT))
        assert rows["a1",].step("messages").count == 2
        assert reader.plans == ["account: rollup_funnel_account: 5 days", "account: messages"]


@pytest.mark.parametrize("report_zone", ["America/Santiago", "UTC", "Asia/Tokyo"])
async def test_the_first_day_is_that_of_the_first_message_one_may_see(
    database: Database, tenant: str, report_zone: str
) -> None:
    night, morning = "2026-09-07T22:30:00-03:00", "2026-09-09T10:00:00-03:00"
    await feed(database, tenant, [factories.tenant(), sent("m1", night), sent("m2", morning, department_id="d2")])

    async def first(*departments: str) -> str | None:
        scope = AccessScope(tenant, frozenset(departments) or None)
        async with database.read() as reader:
            return str(await first_message_day(reader, scope, "America/Santiago", zone(report_zone)))

    day = "2026-09-07" if report_zone == "America/Santiago" else "2026-09-08"
    assert [await first(), await first("d1"), await first("d2"), await first("d3")] == [day, day, "2026-09-09", "None"]
    # Of messages that are no longer kept, the rollups know the day of the tenant's zone, also beside others that are.
    await feed(database, tenant, [sent("m3", "2026-12-19T10:00:00-03:00")])
    await delete_old_messages(database, tenant, 1, to_micros(datetime(2026, 12, 20, tzinfo=UTC)))
    begins = zone("America/Santiago").day_start(date(2026, 9, 7))
    assert await first() == str(local_day(zone(report_zone).local(begins)))
