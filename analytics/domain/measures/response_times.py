"""The histogram of response times: fixed logarithmic bins, so that rows and rollups agree to the last digit.

Bin 0 is under 1 s; bin k >= 1 covers [1.05^(k-1), 1.05^k) s. Source: docs/numbers.md, "Days, hours, periods".
"""

from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from analytics.domain.time_zones import SECOND

RATIO = Fraction(21, 20)
BINS = 600  # 1.05^600 s is longer than any calendar here

# The first microsecond of bins 1, 2, …: exact, where a logarithm would err at the edges.
EDGES = [ceil(RATIO**k * SECOND) for k in range(BINS)]


def bin_of(sent_at: int, replied_at: int) -> int:
    """The bin of one response; a reply that seems to come before its message falls in bin 0."""
    return bisect_right(EDGES, replied_at - sent_at)


def middle(index: int) -> float:
    """The geometric middle of a bin in seconds; 0.5 for bin 0."""
    return 0.5 if index == 0 else 1.05 ** (index - 0.5)


def quantile(histogram: Mapping[int, int], share: Fraction) -> float | None:
    """The nearest-rank quantile of a histogram (bin -> count) in seconds; None when it is empty."""
    rank = ceil(share * sum(histogram.values()))
    for index, count in sorted(histogram.items()):
        rank -= count
        if rank <= 0 < count:
            return middle(index)
    return None
