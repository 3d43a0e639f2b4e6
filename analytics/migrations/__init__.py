"""Alembic's tree, one for both dialects: bringing a database up to date, and saying how far it is."""

import asyncio
from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from analytics.storage.backends.table_locks import (
    LOCK_ATTEMPTS,
    LOCK_NOT_AVAILABLE,
    LOCK_PAUSE,
    LOCK_TIMEOUT,
    TablesLockedError,
)
from analytics.storage.database import Database, Reader

SCRIPTS = Path(__file__).parent
VERSION = text("SELECT version_num FROM alembic_version")

# Two that migrate at once take turns.
EXCLUSIVE_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('embudo migrate', 0))"


class SchemaState(StrEnum):
    """The state of a database's tables relative to this code."""

    CURRENT = "current"
    BEHIND = "behind"  # `embudo migrate` is to be run; also of a database without tables
    AHEAD = "ahead"  # a newer release has migrated it; this code goes on working, see docs/deployment.md


async def migrate(database: Database) -> SchemaState:
    """Bring a database to the newest version, creating it where there is none.

    One that a newer release has migrated is left alone, and the answer is AHEAD. Raises `TablesLockedError`.
    """
    path = make_url(database.url).database
    if make_url(database.url).get_backend_name() == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(LOCK_ATTEMPTS):
        if attempt:
            await asyncio.sleep(LOCK_PAUSE)
        try:
            state: SchemaState = await database.run_sync(upgrade)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
        else:
            return state
    raise TablesLockedError


def upgrade(connection: Connection) -> SchemaState:
    """Run the migrations that a connection's database does not have yet."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(EXCLUSIVE_LOCK)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    if _state(MigrationContext.configure(connection).get_current_heads()) is SchemaState.AHEAD:
        return SchemaState.AHEAD
    command.upgrade(configuration(connection), "head")
    return SchemaState.CURRENT


async def state(reader: Reader) -> SchemaState:
    """Compare the tables with this code by one small read. On PostgreSQL use a reader for it that reads nothing else:
    where there are no tables its transaction is over afterwards.
    """
    try:
        rows = await reader.rows(VERSION)
    except DBAPIError as error:
        if no_such_table(error):
            return SchemaState.BEHIND
        raise
    return _state(tuple(str(row.version_num) for row in rows))


def no_such_table(error: DBAPIError) -> bool:
    """Return True if a statement failed because a table is missing: nobody has migrated."""
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)


def _state(found: tuple[str, ...]) -> SchemaState:
    known, newest = _revisions()
    if not known.issuperset(found):
        return SchemaState.AHEAD
    return SchemaState.CURRENT if found == (newest,) else SchemaState.BEHIND


@cache
def _revisions() -> tuple[frozenset[str], str | None]:
    """The revisions that this code knows, and the newest of them."""
    scripts = ScriptDirectory(str(SCRIPTS))
    return frozenset(script.revision for script in scripts.walk_revisions()), scripts.get_current_head()


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this tree, bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
