"""Emptying a company's rollups, to be built anew from its messages.

Where messages were dropped there is nothing to build from: those days stay as they were built, in the days of the zone
of then, and weeks and months that hold such days begin with them.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, or_, select

from analytics import statements
from analytics.database import Reader, Writer
from analytics.rollup_tables import (
    BOUNCES,
    FIRST_DAY_PERIOD,
    FIRST_WEEK,
    FUNNEL,
    RESPONSE_TIMES,
    RESPONSES,
    ROLLUPS,
    TABLES,
    WHOLE,
    Family,
    Rollup,
    month_period,
    week_period,
)
from analytics.rollups.deltas import Deltas, Place, write
from analytics.rollups.state import State, load, save
from analytics.tables import messages
from analytics.zones import DAY, EPOCH_ORDINAL, Zone


async def for_zone(writer: Writer, tenant: str, zone: Zone) -> State:
    """The state for writing in a zone. Of another zone than before, or of other rules, nothing is built any more."""
    state = await load(writer, tenant)
    if state and state.zone_rules == zone.rules:
        return state
    return await begin(writer, tenant, zone)


async def begin(writer: Writer, tenant: str, zone: Zone) -> State:
    """Empty the rollups of all days whose messages are kept; without messages they are whole at once."""
    state = await load(writer, tenant) or State(zone.rules, 0)
    if state.kept_from is None:
        for table in TABLES:
            await writer.execute(delete(table).where(table.c.tenant_id == tenant))
    else:
        await _empty_from(writer, tenant, state.kept_from)
        state = await _in_whole_days(writer, tenant, zone, state.kept_from, state.kept_since)
    kept = (messages.c.tenant_id == tenant, messages.c.sent_at >= state.kept_since)
    some = await writer.first(select(messages.c.id).where(*kept).limit(1))
    begun = State(zone.rules, WHOLE if some is None else state.kept_from or 0, state.kept_from, state.kept_since)
    await save(writer, tenant, begun)
    return begun


async def _empty_from(writer: Writer, tenant: str, first: int) -> None:
    """Delete the days from the first on, and count what is before it again in the week and the month that it is in."""
    day = date.fromordinal(first)
    beginnings = {
        week_period(day): day - timedelta(days=day.weekday()),
        month_period(day): day.replace(day=1),
    }
    for rollup in ROLLUPS:
        period = rollup.table.c.period
        emptied = or_(
            period >= first,
            period.between(week_period(day), FIRST_DAY_PERIOD - 1),
            period.between(month_period(day), FIRST_WEEK - 1),
        )
        await writer.execute(delete(rollup.table).where(rollup.table.c.tenant_id == tenant, emptied))
        for long, start in beginnings.items() if rollup.long else ():
            await _sum_up(writer, tenant, rollup, long, start.toordinal(), first - 1)


async def _sum_up(writer: Writer, tenant: str, rollup: Rollup, long: int, first: int, last: int) -> None:
    """Write the days first to last of a rollup down as one period."""
    table = rollup.table
    keys = [table.c[name] for name in rollup.keys[1:]]
    rows = await writer.rows(
        select(*keys, *(cast(func.sum(table.c[name]), BigInteger) for name in rollup.family.measures))
        .where(table.c.tenant_id == tenant, table.c.period.between(first, last))
        .group_by(*keys)
    )
    await writer.upsert(table, ("tenant_id", *rollup.columns), ((tenant, long, *row) for row in rows))


async def _in_whole_days(writer: Writer, tenant: str, zone: Zone, kept_from: int, kept_since: int) -> State:
    """Move the first kept instant to where a day of the zone begins.

    The messages of the hours between are counted with the day before: no day is partly of one zone, partly of another.
    """
    day = zone.local(kept_since) // DAY + EPOCH_ORDINAL
    first = max(day if zone.day_start_of(day) == kept_since else day + 1, kept_from)
    since = zone.day_start_of(first)
    if since > kept_since:
        between = await counted(writer, tenant, zone, kept_since, since)
        await write(writer, tenant, between.on(first - 1).sums())
    return State(zone.rules, 0, first, since)


async def counted(reader: Reader, tenant: str, zone: Zone, low: int, high: int) -> Deltas:
    """The messages sent in [low, high) in their cells."""
    found = Deltas()
    for family in (FUNNEL, RESPONSES, RESPONSE_TIMES, BOUNCES):
        for row in await reader.rows(statements.cells(family, tenant, zone, low, high)):
            *what, times = tuple(row)[5:]
            found.cells[family][Place(row[0], row[1], row[2], row[3], row[4]), _counted_as(family, zone, what)] += times
    return found


def _counted_as(family: Family, zone: Zone, what: list[Any]) -> Any:
    """What a message is counted as in a cell, from the columns that say it."""
    if family is FUNNEL:
        return tuple(what)
    return statements.hour_of_reply(zone, *what) if family is RESPONSES else what[0]
