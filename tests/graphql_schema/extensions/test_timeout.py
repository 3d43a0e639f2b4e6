"""A request that takes too long ends, and so does its statement in the database."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import text

from analytics.domain.measures.funnel import FunnelCounts
from analytics.storage.database import Database, Reader
from graphql_schema.context import RequestPolicy
from graphql_schema.schema import schema
from resolvers import analytics as numbers
from resolvers.loader import RequestLoader
from tests.support.factories import ask, context, identity

DOCUMENT = """{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) { funnel { messages } } }"""
# Statements that would run for minutes.
FOREVER = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}


def dialect(database: Database) -> str:
    return database._reader.dialect.name


@pytest.fixture
def endless(database: Database, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The funnel is read by a statement that does not end. Set when it began."""
    begun = asyncio.Event()

    async def read(reader: Reader) -> None:
        begun.set()
        await reader.rows(text(FOREVER[dialect(database)]))

    async def funnel(loader: RequestLoader, _spec: Any) -> FunnelCounts:
        await loader.load(read)
        raise AssertionError("it does end")

    monkeypatch.setattr(numbers, "funnel", funnel)
    return begun


async def still_running(database: Database) -> int:
    """Count the endless statements that PostgreSQL is busy with."""
    async with database.read() as reader:
        found = await reader.first(
            text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' "
                 "AND pid <> pg_backend_pid() AND datname = current_database()")
        )  # fmt: skip
    return int(found[0]) if found else 0


async def at_rest(database: Database) -> None:
    """Nothing runs any more: every connection answers, and soon."""

    async def answers() -> None:
        async with database.read() as reader:
            await reader.rows(text("SELECT 1"))

    async with asyncio.timeout(20):
        await asyncio.gather(*(answers() for _ in range(4)))
    if dialect(database) == "postgresql":
        for _ in range(400):
            if not await still_running(database):
                break
            await asyncio.sleep(0.05)
        assert await still_running(database) == 0
    # A thread that went on would use the processor.
    begun = time.process_time()
    await asyncio.sleep(0.3)
    assert time.process_time() - begun < 0.2


async def test_what_takes_too_long_is_canceled(database: Database, tenant: str, endless: asyncio.Event) -> None:
    asked = context(database, identity(tenant))
    asked.policy = RequestPolicy(seconds=0.3)
    for _ in range(6):  # more often than there are connections
        result = await schema.execute(DOCUMENT, context_value=asked)
        (error,) = result.errors or []
        assert (error.extensions or {})["code"] == "TIMEOUT"
        assert result.data is None
        asked = context(database, identity(tenant))
        asked.policy = RequestPolicy(seconds=0.3)
    assert endless.is_set()
    await at_rest(database)
    assert await ask(database, identity(tenant), "{ viewer { id } }") == {"viewer": {"id": "boss"}}


async def test_what_nobody_waits_for_is_canceled(database: Database, tenant: str, endless: asyncio.Event) -> None:
    running = asyncio.create_task(schema.execute(DOCUMENT, context_value=context(database, identity(tenant))))
    await endless.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await at_rest(database)


async def test_what_a_request_waited_for_is_of_its_time(database: Database, tenant: str) -> None:
    """For its place, say: there is one deadline for all of it."""
    asked = context(database, identity(tenant))
    asked.began_at -= asked.policy.seconds
    result = await schema.execute(DOCUMENT, context_value=asked)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["TIMEOUT"]
