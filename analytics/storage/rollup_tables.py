"""The rollups: message counts added up by local send day, week and month, and by some of the dimensions.

`ROLLUPS` lists them. Those of the whole tenant answer viewers of all departments; all others contain the department, so
that a supervisor's scope costs nothing. Narrow rollups answer the tables of the view from a few rows; those of all
dimensions answer combined filters.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from analytics.domain.measures.funnel import COLUMNS
from analytics.storage.dialects import Instant, Key
from analytics.storage.tables import metadata

# The dimensions that rollups are kept by. A filter by any other is answered from message rows.
ROLLUP_DIMENSIONS = ("department_id", "agent_id", "template_id", "account_id")

# Sentinel for `built_until`: all rollups of the tenant are complete.
COMPLETE = 10_000_000

# A period is a month, as months since the year 0; an ISO week, as this number and the weeks since 0001-01-01; or a
# local day, as its ordinal (1970 began at 719,163). They use disjoint number ranges, so they share one column.
FIRST_WEEK = 200_000
FIRST_DAY_PERIOD = 500_000
# Numbers from here on are copies of days, see `rollups.retention_boundary`; `date` ends at 3,652,059.
EDGE = 5_000_000


class PeriodKind(StrEnum):
    """The length of a period."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


def month_period(day: date) -> int:
    """Return the month of a day, as a period."""
    return day.year * 12 + day.month - 1


def week_period(day: date) -> int:
    """Return the ISO week of a day, as a period."""
    return FIRST_WEEK + (day.toordinal() - 1) // 7


def level_of(period: int) -> PeriodKind:
    """Return the length of a period."""
    if period >= FIRST_DAY_PERIOD:
        return PeriodKind.DAY
    return PeriodKind.WEEK if period >= FIRST_WEEK else PeriodKind.MONTH


def first_day_of(period: int) -> date:
    """Return the first day of a period."""
    match level_of(period):
        case PeriodKind.DAY:
            return date.fromordinal(period)
        case PeriodKind.WEEK:
            return date.fromordinal((period - FIRST_WEEK) * 7 + 1)
        case PeriodKind.MONTH:
            return date(period // 12, period % 12 + 1, 1)


@dataclass(frozen=True)
class MeasureGroup:
    """The measures of a rollup, perhaps by a further key; a row whose `counted` is zero may be deleted."""

    name: str
    key: str | None
    measures: tuple[str, ...]
    counted: str


FUNNEL = MeasureGroup("funnel", None, COLUMNS, "messages")
RESPONSES = MeasureGroup("responses", "hour_of_week", ("responses",), "responses")
RESPONSE_TIMES = MeasureGroup("response_times", "response_bin", ("responses",), "responses")
BOUNCES = MeasureGroup("bounces", "code", ("messages",), "messages")
# Delivered messages by the hour of sending; those answered within a day, and the sum of their response times' bins.
SEND_TIMES = MeasureGroup("send_times", "hour_of_week", ("delivered", "responded", "response_bins"), "delivered")


@dataclass(frozen=True)
class Rollup:
    """A rollup: a measure group by some dimensions. `long`: True if it has weeks and months beside the days."""

    family: MeasureGroup
    name: str
    dimensions: tuple[str, ...]
    long: bool = True

    @property
    def indexed(self) -> tuple[str, ...]:
        """The dimensions by which a filter picks a few of a day's many rows."""
        if set(self.dimensions) == set(ROLLUP_DIMENSIONS):
            return ("agent_id", "template_id")
        return ("template_id",) if self.family is SEND_TIMES and "template_id" in self.dimensions else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The key columns after the tenant, then the measures."""
        return (*self.keys, *self.family.measures)

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns after the tenant."""
        further = (self.family.key,) if self.family.key else ()
        return ("period", *self.dimensions, *further)

    @cached_property
    def table(self) -> Table:
        """The table: without a rowid on SQLite, since rows are found by their key only."""
        further = [Column(self.family.key, Integer, primary_key=True)] if self.family.key else []
        table = Table(
            f"rollup_{self.family.name}_{self.name}",
            metadata,
            Column("tenant_id", Key, primary_key=True),
            Column("period", Integer, primary_key=True, autoincrement=False),
            *(Column(name, Key, primary_key=True) for name in self.dimensions),
            *further,
            *(Column(name, BigInteger, nullable=False) for name in self.family.measures),
            sqlite_with_rowid=False,
        )
        for name in self.indexed:
            Index(f"{table.name}_by_{name}", table.c.tenant_id, table.c[name], table.c.period)
        return table


ROLLUPS = (
    Rollup(FUNNEL, "tenant", ()),
    Rollup(FUNNEL, "department", ("department_id",)),
    Rollup(FUNNEL, "account", ("account_id", "department_id")),
    Rollup(FUNNEL, "template", ("template_id", "department_id")),
    Rollup(FUNNEL, "agent", ("agent_id", "department_id")),
    Rollup(FUNNEL, "all", ROLLUP_DIMENSIONS),
    Rollup(RESPONSES, "tenant", ()),
    Rollup(RESPONSES, "department", ("department_id",)),
    Rollup(RESPONSES, "all", ROLLUP_DIMENSIONS, long=False),
    Rollup(RESPONSE_TIMES, "tenant", ()),
    Rollup(RESPONSE_TIMES, "department", ("department_id",)),
    Rollup(RESPONSE_TIMES, "all", ROLLUP_DIMENSIONS, long=False),
    Rollup(BOUNCES, "department", ("department_id",)),
    Rollup(BOUNCES, "all", ROLLUP_DIMENSIONS, long=False),
    Rollup(SEND_TIMES, "tenant", ()),
    Rollup(SEND_TIMES, "department", ("department_id",)),
    Rollup(SEND_TIMES, "template", ("template_id", "department_id"), long=False),
)
MEASURE_GROUPS = tuple(dict.fromkeys(rollup.family for rollup in ROLLUPS))
TABLES = tuple(rollup.table for rollup in ROLLUPS)

rollup_states = Table(
    "rollup_states",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("zone_rules", Text, nullable=False),  # the zone of their days, see `Zone.rules_version`
    Column("built_until", Instant, nullable=False),  # the first day that is not in them yet, or COMPLETE
    # The first day whose messages are kept, and its first instant; null while all are. They only move forward.
    Column("kept_from", Integer),
    Column("kept_since", Instant),
    # Another one after each transaction that may have changed what is counted; null before the second of them.
    Column("data_version", BigInteger),
    # Another one after each transaction that changed names of the directory; null before the first of them.
    Column("directory_version", BigInteger),
)
