"""The database as two types: a reader that sees one moment and cannot write, and a writer of all or nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from analytics.migrations import migrate
from analytics.storage.backends.sqlite import sqlite_engine
from analytics.storage.database import Database, Reader
from analytics.storage.tables import departments, tenants


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite database that nobody has read from yet."""
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/embudo.db") as opened:
        await migrate(opened)
        yield opened


async def put(database: Database, tenant: str, *ids: str) -> None:
    async with database.write() as writer:
        await writer.upsert(departments, ("tenant_id", "id", "at", "name"), [(tenant, id, 0, id) for id in ids])


async def count(reader: Reader, tenant: str) -> int:
    row = await reader.first(select(func.count()).where(departments.c.tenant_id == tenant))
    assert row is not None
    return int(row[0])


# Readers


@pytest.mark.parametrize(
    "statement",
    [
        insert(tenants).values(tenant_id="x", described_at=0),
        update(tenants).where(tenants.c.tenant_id == "x").values(name="x"),
        delete(tenants).where(tenants.c.tenant_id == "x"),
        text("CREATE TABLE written (id INTEGER)"),
        text("DROP TABLE departments"),
    ],
    ids=["insert", "update", "delete", "create", "drop"],
)
async def test_a_reader_cannot_write(database: Database, tenant: str, statement: object) -> None:
    await put(database, tenant, "d1")
    with pytest.raises(DBAPIError, match=r"read.?only"):
        async with database.read() as reader:
            await reader.rows(statement)  # type: ignore[arg-type]
    async with database.read() as reader:
        assert await count(reader, tenant) == 1


async def test_a_writer_can_write_after_a_reader_used_its_connection(database: Database, tenant: str) -> None:
    for n in range(10):
        async with database.read() as reader:
            assert await count(reader, tenant) == n
        await put(database, tenant, f"d{n}")


async def test_a_reader_sees_one_moment(database: Database, tenant: str) -> None:
    await put(database, tenant, "d1")
    async with database.read() as before:
        assert await count(before, tenant) == 1
        await put(database, tenant, "d2")
        async with database.write() as writer:
            await writer.execute(
                update(departments)
                .where(departments.c.tenant_id == tenant, departments.c.id == "d1")
                .values(name="new")
            )
        assert await count(before, tenant) == 1
        row = await before.first(select(departments.c.name).where(departments.c.tenant_id == tenant))
        assert row is not None
        assert row.name == "d1"
        async with database.read() as after:
            assert await count(after, tenant) == 2


async def test_what_is_not_committed_is_not_seen(database: Database, tenant: str) -> None:
    async with database.write() as writer:
        await writer.execute(insert(departments).values(tenant_id=tenant, id="d1", at=0))
        async with database.read() as reader:
            assert await count(reader, tenant) == 0
        assert await count(writer, tenant) == 1


async def test_rows_come_in_partitions(database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.storage.database.PARTITION", 3)
    await put(database, tenant, *"abcdefgh")
    statement = select(departments.c.id).where(departments.c.tenant_id == tenant).order_by(departments.c.id)
    async with database.read() as reader:
        found = [[row.id for row in partition] async for partition in reader.partitions(statement)]
    assert found == [["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]


async def test_a_stream_left_early_leaves_the_reader_usable(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.storage.database.PARTITION", 3)
    await put(database, tenant, *"abcdefgh")
    statement = select(departments.c.id).where(departments.c.tenant_id == tenant)
    async with database.read() as reader:
        partitions = reader.partitions(statement)
        assert len(await anext(partitions)) == 3
        await partitions.aclose()  # type: ignore[attr-defined]
        assert await count(reader, tenant) == 8


async def read_at_once(database: Database, tenant: str, readers: int) -> list[int]:
    """Return the counts of so many readers, all open at one time as far as the pool allows."""

    async def read() -> int:
        async with database.read() as reader:
            return await count(reader, tenant)

    return await asyncio.gather(*(read() for _ in range(readers)))


async def test_many_readers_at_once(database: Database, tenant: str) -> None:
    await put(database, tenant, "d1", "d2")
    assert await read_at_once(database, tenant, 40) == [2] * 40


async def test_many_readers_of_a_cold_pool_while_one_writes(file: Database) -> None:
    async def read() -> int:
        async with file.read() as reader:
            first = await count(reader, "acme")
            assert await count(reader, "acme") == first
            return first

    found = await asyncio.gather(*(read() for _ in range(40)), *(put(file, "acme", f"d{n}") for n in range(10)))
    assert all(n is None or 0 <= n <= 10 for n in found)
    assert await read() == 10


# Writers


async def test_everything_in_the_block_is_kept_or_nothing(database: Database, tenant: str) -> None:
    async def fail_late() -> None:
        async with database.write() as writer:
            await writer.upsert(departments, ("tenant_id", "id", "at"), [(tenant, "d1", 0)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_late()
    async with database.read() as reader:
        assert await count(reader, tenant) == 0


async def test_writing_a_row_again_replaces_the_named_columns(database: Database, tenant: str) -> None:
    columns = "tenant_id", "id", "at", "name", "active"
    async with database.write() as writer:
        await writer.upsert(departments, columns, [(tenant, "d1", 0, "old", True), (tenant, "d2", 0, "other", True)])
        await writer.upsert(departments, columns[:4], [(tenant, "d1", 0, "new")])
        await writer.upsert(departments, columns[:3], [(tenant, "d1", 0), (tenant, "d3", 0)])  # nothing to replace
        await writer.upsert(departments, columns, [])
    async with database.read() as reader:
        statement = select(departments).where(departments.c.tenant_id == tenant).order_by(departments.c.id)
        assert [(row.id, row.name, row.active) for row in await reader.rows(statement)] == [
            ("d1", "new", True),
            ("d2", "other", True),
            ("d3", None, None),
        ]


async def test_executing_tells_how_many_rows_changed(database: Database, tenant: str) -> None:
    await put(database, tenant, "d1", "d2")
    own = departments.c.tenant_id == tenant
    async with database.write() as writer:
        assert await writer.execute(update(departments).where(own).values(name="x")) == 2
        assert await writer.execute(delete(departments).where(own, departments.c.id == "d1")) == 1
        assert await writer.execute(delete(departments).where(own, departments.c.id == "d1")) == 0


async def test_strings_compare_by_code_point(database: Database, tenant: str) -> None:
    await put(database, tenant, "b", "B", "á", "z", "\uff5e", "\U0001f600", "10", "9")
    statement = select(departments.c.id).where(departments.c.tenant_id == tenant).order_by(departments.c.id)
    async with database.read() as reader:
        assert [row.id for row in await reader.rows(statement)] == [
            "10",
            "9",
            "B",
            "b",
            "z",
            "á",
            "\uff5e",
            "\U0001f600",
        ]


async def test_one_tenants_writers_wait_for_each_other(database: Database, tenant: str) -> None:
    """Without the lock both would read 0 before either writes."""

    async def increase() -> None:
        async with database.write() as writer:
            await writer.lock(tenant)
            known = await count(writer, tenant)
            await asyncio.sleep(0.01)
            await writer.execute(insert(departments).values(tenant_id=tenant, id=f"d{known}", at=0))

    await asyncio.gather(*(increase() for _ in range(6)))
    async with database.read() as reader:
        assert await count(reader, tenant) == 6


async def test_readers_go_on_while_many_writers_wait(database: Database, tenant: str) -> None:
    async def write() -> None:
        async with database.write() as writer:
            await writer.lock(tenant)

    async with database.write() as holder:
        await holder.lock(tenant)
        waiting = [asyncio.create_task(write()) for _ in range(20)]
        await asyncio.sleep(0.3)
        async with asyncio.timeout(10), database.read() as reader:
            assert await count(reader, tenant) == 0
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


# PostgreSQL


async def test_a_restarted_server_is_not_noticed_by_those_who_ask_next(database: Database, tenant: str) -> None:
    if "postgresql" not in database.url:
        pytest.skip("SQLite has no server")
    async with Database(database.url) as own:
        await put(own, tenant, "d1")
        assert await read_at_once(own, tenant, 4) == [1] * 4
        async with database.write() as other:
            # As a restart does: every connection that this process keeps is cut.
            cut = await other.rows(
                text(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND datname = current_database() AND backend_type = 'client backend'"
                )
            )
        assert len(cut) >= 5
        assert all(row[0] for row in cut)
        await put(own, tenant, "d2")
        assert await read_at_once(own, tenant, 8) == [2] * 8


# SQLite


async def test_readers_go_on_while_one_writes_to_a_file(file: Database) -> None:
    async with file.write() as writer:
        assert (await writer.rows(text("PRAGMA journal_mode")))[0][0] == "wal"
        await writer.execute(insert(tenants).values(tenant_id="acme", described_at=0))
        async with file.read() as reader:
            assert await reader.rows(select(tenants)) == []


async def test_another_process_waits_for_the_write_lock(file: Database) -> None:
    async with Database(file.url) as other:
        await asyncio.gather(
            *(put(database, "acme", f"{place}-{n}") for n in range(10) for place, database in enumerate((file, other)))
        )
    async with file.read() as reader:
        assert await count(reader, "acme") == 20


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///relative.db", "sqlite+aiosqlite:///:memory:"]
)
def test_a_file_needs_an_absolute_path(url: str) -> None:
    with pytest.raises(ValueError, match="absolute path"):
        Database(url)


async def test_a_connection_may_be_stopped_while_it_is_closed(tmp_path: Path) -> None:
    """As SQLAlchemy does it when the task is canceled twice: nobody waits for ever for its thread."""
    engine = sqlite_engine(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", "rwc", "BEGIN", pool_size=1)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        closing = asyncio.create_task(driver.close())
        await asyncio.sleep(0)
        driver.stop()
        async with asyncio.timeout(10):
            await closing
        await connection.invalidate()
    await engine.dispose()
