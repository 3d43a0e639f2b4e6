"""The first day of which there is data. Source: docs/numbers.md, "The period before"."""

from datetime import date

from sqlalchemy import func, select

from analytics.domain.query_spec import AccessScope
from analytics.domain.time_zones import Zone, local_day, zone
from analytics.reports.availability import readable
from analytics.storage.database import Reader
from analytics.storage.dialects import in_list
from analytics.storage.rollup_tables import FIRST_DAY_PERIOD, FUNNEL, ROLLUPS
from analytics.storage.tables import messages


async def first_message_day(
    reader: Reader, scope: AccessScope, tenant_time_zone: str, report_zone: Zone
) -> date | None:
    """Return the day on which the first message of a scope was sent, whatever else is filtered by; None without any.

    The rollups know the day, also of messages that are no longer kept. In another zone it may be the day before or
    after: the messages of that day tell, if they are kept.
    """
    zone_of_days = zone(tenant_time_zone)
    since = until = None
    if await readable(reader, scope.tenant_id) == zone_of_days.rules_version:
        day = await _first_counted_day(reader, scope)
        if day is None or zone_of_days == report_zone:
            return None if day is None else date.fromordinal(day)
        since, until = zone_of_days.day_start_of(day), zone_of_days.day_start_of(day + 1)
    at = await _first_sent_at(reader, scope, since, until)
    at = since if at is None else at
    return None if at is None else local_day(report_zone.local(at))


async def _first_counted_day(reader: Reader, scope: AccessScope) -> int | None:
    dimensions = () if scope.departments is None else ("department_id",)
    table = next(rollup.table for rollup in ROLLUPS if rollup.family is FUNNEL and rollup.dimensions == dimensions)
    days = select(func.min(table.c.period)).where(
        table.c.tenant_id == scope.tenant_id, table.c.period >= FIRST_DAY_PERIOD, table.c.messages > 0
    )
    if scope.departments is not None:
        days = days.where(in_list(table.c.department_id, scope.departments))
    row = await reader.first(days)
    return row[0] if row else None


async def _first_sent_at(reader: Reader, scope: AccessScope, since: int | None, until: int | None) -> int | None:
    """Return the first send time in a scope, in [since, until) if those are known; None if none is kept."""
    sent_at = select(messages.c.sent_at).where(messages.c.tenant_id == scope.tenant_id)
    if since is not None:
        sent_at = sent_at.where(messages.c.sent_at >= since, messages.c.sent_at < until)
    if scope.departments is not None:
        sent_at = sent_at.where(in_list(messages.c.department_id, scope.departments))
    row = await reader.first(sent_at.order_by(messages.c.sent_at, messages.c.id).limit(1))
    return row[0] if row else None
