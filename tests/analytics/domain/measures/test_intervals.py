"""Intervals of rates: published values, and what holds of all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.intervals import wilson


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        (2, 10, 0.0567, 0.5098),
        (8, 100, 0.0411, 0.1500),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(count: int, base: int, low: float, high: float) -> None:
    interval = wilson(count, base)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_a_rate_of_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None


@given(st.integers(1, 10**9).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_an_interval_contains_its_rate_and_lies_within_0_and_1(case: tuple[int, int]) -> None:
    count, base = case
    interval = wilson(count, base)
    assert interval is not None
    assert 0 <= interval.low <= count / base <= interval.high <= 1
