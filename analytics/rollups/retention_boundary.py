"""The days at the boundary, before which messages were dropped: what was counted there cannot be counted again.

The days before `DataAvailability.kept_from` are frozen: they are those of the zone in which their messages were
dropped, and hold those messages. In another zone the first of the kept messages may be of one of the last two frozen
days, since no two clocks on earth are more than 26 hours apart. There they are counted on top of what is frozen; so
that they can be taken off again, for a third zone or the first, the frozen rows of these days are copied before
anything is.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import BigInteger, cast, delete, func, insert, or_, select

from analytics.storage.database import Writer
from analytics.storage.rollup_tables import (
    EDGE,
    FIRST_DAY_PERIOD,
    FIRST_WEEK,
    ROLLUPS,
    TABLES,
    Rollup,
    first_day_of,
    month_period,
    week_period,
)

# Frozen days that kept messages may be of, in some zone.
DAYS = 2
# A row of nothing says that the days were copied: they may have been empty.
MARKED = ROLLUPS[0]


async def restore(writer: Writer, tenant: str, kept_from: int) -> None:
    """Leave in the rollups what was dropped, as it was when it was dropped, and nothing else."""
    first = kept_from - DAYS
    if not await _copied(writer, tenant):
        await _copy(writer, tenant, first, kept_from - 1)
    for rollup in ROLLUPS:
        await _empty_from(writer, tenant, rollup, first)
        await _write_again(writer, tenant, rollup, first + EDGE, kept_from - 1 + EDGE, -EDGE)
        for period, days in _long_periods(first, kept_from - 1) if rollup.long else ():
            await _sum_up(writer, tenant, rollup, period, days)


async def forget(writer: Writer, tenant: str) -> None:
    """Drop the copies: the boundary is about to be another one."""
    for table in TABLES:
        await writer.execute(delete(table).where(table.c.tenant_id == tenant, table.c.period >= EDGE))


async def _copied(writer: Writer, tenant: str) -> bool:
    table = MARKED.table
    mark = select(table.c.period).where(table.c.tenant_id == tenant, table.c.period == EDGE)
    return await writer.first(mark) is not None


async def _copy(writer: Writer, tenant: str, first: int, last: int) -> None:
    for rollup in ROLLUPS:
        await _write_again(writer, tenant, rollup, first, last, EDGE)
    nothing = (EDGE, *("" for _ in MARKED.dimensions), *(0 for _ in MARKED.family.measures))
    await writer.upsert(MARKED.table, ("tenant_id", *MARKED.columns), [(tenant, *nothing)])


async def _write_again(writer: Writer, tenant: str, rollup: Rollup, first: int, last: int, by: int) -> None:
    """Write the rows of some days down once more, under periods that are so much greater."""
    table = rollup.table
    rest = [table.c[name] for name in rollup.columns[1:]]
    rows = select(table.c.tenant_id, table.c.period + by, *rest).where(
        table.c.tenant_id == tenant, table.c.period.between(first, last)
    )
    await writer.execute(insert(table).from_select(["tenant_id", *rollup.columns], rows))


async def _empty_from(writer: Writer, tenant: str, rollup: Rollup, first: int) -> None:
    """Delete a day and all that come after, and the weeks and months that have any of them."""
    day, period = date.fromordinal(first), rollup.table.c.period
    emptied = or_(
        period.between(first, EDGE - 1),
        period.between(week_period(day), FIRST_DAY_PERIOD - 1),
        period.between(month_period(day), FIRST_WEEK - 1),
    )
    await writer.execute(delete(rollup.table).where(rollup.table.c.tenant_id == tenant, emptied))


def _long_periods(first: int, last: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """The weeks and months that some days are in: each with its first day, and its last one of those days."""
    ends = {
        period(date.fromordinal(day)): day for day in range(first, last + 1) for period in (week_period, month_period)
    }
    return ((period, (first_day_of(period).toordinal(), end)) for period, end in ends.items())


async def _sum_up(writer: Writer, tenant: str, rollup: Rollup, long: int, days: tuple[int, int]) -> None:
    """Write some days of a rollup down as one period."""
    table = rollup.table
    keys = [table.c[name] for name in rollup.keys[1:]]
    rows = await writer.rows(
        select(*keys, *(cast(func.sum(table.c[name]), BigInteger) for name in rollup.family.measures))
        .where(table.c.tenant_id == tenant, table.c.period.between(*days))
        .group_by(*keys)
    )
    await writer.upsert(table, ("tenant_id", *rollup.columns), ((tenant, long, *row) for row in rows))
