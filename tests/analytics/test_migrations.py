"""Migrations: they make the tables that the code expects, once, and can be taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from analytics.database import Database
from analytics.migrations import configuration, migrate
from analytics.tables import metadata
from tests.conftest import POSTGRESQL, empty_database


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
