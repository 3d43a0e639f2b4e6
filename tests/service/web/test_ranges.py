import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.ranges import RangeNotSatisfiableError, parse_range


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-0", (0, 1)), ("bytes=0-9", (0, 10)), ("bytes=3-", (3, 10)), ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)), ("bytes=4-99", (4, 10)), ("BYTES= 4-5 ", (4, 6)), ("bytes=9-", (9, 10)),
        (None, None), ("", None), ("bytes=", None), ("bytes=-", None), ("bytes=5-4", None), ("lines=0-1", None),
        ("bytes=0-1,3-4", None), ("bytes=a-b", None), ("bytes=--1", None), ("bytes=0-" + "9" * 99, (0, 10)),
        ("bytes=-" + "9" * 20, (0, 10)), ("bytes=" + "0" * 20 + "3-" + "0" * 5000 + "4", (3, 5)),
        ("bytes=٣-٤", None),
    ],
)  # fmt: skip
def test_one_range_of_ten_bytes(header: str | None, found: tuple[int, int] | None) -> None:
    assert parse_range(header, 10) == found


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-11", "bytes=-0", "bytes=" + "9" * 20 + "-"])
def test_what_is_wholly_outside(header: str) -> None:
    with pytest.raises(RangeNotSatisfiableError):
        parse_range(header, 10)


@given(st.text() | st.from_regex(r"bytes=[0-9]*-[0-9]*", fullmatch=True), st.integers(0, 1000))
def test_whatever_is_asked_is_inside_or_refused(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except RangeNotSatisfiableError:
        return
    if part is not None:
        start, end = part
        assert 0 <= start < end <= size
