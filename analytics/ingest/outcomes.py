"""Outcomes of events."""

from enum import StrEnum

from analytics.ingest.events import InvalidEventError


class Outcome(StrEnum):
    """The outcome of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # valid, but all of it was known
    SUPERSEDED = "superseded"  # valid, but newer statements, or greater ones of the same time, hold
    IGNORED = "ignored"  # valid, but of a kind that says nothing here: an unknown status, a reaction
    REJECTED = "rejected"  # valid, but too late, see `TOO_LATE`


# Why an event is rejected that is valid by itself: the rollups of its time stay as they are.
TOO_LATE = InvalidEventError("TOO_LATE", "The messages of this time were dropped after the time that they are kept.")
