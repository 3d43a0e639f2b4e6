"""The query planner: one pure function chooses the table that a query reads.

A rollup answers a query if its days are those of the rollups' time zone, if it has the dimensions that the query groups
and filters by, and if nothing more is asked of single messages or parts of days. The narrowest such rollup is read:
whole months, then whole weeks, then single days. All else, such as hours or the days of another zone, is read from the
message rows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain

from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import ONE_DAY
from analytics.storage.rollup_tables import (
    BOUNCES,
    FUNNEL,
    RESPONSE_TIMES,
    RESPONSES,
    ROLLUPS,
    SEND_TIMES,
    MeasureGroup,
    PeriodKind,
    Rollup,
    level_of,
    month_period,
    week_period,
)


class Grouping(StrEnum):
    """The grouping of a query's result; the comments are the key of a row."""

    DEPARTMENT = "department"  # department
    AGENT = "agent"  # agent, department
    TEMPLATE = "template"  # template, department
    ACCOUNT = "account"  # account
    CATEGORY = "category"  # category under which it was sent; only of a specification with `category_groups`
    DAY = "day"  # local calendar day of sending, as an ordinal
    SEND_HOUR = "send_hour"  # hour of the week of sending, local; 0 is Monday's first
    HOUR = "hour"  # offset, local hour of sending since the epoch
    REPLY_HOUR = "reply_hour"  # hour of the week of the reply's own local time, 0 is Monday's first
    RESPONSE_TIME = "response_time"  # bin of the response time
    BOUNCE = "bounce"  # WhatsApp's error code, NO_CODE where it gave none


@dataclass(frozen=True)
class AggregateQuery:
    """The messages of a specification, counted by a grouping, and within each of its groups by another one.

    `within` is DAY or RESPONSE_TIME; its key comes after that of the grouping, and its measures are counted.
    """

    spec: QuerySpec
    grouping: Grouping
    within: Grouping | None = None

    @property
    def family(self) -> MeasureGroup:
        """The measures that are counted."""
        return FAMILIES[self.within or self.grouping]

    @property
    def rollup_keys(self) -> tuple[str, ...] | None:
        """The columns of its key in a rollup; None if it is always read from message rows."""
        keys = [ROLLUP_KEYS.get(grouping) for grouping in self.groupings]
        return None if None in keys else tuple(chain.from_iterable(key for key in keys if key))

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """Both groupings, or the only one."""
        return (self.grouping,) if self.within is None else (self.grouping, self.within)

    def __str__(self) -> str:
        return " within ".join(reversed(self.groupings))


# The measures of each grouping, and its key in a rollup; a grouping without one is always read from message rows.
FAMILIES: dict[Grouping, MeasureGroup] = {
    Grouping.DEPARTMENT: FUNNEL,
    Grouping.AGENT: FUNNEL,
    Grouping.TEMPLATE: FUNNEL,
    Grouping.ACCOUNT: FUNNEL,
    Grouping.CATEGORY: FUNNEL,
    Grouping.DAY: FUNNEL,
    Grouping.HOUR: FUNNEL,
    Grouping.SEND_HOUR: SEND_TIMES,
    Grouping.REPLY_HOUR: RESPONSES,
    Grouping.RESPONSE_TIME: RESPONSE_TIMES,
    Grouping.BOUNCE: BOUNCES,
}
ROLLUP_KEYS: dict[Grouping, tuple[str, ...]] = {
    Grouping.DEPARTMENT: ("department_id",),
    Grouping.AGENT: ("agent_id", "department_id"),
    Grouping.TEMPLATE: ("template_id", "department_id"),
    Grouping.ACCOUNT: ("account_id",),
    Grouping.DAY: ("period",),
    Grouping.SEND_HOUR: ("hour_of_week",),
    Grouping.REPLY_HOUR: ("hour_of_week",),
    Grouping.RESPONSE_TIME: ("response_bin",),
    Grouping.BOUNCE: ("code",),
}


@dataclass(frozen=True)
class QueryPlan:
    """The source of a query: a rollup and its periods, as (first, last), both included; or (None) message rows."""

    rollup: Rollup | None
    periods: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        if self.rollup is None:
            return "messages"
        periods: Counter[PeriodKind] = Counter()
        for first, last in self.periods:
            periods[level_of(first)] += last - first + 1
        return f"{self.rollup.table.name}: {', '.join(f'{count} {level}s' for level, count in periods.items())}"


READ_MESSAGES = QueryPlan(None)


def choose_plan(query: AggregateQuery, rollup_zone: str | None) -> QueryPlan:
    """Return the plan of a query; `rollup_zone` is the zone (`Zone.rules_version`) of the rollups' days, if any."""
    spec, keys = query.spec, query.rollup_keys
    if keys is None or spec.reads_rows or spec.zone.rules_version != rollup_zone:
        return READ_MESSAGES
    filtered = {dimension.column for dimension, _ in spec.filtered()}
    family = query.family
    rollup = next((r for r in ROLLUPS if r.family is family and filtered | set(keys) <= set(r.columns)), None)
    if rollup is None:
        return READ_MESSAGES
    tiles = tile_periods(spec.first, spec.last) if rollup.long and Grouping.DAY not in query.groupings else None
    return QueryPlan(rollup, tiles or ((spec.first.toordinal(), spec.last.toordinal()),))


def tile_periods(first: date, last: date) -> tuple[tuple[int, int], ...]:
    """Return the fewest periods that tile a range of days, as runs of one level: (first, last), both included."""
    month, until = _whole_months(first, last + ONE_DAY)
    if month >= until:
        return tuple(_weeks_and_days(first, last + ONE_DAY))
    return (
        (month_period(month), month_period(until - ONE_DAY)),
        *_weeks_and_days(first, month),
        *_weeks_and_days(until, last + ONE_DAY),
    )


def _whole_months(first: date, after: date) -> tuple[date, date]:
    """Return the start and end of the whole months in [first, after); without any, the end is not after the start."""
    return (first if first.day == 1 else (first.replace(day=28) + timedelta(days=4)).replace(day=1)), after.replace(
        day=1
    )


def _weeks_and_days(first: date, after: date) -> Iterator[tuple[int, int]]:
    """Yield the days [first, after) as whole ISO weeks, and days before and after them."""
    monday, until = first + timedelta(days=-first.weekday() % 7), after - timedelta(days=after.weekday())
    if monday >= until:
        monday = until = after
    runs = ((first, monday, date.toordinal), (monday, until, week_period), (until, after, date.toordinal))
    for start, end, period in runs:
        if start < end:
            yield period(start), period(end - ONE_DAY)
