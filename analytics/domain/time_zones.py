"""Time zones as spans of constant offset, from the pinned `tzdata` package.

Instants are integers throughout `analytics`: microseconds since 1970-01-01T00:00:00Z. They sort, subtract and
group alike in Python, SQLite and PostgreSQL. A zone is a list of spans in which its offset does not change, so
local time is one addition, in Python (`Zone.local`) and in SQL (`Zone.spans`, a CASE of a few branches).
Source: docs/numbers.md, "Days, hours, periods".
"""

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from hashlib import blake2b
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.domain.errors import InvalidInputError
from analytics.domain.text import quote_for_error

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ONE_DAY = timedelta(days=1)  # of the calendar, which has not always 24 hours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)

# The calendar that filters and events may use. Its ends keep every sum inside what datetime can hold.
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
FIRST_INSTANT = -2 * DAY
LAST_INSTANT = (datetime(2200, 1, 3, tzinfo=UTC) - EPOCH) // MICROSECOND

# The zone of a tenant that has never said which is its own.
DEFAULT_TIME_ZONE = "UTC"

# No zone of tzdata changes its offset twice within this many microseconds and returns to where it was.
MAX_STEP = 3 * DAY


def now_micros() -> int:
    """Return the current time, in microseconds since the epoch: the one clock of all packages."""
    return time.time_ns() // 1000


def to_micros(moment: datetime) -> int:
    """An aware datetime as microseconds since the epoch."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(at: int) -> datetime:
    """Microseconds since the epoch as an aware datetime in UTC."""
    return EPOCH + at * MICROSECOND


def local_day(local: int) -> date:
    """The calendar day of a local time (microseconds since the epoch on the local clock)."""
    return date.fromordinal(local // DAY + EPOCH_ORDINAL)


@dataclass(frozen=True)
class Zone:
    """A time zone of tzdata; equal and hashed by its IANA name."""

    name: str
    info: ZoneInfo = field(repr=False, compare=False)

    @cached_property
    def _changes(self) -> tuple[list[int], list[int]]:
        """The instants at which the offset changes, and the offset from each on (both in microseconds)."""
        starts, offsets = [FIRST_INSTANT], [self._offset_from_rules(FIRST_INSTANT)]
        for low in range(FIRST_INSTANT, LAST_INSTANT, MAX_STEP):
            self._collect(low, low + MAX_STEP, starts, offsets)
        return starts, offsets

    def _collect(self, low: int, high: int, starts: list[int], offsets: list[int]) -> None:
        if self._offset_from_rules(high) == offsets[-1]:
            return
        if high - low == SECOND:
            starts.append(high)
            offsets.append(self._offset_from_rules(high))
            return
        middle = low + (high - low) // SECOND // 2 * SECOND
        self._collect(low, middle, starts, offsets)
        self._collect(middle, high, starts, offsets)

    def _offset_from_rules(self, at: int) -> int:
        offset = from_micros(at).astimezone(self.info).utcoffset()
        return (offset or timedelta()) // MICROSECOND

    def offset(self, at: int) -> int:
        """The microseconds to add to the instant `at` to get local time."""
        starts, offsets = self._changes
        return offsets[max(bisect_right(starts, at) - 1, 0)]

    def local(self, at: int) -> int:
        """The local clock at an instant, as microseconds since the epoch on that clock."""
        return at + self.offset(at)

    def aware(self, at: int) -> datetime:
        """An instant as a datetime that carries this zone's offset at that moment."""
        return from_micros(at).astimezone(timezone(self.offset(at) * MICROSECOND))

    def offset_spans(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """The spans `(start, end, offset)` of constant offset that tile the instants [low, high)."""
        starts, _ = self._changes
        edges = [low, *starts[bisect_right(starts, low) : bisect_left(starts, high)], high]
        return [(a, b, self.offset(a)) for a, b in pairwise(edges)]

    @cached_property
    def rules_version(self) -> str:
        """The zone's name and a digest of its offsets: another release of tzdata may have others."""
        digest = blake2b(repr(self._changes).encode(), digest_size=8).hexdigest()
        return f"{self.name} {digest}"

    def day_start_of(self, ordinal: int) -> int:
        """The first instant of a day given as its ordinal; of any day outside of our calendar, its nearer end."""
        first, last = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
        if ordinal < first:
            return FIRST_INSTANT
        return self.day_start(date.fromordinal(ordinal)) if ordinal <= last else LAST_INSTANT

    def day_of(self, at: int) -> int:
        """The local day of an instant, as its ordinal."""
        return self.local(at) // DAY + EPOCH_ORDINAL

    def first_whole_day(self, at: int) -> date:
        """The first day that begins at or after an instant."""
        day = local_day(self.local(at))
        while self.day_start(day) < at:
            day += timedelta(days=1)
        return day

    def day_start(self, day: date) -> int:
        """The first instant whose local date is `day` or later: a day may start at 01:00, or have no hour."""
        return self.first_instant(day, 0)

    def first_instant(self, day: date, time_of_day: int) -> int:
        """The first instant whose local clock shows a time of a day (in microseconds), or later."""
        local = (day.toordinal() - EPOCH_ORDINAL) * DAY + time_of_day
        for start, end, offset in self.offset_spans(local - 2 * DAY, local + 2 * DAY):
            if end + offset > local:
                return max(start, local - offset)
        raise AssertionError(f"no instant reaches {day} in {self.name}")


@lru_cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


@lru_cache(maxsize=1024)
def zone(name: str) -> Zone:
    """The zone of an IANA name. Raises `InvalidInputError` for a name that tzdata does not have."""
    if name not in _names():
        raise InvalidInputError(f"{quote_for_error(name)} is not an IANA time zone, such as 'America/Santiago'.")
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as rules:
        return Zone(name, ZoneInfo.from_file(rules, key=name))
