"""Watching: the statements of one piece of work, and of no other."""

import asyncio
import time

from sqlalchemy import select, text

from analytics.storage.database import Database
from analytics.storage.query_log import ExecutedStatement, record_statements
from analytics.storage.tables import tenants


async def read(database: Database, times: int) -> list[ExecutedStatement]:
    ran = record_statements()
    for _ in range(times):
        async with database.read() as reader:
            await reader.first(select(tenants.c.name).where(tenants.c.tenant_id == "a phone: +56911112222"))
    return [each for each in ran if "tenants" in each.text]


async def test_each_piece_of_work_has_the_statements_of_its_own_tasks(database: Database) -> None:
    async def with_a_child() -> list[ExecutedStatement]:
        ran = record_statements()
        await asyncio.gather(read_as_child(), read_as_child())
        return [each for each in ran if "tenants" in each.text]

    async def read_as_child() -> None:
        async with database.read() as reader:
            await reader.first(select(tenants.c.name).where(tenants.c.tenant_id == "nobody"))

    found = await asyncio.gather(read(database, 1), read(database, 3), with_a_child())
    assert [len(ran) for ran in found] == [1, 3, 2]


async def test_a_statement_is_told_without_its_values_and_with_its_time(database: Database) -> None:
    began = time.perf_counter_ns()
    (ran,) = await read(database, 1)
    assert "+569" not in ran.text
    assert 0 < ran.took <= time.perf_counter_ns() - began


async def test_what_is_written_is_told_too(database: Database) -> None:
    ran = record_statements()
    async with database.write() as writer:
        await writer.rows(text("SELECT 1 AS watched"))
    assert [each.text for each in ran if "watched" in each.text] == ["SELECT 1 AS watched"]
