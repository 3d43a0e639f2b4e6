"""Engines of SQLAlchemy for the two databases, and how a connection is given back when its work was broken off."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# Statements are planned for the values they come with. Planned once for all values, as PostgreSQL would from the sixth
# time on, a list counts as ten items: then thousands of contacts were compared one by one with each message of a year.
PLANS = {"plan_cache_mode": "force_custom_plan"}
# By these a server finds in some 30 seconds, not in two hours, that a client's machine is gone, and ends the
# transaction whose lock everybody else of the company waits for. (A client that is only killed it sees at once.)
KEEPALIVES = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

# For Citus; PostgreSQL keeps settings of extensions that it does not have. Without the first, Citus filters each read
# of the catalog, and a new connection that reads it for the types of arrays takes 0.3 to 60 seconds (with it 0.02). The
# second, in milliseconds: so long is a node waited for that accepts connections and says nothing.
CITUS = {"citus.override_table_visibility": "off", "citus.node_connection_timeout": "5000"}

# Seconds that a server has for canceling a statement that nobody waits for any more.
CANCEL_TIMEOUT = 1.0


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction, which is committed when the block ends without an error.

    A block that is canceled has its statement canceled too. On Citus that waits for the statement's node, which may
    hang; so does a server whose machine is gone. Then the connection is thrown away, and the block's end not held up.
    """
    canceled, timer = None, None
    try:
        async with engine.connect() as connection, connection.begin():
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                yield connection
            except asyncio.CancelledError as error:
                canceled = error
                if engine.dialect.name == "postgresql":
                    timer = asyncio.get_running_loop().call_later(CANCEL_TIMEOUT, driver.terminate)
                raise
    except SQLAlchemyError:
        if canceled is not None:
            raise canceled from None  # whoever canceled it waits for this
        raise
    finally:
        if timer is not None:
            timer.cancel()


def postgresql_engine(url: str, **pool: Any) -> AsyncEngine:
    """An engine for PostgreSQL; `pool` is how connections are kept, as SQLAlchemy is told it."""
    return create_async_engine(
        url,
        **pool,
        # A server that was restarted has cut every connection in the pool: each is asked before it is used.
        pool_pre_ping=True,
        hide_parameters=True,  # they are people's phones and words, and errors are logged
        connect_args={"server_settings": PLANS | KEEPALIVES | CITUS},
    )


def sqlite_engine(url: str, mode: str, begin: str, pool_size: int) -> AsyncEngine:
    """An engine for SQLite. `mode` is `ro` or `rwc`; `begin` is how a transaction begins."""
    path = make_url(url).database
    if not path or not Path(path).is_absolute():
        raise ValueError("a SQLite database needs an absolute path: sqlite+aiosqlite:////folder/file.db")
    address = f"file:{path}?mode={mode}"

    pragmas = [
        "busy_timeout = 30000",  # ms; another process's batch may hold the write lock for a second
        "synchronous = FULL",  # what was answered is kept, whatever happens to the power
        "cache_size = -65536",  # KiB; the default of 2 MB turns every large group-by into disk reads
        "mmap_size = 1073741824",
        "temp_store = MEMORY",
    ]
    if mode != "ro":
        pragmas.insert(0, "journal_mode = WAL")  # readers go on while one writes

    async def open_file() -> aiosqlite.Connection:
        # Without an isolation level: the driver would begin late and commit DDL by itself.
        connection = aiosqlite.connect(address, uri=True, isolation_level=None)
        connection._thread.daemon = True  # a program may end while something is read
        try:
            await connection
            for pragma in pragmas:
                await connection.execute_fetchall(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.stop()
            # Its thread has something to tell this loop yet, and says so on standard error when the loop is gone.
            await asyncio.to_thread(connection._thread.join)
            raise
        except asyncio.CancelledError:
            connection.stop()  # nobody else knows of it
            raise
        return connection

    engine = create_async_engine(
        f"sqlite+aiosqlite:///{address}&uri=true",
        async_creator=open_file,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # they are people's phones and words, and errors are logged
    )

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
