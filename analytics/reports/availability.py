"""Availability of a tenant's data: the zone of its rollups, how far they are built, and since when messages are kept.

It decides what may be read: rollups only when they are complete, messages only from the days of which none was dropped.
"""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from sqlalchemy import and_, func, select

from analytics.domain.errors import MessagesPurgedError, TooManyMessagesError
from analytics.domain.limits import MAX_SCANNED_MESSAGES
from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import FIRST_INSTANT, Zone
from analytics.storage.database import Reader, Writer
from analytics.storage.rollup_tables import COMPLETE, rollup_states
from analytics.storage.tables import messages

Value = TypeVar("Value")
ENTRY_BYTES = 1_024  # memory that a cached answer of yes or no takes at most


@dataclass(frozen=True)
class DataAvailability:
    """The state of a tenant's rollups and messages.

    `zone_rules` is the rules version of the zone whose days the rollups have; `built_until` the first day (ordinal)
    that is not built yet. Messages sent before `kept_since` were dropped; `kept_from` is the day (ordinal) that begins
    then in the zone of that time, None while none were dropped. Only dropping more messages moves these two, and the
    counts of earlier days never change. `version` is that of the tenant's data, see `Writer.lock_tenant`; None when it
    has none yet. `directory_version` is that of its directory alone, in the same way.
    """

    zone_rules: str
    built_until: int
    kept_from: int | None = None
    kept_since: int = FIRST_INSTANT
    version: int | None = None
    directory_version: int | None = None

    @property
    def readable(self) -> str | None:
        """The rules version of the zone for which the rollups are complete; None while they are being built."""
        return self.zone_rules if self.built_until == COMPLETE else None


async def load(reader: Reader, tenant: str) -> DataAvailability | None:
    """Load a tenant's state; None before its first event."""
    row = await reader.first(select(rollup_states).where(rollup_states.c.tenant_id == tenant))
    if row is None:
        return None
    since = FIRST_INSTANT if row.kept_since is None else row.kept_since
    return DataAvailability(
        row.zone_rules, row.built_until, row.kept_from, since, row.data_version, row.directory_version
    )


async def _load_once(reader: Reader, tenant: str) -> DataAvailability | None:
    key = f"rollups {tenant}"
    if key not in reader.memo:
        reader.memo[key] = await load(reader, tenant)
    state: DataAvailability | None = reader.memo[key]
    return state


async def read_names_cached(
    reader: Reader, tenant: str, key: Hashable, read: Callable[[], Awaitable[Value]], bytes_of: Callable[[Value], int]
) -> Value:
    """Return what `read` returns of the directory, from memory if it was read since the directory changed."""
    state = await _load_once(reader, tenant)
    version = state.directory_version if state else None
    if version is None:
        return await read_cached(reader, tenant, key, read, bytes_of)
    return await _read_cached(reader, (tenant, "directory"), version, key, read, bytes_of)


async def data_version(reader: Reader, tenant: str) -> int | None:
    """Return the version of a tenant's data at the reader's moment; None when it has none yet."""
    state = await _load_once(reader, tenant)
    return state.version if state else None


async def read_cached(
    reader: Reader,
    tenant: str,
    key: Hashable,
    read: Callable[[], Awaitable[Value]],
    bytes_of: Callable[[Value], int],
    plan: str | None = None,
) -> Value:
    """Return what `read` returns, from memory if it was read since the tenant's data changed.

    The value is shared between requests and must not be changed. `plan` names it among the plans of the reader.
    """
    return await _read_cached(reader, tenant, await data_version(reader, tenant), key, read, bytes_of, plan)


async def _read_cached(
    reader: Reader,
    owner: Hashable,
    version: int | None,
    key: Hashable,
    read: Callable[[], Awaitable[Value]],
    bytes_of: Callable[[Value], int],
    plan: str | None = None,
) -> Value:
    if reader.cache is None:  # a writer's own changes have no version yet
        return await read()
    if key in reader.memo:
        return cast(Value, reader.memo[key])
    value: Value | None = None if version is None else reader.cache.get(owner, version, key)
    if value is None:
        value = await read()
        if version is not None:
            reader.cache.put(owner, version, key, value, bytes_of(value))
    elif plan:
        reader.plans.append(f"{plan}: memory")
    reader.memo[key] = value
    return value


async def readable(reader: Reader, tenant: str) -> str | None:
    """Return `DataAvailability.readable` at the reader's moment; None when rollups must not be read."""
    state = await _load_once(reader, tenant)
    return state.readable if state else None


async def retained_since(reader: Reader, tenant: str) -> int:
    """Return the instant since which messages are kept."""
    state = await _load_once(reader, tenant)
    return state.kept_since if state else FIRST_INSTANT


async def first_retained_day(reader: Reader, tenant: str, zone: Zone) -> date | None:
    """Return the first day of a zone of which all messages are kept; None when no messages were dropped."""
    since = await retained_since(reader, tenant)
    return None if since == FIRST_INSTANT else zone.first_whole_day(since)


async def lacks_messages(reader: Reader, spec: QuerySpec) -> bool:
    """True if messages of a specification's days were dropped, so that they cannot be read."""
    return spec.starts_at < await retained_since(reader, spec.tenant_id)


async def require_messages(reader: Reader, spec: QuerySpec) -> None:
    """Raise `MessagesPurgedError` when messages of a specification's days were dropped."""
    if await lacks_messages(reader, spec):
        day = await first_retained_day(reader, spec.tenant_id, spec.zone)
        raise MessagesPurgedError(
            f"filter.sentOn.from: single messages are kept from {day} on; of earlier days there are only the counts by "
            "day of the tenant's own time zone. Exports, hourly series, categories and other time zones need a later "
            "day."
        )


async def require_few(reader: Reader, spec: QuerySpec, argument: str) -> None:
    """Raise `TooManyMessagesError` when a period has more messages than may be looked at one by one."""
    (since, until), most = spec.whole_days, MAX_SCANNED_MESSAGES

    async def read() -> bool:
        of_period = and_(
            messages.c.tenant_id == spec.tenant_id,
            messages.c.sent_at >= since,
            messages.c.sent_at < until,
        )
        some = select(messages.c.sent_at).where(of_period).limit(most + 1).subquery()
        row = await reader.first(select(func.count()).select_from(some))
        return row is None or row[0] <= most

    key = ("at most", most, since, until)
    if not await read_cached(reader, spec.tenant_id, key, read, lambda _: ENTRY_BYTES):
        raise TooManyMessagesError(
            f"{argument}: this period has more than {most:,} messages, which is too many to look at each. "
            "Choose fewer days."
        )


async def save(writer: Writer, tenant: str, state: DataAvailability) -> None:
    """Store the state."""
    since = None if state.kept_from is None else state.kept_since
    columns = ("tenant_id", "zone_rules", "built_until", "kept_from", "kept_since")
    row = (tenant, state.zone_rules, state.built_until, state.kept_from, since)
    await writer.upsert(rollup_states, columns, [row])
