"""The interval in which a rate would lie if chance had played otherwise. Source: docs/numbers.md, "Intervals"."""

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations


@dataclass(frozen=True)
class Interval:
    """A rate's 95 % interval, both ends from 0 to 1."""

    low: float
    high: float


def wilson(count: int, base: int) -> Interval | None:
    """Return the Wilson score interval of `count` in `base`; None when the base is 0. Wilson 1927."""
    if base == 0:
        return None
    rate, squared = count / base, Z95 * Z95
    middle = (rate + squared / (2 * base)) / (1 + squared / base)
    half = Z95 * sqrt(rate * (1 - rate) / base + squared / (4 * base * base)) / (1 + squared / base)
    # Rounding may leave the ends of 0 in n and n in n a little outside.
    return Interval(0.0 if count == 0 else max(0.0, middle - half), 1.0 if count == base else min(1.0, middle + half))
