"""Tenants whose messages were dropped, and their numbers before and after."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from analytics.domain import query_spec
from analytics.domain.query_spec import AccessScope, QuerySpec, build_spec
from analytics.domain.time_zones import HOUR, from_micros, to_micros, zone
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import availability as states
from analytics.reports import runner
from analytics.reports.availability import DataAvailability
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from analytics.storage.rollup_tables import EDGE, TABLES
from analytics.storage.tables import messages
from tests.support import factories
from tests.support.factories import message_sent, reply, status
from tests.support.ingest_helpers import Event, feed

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WEST, EAST = "Etc/GMT+12", "Pacific/Kiritimati"  # 26 hours apart, the most there is
YEAR = query_spec.MessageFilter(first=date(2026, 1, 1), last=date(2026, 12, 31))
# What does not depend on the zone.
TIMELESS = (
    Grouping.DEPARTMENT,
    Grouping.AGENT,
    Grouping.TEMPLATE,
    Grouping.ACCOUNT,
    Grouping.RESPONSE_TIME,
    Grouping.BOUNCE,
)


def spec_of(tenant: str, name: str, filter: query_spec.MessageFilter = YEAR) -> QuerySpec:
    return build_spec(filter, AccessScope(tenant, None), tenant_time_zone=name, reply_window_days=7, now=to_micros(NOW))


async def numbers(
    database: Database, tenant: str, name: str, groupings: Sequence[Grouping] = (*TIMELESS, Grouping.DAY)
) -> dict[Grouping, Any]:
    async with database.read() as reader:
        return {
            one: await runner.run_aggregate(reader, AggregateQuery(spec_of(tenant, name), one)) for one in groupings
        }


async def state(database: Database, tenant: str) -> DataAvailability:
    async with database.read() as reader:
        found = await states.load(reader, tenant)
    assert found
    return found


async def size(database: Database, tenant: str) -> int:
    """Count the messages of a tenant."""
    async with database.read() as reader:
        row = await reader.first(select(func.count()).select_from(messages).where(messages.c.tenant_id == tenant))
    return row[0] if row else 0


async def copies(database: Database, tenant: str) -> int:
    """Count the rows that are copies of frozen days."""
    async with database.read() as reader:
        rows = [
            await reader.first(
                select(func.count()).select_from(table).where(table.c.tenant_id == tenant, table.c.period >= EDGE)
            )
            for table in TABLES
        ]
    return sum(row[0] for row in rows if row)


async def wrong(database: Database, tenant: str) -> list[str]:
    return [str(one) async for _, found in verify(database, tenant) for one in found]


async def drop(database: Database, tenant: str, now: datetime = NOW) -> int:
    return await delete_old_messages(database, tenant, 1, to_micros(now))


class Moving:
    """A tenant that moves from zone to zone."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database, self._tenant, self._at = database, tenant, factories.LONG_AGO

    async def to(self, name: str) -> None:
        self._at = factories.after(self._at, days=1)
        await feed(self._database, self._tenant, [factories.tenant(name, self._at)])


def sent_around(boundary: int, hours: range) -> list[Event]:
    """A message an hour around an instant, of two departments, with all that can follow."""
    events = []
    for n, hour in enumerate(hours):
        id, at = f"m{n:03}", from_micros(boundary + hour * HOUR).isoformat()
        contact = {"phone": f"+5690000{n:04}"}
        ticket = {"ticket": {"id": f"t{n}", "created": True}} if n % 5 == 0 else {}
        events.append(message_sent(id, at, department_id=f"d{n % 2}", contact=contact, **ticket))
        if n % 3 == 0:
            events.append(
                status(
                    id, "failed" if n % 2 else "read", factories.after(at, minutes=1), code=131026 if n % 2 else None
                )
            )
        if n % 4 == 0:
            events.append(reply(id, factories.after(at, hours=3), contact=contact))
    return events


async def moved(database: Database, tenant: str, first: str, *names: str) -> Moving:
    """A tenant with an hourly message around the first of October, whose older ones were dropped in its first zone."""
    moving = Moving(database, tenant)
    await moving.to(first)
    await feed(database, tenant, sent_around(zone(first).day_start(date(2026, 10, 1)), range(-60, 60)))
    assert await drop(database, tenant) == 60
    for name in names:
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
    return moving
