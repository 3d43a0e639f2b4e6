"""Queries, and where each one reads: the one pure function that decides it.

A rollup answers a query when the days are those of the rollups' zone, and it has the dimensions that the query groups
and filters by. The narrowest such one is read: whole months from its months, the days left over from its days. What no
rollup has, such as hours or the days of another zone, is read from the message rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from analytics.rollup_tables import (
    BOUNCES,
    FIRST_DAY_PERIOD,
    FUNNEL,
    RESPONSE_TIMES,
    RESPONSES,
    ROLLUPS,
    Family,
    Rollup,
    month_period,
)
from analytics.specs import Spec


class Grouping(StrEnum):
    """What one row of a query's result stands for, and by which key."""

    DEPARTMENT = "department"  # department
    AGENT = "agent"  # agent, department
    TEMPLATE = "template"  # template, department
    ACCOUNT = "account"  # account
    DAY = "day"  # local calendar day of sending, as an ordinal
    HOUR = "hour"  # offset, local hour of sending since the epoch
    REPLY_HOUR = "reply_hour"  # hour of the week of the reply's own local time, 0 is Monday's first
    RESPONSE_TIME = "response_time"  # bin of the response time
    BOUNCE = "bounce"  # WhatsApp's error code, NO_CODE where it gave none


@dataclass(frozen=True)
class Query:
    """Messages of a specification, counted by a grouping."""

    spec: Spec
    grouping: Grouping


# What each grouping counts, and its key in a rollup; what has no such key is always read from rows.
FAMILIES: dict[Grouping, Family] = {
    Grouping.DEPARTMENT: FUNNEL,
    Grouping.AGENT: FUNNEL,
    Grouping.TEMPLATE: FUNNEL,
    Grouping.ACCOUNT: FUNNEL,
    Grouping.DAY: FUNNEL,
    Grouping.HOUR: FUNNEL,
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
    Grouping.REPLY_HOUR: ("hour_of_week",),
    Grouping.RESPONSE_TIME: ("response_bin",),
    Grouping.BOUNCE: ("code",),
}
FILTER_COLUMNS = {
    "departments": "department_id",
    "agents": "agent_id",
    "templates": "template_id",
    "accounts": "account_id",
}


@dataclass(frozen=True)
class Plan:
    """Where to read: a rollup and its periods, as (first, last), both included; or (None) the message rows."""

    rollup: Rollup | None
    periods: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        if self.rollup is None:
            return "messages"
        months = sum(last - first + 1 for first, last in self.periods if last < FIRST_DAY_PERIOD)
        days = sum(last - first + 1 for first, last in self.periods if last >= FIRST_DAY_PERIOD)
        return f"{self.rollup.table.name}: {months} months, {days} days"


ROWS = Plan(None)


def plan(query: Query, rollup_zone: str | None) -> Plan:
    """Where a query reads; `rollup_zone` is the zone (`Zone.rules`) whose days the rollups answer for, if any."""
    spec, keys = query.spec, ROLLUP_KEYS.get(query.grouping)
    if keys is None or spec.zone.rules != rollup_zone:
        return ROWS
    filtered = {column for name, column in FILTER_COLUMNS.items() if getattr(spec, name) is not None}
    family = FAMILIES[query.grouping]
    found = next((r for r in ROLLUPS if r.family is family and filtered | set(keys) <= set(r.columns)), None)
    if found is None:
        return ROWS
    by_month = found.months and query.grouping is not Grouping.DAY
    return Plan(found, periods(spec.first, spec.last) if by_month else (_days(spec.first, spec.last),))


def periods(first: date, last: date) -> tuple[tuple[int, int], ...]:
    """The fewest periods that tile a range of days: the whole months in it, and the days before and after them."""
    month = first if first.day == 1 else _next_month(first)
    after = last + timedelta(days=1)
    until = after.replace(day=1)  # the first month that is not whole
    if month >= until:
        return (_days(first, last),)
    found = [(month_period(month), month_period(until) - 1)]
    if first < month:
        found.append(_days(first, month - timedelta(days=1)))
    if until < after:
        found.append(_days(until, last))
    return tuple(found)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _days(first: date, last: date) -> tuple[int, int]:
    return first.toordinal(), last.toordinal()
