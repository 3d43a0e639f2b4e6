from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import InvalidInputError
from graphql_schema.scalars import SCALARS, parse_date, parse_date_time, parse_time_zone


@given(st.dates())
def test_a_day_reads_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2026-1-1",
        "20261102",
        "2026-W45-1",
        "2026-02-29",
        "2026-11-02T00:00:00Z",
        " 2026-11-02",
        "２０２６-11-02",
        1,
        None,
        True,
    ],
)
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="calendar day"):
        parse_date(value)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T09:00:00Z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22t09:00:00z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T09:00:00.25-03:00", datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-22T09:00:00+05:45", datetime(2026, 11, 22, 3, 15, tzinfo=UTC)),
    ],
)
def test_an_instant_with_an_offset(text: str, instant: datetime) -> None:
    assert parse_date_time(text) == instant


@pytest.mark.parametrize(
    "value",
    ["2026-11-22T09:00:00", "2026-11-22", "2026-11-22 09:00:00Z", "2026-11-22T09:00Z", "2026-11-22T25:00:00Z",
     "2026-11-22T09:00:00-0300", "2026-11-22T09:00:00+99:00", "", 0, None],
)  # fmt: skip
def test_what_is_no_instant_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="offset"):
        parse_date_time(value)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2190, 1, 1)), st.integers(-840, 840))  # noqa: DTZ001  zone added
def test_an_instant_leaves_with_an_offset_and_reads_back(wall: datetime, minutes: int) -> None:
    local = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = SCALARS[datetime].serialize(local)  # type: ignore[misc]  # every scalar of ours has one
    assert parse_date_time(text) == local


@pytest.mark.parametrize("name", ["America/Santiago", "UTC", "Asia/Kolkata", "Pacific/Apia"])
def test_a_zone_is_its_name(name: str) -> None:
    assert parse_time_zone(name) == name


@pytest.mark.parametrize(
    "value", ["", "america/santiago", "Santiago", "../UTC", "America", "UTC+3", "posixrules", 3, None, ["UTC"]]
)
def test_an_unknown_zone_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="IANA"):
        parse_time_zone(value)
