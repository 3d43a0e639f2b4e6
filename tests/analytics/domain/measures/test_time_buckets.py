"""The points of a series tile the range: every instant of it is in exactly one."""

from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.time_buckets import (
    Bucket,
    Granularity,
    count_buckets,
    day_buckets,
    days,
    first_day,
    hour_buckets,
    hour_of_week,
)
from analytics.domain.time_zones import DAY, EPOCH, HOUR, MICROSECOND, from_micros, local_day, zone
from tests.support import oracle as rules
from tests.support.oracle import Oracle

ZONES = ("America/Santiago", "Asia/Kolkata", "Pacific/Apia", "America/New_York", "Australia/Lord_Howe", "UTC")
# The days around which clocks changed there.
CHANGES = (
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2011, 12, 30),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 10, 4),
)


def range_of(name: str, first: date, last: date) -> tuple[int, int]:
    return zone(name).day_start(first), zone(name).day_start(last + timedelta(days=1))


def buckets_by_key(granularity: Granularity, name: str, first: date, last: date) -> dict[Any, Bucket]:
    if granularity is Granularity.HOUR:
        return dict(hour_buckets(zone(name), *range_of(name, first, last)))
    return dict(day_buckets(granularity, zone(name), first, last))


def points(granularity: Granularity, name: str, first: date, last: date) -> list[Bucket]:
    return list(dict.fromkeys(buckets_by_key(granularity, name, first, last).values()))


def key_of(granularity: Granularity, name: str, at: int) -> Any:
    """The key of the bucket that an instant is in."""
    local = zone(name).local(at)
    return (zone(name).offset(at), local // HOUR) if granularity is Granularity.HOUR else local_day(local)


def shown(buckets: list[Bucket]) -> list[str]:
    return [f"{from_micros(bucket.starts_at):%m-%dT%H:%M} {bucket.on:%m-%d}" for bucket in buckets]


ranges = st.tuples(
    st.sampled_from(CHANGES).flatmap(lambda day: st.integers(-40, 3).map(lambda n: day + timedelta(days=n))),
    st.integers(0, 45),
).map(lambda drawn: (drawn[0], drawn[0] + timedelta(days=drawn[1])))


@given(granularity=st.sampled_from(Granularity), name=st.sampled_from(ZONES), range=ranges, data=st.data())
def test_every_instant_of_the_range_is_in_exactly_one_bucket(
    granularity: Granularity, name: str, range: tuple[date, date], data: st.DataObject
) -> None:
    low, high = range_of(name, *range)
    buckets = points(granularity, name, *range)
    if low == high:  # Apia's skipped day alone
        assert [bucket.on for bucket in buckets] == ([] if granularity is Granularity.HOUR else [range[0]])
        return
    assert buckets[0].starts_at == low
    for before, after in pairwise(buckets):
        # A day that a zone skipped whole starts with the next.
        assert before.starts_at < after.starts_at or (name, before.on) == ("Pacific/Apia", date(2011, 12, 30))
        assert before.on <= after.on
    at = data.draw(st.integers(low, high - 1))
    by_key = buckets_by_key(granularity, name, *range)
    starts = [bucket.starts_at for bucket in buckets]
    ends = [e for bucket in buckets for e in (bucket.starts_at, bucket.starts_at - 1) if low <= e < high]
    for instant in [*ends, at]:
        assert by_key[key_of(granularity, name, instant)] == buckets[bisect_right(starts, instant) - 1]


@given(granularity=st.sampled_from(Granularity), name=st.sampled_from(ZONES), range=ranges)
def test_points_are_what_the_rules_say(granularity: Granularity, name: str, range: tuple[date, date]) -> None:
    expected = Oracle([]).series(rules.Filter(*range, time_zone=name), granularity.value)
    found = points(granularity, name, *range)
    assert [(from_micros(bucket.starts_at), bucket.on) for bucket in found] == [
        (start, on) for start, on, _ in expected
    ]


@given(granularity=st.sampled_from([Granularity.DAY, Granularity.WEEK, Granularity.MONTH]), range=ranges)
def test_points_are_counted_without_being_made(granularity: Granularity, range: tuple[date, date]) -> None:
    assert count_buckets(granularity, *range) == len(points(granularity, "UTC", *range))


@given(name=st.sampled_from(ZONES), range=ranges)
def test_hours_are_counted_to_within_a_clock_change(name: str, range: tuple[date, date]) -> None:
    assert abs(count_buckets(Granularity.HOUR, *range) - len(points(Granularity.HOUR, name, *range))) in (0, 1, 2, 24)


# By hand


def test_the_hours_of_santiagos_short_day_begin_at_one() -> None:
    day = date(2026, 9, 6)
    found = shown(points(Granularity.HOUR, "America/Santiago", day, day))
    assert len(found) == 23
    assert found[:2] == ["09-06T04:00 09-06", "09-06T05:00 09-06"]
    keys = list(hour_buckets(zone("America/Santiago"), *range_of("America/Santiago", day, day)))
    assert [hour % 24 for _, hour in keys] == [*range(1, 24)]


def test_the_repeated_hour_of_santiagos_long_day_is_two_points() -> None:
    day = date(2026, 4, 4)
    found = shown(points(Granularity.HOUR, "America/Santiago", day, day))
    assert len(found) == 25
    assert found[-2:] == ["04-05T02:00 04-04", "04-05T03:00 04-04"]
    keys = list(hour_buckets(zone("America/Santiago"), *range_of("America/Santiago", day, day)))
    assert [(offset // HOUR, hour % 24) for offset, hour in keys[-2:]] == [(-3, 23), (-4, 23)]


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 8, 23), (11, 1, 25), (6, 1, 24)])
def test_new_yorks_days(month: int, day: int, hours: int) -> None:
    on = date(2026, month, day)
    assert len(points(Granularity.HOUR, "America/New_York", on, on)) == hours


def test_kolkatas_hours_begin_at_the_half_hour_of_utc() -> None:
    day = date(2026, 4, 4)
    found = shown(points(Granularity.HOUR, "Asia/Kolkata", day, day))
    assert (len(found), found[0], found[-1]) == (24, "04-03T18:30 04-04", "04-04T17:30 04-04")


def test_a_half_repeated_hour_of_lord_howe_is_two_points() -> None:
    day = date(2026, 4, 5)
    found = shown(points(Granularity.HOUR, "Australia/Lord_Howe", day, day))
    # 01:00 at +11:00, then from 02:00 back to 01:30 at +10:30.
    assert found[:4] == ["04-04T13:00 04-05", "04-04T14:00 04-05", "04-04T15:00 04-05", "04-04T15:30 04-05"]
    assert len(found) == 25
    # Half an hour is skipped in spring: 02:00 is 02:30 at once.
    day = date(2026, 10, 4)
    found = shown(points(Granularity.HOUR, "Australia/Lord_Howe", day, day))
    assert found[:4] == ["10-03T13:30 10-04", "10-03T14:30 10-04", "10-03T15:30 10-04", "10-03T16:00 10-04"]


def test_the_day_that_apia_never_had_is_a_point_without_hours() -> None:
    first, last, skipped = date(2011, 12, 29), date(2011, 12, 31), date(2011, 12, 30)
    found = shown(points(Granularity.DAY, "Pacific/Apia", first, last))
    assert found == ["12-29T10:00 12-29", "12-30T10:00 12-30", "12-30T10:00 12-31"]
    hours = points(Granularity.HOUR, "Pacific/Apia", first, last)
    assert len(hours) == 48
    assert skipped not in {bucket.on for bucket in hours}
    assert points(Granularity.HOUR, "Pacific/Apia", skipped, skipped) == []


def test_weeks_are_iso_weeks_cut_at_the_edges_of_the_range() -> None:
    # Thursday to Tuesday of the week after the next.
    found = shown(points(Granularity.WEEK, "UTC", date(2026, 1, 1), date(2026, 1, 13)))
    assert found == ["01-01T00:00 01-01", "01-05T00:00 01-05", "01-12T00:00 01-12"]


def test_months_are_cut_at_the_edges_of_the_range() -> None:
    found = shown(points(Granularity.MONTH, "America/Santiago", date(2026, 8, 31), date(2026, 10, 1)))
    assert found == ["08-31T04:00 08-31", "09-01T04:00 09-01", "10-01T03:00 10-01"]


@pytest.mark.parametrize(
    ("granularity", "day"),
    [(Granularity.DAY, date(2026, 9, 9)), (Granularity.WEEK, date(2026, 9, 7)), (Granularity.MONTH, date(2026, 9, 1))],
)
def test_the_first_day_of_a_bucket(granularity: Granularity, day: date) -> None:
    assert first_day(granularity, date(2026, 9, 9)) == day


def test_days_include_both_ends() -> None:
    assert list(days(date(2026, 2, 28), date(2026, 3, 1))) == [date(2026, 2, 28), date(2026, 3, 1)]
    assert list(days(date(2026, 2, 28), date(2026, 2, 27))) == []


@given(st.integers(-365 * DAY, 100_000 * DAY))
def test_the_hour_of_the_week_is_the_calendars(local: int) -> None:
    at = EPOCH + local * MICROSECOND
    assert hour_of_week(local) == (at.isoweekday() - 1) * 24 + at.hour
