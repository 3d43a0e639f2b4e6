"""The metrics: which messages each step of the funnel counts, and what its rate is a share of.

One registry, from which SQL, rollups and results follow. Each metric is counted twice: its messages, and among
those the ones that created their ticket. Source: docs/numbers.md,
"A message and its states" and "Rates".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analytics.domain.message_status import Status

ARRIVED = (Status.DELIVERED, Status.READ)


@dataclass(frozen=True)
class Metric:
    """A set of messages: those of some statuses (None: any), perhaps only those with a reply."""

    slug: str
    base: str
    statuses: tuple[Status, ...] | None = None
    responded: bool = False

    def includes(self, status: int, responded: bool) -> bool:
        """Return True if a message of this status belongs to the step."""
        return (self.statuses is None or status in self.statuses) and (responded or not self.responded)


METRICS = (
    Metric("messages", base="messages"),
    Metric("sent", base="messages", statuses=(Status.SENT, *ARRIVED)),
    Metric("bounced", base="messages", statuses=(Status.FAILED,)),
    Metric("pending", base="messages", statuses=(Status.PENDING,)),
    Metric("delivered", base="sent", statuses=ARRIVED),
    Metric("read", base="delivered", statuses=(Status.READ,)),
    Metric("responded", base="delivered", responded=True),
)


class FunnelStepName(StrEnum):
    """The metrics that are steps of the funnel, by the names that clients know."""

    SENT = "SENT"
    BOUNCED = "BOUNCED"
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    READ = "READ"
    RESPONDED = "RESPONDED"


METRIC_BY_SLUG = {metric.slug: metric for metric in METRICS}
# The columns of a count, in the order in which they are summed, stored and read.
COLUMNS = (*(metric.slug for metric in METRICS), *(f"{metric.slug}_tickets" for metric in METRICS))
# The indexes in `COLUMNS` of a metric's messages, its tickets and its base.
COLUMN_INDEX = {
    metric.slug: (index, index + len(METRICS), COLUMNS.index(metric.base)) for index, metric in enumerate(METRICS)
}


@dataclass(frozen=True)
class FunnelStepCounts:
    """A metric's value: messages, the tickets they created, and the count that its rate is a share of."""

    count: int
    tickets: int
    base: int
    rate: float | None  # count / base; None when the base is 0


@dataclass(frozen=True)
class FunnelCounts:
    """All metrics of a set of messages, in the order of `COLUMNS`."""

    values: tuple[int, ...]

    def step(self, slug: str) -> FunnelStepCounts:
        """One metric."""
        index, tickets, base_index = COLUMN_INDEX[slug]
        count, base = self.values[index], self.values[base_index]
        return FunnelStepCounts(count, self.values[tickets], base, count / base if base else None)


ZERO_COUNTS = FunnelCounts((0,) * len(COLUMNS))


def total(counts: Iterable[FunnelCounts]) -> FunnelCounts:
    """The sum: messages belong to one row of a grouping only, so every metric adds up."""
    counts = tuple(counts)
    if len(counts) == 1:
        return counts[0]
    return FunnelCounts(tuple(map(sum, zip(ZERO_COUNTS.values, *(c.values for c in counts), strict=True))))


def contribution(status: int, responded: bool, ticket_created: bool) -> tuple[int, ...]:
    """The amount that one message adds to each of `COLUMNS`."""
    added = tuple(int(metric.includes(status, responded)) for metric in METRICS)
    return added + (added if ticket_created else (0,) * len(added))
