"""Gauges of a tenant's data that are slow to compute: workers update them now and then, operators read their totals."""

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
    WAITING_CORRECTIONS = "waiting_corrections"  # of messages that are incomplete
    DROPPED_STATUSES = "dropped_statuses"  # in all time: those that no message claimed in time
    DROPPED_REPLIES = "dropped_replies"
    DROPPED_CORRECTIONS = "dropped_corrections"
    # Also in all time; a body that is applied again, after a crash or by a replay, is counted again.
    REJECTED_WEBHOOKS = "rejected_webhooks"  # bodies with rejected events
    UNKNOWN_STATUSES = "unknown_statuses"  # from any source
    DRIFT = "drift"  # rollup rows that differ from their messages, on the day verified last


@dataclass(frozen=True)
class GaugeTotal:
    """The total of a gauge over all tenants, and the time of its oldest part."""

    value: int
    at: int


async def load(reader: Reader, tenant: str) -> dict[str, GaugeTotal]:
    """Load a tenant's gauges, by name."""
    rows = await reader.rows(select(figures).where(figures.c.tenant_id == tenant))
    return {row.name: GaugeTotal(row.value, row.at) for row in rows}


async def stale_tenants(
    reader: Reader, figure: TenantGauge, updated_before: int, tenant: str | None = None
) -> list[str]:
    """Return the tenants, or the given one, whose gauge was not updated since an instant."""
    tenant_id = tenants.c.tenant_id if tenant is None else tenant
    fresh = exists(1).where(figures.c.tenant_id == tenant_id, figures.c.name == figure, figures.c.at >= updated_before)
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(~fresh, *only(tenant)))]


async def store(writer: Writer, tenant: str, values: Mapping[TenantGauge, int], now: int) -> None:
    """Store gauges of a tenant."""
    rows = [(tenant, figure, value, now) for figure, value in values.items()]
    await writer.upsert(figures, ("tenant_id", "name", "value", "at"), rows)


async def increment(writer: Writer, tenant: str, amounts: Mapping[TenantGauge, int], now: int) -> None:
    """Add to gauges of a tenant. The writer holds its lock."""
    before = await load(writer, tenant)
    none = GaugeTotal(0, 0)
    await store(
        writer, tenant, {figure: before.get(figure, none).value + value for figure, value in amounts.items()}, now
    )


async def totals(reader: Reader) -> dict[str, GaugeTotal]:
    """Load the totals over all tenants, by name."""
    rows = await reader.rows(
        select(figures.c.name, func.sum(figures.c.value), func.min(figures.c.at)).group_by(figures.c.name)
    )
    return {name: GaugeTotal(int(value), at) for name, value, at in rows}
