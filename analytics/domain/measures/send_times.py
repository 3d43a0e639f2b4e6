"""Send times: how many delivered messages were answered within a day, by the local hour at which they were sent.

Source: docs/numbers.md, "Send times".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from analytics.domain.measures.intervals import Interval, wilson
from analytics.domain.measures.response_times import RATIO
from analytics.domain.measures.time_buckets import HOURS_OF_WEEK
from analytics.domain.time_zones import DAY

MAX_RESPONSE_TIME = DAY  # a reply counts when it comes no later than this after its message

BLOCK_HOURS = 4
MIN_DELIVERED = 100  # messages that a block needs to be compared
SHRINKAGE = 50  # messages at the rate of all blocks that are added to each, so that a small one does not stand out
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class SendTimeCounts:
    """Delivered messages, those of them answered within a day, and the sum of the bins of their response times."""

    delivered: int = 0
    responded: int = 0
    response_bins: int = 0

    def __add__(self, other: "SendTimeCounts") -> "SendTimeCounts":
        return SendTimeCounts(
            self.delivered + other.delivered,
            self.responded + other.responded,
            self.response_bins + other.response_bins,
        )

    @property
    def rate(self) -> float | None:
        """The share of the delivered ones that was answered; None without any."""
        return self.responded / self.delivered if self.delivered else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the rate."""
        return wilson(self.responded, self.delivered)

    @property
    def typical_response_time(self) -> float | None:
        """The geometric mean of the response times in seconds, exact to 2.5 %; None without any.

        Bins are powers of one ratio, so the mean of their indexes is that of the times' logarithms.
        """
        if not self.responded:
            return None
        mean: float = float(RATIO) ** (self.response_bins / self.responded - 0.5)
        return mean


@dataclass(frozen=True)
class SendTimeBlock:
    """Some hours of the day, from `first_hour` to before `end_hour`, over all weekdays.

    `expected_rate` is the rate shrunk towards that of all hours. `comparable`: True with enough messages. `best`: True
    for the one block that is clearly answered more often than the others, if any is.
    """

    first_hour: int
    end_hour: int
    counts: SendTimeCounts
    expected_rate: float | None
    comparable: bool
    best: bool


def blocks_of_day(hours: Mapping[int, SendTimeCounts]) -> list[SendTimeBlock]:
    """Return the blocks of the day, in order, from the counts of each hour of the week."""
    sums = [SendTimeCounts() for _ in range(24 // BLOCK_HOURS)]
    for hour_of_week in range(HOURS_OF_WEEK):
        block = hour_of_week % 24 // BLOCK_HOURS
        sums[block] += hours.get(hour_of_week, SendTimeCounts())
    everything = sum(sums, SendTimeCounts())
    best = _best(sums, everything)
    return [
        SendTimeBlock(
            index * BLOCK_HOURS,
            (index + 1) * BLOCK_HOURS,
            counts,
            _shrunk(counts, everything),
            counts.delivered >= MIN_DELIVERED,
            index == best,
        )
        for index, counts in enumerate(sums)
    ]


def _shrunk(counts: SendTimeCounts, everything: SendTimeCounts) -> float | None:
    overall = everything.rate
    if overall is None:
        return None
    return (counts.responded + SHRINKAGE * overall) / (counts.delivered + SHRINKAGE)


def _best(blocks: Sequence[SendTimeCounts], everything: SendTimeCounts) -> int | None:
    """Return the index of the block that is clearly better; None if none is, or if there is nothing to compare."""
    compared = [index for index, counts in enumerate(blocks) if counts.delivered >= MIN_DELIVERED]
    overall = everything.rate
    if len(compared) < 2 or overall is None:
        return None
    clear = [
        index
        for index in compared
        if (interval := blocks[index].interval) is not None
        and interval.low > overall
        and _chance_of_more(blocks[index], everything) < SIGNIFICANCE / len(compared)
    ]
    return max(clear, key=lambda index: (_shrunk(blocks[index], everything) or 0, -index), default=None)


def _chance_of_more(counts: SendTimeCounts, everything: SendTimeCounts) -> float:
    """Return the probability that a block exceeds the others so much by chance: a one-sided z-test of two shares."""
    others = everything.delivered - counts.delivered
    overall = everything.rate or 0
    if others == 0 or overall in (0, 1):
        return 1
    apart = 1 / counts.delivered + 1 / others
    difference = counts.responded / counts.delivered - (everything.responded - counts.responded) / others
    # With Yates's correction, without which one of seventeen alike days had a best block instead of one of twenty.
    return erfc((difference - apart / 2) / sqrt(2 * overall * (1 - overall) * apart)) / 2
