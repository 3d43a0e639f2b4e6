"""Blocks of the hours of the day, and the naming of a best one. Rules: docs/numbers.md, "Send times"."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.response_times import bin_of
from analytics.domain.measures.send_times import SendTimeBlock, SendTimeCounts, blocks_of_day
from analytics.domain.time_zones import SECOND

MONDAY_9, SUNDAY_10 = 9, 6 * 24 + 10


def best_of(blocks: list[SendTimeBlock]) -> list[int]:
    return [block.first_hour for block in blocks if block.best]


def hours(**counts: tuple[int, int]) -> dict[int, SendTimeCounts]:
    """Delivered and answered messages on Mondays, by hour: `h9=(100, 30)`."""
    return {int(hour[1:]): SendTimeCounts(*pair) for hour, pair in counts.items()}


def test_hours_of_all_weekdays_add_up_to_six_blocks() -> None:
    blocks = blocks_of_day({MONDAY_9: SendTimeCounts(10, 4, 40), SUNDAY_10: SendTimeCounts(5, 1, 9)})
    assert [(block.first_hour, block.end_hour) for block in blocks] == [(n, n + 4) for n in range(0, 24, 4)]
    assert [block.counts.delivered for block in blocks] == [0, 0, 15, 0, 0, 0]
    assert blocks[2].counts == SendTimeCounts(15, 5, 49)


def test_a_small_block_is_moved_towards_the_rate_of_all() -> None:
    blocks = blocks_of_day(hours(h9=(10, 10), h13=(190, 40)))
    overall = 50 / 200
    assert blocks[2].expected_rate == (10 + 50 * overall) / 60
    assert blocks[3].expected_rate == (40 + 50 * overall) / 240


@pytest.mark.parametrize(
    ("counts", "best"),
    [
        (hours(h9=(1000, 400), h13=(1000, 300)), [8]),
        (hours(h9=(1000, 305), h13=(1000, 300)), []),  # chance
        (hours(h9=(99, 90), h13=(1000, 300)), []),  # too few to be compared
        (hours(h9=(1000, 400)), []),  # nothing to compare it with
        (hours(h9=(1000, 400), h13=(50, 1)), []),
        (hours(h9=(1000, 500), h13=(1000, 510), h17=(1000, 100)), [12]),  # two are clear: the higher of them
        (hours(h9=(1000, 1000), h13=(1000, 1000)), []),
        (hours(h9=(1000, 0), h13=(1000, 0)), []),
        ({}, []),
    ],
)
def test_the_best_block_is_named_where_one_is_clearly_better(
    counts: dict[int, SendTimeCounts], best: list[int]
) -> None:
    assert best_of(blocks_of_day(counts)) == best


def test_of_hours_that_are_alike_one_is_named_in_fewer_than_one_of_twenty_cases() -> None:
    draw = random.Random(7)
    named = 0
    for _ in range(400):
        counts = {hour: SendTimeCounts(150, sum(draw.random() < 0.3 for _ in range(150))) for hour in range(2, 24, 4)}
        named += bool(best_of(blocks_of_day(counts)))
    assert named < 400 / 20


@given(st.lists(st.integers(1, 86_400), min_size=1, max_size=30))
def test_the_typical_time_is_the_geometric_mean_to_two_and_a_half_percent(seconds: list[int]) -> None:
    bins = sum(bin_of(0, second * SECOND) for second in seconds)
    exact = 1.0
    for second in seconds:
        exact *= second ** float(Fraction(1, len(seconds)))
    found = SendTimeCounts(len(seconds), len(seconds), bins).typical_response_time
    assert found == pytest.approx(exact, rel=0.0251)


def test_nothing_has_no_numbers() -> None:
    nothing = SendTimeCounts()
    assert (nothing.rate, nothing.interval, nothing.typical_response_time) == (None, None, None)
