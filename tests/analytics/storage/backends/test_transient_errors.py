"""Outages: which errors are the database's own, and which come from what was asked of it."""

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database
from analytics.storage.tables import figures, messages, tenants


async def error_of(database: Database, *statements: Any) -> DBAPIError:
    try:
        async with database.write() as writer:
            for statement in statements:
                await writer.execute(statement)
    except DBAPIError as error:
        return error
    raise AssertionError("no error")


async def test_a_wrong_value_is_none(database: Database, tenant: str) -> None:
    wrong = [
        insert(tenants).values(tenant_id=None, described_at=0),
        insert(messages).values(tenant_id=tenant, id="m1"),
        insert(figures).values(tenant_id=tenant, name="x", value="no number", at="neither"),
        text("SELECT 1 +"),
    ]
    if "postgresql" in database.url:
        unpackable = "".join(f"{random.random()}" for _ in range(1000))  # longer than a row of an index
        wrong += [
            insert(figures).values(tenant_id=tenant, name="\0", value=0, at=0),
            insert(figures).values(tenant_id=tenant, name=unpackable, value=0, at=0),
            text("SELECT 1 / 0"),
        ]
        found = [is_transient(await error_of(database, statement)) for statement in wrong]
        assert found == [False] * len(wrong)
    else:
        # SQLite keeps any value in any column, and calls a wrong statement what it calls a table that is not there.
        assert [is_transient(await error_of(database, statement)) for statement in wrong[:2]] == [False, False]


async def test_a_table_that_is_not_there_is_one(database: Database) -> None:
    assert is_transient(await error_of(database, text("SELECT 1 FROM nothing")))


async def test_a_lost_connection_is_one(database: Database) -> None:
    if "postgresql" in database.url:
        suicide = text("SELECT pg_terminate_backend(pg_backend_pid())")
        assert is_transient(await error_of(database, suicide))
        patience = text("SET LOCAL statement_timeout = '1ms'")
        assert is_transient(await error_of(database, patience, text("SELECT pg_sleep(9)")))
    async with Database("postgresql+asyncpg://postgres@127.0.0.1:1/nobody") as gone:
        with pytest.raises(OSError, match="Connect") as caught:
            async with gone.read():
                pass
    assert is_transient(caught.value)


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), True),
        (InterfaceError("", {}, Exception("another operation is in progress")), True),
        (DBAPIError("", {}, Exception("closed"), connection_invalidated=True), True),
        (NoConnection("no place in the pool"), True),
        (TimeoutError(), True),
        (DBAPIError("", {}, Exception("unknown")), False),
        (ValueError(), False),
        (ZeroDivisionError(), False),
    ],
)
def test_errors_by_their_kind(error: Exception, outage: bool) -> None:
    assert is_transient(error) is outage


async def test_a_damaged_file_is_one(tmp_path: Path) -> None:
    """It may be restored, and what was asked for is asked again then."""
    (tmp_path / "x.db").write_bytes(b"no database" * 1000)
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}") as damaged:
        with pytest.raises(DBAPIError) as caught:
            async with damaged.read() as reader:
                await reader.rows(text("SELECT 1 FROM sqlite_master"))
    assert is_transient(caught.value)
    corrupt = sqlite3.DatabaseError("database disk image is malformed")
    corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    assert is_transient(DatabaseError("", {}, corrupt))
