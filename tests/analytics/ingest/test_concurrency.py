"""Many writers at once, also of the same message, conversation and rollup row, also killed: as one that is not."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from tests.support.factories import ask, identity
from tests.support.graphql.view import DOCUMENT, View, variables
from tests.support.ingest_helpers import everything, feed, stored_messages
from tests.support.load import KILLS, quarrel, written_by_many
from tests.support.oracle import Filter

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
RANGE = Filter(date(2026, 10, 29), date(2026, 11, 7))


async def test_many_killed_writers_write_what_one_does(database: Database) -> None:
    tenants = {uuid4().hex: quarrel(seed) for seed in (1, 2)}
    assert await asyncio.to_thread(written_by_many, database.url, tenants) > KILLS // 2
    for tenant, events in tenants.items():
        alone = uuid4().hex
        await feed(database, alone, events)
        for name in (tenant, alone):
            await rebuild(database, name, anew=False)
        assert await everything(database, tenant) == await everything(database, alone)
        assert [difference async for _, found in verify(database, tenant) for difference in found] == []
        view = View(events, NOW)
        assert await stored_messages(database, tenant) == {
            key: replace(message, template_category="", template_language=None)
            for key, message in view.oracle.messages.items()
        }
        now = int(NOW.timestamp()) * 1_000_000
        answer = await ask(database, identity(tenant), DOCUMENT, variables(RANGE), now=now)
        assert answer == view.everything(RANGE, None)
