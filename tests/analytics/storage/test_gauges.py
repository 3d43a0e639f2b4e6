"""Figures: what workers found of each company, and the sums that operators read."""

from uuid import uuid4

from analytics.lifecycle import orphans
from analytics.storage import gauges
from analytics.storage.database import Database
from analytics.storage.gauges import Figure, Sum
from tests.support import factories
from tests.support.ingest_helpers import feed


async def known(database: Database, tenant: str) -> dict[str, Sum]:
    async with database.read() as reader:
        return await gauges.known(reader, tenant)


async def test_what_is_found_again_replaces_and_what_is_added_adds_up(database: Database, tenant: str) -> None:
    async with database.write() as writer:
        await gauges.keep(writer, tenant, {Figure.DRIFT: 3, Figure.WAITING_REPLIES: 2}, 10)
        await gauges.add(writer, tenant, {Figure.DROPPED_REPLIES: 4}, 10)
    async with database.write() as writer:
        await gauges.keep(writer, tenant, {Figure.DRIFT: 0}, 20)
        await gauges.add(writer, tenant, {Figure.DROPPED_REPLIES: 5}, 20)
    assert await known(database, tenant) == {
        Figure.DRIFT: Sum(0, 20),
        Figure.WAITING_REPLIES: Sum(2, 10),
        Figure.DROPPED_REPLIES: Sum(9, 20),
    }


async def test_sums_are_of_all_companies_and_as_old_as_their_oldest_part(database: Database, tenant: str) -> None:
    async with database.read() as reader:
        before = (await gauges.sums(reader)).get(Figure.DRIFT, Sum(0, 2**60))
    async with database.write() as writer:
        await gauges.keep(writer, tenant, {Figure.DRIFT: 3}, 5)
        await gauges.keep(writer, uuid4().hex, {Figure.DRIFT: 4}, 6)
    async with database.read() as reader:
        after = (await gauges.sums(reader))[Figure.DRIFT]
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
        assert await orphans.count(reader, tenant) == (1, 1, 0)
        assert await orphans.count(reader, uuid4().hex) == (0, 0, 0)
    assert await orphans.drop(database, tenant, received_before=11, now=12) == (1, 1, 0)
    async with database.read() as reader:
        assert await orphans.count(reader, tenant) == (0, 0, 0)
    assert await known(database, tenant) == {
        Figure.DROPPED_STATUSES: Sum(1, 12),
        Figure.DROPPED_REPLIES: Sum(1, 12),
        Figure.DROPPED_CORRECTIONS: Sum(0, 12),
    }
