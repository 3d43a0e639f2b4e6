"""Rollup rows at the retention boundary, before which messages were dropped and so cannot be counted again.

The days before `DataAvailability.kept_from` are frozen: they are days of the zone in which their messages were dropped,
and count those messages. In another zone the first of the kept messages may fall on one of the last two frozen days,
because no two zones on earth differ by more than 26 hours. They are added to the frozen counts there. To be able to
subtract them again, for a third zone or the first, the frozen rows of these two days are copied first.
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

# Frozen days on which kept messages may fall in some zone.
DAYS = 2
# The rollup that holds an all-zero row as the mark that the days were copied, as they may have had no rows.
MARKED = ROLLUPS[0]


async def restore(writer: Writer, tenant: str, kept_from: int) -> None:
    """Reset the rollups to the counts of dropped messages alone, as they were when the messages were dropped."""
    first = kept_from - DAYS
    if not await _copied(writer, tenant):
        await _copy(writer, tenant, first, kept_from - 1)
    for rollup in ROLLUPS:
        await _empty_from(writer, tenant, rollup, first)
        await _write_again(writer, tenant, rollup, first + EDGE, kept_from - 1 + EDGE, -EDGE)
        for period, days in _long_periods(first, kept_from - 1) if rollup.long else ():
            await _sum_up(writer, tenant, rollup, period, days)


async def delete_copies(writer: Writer, tenant: str) -> None:
    """Delete the copies, before the boundary moves."""
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
    """Copy the rows of some days, with `by` added to their periods."""
    table = rollup.table
    rest = [table.c[name] for name in rollup.columns[1:]]
    rows = select(table.c.tenant_id, table.c.period + by, *rest).where(
        table.c.tenant_id == tenant, table.c.period.between(first, last)
    )
    await writer.execute(insert(table).from_select(["tenant_id", *rollup.columns], rows))


async def _empty_from(writer: Writer, tenant: str, rollup: Rollup, first: int) -> None:
    """Delete the rows of a day and all later ones, and of the weeks and months that contain any of them."""
    day, period = date.fromordinal(first), rollup.table.c.period
    emptied = or_(
        period.between(first, EDGE - 1),
        period.between(week_period(day), FIRST_DAY_PERIOD - 1),
        period.between(month_period(day), FIRST_WEEK - 1),
    )
    await writer.execute(delete(rollup.table).where(rollup.table.c.tenant_id == tenant, emptied))


def _long_periods(first: int, last: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the weeks and months of some days: each with its first day, and the last of those days that is in it."""
    ends = {
        period(date.fromordinal(day)): day for day in range(first, last + 1) for period in (week_period, month_period)
    }
    return ((period, (first_day_of(period).toordinal(), end)) for period, end in ends.items())


async def _sum_up(writer: Writer, tenant: str, rollup: Rollup, long: int, days: tuple[int, int]) -> None:
    """Write the sum of some days of a rollup as one week or month."""
    table = rollup.table
    keys = [table.c[name] for name in rollup.keys[1:]]
    # Grouped by the tenant too: without any key the sum of no days would be a row.
    rows = await writer.rows(
        select(*keys, *(cast(func.sum(table.c[name]), BigInteger) for name in rollup.family.measures))
        .where(table.c.tenant_id == tenant, table.c.period.between(*days))
        .group_by(table.c.tenant_id, *keys)
    )
    await writer.upsert(table, ("tenant_id", *rollup.columns), ((tenant, long, *row) for row in rows))
