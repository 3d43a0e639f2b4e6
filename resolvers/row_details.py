"""Further numbers of the rows of a table: their messages over time, and their response times.

They are read for all rows of a page at once, when the first of them is asked for.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from analytics.domain.measures.time_buckets import Granularity, day_buckets
from analytics.domain.query_spec import QuerySpec
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import run_aggregate
from analytics.storage.database import Reader
from resolvers.analytics import ENTITY_TYPES, Performance, ResponseTime, response_time_of
from resolvers.loader import RequestLoader
from resolvers.pagination import Page


class DayGranularity(StrEnum):
    """The width of a point of a row's series: there are none by the hour."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True)
class PageOfRows:
    """The query for the details of a page's rows: its entities as a filter, and their grouping."""

    spec: QuerySpec
    grouping: Grouping

    @staticmethod
    def of(page: Page[Performance[Any]], spec: QuerySpec, grouping: Grouping) -> "PageOfRows":
        """Return the rows of a page of a table."""
        ids = frozenset(row.entity.id for row in page.nodes)
        narrowed: dict[str, Any] = {ENTITY_TYPES[grouping].dimension.field: ids}
        return PageOfRows(replace(spec, **narrowed), grouping)


@dataclass(frozen=True)
class TableRow:
    """One row: an entity's messages, of one department if `department` is given."""

    rows: PageOfRows
    entity: str
    department: str | None = None

    async def messages_over_time(self, loader: RequestLoader, granularity: DayGranularity) -> list[int]:
        """Return the messages in each point of a time series."""
        spec = self.rows.spec
        buckets = day_buckets(Granularity(granularity), spec.zone, spec.first, spec.last)
        counts = dict.fromkeys(buckets.values(), 0)
        for day, messages in (await self._within(loader, Grouping.DAY)).items():
            # Where a clock was set back over midnight, a day just outside of the range counts as the day that is there.
            counts[buckets[min(max(date.fromordinal(day), spec.first), spec.last)]] += messages
        return list(counts.values())

    async def response_time(self, loader: RequestLoader) -> ResponseTime:
        """Return the response time of the row's messages."""
        return response_time_of(await self._within(loader, Grouping.RESPONSE_TIME))

    async def _within(self, loader: RequestLoader, within: Grouping) -> Mapping[int, int]:
        """Return the counts of the row by a further key: messages by day, or responses by bin."""
        by_row = await loader.load(_count_within, self.rows, within)
        return by_row.get((self.entity, self.department), {})


RowCounts = Mapping[tuple[str, str | None], Mapping[int, int]]  # by entity and department, by the further key


async def _count_within(reader: Reader, rows: PageOfRows, within: Grouping) -> RowCounts:
    """Count the rows of a page by a further key: by entity and department, and by entity alone."""
    counted: dict[tuple[str, str | None], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (entity, *departments, key), counts in (
        await run_aggregate(reader, AggregateQuery(rows.spec, rows.grouping, within))
    ).items():
        for department in (None, *departments):
            counted[entity, department][key] += counts.values[0]
    return counted
