"""Making a tenant's rollups anew from its rows, some days at a time, while the service runs.

Each step is a transaction that also says how far it got, so a rebuild that is interrupted goes on where it was. What
is written meanwhile counts at once for the days that are built, and is found in the rows for those that are not.
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

# Days in one transaction: at ten million messages a year one takes about a second.
STEP = 7

Told = Callable[[date], None]


async def rebuild(database: Database, tenant: str, *, anew: bool, told: Told = lambda _: None) -> None:
    """Build what is not built; with `anew` everything. `told` hears of each day that is done."""
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
        told(built)


async def _step(writer: Writer, tenant: str) -> date | None:
    """Build the next days that have messages; the last of them, or None when there are none left."""
    local = await zone_of(writer, tenant)
    state = await ensure_zone(writer, tenant, local)
    if state.built_until == COMPLETE:
        return None
    first = await _next_day(writer, tenant, local, state.built_until)
    if first is None:
        await save(writer, tenant, replace(state, built_until=COMPLETE))
        return None
    until = first + STEP
    # What was sent earlier on the first day was dropped, though it may still be there: it is counted already.
    since = max(local.day_start_of(first), state.kept_since)
    found = await count_messages(writer, tenant, local, since, local.day_start_of(until))
    await write(writer, tenant, found.sums())
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
    """The tenant's reporting zone."""
    row = await reader.first(select(tenants.c.time_zone).where(tenants.c.tenant_id == tenant))
    return zone((row.time_zone if row else None) or DEFAULT_TIME_ZONE)


async def unfinished(reader: Reader, tenant: str | None = None) -> list[str]:
    """The tenants, or this one, whose rollups are not whole, or are of rules that their zone no longer has."""
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
