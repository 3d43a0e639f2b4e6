"""Reset of a tenant's rollups, before they are rebuilt from its messages.

Counts of messages that retention has dropped cannot be rebuilt, so they stay: see `retention_boundary`.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from analytics.domain.time_zones import Zone
from analytics.reports import sql
from analytics.reports.availability import DataAvailability, load, save
from analytics.rollups import retention_boundary
from analytics.rollups.deltas import RollupCell, RollupDeltas
from analytics.storage.database import Reader, Writer
from analytics.storage.rollup_tables import COMPLETE, MEASURE_GROUPS, RESPONSES, TABLES, MeasureGroup
from analytics.storage.tables import messages


async def ensure_zone(writer: Writer, tenant: str, zone: Zone) -> DataAvailability:
    """Return the rollup state, resetting it if the tenant's time zone or its tzdata rules changed."""
    state = await load(writer, tenant)
    if state and state.zone_rules == zone.rules_version:
        return state
    return await reset(writer, tenant, zone)


async def reset(writer: Writer, tenant: str, zone: Zone) -> DataAvailability:
    """Remove all kept messages from the rollups, and return the new state: complete if there are no messages."""
    state = await load(writer, tenant) or DataAvailability(zone.rules_version, 0)
    if state.kept_from is None:
        for table in TABLES:
            await writer.execute(delete(table).where(table.c.tenant_id == tenant))
    else:
        await retention_boundary.restore(writer, tenant, state.kept_from)
    conditions = (messages.c.tenant_id == tenant, messages.c.sent_at >= state.kept_since)
    any_message = await writer.first(select(messages.c.id).where(*conditions).limit(1))
    built_until = COMPLETE if any_message is None else zone.day_of(state.kept_since)
    new_state = replace(state, zone_rules=zone.rules_version, built_until=built_until)
    await save(writer, tenant, new_state)
    return new_state


async def count_messages(reader: Reader, tenant: str, zone: Zone, low: int, high: int) -> RollupDeltas:
    """Count the messages sent in [low, high) by cell."""
    deltas = RollupDeltas()
    for family in MEASURE_GROUPS:
        for row in await reader.rows(sql.cells(family, tenant, zone, low, high)):
            *value, times = tuple(row)[5:]
            deltas.cells[family][
                RollupCell(row[0], row[1], row[2], row[3], row[4]), _counted_as(family, zone, value)
            ] += times
    return deltas


def _counted_as(family: MeasureGroup, zone: Zone, value: list[Any]) -> Any:
    """Return the value under which a message is counted in its cell, from its columns."""
    if family is RESPONSES:
        return sql.hour_of_reply(zone, *value)
    return value[0] if len(family.measures) == 1 else tuple(value)
