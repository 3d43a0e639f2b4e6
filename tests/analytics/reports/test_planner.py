"""The source of a query: the narrowest rollup that has what it groups and filters by, in the fewest periods."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.query_spec import DIMENSIONS, AccessScope, Dimension, QuerySpec
from analytics.domain.templates import Ids
from analytics.domain.time_zones import zone
from analytics.reports.planner import READ_MESSAGES, AggregateQuery, Grouping, QueryPlan, choose_plan, tile_periods
from analytics.storage.rollup_tables import ROLLUPS, PeriodKind, first_day_of, level_of, month_period, week_period
from analytics.storage.tables import messages

UTC = zone("UTC").rules_version
SOME: Ids = frozenset({"x"})


def spec(**fields: Ids) -> QuerySpec:
    plain = QuerySpec(
        scope=AccessScope("acme", None),
        first=date(2026, 1, 15),
        last=date(2026, 3, 3),
        time_zone="UTC",
        tenant_time_zone="UTC",
        reply_window_days=7,
        now=0,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def chosen(grouping: Grouping, filters: dict[str, Ids]) -> str:
    found = choose_plan(AggregateQuery(spec(**filters), grouping), UTC)
    return found.rollup.table.name.removeprefix("rollup_") if found.rollup else "messages"


@pytest.mark.parametrize(
    ("grouping", "filters", "rollup"),
    [
        (Grouping.DEPARTMENT, {}, "funnel_department"),
        (Grouping.DEPARTMENT, {"departments": SOME}, "funnel_department"),
        (Grouping.DEPARTMENT, {"agents": SOME}, "funnel_agent"),
        (Grouping.DEPARTMENT, {"templates": SOME, "departments": SOME}, "funnel_template"),
        (Grouping.DEPARTMENT, {"accounts": SOME}, "funnel_account"),
        (Grouping.DEPARTMENT, {"agents": SOME, "templates": SOME}, "funnel_all"),
        (Grouping.AGENT, {}, "funnel_agent"),
        (Grouping.AGENT, {"departments": SOME, "agents": SOME}, "funnel_agent"),
        (Grouping.AGENT, {"templates": SOME}, "funnel_all"),
        (Grouping.TEMPLATE, {}, "funnel_template"),
        (Grouping.TEMPLATE, {"accounts": SOME}, "funnel_all"),
        (Grouping.ACCOUNT, {"departments": SOME}, "funnel_account"),
        (Grouping.DAY, {}, "funnel_tenant"),
        (Grouping.DAY, {"departments": SOME}, "funnel_department"),
        (Grouping.REPLY_HOUR, {}, "responses_tenant"),
        (Grouping.RESPONSE_TIME, {}, "response_times_tenant"),
        (Grouping.SEND_HOUR, {}, "send_times_tenant"),
        (Grouping.SEND_HOUR, {"departments": SOME}, "send_times_department"),
        (Grouping.SEND_HOUR, {"templates": SOME}, "send_times_template"),
        (Grouping.SEND_HOUR, {"agents": SOME}, "messages"),
        (Grouping.DAY, {"agents": SOME}, "funnel_agent"),
        (Grouping.HOUR, {}, "messages"),
        (Grouping.REPLY_HOUR, {"departments": SOME}, "responses_department"),
        (Grouping.REPLY_HOUR, {"agents": SOME}, "responses_all"),
        (Grouping.RESPONSE_TIME, {"departments": SOME}, "response_times_department"),
        (Grouping.RESPONSE_TIME, {"templates": SOME}, "response_times_all"),
        (Grouping.BOUNCE, {}, "bounces_department"),
        (Grouping.BOUNCE, {"accounts": SOME}, "bounces_all"),
    ],
)
def test_the_narrowest_rollup_is_read(grouping: Grouping, filters: dict[str, Ids], rollup: str) -> None:
    assert chosen(grouping, filters) == rollup


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.field)
def test_a_filter_by_any_dimension_has_its_rows_and_its_rollup(dimension: Dimension) -> None:
    assert dimension.column in messages.c
    rollups = {rollup for rollup in ROLLUPS if dimension.column in rollup.dimensions}
    read = choose_plan(AggregateQuery(spec(**{dimension.field: SOME}), Grouping.DAY), UTC).rollup
    assert read in rollups if rollups else read is None


@pytest.mark.parametrize("grouping", Grouping)
@pytest.mark.parametrize("rollup_zone", [None, "UTC another release", zone("America/Santiago").rules_version])
def test_the_days_of_another_zone_are_read_from_rows(grouping: Grouping, rollup_zone: str | None) -> None:
    assert choose_plan(AggregateQuery(spec(), grouping), rollup_zone) == READ_MESSAGES


def test_months_and_weeks_are_read_as_such_but_for_a_daily_series() -> None:
    february = month_period(date(2026, 2, 1))
    assert choose_plan(AggregateQuery(spec(), Grouping.AGENT), UTC).periods == (
        (february, february),
        (date(2026, 1, 15).toordinal(), date(2026, 1, 18).toordinal()),  # Thursday to Sunday
        (week_period(date(2026, 1, 19)), week_period(date(2026, 1, 19))),
        (date(2026, 1, 26).toordinal(), date(2026, 1, 31).toordinal()),  # the first day of the next week is in February
        (date(2026, 3, 1).toordinal(), date(2026, 3, 3).toordinal()),
    )
    assert choose_plan(AggregateQuery(spec(), Grouping.DAY), UTC).periods == (
        (date(2026, 1, 15).toordinal(), date(2026, 3, 3).toordinal()),
    )


def test_responses_of_all_dimensions_have_days_only() -> None:
    found = choose_plan(AggregateQuery(spec(agents=SOME), Grouping.REPLY_HOUR), UTC)
    assert found.periods == ((date(2026, 1, 15).toordinal(), date(2026, 3, 3).toordinal()),)


def test_a_plan_says_where_it_reads() -> None:
    assert (
        str(choose_plan(AggregateQuery(spec(), Grouping.AGENT), UTC))
        == "rollup_funnel_agent: 1 months, 13 days, 1 weeks"
    )
    assert str(QueryPlan(None)) == "messages"


@given(st.dates(date(1970, 1, 2), date(2190, 1, 1)), st.integers(0, 1100))
def test_periods_tile_the_range_and_are_few(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    days: list[int] = []
    for start, end in tile_periods(first, last):
        assert start <= end
        for period in range(start, end + 1):
            days += _days_of(period)
    assert sorted(days) == list(range(first.toordinal(), last.toordinal() + 1))
    count = {
        level: sum(e - s + 1 for s, e in tile_periods(first, last) if level_of(s) is level) for level in PeriodKind
    }
    assert count[PeriodKind.DAY] <= 4 * 6
    assert count[PeriodKind.WEEK] <= 2 * 4


def _days_of(period: int) -> list[int]:
    first = first_day_of(period).toordinal()
    return [first] if level_of(period) is PeriodKind.DAY else list(range(first, first_day_of(period + 1).toordinal()))
