"""`embudo migrate --distribute`: by tenant where there is Citus, and a sentence elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, select, text, update
from sqlalchemy.exc import DBAPIError

from analytics.migrations import migrate
from analytics.storage.backends.table_locks import TablesLockedError
from analytics.storage.citus import distribution
from analytics.storage.citus.distribution import (
    LOCAL_TABLES,
    Distribution,
    _available,
    distribute,
    distribute_tables,
    distributed,
)
from analytics.storage.database import Database
from analytics.storage.tables import tenants
from service.cli import database as cli
from tests.conftest import CITUS, CITUS_NODES, POSTGRESQL, empty_database
from tests.support.factories import message_sent
from tests.support.ingest_helpers import feed
from tests.support.servers.server import embudo

ACME = tenants.c.tenant_id == "acme"
NAMES = [table.name for table in distributed()]
# What the service calls of Citus, written down as it is called.
PRETENDED = (
    "CREATE TABLE calls (number serial, name regclass, by text, beside text, mode text)",
    "CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod \"char\" DEFAULT 'h')",
    "CREATE TABLE pg_dist_placement (groupid int)",
    "INSERT INTO pg_dist_placement VALUES (1), (2), (2)",
    "CREATE FUNCTION create_distributed_table(regclass, text, kind text DEFAULT 'hash', colocate_with text DEFAULT '')"
    " RETURNS void AS $$ INSERT INTO pg_dist_partition VALUES ($1); INSERT INTO calls (name, by, beside, mode)"
    " VALUES ($1, $2, $4, current_setting('citus.multi_shard_modify_mode')) $$ LANGUAGE sql",
    "CREATE FUNCTION truncate_local_data_after_distributing_table(regclass) RETURNS void AS $$ BEGIN"
    " INSERT INTO calls (name) VALUES ($1); EXECUTE 'TRUNCATE ' || $1; END $$ LANGUAGE plpgsql",
)
CALLS = text("SELECT CAST(name AS text), by, beside, mode FROM calls ORDER BY number")


@pytest.fixture
async def postgresql() -> AsyncIterator[Database]:
    """A migrated database on PostgreSQL, of this test alone."""
    async with empty_database(POSTGRESQL) as url, Database(url) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
async def pretended(postgresql: Database) -> Database:
    """The same, with functions of Citus that only write down how they are called."""
    async with postgresql.write() as writer:
        for statement in PRETENDED:
            await writer.execute(text(statement))
    return postgresql


async def calls(database: Database) -> list[tuple[str | None, ...]]:
    async with database.read() as reader:
        return [tuple(row) for row in await reader.rows(CALLS)]


async def test_each_table_is_put_beside_the_tenants_once(pretended: Database) -> None:
    assert await distribute_tables(pretended) == Distribution(NAMES, [], [], 2)
    called = await calls(pretended)
    assert called == [(name, "tenant_id", "none" if name == "tenants" else "tenants", "sequential") for name in NAMES]
    assert await distribute_tables(pretended) == Distribution([], NAMES, [], 2)
    assert await calls(pretended) == called


async def test_former_rows_are_dropped_from_the_coordinator_once(pretended: Database) -> None:
    await feed(pretended, "acme", [message_sent("m1")])
    await distribute_tables(pretended)
    dropped = [name for name, by, *_ in await calls(pretended) if by is None]
    assert {"tenants", "messages"} <= set(dropped) < set(NAMES)
    await distribute_tables(pretended)
    assert [name for name, by, *_ in await calls(pretended) if by is None] == dropped


async def test_all_tables_are_distributed_in_one_transaction(
    pretended: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that is open sees all of them as they were, or none of them was touched."""
    async with pretended.write() as writer:
        await writer.execute(text("CREATE TABLE wrong (tenant_id text)"))
    monkeypatch.setattr(distribution, "distributed", lambda: [*distributed(), Table("nowhere", MetaData())])
    with pytest.raises(DBAPIError):
        await distribute_tables(pretended)
    assert await calls(pretended) == []


async def test_nobody_waits_behind_a_distribution_that_waits_for_others(
    pretended: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "LOCK_TIMEOUT", "10ms")
    monkeypatch.setattr(distribution, "LOCK_PAUSE", 0.01)
    await feed(pretended, "acme", [message_sent("m1")])
    async with pretended.write() as writer:
        await writer.execute(update(tenants).where(ACME).values(name="Acme"))
        with pytest.raises(TablesLockedError):
            await distribute_tables(pretended)
        assert await calls(pretended) == []
    async with pretended.read() as reader:
        await reader.rows(select(tenants).where(ACME))
        done = await distribute_tables(pretended)
        assert (done.new, done.left[0]) == (NAMES, "tenants")
    assert (await distribute_tables(pretended)).left == []


async def test_a_server_without_citus_is_left_as_it_is(database: Database) -> None:
    if await _available(database):
        pytest.skip("this server has Citus")
    assert await distribute(database) is None


@pytest.mark.parametrize("nodes", [1, 2])
async def test_the_command_warns_of_a_cluster_of_one_node(nodes: int, capsys: pytest.CaptureFixture[str]) -> None:
    cli._print_distribution(Distribution(NAMES, [], [], nodes))
    told = capsys.readouterr().err
    assert f"over {nodes} node" in told
    assert ("citus_add_node" in told) is (nodes == 1)


async def test_the_command_says_that_there_is_nothing_to_do(postgresql: Database, tmp_path: Path) -> None:
    for url in (postgresql.url, f"sqlite+aiosqlite:///{tmp_path}/embudo.db"):
        done = embudo(tmp_path, "migrate", "--distribute", env={"EMBUDO_DATABASE_URL": url})
        assert (done.returncode, b"no Citus" in done.stderr) == (0, True), done.stderr


@pytest.mark.skipif(not CITUS, reason="no server with Citus at EMBUDO_TEST_CITUS_URL")
async def test_tables_are_spread_by_tenant_and_side_by_side_on_citus() -> None:
    assert CITUS
    async with empty_database(CITUS) as url, Database(url) as database:
        await migrate(database)
        nodes = len(CITUS_NODES) or 1
        assert await distribute(database) == Distribution(NAMES, [], [], nodes)
        assert await distribute(database) == Distribution([], NAMES, [], nodes)
        statement = (
            "SELECT CAST(table_name AS text), CAST(distribution_column AS text), colocation_id FROM citus_tables"
        )
        async with database.read() as reader:
            tables = {row[0]: tuple(row[1:]) for row in await reader.rows(text(statement))}
        assert not LOCAL_TABLES & tables.keys()
        assert {tables[name][0] for name in NAMES} == {"tenant_id"}
        assert len({tables[name][1] for name in NAMES}) == 1
