"""The histogram of response times: exact at the edges of its bins, and close everywhere else."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.response_times import BINS, bin_of, middle, quantile
from analytics.domain.time_zones import DAY, SECOND

SENT = 1_800_000_000 * SECOND
RATIO = Fraction(21, 20)


@pytest.mark.parametrize("index", range(1, BINS, 7))
def test_a_bin_begins_at_its_edge_and_not_a_microsecond_before(index: int) -> None:
    edge = ceil(RATIO ** (index - 1) * SECOND)
    assert bin_of(SENT, SENT + edge) == index
    assert bin_of(SENT, SENT + edge - 1) == index - 1


@given(st.integers(1, 4000 * DAY))
def test_every_time_is_inside_its_bin(elapsed: int) -> None:
    index = bin_of(SENT, SENT + elapsed)
    seconds = Fraction(elapsed, SECOND)
    if index == 0:
        assert seconds < 1
    else:
        assert RATIO ** (index - 1) <= seconds < RATIO**index


@pytest.mark.parametrize(("elapsed", "index"), [(-DAY, 0), (0, 0), (SECOND - 1, 0), (SECOND, 1), (1_050_000, 2)])
def test_the_first_bins(elapsed: int, index: int) -> None:
    assert bin_of(SENT, SENT + elapsed) == index


def test_no_time_is_beyond_the_last_bin() -> None:
    assert bin_of(0, 200 * 366 * DAY) < BINS


def test_the_middle_is_the_geometric_one() -> None:
    assert middle(0) == 0.5
    for index in range(1, BINS):
        low, high = 1.05 ** (index - 1), 1.05**index
        assert middle(index) ** 2 == pytest.approx(low * high)


@pytest.mark.parametrize(
    ("histogram", "share", "index"),
    [
        ({3: 1}, Fraction(1, 2), 3),
        ({3: 1, 5: 1}, Fraction(1, 2), 3),
        ({5: 1, 3: 1}, Fraction(51, 100), 5),
        ({1: 9, 7: 1}, Fraction(9, 10), 1),
        ({1: 89, 7: 11}, Fraction(9, 10), 7),
        ({1: 1, 2: 1, 3: 1}, Fraction(1, 2), 2),
        ({1: 0, 2: 3, 9: 0}, Fraction(1), 2),
    ],
)
def test_the_nearest_rank_by_hand(histogram: dict[int, int], share: Fraction, index: int) -> None:
    assert quantile(histogram, share) == middle(index)


@pytest.mark.parametrize("histogram", [{}, {4: 0}])
def test_nothing_has_no_quantile(histogram: dict[int, int]) -> None:
    assert quantile(histogram, Fraction(1, 2)) is None


@given(
    st.lists(st.integers(SECOND, 30 * DAY) | st.integers(SECOND, 100 * SECOND), min_size=1, max_size=60),
    st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(1, 100), Fraction(1)]),
)
def test_a_quantile_is_within_two_and_a_half_percent(times: list[int], share: Fraction) -> None:
    histogram: dict[int, int] = {}
    for elapsed in times:
        index = bin_of(SENT, SENT + elapsed)
        histogram[index] = histogram.get(index, 0) + 1
    exact = sorted(times)[ceil(share * len(times)) - 1] / SECOND
    found = quantile(histogram, share)
    assert found is not None
    assert abs(found - exact) / exact < 0.025
