"""Emptying a tenant's rollups, to be built anew from its messages.

Where messages were dropped there is nothing to build from: what was counted of them stays, see `retention_boundary`.
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
from analytics.storage.rollup_tables import BOUNCES, COMPLETE, FUNNEL, RESPONSE_TIMES, RESPONSES, TABLES, MeasureGroup
from analytics.storage.tables import messages


async def ensure_zone(writer: Writer, tenant: str, zone: Zone) -> DataAvailability:
    """The state for writing in a zone. Of another zone than before, or of other rules, nothing is built any more."""
    state = await load(writer, tenant)
    if state and state.zone_rules == zone.rules_version:
        return state
    return await reset(writer, tenant, zone)


async def reset(writer: Writer, tenant: str, zone: Zone) -> DataAvailability:
    """Take out of the rollups all messages that are kept; without any they are whole at once."""
    state = await load(writer, tenant) or DataAvailability(zone.rules_version, 0)
    if state.kept_from is None:
        for table in TABLES:
            await writer.execute(delete(table).where(table.c.tenant_id == tenant))
    else:
        await retention_boundary.restore(writer, tenant, state.kept_from)
    kept = (messages.c.tenant_id == tenant, messages.c.sent_at >= state.kept_since)
    some = await writer.first(select(messages.c.id).where(*kept).limit(1))
    built_until = COMPLETE if some is None else zone.day_of(state.kept_since)
    begun = replace(state, zone_rules=zone.rules_version, built_until=built_until)
    await save(writer, tenant, begun)
    return begun


async def count_messages(reader: Reader, tenant: str, zone: Zone, low: int, high: int) -> RollupDeltas:
    """The messages sent in [low, high) in their cells."""
    found = RollupDeltas()
    for family in (FUNNEL, RESPONSES, RESPONSE_TIMES, BOUNCES):
        for row in await reader.rows(sql.cells(family, tenant, zone, low, high)):
            *what, times = tuple(row)[5:]
            found.cells[family][
                RollupCell(row[0], row[1], row[2], row[3], row[4]), _counted_as(family, zone, what)
            ] += times
    return found


def _counted_as(family: MeasureGroup, zone: Zone, what: list[Any]) -> Any:
    """Return the value under which a message is counted in its cell, from its columns."""
    if family is FUNNEL:
        return tuple(what)
    return sql.hour_of_reply(zone, *what) if family is RESPONSES else what[0]
