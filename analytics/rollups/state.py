"""For which zone a company's rollups are built, and how far: what decides whether they may be read."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from analytics.database import Reader, Writer
from analytics.rollup_tables import TABLES, WHOLE, rollup_states
from analytics.tables import messages
from analytics.zones import Zone


@dataclass(frozen=True)
class State:
    """The rules of the zone whose days they are, and the first day (ordinal) that is not in them yet."""

    zone_rules: str
    built_until: int

    @property
    def readable(self) -> str | None:
        """The zone whose days they answer for; None while they are being built."""
        return self.zone_rules if self.built_until == WHOLE else None


async def load(reader: Reader, tenant: str) -> State | None:
    """The state of a company's rollups; None before its first event."""
    row = await reader.first(
        select(rollup_states.c.zone_rules, rollup_states.c.built_until).where(rollup_states.c.tenant_id == tenant)
    )
    return State(row.zone_rules, row.built_until) if row else None


async def readable(reader: Reader, tenant: str) -> str | None:
    """The zone whose days the rollups answer for at the reader's moment; None when they must not be read."""
    key = f"rollups {tenant}"
    if key not in reader.known:
        state = await load(reader, tenant)
        reader.known[key] = state.readable if state else None
    found: str | None = reader.known[key]
    return found


async def save(writer: Writer, tenant: str, state: State) -> None:
    """Write the state down."""
    row = (tenant, state.zone_rules, state.built_until)
    await writer.upsert(rollup_states, ("tenant_id", "zone_rules", "built_until"), [row])


async def for_zone(writer: Writer, tenant: str, zone: Zone) -> State:
    """The state for writing in a zone. Of another zone than before, or of other rules, nothing is built any more."""
    state = await load(writer, tenant)
    if state and state.zone_rules == zone.rules:
        return state
    return await begin(writer, tenant, zone)


async def begin(writer: Writer, tenant: str, zone: Zone) -> State:
    """Empty the rollups, to be built anew; without messages they are whole at once."""
    for table in TABLES:
        await writer.execute(delete(table).where(table.c.tenant_id == tenant))
    some = await writer.first(select(messages.c.id).where(messages.c.tenant_id == tenant).limit(1))
    state = State(zone.rules, WHOLE if some is None else 0)
    await save(writer, tenant, state)
    return state
