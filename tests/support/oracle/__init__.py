"""A second implementation of every number: naive, in memory, and independent of the service.

Each part cites (§) the section of docs/numbers.md that it implements. Nothing here is fast and
nothing is merged incrementally: all events are collected first and the state is derived from the whole set.

Not modelled: *Orphans* (nothing is ever dropped), *Scope* and retention. Events are valid: nothing is refused here.
"""

from tests.support.oracle.local_time import day_start, load_zone, parse_instant
from tests.support.oracle.numbers import Oracle, shown_reply
from tests.support.oracle.values import DAY, EarlierFilter, Filter, Funnel, Granularity, OracleMessage

__all__ = [
    "DAY",
    "EarlierFilter",
    "Filter",
    "Funnel",
    "Granularity",
    "Oracle",
    "OracleMessage",
    "day_start",
    "load_zone",
    "parse_instant",
    "shown_reply",
]
