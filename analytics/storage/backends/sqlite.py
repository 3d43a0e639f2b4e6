"""The SQLite backend: a database in one file."""

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection, CursorResult, Executable, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from analytics.storage.backends.base import Engines

# KiB. Enough for reads in index order: neighbouring rows are mostly on pages that were read just before.
SMALL_CACHE = 4_096


class SqliteConnection(aiosqlite.Connection):
    """A connection whose `stop` may be called again while it is being closed.

    SQLAlchemy calls it again when a task is canceled for a second time while its connection is being closed. The method
    of aiosqlite would then wait for ever, for a thread that has ended.
    """

    stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Stop the thread; further calls return the future of the first."""
        if self.stopped is None:
            self.stopped = super().stop()
        return self.stopped


class SqliteBackend:
    """A file: one connection that writes, several that read, and no locks besides the write lock of the file."""

    readers = 4  # they keep two cores busy while one waits for the disk; more only compete for them
    is_server = False

    def open(self, url: str) -> Engines:
        """See `Backend`."""
        writer = sqlite_engine(url, "rwc", "BEGIN IMMEDIATE", pool_size=1)
        reader = sqlite_engine(url, "ro", "BEGIN", pool_size=self.readers)
        return Engines(writer, writer, reader, reader)

    async def execute(self, connection: AsyncConnection, statement: Executable) -> CursorResult[Any]:
        """See `Backend`.

        A statement runs in a thread, so it would outlive its canceled task and block the connection. It is interrupted:
        it then fails with an error of SQLite, which is suppressed, and the connection remains usable.
        """
        running = asyncio.ensure_future(connection.execute(statement))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            driver = (await connection.get_raw_connection()).driver_connection
            while not running.done():
                # Repeated, because an interrupt before the thread starts the statement has no effect.
                await driver.interrupt()  # type: ignore[union-attr]  # connected as long as it runs
                await asyncio.wait([running], timeout=0.01)
            with suppress(DBAPIError):
                running.result()
            raise

    async def use_streaming_mode(self, connection: AsyncConnection) -> None:
        """See `Backend`."""
        for pragma in ("mmap_size = 0", f"cache_size = {-SMALL_CACHE}"):
            await connection.exec_driver_sql(f"PRAGMA {pragma}")

    async def lock(self, connection: AsyncConnection, name: str) -> None:
        """See `Backend`. Does nothing: `BEGIN IMMEDIATE` admits one writer at a time."""

    async def lock_with_timeout(self, connection: AsyncConnection, name: str, seconds: float) -> bool:
        """See `Backend`."""
        del connection, name, seconds
        return True

    async def try_lock(self, connection: AsyncConnection, name: str) -> bool:
        """See `Backend`."""
        del connection, name
        return True

    async def vacuum(self, engine: AsyncEngine) -> None:
        """See `Backend`. Rewrites the file. Raises OperationalError when others write for too long."""
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                try:
                    await driver.execute_fetchall(statement)
                except sqlite3.OperationalError as error:
                    raise OperationalError(statement, {}, error) from error


def sqlite_engine(url: str, mode: str, begin: str, pool_size: int) -> AsyncEngine:
    """Create an engine. `mode` is `ro` or `rwc`; `begin` is the statement with which a transaction begins."""
    path = make_url(url).database
    if not path or not Path(path).is_absolute():
        raise ValueError("a SQLite database needs an absolute path: sqlite+aiosqlite:////folder/file.db")
    address = f"file:{path}?mode={mode}"

    pragmas = [
        "busy_timeout = 30000",  # ms; another process's batch may hold the write lock for a second
        "synchronous = FULL",  # a committed transaction survives a power failure
        "cache_size = -65536",  # KiB; the default of 2 MB turns every large group-by into disk reads
        "mmap_size = 1073741824",  # bytes, 1 GiB
        "temp_store = MEMORY",
    ]
    if mode != "ro":
        pragmas.insert(0, "journal_mode = WAL")  # readers go on while one writes

    async def open_file() -> aiosqlite.Connection:
        # No isolation level: with one, the driver would begin transactions late and commit DDL by itself.
        connect = partial(sqlite3.connect, address, uri=True, isolation_level=None)
        connection = SqliteConnection(connect, iter_chunk_size=64)
        connection._thread.daemon = True  # a program may end while something is read
        try:
            await connection
            for pragma in pragmas:
                await connection.execute_fetchall(f"PRAGMA {pragma}")
        except (sqlite3.Error, asyncio.CancelledError):
            connection.stop()  # no pool has it yet, so nobody else would
            # Its thread still reports its end to this event loop, and prints an error if the loop is closed by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        return connection

    engine = create_async_engine(
        f"sqlite+aiosqlite:///{address}&uri=true",
        async_creator=open_file,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged, and parameters are people's phones and words
    )

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
