"""Figures of a tenant's data that take a while to find: workers find them now and then, operators read their sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, func, select

from analytics.storage.database import Reader, Writer
from analytics.storage.tables import figures, only, tenants


class TenantGauge(StrEnum):
    """The stored values of a tenant."""

    WAITING_STATUSES = "waiting_statuses"  # that no message has claimed yet
    WAITING_REPLIES = "waiting_replies"
    WAITING_CORRECTIONS = "waiting_corrections"  # of messages that nobody has described yet
    DROPPED_STATUSES = "dropped_statuses"  # since ever: those that no message claimed in time
    DROPPED_REPLIES = "dropped_replies"
    DROPPED_CORRECTIONS = "dropped_corrections"
    # Also since ever; what is applied once more, after a crash or by a replay, is counted once more.
    REJECTED_WEBHOOKS = "rejected_webhooks"  # bodies that were not wholly understood
    UNKNOWN_STATUSES = "unknown_statuses"  # whatever way they came
    DRIFT = "drift"  # rollup rows of the day looked at last that are not what its messages give


@dataclass(frozen=True)
class GaugeTotal:
    """A figure of all tenants together, and when the oldest part of it was found."""

    value: int
    at: int


async def load(reader: Reader, tenant: str) -> dict[str, GaugeTotal]:
    """The figures of a tenant, by name."""
    rows = await reader.rows(select(figures).where(figures.c.tenant_id == tenant))
    return {row.name: GaugeTotal(row.value, row.at) for row in rows}


async def stale_tenants(reader: Reader, figure: TenantGauge, found_before: int, tenant: str | None = None) -> list[str]:
    """The tenants, or this one, of which a figure was not found since an instant."""
    each = tenants.c.tenant_id if tenant is None else tenant
    fresh = exists(1).where(figures.c.tenant_id == each, figures.c.name == figure, figures.c.at >= found_before)
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(~fresh, *only(tenant)))]


async def store(writer: Writer, tenant: str, found: Mapping[TenantGauge, int], now: int) -> None:
    """Write down what was found of a tenant."""
    rows = [(tenant, figure, value, now) for figure, value in found.items()]
    await writer.upsert(figures, ("tenant_id", "name", "value", "at"), rows)


async def increment(writer: Writer, tenant: str, more: Mapping[TenantGauge, int], now: int) -> None:
    """Add to the figures of a tenant. The writer holds its lock."""
    before = await load(writer, tenant)
    none = GaugeTotal(0, 0)
    await store(writer, tenant, {figure: before.get(figure, none).value + value for figure, value in more.items()}, now)


async def totals(reader: Reader) -> dict[str, GaugeTotal]:
    """The figures of all tenants together, by name."""
    rows = await reader.rows(
        select(figures.c.name, func.sum(figures.c.value), func.min(figures.c.at)).group_by(figures.c.name)
    )
    return {name: GaugeTotal(int(value), at) for name, value, at in rows}
