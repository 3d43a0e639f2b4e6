"""The variables of the page's first request, as `frontend/src/features/analytics/viewQuery.ts` makes them.

A test in a browser (`tests/frontend/test_first_request.py`) compares them with what the page does send.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analytics.domain.measures.comparison import MONTH, WEEK, YEAR, Comparison
from analytics.domain.query_spec import DIMENSIONS, INCLUDED

PAGE_SIZE = 10  # rows of a table: `tables/columns.ts`
MAX_NAMES = 200  # names of chosen values, of each kind
MAX_DAYS = ((2, "HOUR"), (100, "DAY"), (550, "WEEK"))  # `series/granularity.ts`
# The page's kinds of filters, and the argument of the API for each: `filters/filters.ts`.
ARGUMENTS = {dimension.field: dimension.argument for dimension in DIMENSIONS}


@dataclass(frozen=True)
class Filters:
    """The filters of a view: its days, both included, and ids of the page's kinds; no ids restrict nothing."""

    first: date
    last: date
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def granularity(self) -> str:
        """The granularity of the series that the page begins with."""
        days = (self.last - self.first).days + 1
        return next((name for most, name in MAX_DAYS if days <= most), "MONTH")

    @property
    def comparison(self) -> Comparison:
        """The earlier days that the page compares with: `comparison/comparison.ts`."""
        whole = any(unit.is_whole(self.first, self.last) for unit in (MONTH, WEEK))
        within = any(unit.start(self.last) == self.first for unit in (YEAR, MONTH, WEEK))
        is_calendar = self.first == self.last or whole or within
        return Comparison.PERIOD_BEFORE if is_calendar else Comparison.DAYS_BEFORE

    def variables(self) -> dict[str, Any]:
        """Return the variables of the page's first request."""
        chosen = {kind: sorted(set(self.ids.get(kind, ()))) for kind in ARGUMENTS}
        by_argument = {argument: chosen[kind] or None for kind, argument in ARGUMENTS.items()}
        named = {one.field: chosen[one.field] or chosen[f"excluded_{one.field}"] for one in INCLUDED}
        days = {"from": str(self.first), "to": str(self.last)}
        return {
            "filter": {"sentOn": days, **by_argument, "categories": None, "languages": None},
            "granularity": self.granularity,
            "comparison": self.comparison.value,
            "compares": True,
            "first": PAGE_SIZE,
            **named,
            "names": MAX_NAMES,
        }
