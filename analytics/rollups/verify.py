"""Verification of a tenant's rollups against its messages."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from analytics.reports import availability as states
from analytics.rollups.deltas import Vector
from analytics.rollups.rebuild import STEP, zone_of
from analytics.rollups.reset import count_messages
from analytics.storage.database import Database, Reader
from analytics.storage.rollup_tables import (
    COMPLETE,
    EDGE,
    FIRST_DAY_PERIOD,
    ROLLUPS,
    Rollup,
    first_day_of,
    level_of,
    month_period,
    week_period,
)
from analytics.storage.tables import messages


@dataclass(frozen=True)
class RollupMismatch:
    """A rollup row that differs from what the messages give; None stands for a missing row."""

    rollup: str
    key: tuple[Any, ...]
    expected: Vector | None
    found: Vector | None

    def __str__(self) -> str:
        period, *rest = self.key
        when = f"{level_of(period)} {first_day_of(period)}"
        return f"{self.rollup} {when} {' '.join(map(str, rest))}: expected {self.expected}, found {self.found}"


async def verify(
    database: Database, tenant: str, days: Iterable[date] | None = None
) -> AsyncIterator[tuple[date | None, list[RollupMismatch]]]:
    """Compare some days, or all; yield each day, or first day of a step, with the mismatches in it.

    When all days are compared, a last pair without a day has the mismatches of weeks and months. Each step reads one
    snapshot, so the service may write meanwhile. Days that are not built yet are skipped, then weeks and months too.
    Days before the retention boundary are skipped: there are no messages to compare them with.
    """
    async with database.read() as reader:
        local = await zone_of(reader, tenant)
        state = await states.load(reader, tenant)
        first, last = await _range(reader, tenant)
    if state is None or state.zone_rules != local.rules_version:
        return
    until = min(state.built_until, last + 1)
    if days is not None:
        for day in days:
            kept = day.toordinal() >= (state.kept_from or 0)
            if kept and (day.toordinal() < until or state.built_until == COMPLETE):
                yield day, await _differences(database, tenant, day.toordinal(), day.toordinal() + 1)
        return
    for start in range(first, until, STEP):
        yield date.fromordinal(start), await _differences(database, tenant, start, min(start + STEP, until))
    if state.built_until == COMPLETE:
        yield None, await _long_differences(database, tenant)


async def sample_days(database: Database, tenant: str, count: int) -> list[date]:
    """Return a random sample of the days with messages or rollup rows, in order."""
    async with database.read() as reader:
        first, last = await _range(reader, tenant)
    days = range(first, last + 1)
    return [date.fromordinal(day) for day in sorted(random.sample(days, min(count, len(days))))]


async def _range(reader: Reader, tenant: str) -> tuple[int, int]:
    """Return the first and last day with messages or rollup rows, of the days from the retention boundary on."""
    local, state = await zone_of(reader, tenant), await states.load(reader, tenant)
    row = await reader.first(
        select(func.min(messages.c.sent_at), func.max(messages.c.sent_at)).where(messages.c.tenant_id == tenant)
    )
    days = [local.day_of(at) for at in row or () if at is not None]
    for rollup in ROLLUPS:
        period = rollup.table.c.period
        row = await reader.first(
            select(func.min(period), func.max(period)).where(
                rollup.table.c.tenant_id == tenant, period.between(FIRST_DAY_PERIOD, EDGE - 1)
            )
        )
        days += [at for at in row or () if at is not None]
    if not days:
        return 0, -1
    return max(min(days), (state.kept_from if state else None) or 0), max(days)


async def _differences(database: Database, tenant: str, first: int, until: int) -> list[RollupMismatch]:
    async with database.read() as reader:
        local = await zone_of(reader, tenant)
        # In a zone east of the one in which messages were dropped, the boundary is inside a day: its earlier hours were
        # counted on the day before.
        since = max(local.day_start_of(first), await states.retained_since(reader, tenant))
        expected = await count_messages(reader, tenant, local, since, local.day_start_of(until))
        mismatches: list[RollupMismatch] = []
        for rollup in ROLLUPS:
            days = {k: row for k, row in expected.rows(rollup).items() if k[0] >= FIRST_DAY_PERIOD}
            stored = await _stored(reader, rollup, tenant, first, until - 1)
            mismatches += _compare(rollup, days, stored)
    return mismatches


async def _stored(reader: Reader, rollup: Rollup, tenant: str, first: int, last: int) -> dict[tuple[Any, ...], Vector]:
    table, size = rollup.table, len(rollup.keys)
    rows = await reader.rows(
        select(*(table.c[name] for name in rollup.columns)).where(
            table.c.tenant_id == tenant, table.c.period.between(first, last)
        )
    )
    return {tuple(row[:size]): tuple(row[size:]) for row in rows}


async def _long_differences(database: Database, tenant: str) -> list[RollupMismatch]:
    """Return the weeks and months that are not the sum of their days."""
    mismatches: list[RollupMismatch] = []
    async with database.read() as reader:
        for rollup in (rollup for rollup in ROLLUPS if rollup.long):
            stored = await _stored(reader, rollup, tenant, 0, FIRST_DAY_PERIOD - 1)
            mismatches += _compare(rollup, await _sums_of_days(reader, rollup, tenant), stored)
    return mismatches


async def _sums_of_days(reader: Reader, rollup: Rollup, tenant: str) -> dict[tuple[Any, ...], Vector]:
    table, size = rollup.table, len(rollup.keys)
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(rollup.family.measures))
    statement = select(*(table.c[name] for name in rollup.columns)).where(
        table.c.tenant_id == tenant, table.c.period.between(FIRST_DAY_PERIOD, EDGE - 1)
    )
    async for partition in reader.partitions(statement):
        for row in partition:
            day = date.fromordinal(row[0])
            for period in (week_period(day), month_period(day)):
                total = sums[(period, *row[1:size])]
                for n, value in enumerate(row[size:]):
                    total[n] += value
    return {key: tuple(total) for key, total in sums.items()}


def _compare(
    rollup: Rollup, expected: dict[tuple[Any, ...], Vector], stored: dict[tuple[Any, ...], Vector]
) -> list[RollupMismatch]:
    return [
        RollupMismatch(rollup.table.name, key, expected.get(key), stored.get(key))
        for key in sorted(expected.keys() | stored.keys(), key=str)
        if expected.get(key) != stored.get(key)
    ]
