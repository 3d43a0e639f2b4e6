"""The earlier days that a period is compared with. Source: docs/numbers.md, "The period before"."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from analytics.domain.time_zones import ONE_DAY


class Comparison(StrEnum):
    """The choice of the days that a period is compared with."""

    DAYS_BEFORE = "DAYS_BEFORE"
    PERIOD_BEFORE = "PERIOD_BEFORE"
    SAME_PERIOD_LAST_YEAR = "SAME_PERIOD_LAST_YEAR"


@dataclass(frozen=True)
class CalendarUnit:
    """A kind of calendar period. `start(day)` is the first day of the unit of a day, `move(day, n)` n units later."""

    start: Callable[[date], date]
    move: Callable[[date, int], date]

    def begins_on(self, day: date) -> bool:
        """Return True if a unit begins on a day."""
        return self.start(day) == day

    def count(self, first: date, last: date) -> int:
        """Return the number of units, the last perhaps in part, from the beginning of one to a day."""
        units, start = 1, self.start(last)
        while start > first:
            units, start = units + 1, self.move(start, -1)
        return units

    def is_whole(self, first: date, last: date) -> bool:
        """Return True if a range is a whole number of units."""
        return self.begins_on(first) and self.begins_on(last + ONE_DAY)


def add_months(day: date, months: int) -> date:
    """Return the day of the same number some months later; the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _of_months(months: int) -> CalendarUnit:
    def start(day: date) -> date:
        return day.replace(month=(day.month - 1) // months * months + 1, day=1)

    return CalendarUnit(start, lambda day, units: add_months(day, units * months))


YEAR, QUARTER, MONTH = _of_months(12), _of_months(3), _of_months(1)
WEEK = CalendarUnit(lambda day: day - timedelta(days=day.weekday()), lambda day, units: day + timedelta(weeks=units))
LARGEST_FIRST = (YEAR, QUARTER, MONTH, WEEK)
# A range that begins with several units and ends today: "this month" rather than this quarter, which both begin in
# October; "this week" last, since a month that begins on a Monday is more than its first days.
PREFERRED_WHILE_RUNNING = (MONTH, QUARTER, YEAR, WEEK)


@dataclass(frozen=True)
class ComparedDays:
    """The earlier days, both included; `running` is the one that stands for today.

    None where today is not in the period, and for `DAYS_BEFORE`.
    """

    first: date
    last: date
    running: date | None


def compared_days(first: date, last: date, comparison: Comparison, today: date) -> ComparedDays:
    """Return the earlier days of a range. They may lie before the first day of the calendar here."""
    move = _MOVES[comparison](first, last, today)
    running = move(today) if first <= today <= last and comparison is not Comparison.DAYS_BEFORE else None
    if comparison is Comparison.SAME_PERIOD_LAST_YEAR:
        return ComparedDays(move(first), running or move(last), running)
    # The end of a whole unit is the day before the next begins: a month of 30 days follows one of 31.
    return ComparedDays(move(first), running or move(last + ONE_DAY) - ONE_DAY, running)


def _days_before(first: date, last: date, today: date) -> Callable[[date], date]:
    length = last - first + ONE_DAY
    return lambda day: day - length


def _period_before(first: date, last: date, today: date) -> Callable[[date], date]:
    unit = _unit_of(first, last, today)
    if unit is None:
        return _days_before(first, last, today)
    count = unit.count(first, last)
    return lambda day: unit.move(day, -count)


def _same_period_last_year(first: date, last: date, today: date) -> Callable[[date], date]:
    if _unit_of(first, last, today) is not WEEK:
        return lambda day: add_months(day, -12)
    year, week, _ = first.isocalendar()
    monday = date.fromisocalendar(year - 1, min(week, _last_week(year - 1)), 1)
    return lambda day: monday + (day - first)


def _last_week(year: int) -> int:
    """Return the number of the last ISO week of a year: 28 December is always in it."""
    return date(year, 12, 28).isocalendar().week


# The function of each comparison that returns, for a range and today, the one from a day to its earlier day.
_MOVES = {
    Comparison.DAYS_BEFORE: _days_before,
    Comparison.PERIOD_BEFORE: _period_before,
    Comparison.SAME_PERIOD_LAST_YEAR: _same_period_last_year,
}


def _unit_of(first: date, last: date, today: date) -> CalendarUnit | None:
    """Return the unit that a range is a whole number of, or that it begins with if it ends today.

    None for any other range, such as a single day or the last 30.
    """
    if first == last:
        return None
    if last == today:
        begun = [unit for unit in PREFERRED_WHILE_RUNNING if unit.begins_on(first)]
        within = (unit for unit in begun if unit.start(last) == first)
        return next(within, next((unit for unit in LARGEST_FIRST if unit in begun), None))
    return next((unit for unit in LARGEST_FIRST if unit.is_whole(first, last)), None)
