"""Reading days before the boundary of what is kept, and while their counts are rebuilt."""

from datetime import date

import pytest

from analytics.domain import query_spec
from analytics.domain.errors import MessagesPurgedError, UnavailableError
from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import HOUR, zone
from analytics.lifecycle.tenant_removal import remove_tenant_rows
from analytics.reports import runner
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import sample_days, verify
from analytics.storage.database import Database
from analytics.storage.rollup_tables import TABLES
from tests.analytics.rollups.zones import EAST, TIMELESS, WEST, YEAR, copies, moved, numbers, spec_of, state, wrong


async def test_copies_are_neither_compared_nor_chosen_and_go_with_the_tenant(database: Database, tenant: str) -> None:
    await moved(database, tenant, EAST, "UTC")
    days = await sample_days(database, tenant, 10_000)
    assert (min(days), max(days)) == (date(2026, 10, 1), date(2026, 10, 2))
    checked = [day async for day, _ in verify(database, tenant)]
    assert checked == [date(2026, 10, 1), None]
    await remove_tenant_rows(database, tenant)
    assert await copies(database, tenant) == 0


async def test_a_wrong_count_of_a_day_beside_the_boundary_is_named(database: Database, tenant: str) -> None:
    await moved(database, tenant, WEST, EAST)
    async with database.write() as writer:
        for table in TABLES:
            day = table.c.period == date(2026, 10, 2).toordinal()
            await writer.execute(table.delete().where(table.c.tenant_id == tenant, day))
    assert any("day 2026-10-02" in line for line in await wrong(database, tenant))


@pytest.mark.parametrize(
    ("asked", "day"),
    [("UTC", "2026-10-01"), ("America/Santiago", "2026-10-01"), (EAST, "2026-10-02"), (WEST, "2026-10-01")],
)
async def test_what_needs_messages_begins_with_the_first_whole_day_of_its_own_zone(
    database: Database, tenant: str, asked: str, day: str
) -> None:
    await moved(database, tenant, "UTC", "America/Santiago")
    first, since = date.fromisoformat(day), (await state(database, tenant)).kept_since

    async def count(begins: date) -> int:
        filter = query_spec.MessageFilter(first=begins, last=YEAR.last, time_zone=asked)
        async with database.read() as reader:
            return await runner.count(reader, spec_of(tenant, "America/Santiago", filter))

    with pytest.raises(MessagesPurgedError, match=f"kept from {day} on"):
        await count(date.fromordinal(first.toordinal() - 1))
    assert await count(first) == 60 - (zone(asked).day_start(first) - since) // HOUR


async def test_while_the_counts_are_rebuilt_one_is_told_to_come_again(database: Database, tenant: str) -> None:
    moving = await moved(database, tenant, "UTC")
    await moving.to("America/Santiago")
    async with database.read() as reader:
        for grouping in (*TIMELESS, Grouping.DAY, Grouping.REPLY_HOUR):
            with pytest.raises(UnavailableError, match=r"being rebuilt\. Try again in a minute"):
                await runner.run_aggregate(reader, AggregateQuery(spec_of(tenant, "America/Santiago"), grouping))
        # What will be refused then too is refused now; what needs no dropped messages is answered.
        for other in (
            AggregateQuery(spec_of(tenant, "America/Santiago"), Grouping.HOUR),
            AggregateQuery(_in_utc(tenant), Grouping.DAY),
        ):
            with pytest.raises(MessagesPurgedError, match="2026-10-01"):
                await runner.run_aggregate(reader, other)
        kept = query_spec.MessageFilter(first=date(2026, 10, 1), last=YEAR.last)
        found = await runner.run_aggregate(
            reader, AggregateQuery(spec_of(tenant, "America/Santiago", kept), Grouping.DEPARTMENT)
        )
        assert sum(row.values[0] for row in found.values()) == 57
    await rebuild(database, tenant, anew=False)
    totals = (await numbers(database, tenant, "America/Santiago"))[Grouping.DEPARTMENT]
    assert sum(row.values[0] for row in totals.values()) == 120


def _in_utc(tenant: str) -> QuerySpec:
    """The year in another zone than the tenant's."""
    filter = query_spec.MessageFilter(first=YEAR.first, last=YEAR.last, time_zone="UTC")
    return spec_of(tenant, "America/Santiago", filter)
