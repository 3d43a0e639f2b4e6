"""The database as two types: a `Reader` sees one moment and cannot write, a `Writer` does both.

On SQLite they are different engines: a pool of read-only connections, and one connection that writes. Open one
reader per piece of work (`async with database.read() as reader`) and never share it between coroutines.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import (
    Connection,
    CursorResult,
    Dialect,
    ExceptionContext,
    Executable,
    Row,
    Table,
    bindparam,
    delete,
    event,
    literal_column,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from analytics.outages import is_damage
from analytics.sqltypes import parameters, upsert
from analytics.watching import make_watchable

# Rows fetched at a time when streaming: large enough that the switch between threads does not show, small
# enough that a worker's memory stays flat (of an export's rows so many take some 5 MB).
PARTITION = 4_000
# KiB; what is read in the order of an index finds its neighbours in as little.
SMALL_CACHE = 4_096

# Statements are planned for the values they come with. Planned once for all values, as PostgreSQL would from the sixth
# time on, a list counts as ten items: then thousands of contacts were compared one by one with each message of a year.
PLANS = {"plan_cache_mode": "force_custom_plan"}
# By these a server finds in some 30 seconds, not in two hours, that a client's machine is gone, and ends the
# transaction whose lock everybody else of the company waits for. (A client that is only killed it sees at once.)
KEEPALIVES = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

# What PostgreSQL says when a lock was waited for in vain.
LOCK_NOT_AVAILABLE = "55P03"

# Connections to PostgreSQL that are kept, and that there may be more of for a while.
POOL, OVERFLOW = 4, 4

AnyRow = Row[*tuple[Any, ...]]


class Reader:
    """A connection in a read-only transaction: all it returns is of one moment."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        # What was read of this moment and will be asked for again; and where reads were answered from.
        self.known: dict[str, Any] = {}
        self.plans: list[str] = []

    async def rows(self, statement: Executable) -> Sequence[AnyRow]:
        """All rows of a statement whose result is known to be small."""
        return (await self._result(statement)).all()

    async def first(self, statement: Executable) -> AnyRow | None:
        """The first row, or None."""
        return (await self._result(statement)).first()

    async def _result(self, statement: Executable) -> CursorResult[Any]:
        """What a statement gives. When its task is canceled, so is the statement.

        asyncpg does that by itself. SQLite runs the statement in a thread, where it would go on and keep the
        connection; interrupted, it ends with an error of its own, after which the connection is as good as before.
        """
        if self._connection.dialect.name != "sqlite":
            return await self._connection.execute(statement)
        running = asyncio.ensure_future(self._connection.execute(statement))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            driver = (await self._connection.get_raw_connection()).driver_connection
            while not running.done():
                # Again and again: the thread may not have begun with it yet.
                await driver.interrupt()  # type: ignore[union-attr]  # connected as long as it runs
                await asyncio.wait([running], timeout=0.01)
            with suppress(DBAPIError):
                running.result()
            raise

    async def expect_much(self) -> None:
        """Say that this reader will read a large part of the database, once: keep nothing of it in memory.

        Otherwise a million rows of SQLite would fill its cache, and all of the file that is mapped into memory would
        count as this process's. The connection stays so.
        """
        if self._connection.dialect.name == "sqlite":
            for pragma in ("mmap_size = 0", f"cache_size = {-SMALL_CACHE}"):
                await self._connection.exec_driver_sql(f"PRAGMA {pragma}")

    async def partitions(self, statement: Executable) -> AsyncIterator[Sequence[AnyRow]]:
        """The rows of a statement of any size, some thousands at a time, never all in memory."""
        async with self._connection.stream(statement) as result:
            async for partition in result.partitions(PARTITION):
                yield partition


class Writer(Reader):
    """A connection in the one writing transaction; committed when its block ends without an error."""

    async def execute(self, statement: Executable) -> int:
        """Run an INSERT, UPDATE or DELETE; returns how many rows it changed."""
        result = await self._connection.execute(statement)
        return int(getattr(result, "rowcount", 0))

    async def upsert(
        self, table: Table, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], *, add: bool = False
    ) -> None:
        """Write rows given as tuples in the order of `columns`, replacing (or adding to) what has their key.

        Each key may come once. Hands the compiled text to the driver itself: three times as fast as through
        parameter dictionaries, and this is what an import spends its time on.
        """
        values = list(rows)
        if values:
            dialect = self._connection.dialect
            sql = _compiled_upsert(table, columns, dialect, add)
            await self._connection.exec_driver_sql(sql, parameters(dialect, values))

    async def delete(self, table: Table, columns: tuple[str, ...], keys: Iterable[tuple[Any, ...]], where: str) -> None:
        """Delete rows by keys, given as tuples in the order of `columns`, if the column `where` is 0 in them."""
        values = list(keys)
        if values:
            sql = _compiled_delete(table, columns, self._connection.dialect, where)
            await self._connection.exec_driver_sql(sql, values)

    async def lock(self, name: str) -> None:
        """Wait until no other transaction holds the lock of this name (SQLite has one writer anyway)."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )

    async def lock_within(self, name: str, patience: float) -> bool:
        """Wait for the lock of this name for so many seconds at most, in line with others; whether it was taken."""
        if self._connection.dialect.name != "postgresql":
            return True
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(text(f"SET LOCAL lock_timeout = {max(round(patience * 1000), 1)}"))
                await self.lock(name)
                await self._connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    async def try_lock(self, name: str) -> bool:
        """Take the lock of this name unless another transaction holds it; whether it was taken."""
        if self._connection.dialect.name != "postgresql":
            return True
        statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        return bool((await self._connection.execute(statement, {"name": name})).scalar_one())


@lru_cache
def _compiled_upsert(table: Table, columns: tuple[str, ...], dialect: Dialect, add: bool) -> str:
    return str(upsert(table, dialect, columns, add=add).compile(dialect=dialect))


@lru_cache
def _compiled_delete(table: Table, columns: tuple[str, ...], dialect: Dialect, where: str) -> str:
    keys = [table.c[name] == bindparam(f"key_{name}") for name in columns]
    return str(delete(table).where(*keys, table.c[where] == literal_column("0")).compile(dialect=dialect))


class Database:
    """A database URL, opened. Close it with `close()`, or use it as an async context manager.

    There may be so many `readers` at a time; more wait for one.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        if make_url(url).get_backend_name() == "sqlite":
            self._writer = _sqlite_engine(url, "rwc", "BEGIN IMMEDIATE", pool_size=1)
            # Four readers keep two cores busy while one waits for the disk; more only compete for them.
            self.readers = 4
            self._reader = _sqlite_engine(url, "ro", "BEGIN", pool_size=self.readers)
            self._single = self._writer
        else:
            # Pools of their own: writers that wait for a company's lock take no connection from those who read.
            self.readers = POOL + OVERFLOW
            self._writer = _postgresql_engine(url)
            self._single = self._writer.execution_options(isolation_level="AUTOCOMMIT")
            self._reader = _postgresql_engine(url).execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        # True once SQLite said that its file is damaged. It stays so: whoever restores it starts this process again.
        self.is_damaged = False
        for engine in (self._writer, self._reader):
            make_watchable(engine)
            event.listen(engine.sync_engine, "handle_error", self._look_at_error)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """A reader of one moment."""
        async with self._reader.connect() as connection, connection.begin():
            yield Reader(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A writer; everything in the block is kept, or nothing."""
        async with self._writer.connect() as connection, connection.begin():
            yield Writer(connection)

    async def execute(self, statement: Executable) -> None:
        """Run one statement that is a transaction by itself: on PostgreSQL one way there and back, not three."""
        async with self._single.connect() as connection, connection.begin():
            await connection.execute(statement)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[bool]:
        """Whether no other process is in such a block of this name, and none will be. On SQLite always true."""
        if make_url(self.url).get_backend_name() == "sqlite":
            yield True  # to hold its one writer would keep out ourselves
            return
        async with self.write() as writer:
            yield await writer.try_lock(name)

    async def is_locked(self, name: str) -> bool:
        """Whether somebody holds the lock of this name at the moment (SQLite's one writer is not asked)."""
        if make_url(self.url).get_backend_name() == "sqlite":
            return False
        async with self._reader.connect() as connection, connection.begin():
            return not await Writer(connection).try_lock(name)

    async def run_sync(self, function: Any) -> Any:
        """Run a function of a synchronous connection, for Alembic."""
        async with self._writer.begin() as connection:
            return await connection.run_sync(function)

    async def scrub(self) -> None:
        """Leave nothing in SQLite's file of what was deleted from it: the file is written anew, which takes a while.

        PostgreSQL does so by itself, by and by. Raises OperationalError when others write for too long.
        """
        if make_url(self.url).get_backend_name() != "sqlite":
            return
        async with self._writer.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                try:
                    await driver.execute_fetchall(statement)
                except sqlite3.OperationalError as error:
                    raise OperationalError(statement, {}, error) from error

    def note_damage(self) -> None:
        """Note that SQLite's file is damaged, as this or another process found."""
        self.is_damaged = True

    def _look_at_error(self, context: ExceptionContext) -> None:
        if is_damage(context.original_exception):
            self.note_damage()

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()


def _postgresql_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        # A server that was restarted has cut every connection in the pool: each is asked before it is used.
        pool_pre_ping=True,
        hide_parameters=True,  # they are people's phones and words, and errors are logged
        connect_args={"server_settings": PLANS | KEEPALIVES},
    )


def _sqlite_engine(url: str, mode: str, begin: str, pool_size: int) -> AsyncEngine:
    path = make_url(url).database
    if not path or not Path(path).is_absolute():
        raise ValueError("a SQLite database needs an absolute path: sqlite+aiosqlite:////folder/file.db")
    address = f"file:{path}?mode={mode}"

    async def open_file() -> aiosqlite.Connection:
        connection = aiosqlite.connect(address, uri=True)
        connection._thread.daemon = True  # a program may end while something is read
        try:
            return await connection
        except sqlite3.Error:
            # Its thread has something to tell this loop yet, and says so on standard error when the loop is gone.
            await asyncio.to_thread(connection._thread.join)
            raise

    engine = create_async_engine(
        f"sqlite+aiosqlite:///{address}&uri=true",
        async_creator=open_file,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # they are people's phones and words, and errors are logged
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin late and commit DDL by itself
        cursor = connection.cursor()
        pragmas = [
            "busy_timeout = 30000",  # ms; another process's batch may hold the write lock for a second
            "synchronous = FULL",  # what was answered is kept, whatever happens to the power
            "cache_size = -65536",  # KiB; the default of 2 MB turns every large group-by into disk reads
            "mmap_size = 1073741824",
            "temp_store = MEMORY",
        ]
        if mode != "ro":
            pragmas.insert(0, "journal_mode = WAL")  # readers go on while one writes
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
