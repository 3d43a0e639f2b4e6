"""Figures: what workers found of each tenant, and the sums that operators read."""

from uuid import uuid4

from analytics.lifecycle import orphans
from analytics.storage import gauges
from analytics.storage.database import Database
from analytics.storage.gauges import GaugeTotal, TenantGauge
from tests.support import factories
from tests.support.ingest_helpers import feed


async def known(database: Database, tenant: str) -> dict[str, GaugeTotal]:
    async with database.read() as reader:
        return await gauges.load(reader, tenant)


async def test_what_is_found_again_replaces_and_what_is_added_adds_up(database: Database, tenant: str) -> None:
    async with database.write() as writer:
        await gauges.store(writer, tenant, {TenantGauge.DRIFT: 3, TenantGauge.WAITING_REPLIES: 2}, 10)
        await gauges.increment(writer, tenant, {TenantGauge.DROPPED_REPLIES: 4}, 10)
    async with database.write() as writer:
        await gauges.store(writer, tenant, {TenantGauge.DRIFT: 0}, 20)
        await gauges.increment(writer, tenant, {TenantGauge.DROPPED_REPLIES: 5}, 20)
    assert await known(database, tenant) == {
        TenantGauge.DRIFT: GaugeTotal(0, 20),
        TenantGauge.WAITING_REPLIES: GaugeTotal(2, 10),
        TenantGauge.DROPPED_REPLIES: GaugeTotal(9, 20),
    }


async def test_sums_are_of_all_tenants_and_as_old_as_their_oldest_part(database: Database, tenant: str) -> None:
    async with database.read() as reader:
        before = (await gauges.totals(reader)).get(TenantGauge.DRIFT, GaugeTotal(0, 2**60))
    async with database.write() as writer:
        await gauges.store(writer, tenant, {TenantGauge.DRIFT: 3}, 5)
        await gauges.store(writer, uuid4().hex, {TenantGauge.DRIFT: 4}, 6)
    async with database.read() as reader:
        after = (await gauges.totals(reader))[TenantGauge.DRIFT]
    assert (after.value, after.at) == (before.value + 7, min(before.at, 5))


async def test_orphans_are_counted_while_they_wait_and_after_they_were_dropped(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            factories.message_sent("m1"),
            {"type": "message.status", "at": "2026-11-03T10:00:00Z", "message_id": "m1", "status": "read"},
            {"type": "message.status", "at": "2026-11-03T10:00:00Z", "message_id": "m9", "status": "read"},
            {
                "type": "message.reply",
                "at": "2026-11-03T10:00:00Z",
                "reply": {"id": "r9", "account_id": "a9", "contact": {"phone": "+5690000000"}, "kind": "text"},
            },
        ],
        received_at=10,
    )
    async with database.read() as reader:
        assert await orphans.count_orphans(reader, tenant) == (1, 1, 0)
        assert await orphans.count_orphans(reader, uuid4().hex) == (0, 0, 0)
    assert await orphans.delete_orphans(database, tenant, received_before=11, now=12) == (1, 1, 0)
    async with database.read() as reader:
        assert await orphans.count_orphans(reader, tenant) == (0, 0, 0)
    assert await known(database, tenant) == {
        TenantGauge.DROPPED_STATUSES: GaugeTotal(1, 12),
        TenantGauge.DROPPED_REPLIES: GaugeTotal(1, 12),
        TenantGauge.DROPPED_CORRECTIONS: GaugeTotal(0, 12),
    }
