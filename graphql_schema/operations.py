"""What is told of an operation when it is over: for the log, the metrics and the traces."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.reports.access import Identity
from analytics.storage.query_log import Ran


@dataclass(frozen=True)
class Operation:
    """An operation that is over."""

    who: Identity | None
    name: str | None  # as its author called it
    field: str  # the field of the root that was asked for; `several` of them, or `none` of what was not run
    code: str  # of its first error, `OK`, or `CANCELED` when nobody waited for the answer
    cost: int | None  # points; None of a document that was refused before it was measured
    plans: list[str]  # where its numbers were read
    statements: list[Ran]
    began_at: int  # ns since the epoch
    took: int  # ns


Tell = Callable[[Operation], None]


def untold(operation: Operation) -> None:
    """Tell nobody."""
