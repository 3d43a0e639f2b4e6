"""Zones: the same offsets as zoneinfo's, everywhere and always, from names that exist only."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import InvalidInputError
from analytics.domain.time_zones import (
    DAY,
    EPOCH,
    FIRST_DAY,
    HOUR,
    LAST_DAY,
    LAST_INSTANT,
    MICROSECOND,
    MINUTE,
    SECOND,
    from_micros,
    local_day,
    to_micros,
    zone,
)

NAMES = sorted(files("tzdata").joinpath("zones").read_text().split())
# Zones with a rule of their own each: changes at midnight, of half an hour, twice around Ramadan, of a whole day.
ODD = (
    "America/Santiago",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Kwajalein",
    "Antarctica/Troll",
    "Africa/Monrovia",
    "Europe/Dublin",
    "Asia/Tehran",
)


@cache
def rules(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def utc(text: str) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def starts(name: str, *days: str) -> list[str]:
    return [from_micros(zone(name).day_start(date.fromisoformat(day))).strftime("%m-%dT%H:%M") for day in days]


zones = st.sampled_from(ODD) | st.sampled_from(NAMES)
instants = st.integers(0, to_micros(datetime(2200, 1, 1, tzinfo=UTC)) - 1)


@given(name=zones, at=instants)
def test_local_time_is_zoneinfos(name: str, at: int) -> None:
    expected = from_micros(at).astimezone(rules(name))
    assert zone(name).offset(at) * MICROSECOND == expected.utcoffset()
    assert EPOCH.replace(tzinfo=None) + zone(name).local(at) * MICROSECOND == expected.replace(tzinfo=None)
    assert zone(name).aware(at).isoformat() == expected.isoformat()


@given(name=st.sampled_from(ODD), day=st.dates(FIRST_DAY, date(2040, 1, 1)))
def test_every_hour_of_a_month_is_zoneinfos(name: str, day: date) -> None:
    """A month at a time, so that the changes themselves are met, and the moments beside them."""
    low = to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))
    for hour in range(30 * 24):
        for at in (low + hour * HOUR - 1, low + hour * HOUR):
            assert zone(name).offset(at) * MICROSECOND == from_micros(at).astimezone(rules(name)).utcoffset()


@given(name=zones, low=instants, length=st.integers(1, 3000 * DAY))
def test_spans_tile(name: str, low: int, length: int) -> None:
    high = min(low + length, LAST_INSTANT)
    spans = zone(name).offset_spans(low, high)
    assert (spans[0][0], spans[-1][1]) == (low, high)
    assert all(start < end for start, end, _ in spans)
    for (_, end, before), (start, _, after) in pairwise(spans):
        assert end == start
        assert before != after
    for start, end, offset in spans:
        for at in (start, (start + end) // 2, end - 1):
            assert offset * MICROSECOND == from_micros(at).astimezone(rules(name)).utcoffset()


@given(name=zones, day=st.dates(date(1970, 1, 2), LAST_DAY))
def test_a_day_starts_at_the_first_instant_that_has_reached_it(name: str, day: date) -> None:
    start = zone(name).day_start(day)
    assert local_day(zone(name).local(start)) >= day
    assert local_day(zone(name).local(start - 1)) < day
    assert start <= zone(name).day_start(day + timedelta(days=1))


def test_santiago_has_days_of_23_and_25_hours_and_one_that_starts_at_one() -> None:
    found = starts("America/Santiago", "2026-09-05", "2026-09-06", "2026-09-07")
    assert found == ["09-05T04:00", "09-06T04:00", "09-07T03:00"]
    start = zone("America/Santiago").day_start(date(2026, 9, 6))
    assert zone("America/Santiago").aware(start).isoformat() == "2026-09-06T01:00:00-03:00"
    found = starts("America/Santiago", "2026-04-04", "2026-04-05")
    assert found == ["04-04T03:00", "04-05T04:00"]


def test_a_day_that_apia_never_had_starts_with_the_next() -> None:
    found = starts("Pacific/Apia", "2011-12-29", "2011-12-30", "2011-12-31", "2012-01-01")
    assert found == ["12-29T10:00", "12-30T10:00", "12-30T10:00", "12-31T10:00"]


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("America/Santiago", date(2026, 4, 4), 25),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Kwajalein", date(1993, 8, 21), 0),
        ("UTC", date(2026, 6, 30), 24),
    ],
)
def test_how_long_a_day_is(name: str, day: date, hours: float) -> None:
    length = zone(name).day_start(day + timedelta(days=1)) - zone(name).day_start(day)
    assert length == hours * HOUR


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "../etc/passwd",
        "/etc/passwd",
        "America/../America/Santiago",
        "America/",
        "America",
        "america/santiago",
        "AMERICA/SANTIAGO",
        "America/Santiago ",
        "America/Santiago\x00",
        "localtime",
        "zone.tab",
        "tzdata.zi",
        "UTC+3",
        "-03:00",
        "Mars/Phobos",
        "x" * 10_000,
    ],
)
def test_a_name_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not an IANA time zone") as refused:
        zone(name)
    assert len(refused.value.message) < 400
    assert refused.value.code == "BAD_USER_INPUT"


@pytest.mark.parametrize("name", ["UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "Asia/Calcutta"])
def test_names_of_every_kind_exist(name: str) -> None:
    assert zone(name).name == name


def test_a_zone_is_read_once() -> None:
    assert zone("America/Santiago") is zone("America/Santiago")
    assert zone("America/Santiago") != zone("America/New_York")


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.sampled_from([rules(n) for n in ODD])))  # noqa: DTZ001
def test_instants_keep_every_microsecond(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at.astimezone(UTC)


def test_instants_count_from_the_epoch() -> None:
    assert to_micros(datetime(1970, 1, 1, 0, 1, tzinfo=UTC)) == MINUTE
    assert utc("1970-01-02T01:00:01") == DAY + HOUR + SECOND
    assert local_day(-1) == date(1969, 12, 31)
    assert local_day(0) == local_day(DAY - 1) == date(1970, 1, 1)


@pytest.mark.parametrize("name", ["UTC\0", "\ud800", "UTC\n", "UTC\u202e", "it's", "A" * 100_000])
def test_a_refused_name_is_shown_as_text(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        zone(name)
    message = str(refused.value)
    assert message.isprintable()
    assert "\\" not in message
    assert len(message) < 150
    message.encode()
