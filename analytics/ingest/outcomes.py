"""Outcomes of events."""

from collections.abc import Iterable
from enum import StrEnum

from analytics.ingest.events import InvalidEventError


class Outcome(StrEnum):
    """The outcome of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # valid, but all of it was stored already
    SUPERSEDED = "superseded"  # valid, but newer statements, or greater ones of the same time, are preferred
    IGNORED = "ignored"  # valid, but of a kind without effect: an unknown status, a reaction
    REJECTED = "rejected"  # valid, but too late, see `TOO_LATE`


def count_outcomes(outcomes: list[Outcome]) -> dict[str, int]:
    """Return how many events had each outcome that any had."""
    counts = ((outcome.value, outcomes.count(outcome)) for outcome in Outcome)  # `Counter` would hash each in Python
    return {outcome: count for outcome, count in counts if count}


class EventOutcomes:
    """The outcomes of a batch's events, by position; an event without one is a duplicate."""

    def __init__(self) -> None:
        self.by_position: dict[int, Outcome] = {}

    def note(self, n: int, outcome: Outcome) -> None:
        """Note the outcome of the n-th event; one that changed anything stays accepted."""
        if outcome is not Outcome.DUPLICATE and self.by_position.get(n) is not Outcome.ACCEPTED:
            self.by_position[n] = outcome

    def accept(self, positions: Iterable[int]) -> None:
        """Note events that changed something."""
        self.by_position.update(dict.fromkeys(positions, Outcome.ACCEPTED))


# The error of an event that is valid but too old: the rollups of its time can no longer change.
TOO_LATE = InvalidEventError("TOO_LATE", "The messages of this time were dropped after the time that they are kept.")
