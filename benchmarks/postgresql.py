"""The view on PostgreSQL, against the same sections as plain SQL on its message rows.

The database holds the first forty days of the large year, day for day as dense as it: thirty days of a table that is
indexed by time cost the same, whatever else is in it.
"""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
from rich.progress import track

from analytics.database import Database
from analytics.migrations import migrate
from analytics.rollups.rebuild import rebuild
from analytics.tables import messages
from analytics.zones import zone
from benchmarks.dashboard import filter_of
from benchmarks.data import prepare, rows
from benchmarks.measuring import RUNS, WARM_UPS, Result, compared, median_ms
from benchmarks.reference import sections, where
from benchmarks.serving import serving
from benchmarks.workload import DAYS, FIRST_DAY, TENANT

SERVER = os.environ.get("EMBUDO_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251
BASE = SERVER.rpartition("/")[0]
BUILT = "built, see benchmarks.postgresql"  # the database's comment when it is whole
KEPT = 40  # days
RANGE = (FIRST_DAY + timedelta(days=5), FIRST_DAY + timedelta(days=34))


def results(large: int) -> Iterator[Result]:
    """The result on PostgreSQL; nothing where no server runs."""
    name = f"embudo_bench_{large}"
    try:
        asyncio.run(_make(name, large))
    except OSError:
        print("no PostgreSQL server: dashboard_pg_vs_rows is left out")
        return
    with serving(f"{BASE}/{name}".replace("postgresql://", "postgresql+asyncpg://")) as (administrator,):
        month = median_ms(lambda: administrator.view(filter_of(RANGE)))
    yield compared("dashboard_pg_vs_rows", month, asyncio.run(_rows_ms(name)), "ms", "<= 0.05")


async def _make(name: str, large: int) -> None:
    server = await asyncpg.connect(SERVER)
    comment = await server.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    if comment != BUILT:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await server.execute(f'CREATE DATABASE "{name}"')
        await _fill(name, large * KEPT // DAYS, large)
        await server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{BUILT}'")
    await server.close()


async def _fill(name: str, count: int, of: int) -> None:
    async with Database(f"{BASE}/{name}".replace("postgresql://", "postgresql+asyncpg://")) as database:
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


async def _rows_ms(name: str) -> float:
    utc = zone("UTC")
    first, until = utc.day_start(RANGE[0]), utc.day_start(RANGE[1] + timedelta(days=1))
    statements = list(sections(where(first, until, {}, TENANT), "sent_at / 86400000000", "(replied_at / 3600000000)"))
    connection = await asyncpg.connect(f"{BASE}/{name}")
    loop, times = asyncio.get_running_loop(), []
    for _ in range(WARM_UPS + RUNS):
        started = loop.time()
        for statement in statements:
            await connection.fetch(statement)
        times.append((loop.time() - started) * 1000)
    await connection.close()
    return sorted(times[WARM_UPS:])[RUNS // 2]
