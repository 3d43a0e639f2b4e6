"""The points of a time series: local hours, days, ISO weeks and months that tile a range of days.

Source: docs/numbers.md, "Days, hours, periods". A bucket at the edge of the range holds only what is inside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from analytics.domain.time_zones import HOUR, Zone, local_day

HOURS_OF_WEEK = 7 * 24
EPOCH_HOUR_OF_WEEK = 3 * 24  # the epoch was a Thursday


class Granularity(StrEnum):
    """The width of a point of a series."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True)
class Bucket:
    """One point: its first instant and its first local day inside the range."""

    starts_at: int
    on: date


def days(first: date, last: date) -> Iterator[date]:
    """Every calendar day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def first_day(granularity: Granularity, day: date) -> date:
    """The day on which the week or month of `day` starts; `day` itself for days."""
    match granularity:
        case Granularity.WEEK:
            return day - timedelta(days=day.weekday())
        case Granularity.MONTH:
            return day.replace(day=1)
        case _:
            return day


def day_buckets(granularity: Granularity, zone: Zone, first: date, last: date) -> dict[date, Bucket]:
    """The bucket of each calendar day of the range, in order; the days of one bucket share it.

    A day that the zone skipped whole (Pacific/Apia, 2011-12-30) is a point too, always zero: a series has no
    gaps. Its first instant is that of the day after.
    """
    buckets: dict[date, Bucket] = {}
    return {
        day: buckets.setdefault(first_day(granularity, day), Bucket(zone.day_start(day), day))
        for day in days(first, last)
    }


def hour_buckets(zone: Zone, low: int, high: int) -> dict[tuple[int, int], Bucket]:
    """The bucket of each (offset, local hour since the epoch) in the instants [low, high), in order.

    An hour that the clock repeats is there twice, once for each offset; an hour that it skips is missing.
    """
    buckets: dict[tuple[int, int], Bucket] = {}
    for start, end, offset in zone.offset_spans(low, high):
        for hour in range((start + offset) // HOUR, -(-(end + offset) // HOUR)):
            at = max(start, hour * HOUR - offset)
            buckets.setdefault((offset, hour), Bucket(at, local_day(hour * HOUR)))
    return buckets


def count_buckets(granularity: Granularity, first: date, last: date) -> int:
    """About how many points a series has (a day of 25 hours counts as 24); cheap, for refusing one that is too long."""
    total = (last - first).days + 1
    match granularity:
        case Granularity.HOUR:
            return total * 24
        case Granularity.DAY:
            return total
        case Granularity.WEEK:
            return (last.toordinal() + 6) // 7 - (first.toordinal() - 1) // 7
        case Granularity.MONTH:
            return (last.year - first.year) * 12 + last.month - first.month + 1


def hour_of_week(local: int) -> int:
    """The hour of the ISO week of a local time: 0 is Monday's first, 167 Sunday's last."""
    return (local // HOUR + EPOCH_HOUR_OF_WEEK) % HOURS_OF_WEEK
