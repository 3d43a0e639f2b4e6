"""The earlier periods of a comparison, day by day from the words of the rules. § The period before."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.support.oracle.values import DAY, EarlierFilter, Filter

# The first days of the units that a day may begin, the largest first.
BEGINS: dict[str, Callable[[date], bool]] = {
    "year": lambda day: (day.month, day.day) == (1, 1),
    "quarter": lambda day: day.day == 1 and day.month in (1, 4, 7, 10),
    "month": lambda day: day.day == 1,
    "week": lambda day: day.isoweekday() == 1,
}
MONTHS = {"year": 12, "quarter": 3, "month": 1}
RUNNING = ("month", "quarter", "year", "week")


def earlier(filter: Filter, comparison: str, now: datetime, zone: ZoneInfo) -> EarlierFilter:
    """The filter over the earlier days, and until when if the period has today in it."""
    today = now.astimezone(zone).date()
    first, last, of_today = _days(filter.first, filter.last, comparison, today)
    until = None
    if comparison != "DAYS_BEFORE" and filter.first <= today <= filter.last:
        last = of_today
        until = datetime.combine(of_today, now.astimezone(zone).time(), zone)
    return EarlierFilter(**{**asdict(filter), "first": first, "last": last}, until=until)


def _days(first: date, last: date, comparison: str, today: date) -> tuple[date, date, date]:
    """The first and the last of the earlier days, and the day that stands for today."""
    unit = _unit(first, last, today)
    if comparison == "SAME_PERIOD_LAST_YEAR":
        if unit == "week":
            year, week, _ = first.isocalendar()
            weeks = date(year - 1, 12, 28).isocalendar().week
            moved = date.fromisocalendar(year - 1, min(week, weeks), 1) - first
            return first + moved, last + moved, today + moved
        return _months_before(first, 12), _months_before(last, 12), _months_before(today, 12)
    if comparison == "PERIOD_BEFORE" and unit == "week":
        weeks = len([day for day in _each(first, last) if BEGINS["week"](day)])
        return first - weeks * 7 * DAY, last - weeks * 7 * DAY, today - weeks * 7 * DAY
    if comparison == "PERIOD_BEFORE" and unit:
        months = MONTHS[unit] * len([day for day in _each(first, last) if BEGINS[unit](day)])
        return _months_before(first, months), first - DAY, _months_before(today, months)
    length = last - first + DAY
    return first - length, last - length, today - length


def _unit(first: date, last: date, today: date) -> str | None:
    if first == last:
        return None
    if last == today:
        of_first = [unit for unit in RUNNING if BEGINS[unit](first)]
        within = [unit for unit in of_first if not any(BEGINS[unit](day) for day in _each(first + DAY, last))]
        return next(iter(within), next((unit for unit in BEGINS if unit in of_first), None))
    return next((unit for unit in BEGINS if BEGINS[unit](first) and BEGINS[unit](last + DAY)), None)


def _each(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))


def _months_before(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
