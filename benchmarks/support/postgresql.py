"""Databases of the benchmarks on PostgreSQL.

The large one holds the first forty days of the large year, day for day as dense as it: thirty days of a table that is
indexed by time cost the same, whatever else is in it.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import asyncpg
from rich.progress import track
from sqlalchemy import delete

from analytics.migrations import migrate
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from analytics.storage.tables import messages, metadata
from benchmarks.workload.data import prepare, rows
from benchmarks.workload.messages import DAYS, FIRST_DAY, TENANT

SERVER = os.environ.get("EMBUDO_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251
BASE = SERVER.rpartition("/")[0]
BUILT = "built, see benchmarks.support.postgresql"  # the database's comment when it is whole
KEPT = 40  # days
RANGE = (FIRST_DAY + timedelta(days=5), FIRST_DAY + timedelta(days=34))


def reachable() -> bool:
    """Return True if a server runs."""

    async def connect() -> None:
        await (await asyncpg.connect(SERVER)).close()

    try:
        asyncio.run(connect())
    except OSError:
        return False
    return True


def url(name: str) -> str:
    """The service's URL of a database of the server."""
    return f"{BASE}/{name}".replace("postgresql://", "postgresql+asyncpg://")


def native(url: str) -> str:
    """The same for asyncpg itself."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


def large_database(large: int) -> str:
    """The URL of the large database, made when it is not there."""
    name = f"embudo_bench_{large}"
    asyncio.run(_make(name, large * KEPT // DAYS, large))
    return url(name)


def year_database(count: int) -> str:
    """The URL of a database with a whole year of so many messages, made when it is not there."""
    name = f"embudo_bench_year_{count}"
    asyncio.run(_make(name, count, count))
    return url(name)


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a migrated database, dropped afterwards."""
    name = "embudo_bench_empty"

    async def execute(*statements: str) -> None:
        server = await asyncpg.connect(SERVER)
        for statement in statements:
            await server.execute(statement)
        await server.close()

    async def tables() -> None:
        async with Database(url(name)) as database:
            await migrate(database)

    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    asyncio.run(execute(drop, f"CREATE DATABASE {name}"))
    asyncio.run(tables())
    try:
        yield url(name)
    finally:
        asyncio.run(execute(drop))


def forget(large: int, tenant: str) -> None:
    """Delete a company from the large database."""

    async def work() -> None:
        async with Database(url(f"embudo_bench_{large}")) as database, database.write() as writer:
            for table in metadata.sorted_tables:
                await writer.execute(delete(table).where(table.c.tenant_id == tenant))

    asyncio.run(work())


async def _make(name: str, count: int, of: int) -> None:
    server = await asyncpg.connect(SERVER)
    comment = await server.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    if comment != BUILT:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await server.execute(f'CREATE DATABASE "{name}"')
        await _fill(name, count, of)
        await server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{BUILT}'")
    await server.close()
    async with Database(url(name)) as database:
        await migrate(database)  # what an earlier release made
        await rebuild(database, TENANT, anew=False)


async def _fill(name: str, count: int, of: int) -> None:
    async with Database(url(name)) as database:
        await migrate(database)
        await prepare(database, "UTC")
        connection = await asyncpg.connect(f"{BASE}/{name}")
        indexes = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname LIKE 'messages_by%'"
        )
        for index in indexes:
            await connection.execute(f'DROP INDEX "{index["indexname"]}"')
        columns = [column.name for column in messages.columns]
        finished = track(rows(count, of), f"PostgreSQL, {count:,} messages", total=count)
        await connection.copy_records_to_table("messages", records=finished, columns=columns)
        for index in indexes:
            await connection.execute(index["indexdef"])
        print("building the rollups")
        await rebuild(database, TENANT, anew=True)
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
