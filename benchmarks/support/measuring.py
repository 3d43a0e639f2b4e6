"""Measuring: medians of repeated runs, and what a result says."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

WARM_UPS, RUNS = 3, 15

Measure = Callable[[], float]  # makes a call and returns its milliseconds


@dataclass(frozen=True)
class Result:
    """A measured value against its reference. `bound` is what the ratio should be: `<= x` or `>= x`."""

    name: str
    value: float
    unit: str
    reference: float
    ratio: float
    bound: str

    @property
    def holds(self) -> bool:
        """True if the ratio is within its bound."""
        sign, limit = self.bound.split()
        return self.ratio <= float(limit) if sign == "<=" else self.ratio >= float(limit)


def compared(name: str, value: float, reference: float, unit: str, bound: str) -> Result:
    """A result from two numbers of one unit."""
    return Result(name, round(value, 3), unit, round(reference, 3), round(value / reference, 4), bound)


def percentile_95(run: Measure, runs: int) -> float:
    """The 95th percentile of the time of a call in milliseconds, after some calls to warm up."""
    return percentile_95_of([run() for _ in range(WARM_UPS + runs)][WARM_UPS:])


def percentile_95_of(times: list[float]) -> float:
    """The 95th percentile of times."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def median_ms(run: Measure) -> float:
    """The median time of a call in milliseconds, after some calls to warm up."""
    return statistics.median([run() for _ in range(WARM_UPS + RUNS)][WARM_UPS:])


def beside(name: str, ours: Measure, theirs: Measure, bound: str) -> Result:
    """The median times of two calls, made turn by turn: whatever else the machine does meets both alike."""
    times = [(ours(), theirs()) for _ in range(WARM_UPS + RUNS)][WARM_UPS:]
    value, reference = map(statistics.median, zip(*times, strict=True))
    return compared(name, value, reference, "ms", bound)


def timed(run: Callable[[], object], before: Callable[[], object] = lambda: None) -> Measure:
    """The time of a call, without that of what is done before it each time."""

    def measure() -> float:
        before()
        started = time.perf_counter()
        run()
        return (time.perf_counter() - started) * 1000

    return measure
