"""Outcomes of events."""

from collections.abc import Iterable
from enum import StrEnum

from analytics.ingest.events import InvalidEventError


class Outcome(StrEnum):
    """The outcome of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # valid, but all of it was known
    SUPERSEDED = "superseded"  # valid, but newer statements, or greater ones of the same time, hold
    IGNORED = "ignored"  # valid, but of a kind that says nothing here: an unknown status, a reaction
    REJECTED = "rejected"  # valid, but too late, see `TOO_LATE`


class EventOutcomes:
    """The outcomes of a batch's events, by position; an event without one is a duplicate."""

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}

    def note(self, n: int, outcome: Outcome) -> None:
        """Note the outcome of the n-th event; one that changed something anywhere was accepted."""
        if outcome is not Outcome.DUPLICATE and self.outcomes.get(n) is not Outcome.ACCEPTED:
            self.outcomes[n] = outcome

    def accept(self, positions: Iterable[int]) -> None:
        """Note events that changed something."""
        for n in positions:
            self.note(n, Outcome.ACCEPTED)


# Why an event is rejected that is valid by itself: the rollups of its time stay as they are.
TOO_LATE = InvalidEventError("TOO_LATE", "The messages of this time were dropped after the time that they are kept.")
