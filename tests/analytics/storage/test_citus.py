"""`embudo migrate --distribute`: by company where there is Citus, and a sentence elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from analytics.migrations import migrate
from analytics.storage.citus import LOCAL_TABLES, Distribution, distribute, distribute_tables, distributed
from analytics.storage.database import Database
from tests.conftest import CITUS, POSTGRESQL, empty_database
from tests.support.servers.server import embudo

NAMES = [table.name for table in distributed()]
# What the service calls of Citus, written down as it is called.
PRETENDED = (
    "CREATE TABLE calls (number serial, name regclass, by text, beside text)",
    "CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod \"char\" DEFAULT 'h')",
    "CREATE FUNCTION create_distributed_table(regclass, text, kind text DEFAULT 'hash', colocate_with text DEFAULT '')"
    " RETURNS void AS $$ INSERT INTO pg_dist_partition VALUES ($1); INSERT INTO calls (name, by, beside)"
    " VALUES ($1, $2, $4) $$ LANGUAGE sql",
    "CREATE FUNCTION truncate_local_data_after_distributing_table(regclass)"
    " RETURNS void AS $$ INSERT INTO calls (name) VALUES ($1) $$ LANGUAGE sql",
)
CALLS = text("SELECT CAST(name AS text), by, beside FROM calls ORDER BY number")


@pytest.fixture
async def postgresql() -> AsyncIterator[Database]:
    """A migrated database on PostgreSQL, of this test alone."""
    async with empty_database(POSTGRESQL) as url, Database(url) as opened:
        await migrate(opened)
        yield opened


async def test_each_table_is_put_beside_the_companies_once(postgresql: Database) -> None:
    async with postgresql.write() as writer:
        for statement in PRETENDED:
            await writer.execute(text(statement))
    assert await distribute_tables(postgresql) == Distribution(NAMES, [])
    async with postgresql.read() as reader:
        called = [tuple(row) for row in await reader.rows(CALLS)]
    assert called == [
        call
        for name in NAMES
        for call in ((name, "tenant_id", "none" if name == "tenants" else "tenants"), (name, None, None))
    ]
    assert await distribute_tables(postgresql) == Distribution([], NAMES)


async def test_a_server_without_citus_is_left_as_it_is(database: Database) -> None:
    if database.url.startswith("postgresql") and CITUS == POSTGRESQL:
        pytest.skip("this server has Citus")
    assert await distribute(database) is None


async def test_the_command_says_that_there_is_nothing_to_do(postgresql: Database, tmp_path: Path) -> None:
    for url in (postgresql.url, f"sqlite+aiosqlite:///{tmp_path}/embudo.db"):
        done = embudo(tmp_path, "migrate", "--distribute", env={"EMBUDO_DATABASE_URL": url})
        assert (done.returncode, b"no Citus" in done.stderr) == (0, True), done.stderr


@pytest.mark.skipif(not CITUS, reason="no server with Citus at EMBUDO_TEST_CITUS_URL")
async def test_tables_are_spread_by_company_and_side_by_side_on_citus() -> None:
    assert CITUS
    async with empty_database(CITUS) as url, Database(url) as database:
        await migrate(database)
        assert await distribute(database) == Distribution(NAMES, [])
        assert await distribute(database) == Distribution([], NAMES)
        statement = (
            "SELECT CAST(table_name AS text), CAST(distribution_column AS text), colocation_id FROM citus_tables"
        )
        async with database.read() as reader:
            tables = {row[0]: tuple(row[1:]) for row in await reader.rows(text(statement))}
        assert not LOCAL_TABLES & tables.keys()
        assert {tables[name][0] for name in NAMES} == {"tenant_id"}
        assert len({tables[name][1] for name in NAMES}) == 1
