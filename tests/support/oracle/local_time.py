"""Instants, days and the buckets of a series, by the rules of a zone."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from tests.support.oracle.values import BIN_EDGES, DAY, Filter, Granularity


def parse_instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def whole_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


@cache
def load_zone(name: str) -> ZoneInfo:
    """§ Days, hours, periods: from the pinned `tzdata` package, never from the machine."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant whose local date is the day, or a later one where the zone never had it."""
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    seconds = range(midnight - 2 * 86400, midnight + 2 * 86400)
    found = bisect_left(seconds, day, key=lambda second: datetime.fromtimestamp(second, zone).date())
    return datetime.fromtimestamp(seconds[found], UTC)


def bucket_starts(
    filter: Filter, zone: ZoneInfo, granularity: Granularity
) -> Iterator[tuple[datetime, date, Hashable]]:
    """§ Days, hours, periods: instants and days at which buckets may begin, with the bucket each is in."""
    if granularity == "HOUR":
        start, quarter = day_start(filter.first, zone), timedelta(minutes=15)
        for n in range((day_start(filter.last + DAY, zone) - start) // quarter):
            local = (start + n * quarter).astimezone(zone)
            yield start + n * quarter, local.date(), bucket_of(local, granularity)
        return
    for n in range((filter.last - filter.first).days + 1):
        day = filter.first + n * DAY
        yield day_start(day, zone), day, bucket_of(datetime.combine(day, time()), granularity)


def bucket_of(local: datetime, granularity: Granularity) -> Hashable:
    """§ Days, hours, periods: the bucket of a local time."""
    day = local.date()
    keys: dict[Granularity, Hashable] = {
        "HOUR": (day, local.hour, local.utcoffset()),
        "DAY": day,
        "WEEK": day.isocalendar()[:2],
        "MONTH": (day.year, day.month),
    }
    return keys[granularity]


def response_bin(elapsed: timedelta) -> int:
    """§ Days, hours, periods: bin 0 is under 1 s, bin k ≥ 1 is [1.05^(k-1), 1.05^k) s. Exact."""
    return bisect_right(BIN_EDGES, Fraction(elapsed // timedelta(microseconds=1), 1_000_000))


def bin_middle(bin: int) -> float:
    """§ Days, hours, periods: a bin's geometric middle, in seconds."""
    return 1.05 ** (bin - 0.5) if bin else 0.5
