"""Migrations: they make the tables that the code expects, once, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from analytics import migrations
from analytics.migrations import SCRIPTS, SchemaState, configuration, migrate, state
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.storage.backends.table_locks import TablesLockedError
from analytics.storage.database import Database
from analytics.storage.rollup_tables import ROLLUPS, SEND_TIMES
from analytics.storage.tables import metadata
from tests.conftest import POSTGRESQL, empty_database
from tests.support.factories import message_sent, reply
from tests.support.ingest_helpers import feed


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without tables; on SQLite not even its folder is there."""
    if request.param == "sqlite":
        async with Database(f"sqlite+aiosqlite:///{tmp_path}/new/folder/embudo.db") as opened:
            yield opened
        return
    async with empty_database(POSTGRESQL) as url, Database(url) as opened:
        yield opened


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def shape(connection: Connection) -> dict[str, Any]:
    """Tables, columns, keys and indexes with their conditions, which a comparison does not look at."""
    inspector = inspect(connection)
    # SQLite keeps a condition as it was written, in words that may differ and mean the same.
    conditions = connection.dialect.name != "sqlite"
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "indexes": sorted(
                (i["name"], i["column_names"], bool(i["unique"]), conditions and str(i.get("dialect_options")))
                for i in inspector.get_indexes(table)
            ),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


async def test_migrating_an_empty_database_gives_what_the_code_expects(empty: Database) -> None:
    await migrate(empty)
    assert await empty.run_sync(differences) == []
    migrated = await empty.run_sync(shape)
    await empty.run_sync(metadata.drop_all)
    assert await empty.run_sync(shape) == {}
    await empty.run_sync(metadata.create_all)
    assert await empty.run_sync(shape) == migrated


async def test_migrating_again_changes_nothing(empty: Database) -> None:
    await migrate(empty)
    before = await empty.run_sync(shape)
    await migrate(empty)
    assert await empty.run_sync(shape) == before


async def test_every_migration_can_be_taken_back(empty: Database) -> None:
    await migrate(empty)
    await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "base"))
    assert await empty.run_sync(shape) == {}
    await migrate(empty)
    assert await empty.run_sync(differences) == []


async def test_migrations_are_one_line(empty: Database) -> None:
    await migrate(empty)
    scripts = await empty.run_sync(lambda connection: ScriptDirectory.from_config(configuration(connection)))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


async def test_how_a_database_stands_to_the_code(empty: Database) -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    await migrate(empty)
    await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "base"))
    assert await stands(empty) is SchemaState.BEHIND
    await empty.execute(text("DROP TABLE alembic_version"))
    assert await stands(empty) is SchemaState.BEHIND
    assert await migrate(empty) is SchemaState.CURRENT
    assert await stands(empty) is SchemaState.CURRENT
    await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "-1"))
    assert await stands(empty) is SchemaState.BEHIND
    assert await migrate(empty) is SchemaState.CURRENT
    assert (await version(empty)) == [scripts.get_current_head()]
    await empty.execute(text("DELETE FROM alembic_version"))
    assert await stands(empty) is SchemaState.BEHIND


async def test_a_database_of_a_newer_release_is_left_alone(empty: Database) -> None:
    await migrate(empty)
    await empty.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await empty.execute(text("ALTER TABLE messages ADD COLUMN newer INTEGER"))
    before = await empty.run_sync(shape)
    assert await stands(empty) is SchemaState.AHEAD
    assert await migrate(empty) is SchemaState.AHEAD
    assert await version(empty) == ["9999"]
    assert await empty.run_sync(shape) == before


async def test_what_is_no_missing_table_is_told(empty: Database) -> None:
    await migrate(empty)
    await empty.execute(text("ALTER TABLE alembic_version RENAME COLUMN version_num TO other"))
    with pytest.raises(DBAPIError):
        await stands(empty)


async def test_several_may_migrate_at_once(empty: Database) -> None:
    async with Database(empty.url) as second, Database(empty.url) as third:
        # The folder and the file are there, as with a server.
        assert await migrate(empty) is SchemaState.CURRENT
        await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "base"))
        together = await asyncio.gather(*(migrate(database) for database in (empty, second, third)))
    assert together == [SchemaState.CURRENT] * 3
    assert await empty.run_sync(differences) == []


async def test_a_migration_lets_readers_pass_while_it_waits_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrations, "LOCK_PAUSE", 0.05)
    reading = text("SELECT count(*) FROM rollup_states WHERE tenant_id = 'acme'")
    async with empty_database(POSTGRESQL) as url, Database(url) as database:
        await migrate(database)
        # The next migration adds columns to the table that is being read.
        await database.run_sync(lambda connection: command.downgrade(configuration(connection), "0002"))
        async with database.read() as long:
            await long.rows(reading)
            monkeypatch.setattr(migrations, "LOCK_ATTEMPTS", 2)
            with pytest.raises(TablesLockedError):
                await migrate(database)
            assert await version(database) == ["0002"]
            monkeypatch.setattr(migrations, "LOCK_ATTEMPTS", 1000)
            migrating = asyncio.create_task(migrate(database))
            for _ in range(20):
                async with database.read() as other:
                    await other.rows(reading)
            assert not migrating.done()
        assert await migrating is SchemaState.CURRENT
        assert await database.run_sync(differences) == []


async def stands(database: Database) -> SchemaState:
    """Compare the tables with our code."""
    async with database.read() as reader:
        return await state(reader)


async def version(database: Database) -> list[str]:
    """Return the stored version."""
    async with database.read() as reader:
        return [row[0] for row in await reader.rows(text("SELECT version_num FROM alembic_version"))]


async def test_rollups_of_the_whole_tenant_are_filled_from_those_by_department(empty: Database, tenant: str) -> None:
    await migrate(empty)
    await feed(empty, tenant, [message_sent("m1"), reply("m1"), message_sent("m2", department_id="d2"), reply("m2")])
    await rebuild(empty, tenant, anew=True)
    whole = [rollup.table for rollup in ROLLUPS if not rollup.dimensions and rollup.family is not SEND_TIMES]
    async with empty.read() as reader:
        before = [
            sorted(map(tuple, await reader.rows(select(table).where(table.c.tenant_id == tenant)))) for table in whole
        ]
    await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "0008"))
    await migrate(empty)
    async with empty.read() as reader:
        after = [
            sorted(map(tuple, await reader.rows(select(table).where(table.c.tenant_id == tenant)))) for table in whole
        ]
    assert after == before
    assert len(before) == 3
    assert all(before)


async def test_send_times_of_what_was_there_are_built_afterwards(empty: Database, tenant: str) -> None:
    await migrate(empty)
    await feed(empty, tenant, [message_sent("m1"), reply("m1"), message_sent("m2", department_id="d2"), reply("m2")])
    before = await stored(empty, tenant)
    await empty.run_sync(lambda connection: command.downgrade(configuration(connection), "0009"))
    await migrate(empty)
    async with empty.read() as reader:
        assert await unfinished(reader) == [tenant]
    await rebuild(empty, tenant, anew=False)
    assert await stored(empty, tenant) == before
    assert all(before)


async def stored(database: Database, tenant: str) -> list[list[tuple[object, ...]]]:
    """The rows of each rollup of send times."""
    tables = [rollup.table for rollup in ROLLUPS if rollup.family is SEND_TIMES]
    async with database.read() as reader:
        return [
            sorted(map(tuple, await reader.rows(select(table).where(table.c.tenant_id == tenant)))) for table in tables
        ]
