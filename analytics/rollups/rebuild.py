"""Rebuilding of a tenant's rollups from its messages, some days at a time, while the service runs.

Each step is a transaction that also stores its progress, so an interrupted rebuild continues where it stopped. Messages
written meanwhile are counted at once on days that are built, and by a later step on days that are not.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from analytics.domain.time_zones import DEFAULT_TIME_ZONE, Zone, zone
from analytics.reports.availability import save
from analytics.rollups.deltas import write
from analytics.rollups.reset import count_messages, ensure_zone, reset
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.rollup_tables import COMPLETE, rollup_states
from analytics.storage.tables import messages, only, tenants

# Days per transaction: at ten million messages a year one transaction takes about a second.
STEP = 7

DayCallback = Callable[[date], None]


async def rebuild(database: Database, tenant: str, *, anew: bool, on_day: DayCallback = lambda _: None) -> None:
    """Build the days that are not built; with `anew` all. `on_day` is called with the last day of each step."""
    if anew:
        async with database.write() as writer:
            await writer.lock_tenant(tenant)
            await reset(writer, tenant, await zone_of(writer, tenant))
    while True:
        async with database.write() as writer:
            await writer.lock_tenant(tenant)
            built = await _step(writer, tenant)
        if built is None:
            return
        on_day(built)


async def _step(writer: Writer, tenant: str) -> date | None:
    """Build the next days that have messages; return the last of them, or None when all are built."""
    local_zone = await zone_of(writer, tenant)
    state = await ensure_zone(writer, tenant, local_zone)
    if state.built_until == COMPLETE:
        return None
    first_day = await _next_day(writer, tenant, local_zone, state.built_until)
    if first_day is None:
        await save(writer, tenant, replace(state, built_until=COMPLETE))
        return None
    until = first_day + STEP
    # Messages from before the boundary may not be deleted yet, but are counted already: leave them out.
    since = max(local_zone.day_start_of(first_day), state.kept_since)
    deltas = await count_messages(writer, tenant, local_zone, since, local_zone.day_start_of(until))
    await write(writer, tenant, deltas.sums())
    await save(writer, tenant, replace(state, built_until=until))
    return date.fromordinal(until - 1)


async def _next_day(reader: Reader, tenant: str, local: Zone, day: int) -> int | None:
    row = await reader.first(
        select(func.min(messages.c.sent_at)).where(
            messages.c.tenant_id == tenant, messages.c.sent_at >= local.day_start_of(day)
        )
    )
    return None if row is None or row[0] is None else local.day_of(row[0])


async def zone_of(reader: Reader, tenant: str) -> Zone:
    """Load the tenant's reporting zone."""
    row = await reader.first(select(tenants.c.time_zone).where(tenants.c.tenant_id == tenant))
    return zone((row.time_zone if row else None) or DEFAULT_TIME_ZONE)


async def unfinished(reader: Reader, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, whose rollups are incomplete or built by outdated time zone rules."""
    table = rollup_states
    states = select(table.c.tenant_id, table.c.zone_rules, table.c.built_until, tenants.c.time_zone).join(
        tenants, tenants.c.tenant_id == table.c.tenant_id
    )
    if tenant is not None:
        states = states.where(table.c.tenant_id == tenant, *only(tenant))
    rows = await reader.rows(states)
    return [
        row.tenant_id
        for row in rows
        if row.built_until != COMPLETE or row.zone_rules != zone(row.time_zone or DEFAULT_TIME_ZONE).rules_version
    ]
