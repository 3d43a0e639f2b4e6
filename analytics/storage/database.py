"""The database as two types: a `Reader` sees one moment and cannot write, a `Writer` does both.

On SQLite they are different engines: a pool of read-only connections, and one connection that writes. Open one
reader per piece of work (`async with database.read() as reader`) and never share it between coroutines.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CursorResult,
    Dialect,
    ExceptionContext,
    Executable,
    NullPool,
    Row,
    Table,
    bindparam,
    delete,
    event,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from analytics.storage.dialects import bind_rows, upsert
from analytics.storage.engines import postgresql_engine, sqlite_engine, transaction
from analytics.storage.guards import Guard
from analytics.storage.query_log import instrument
from analytics.storage.tables import tenants
from analytics.storage.transient_errors import is_damage

# Rows fetched at a time when streaming: large enough that the switch between threads does not show, small
# enough that a worker's memory stays flat (of an export's rows so many take some 5 MB).
PARTITION = 4_000
# KiB; what is read in the order of an index finds its neighbours in as little.
SMALL_CACHE = 4_096

# What PostgreSQL says when a lock was waited for in vain.
LOCK_NOT_AVAILABLE = "55P03"

# Connections to PostgreSQL that are kept, and how many more there may be for a while: for those who read and for those
# who write, and for those who ask how the service is.
POOL, OVERFLOW = 4, 4
OBSERVERS, MORE_OBSERVERS = 1, 2
# Seconds for closing them.
CLOSE_TIMEOUT = 5.0

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

    async def use_streaming_mode(self) -> None:
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
            await self._connection.exec_driver_sql(sql, bind_rows(dialect, values))

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

    async def lock_with_timeout(self, name: str, patience: float) -> bool:
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
            self._writer = sqlite_engine(url, "rwc", "BEGIN IMMEDIATE", pool_size=1)
            # Four readers keep two cores busy while one waits for the disk; more only compete for them.
            self.readers = 4
            self._reader = sqlite_engine(url, "ro", "BEGIN", pool_size=self.readers)
            self._single, self._observer = self._writer, self._reader
        else:
            # Pools of their own: writers that wait for a company's lock take no connection from those who read.
            self.readers = POOL + OVERFLOW
            self._writer = postgresql_engine(url, pool_size=POOL, max_overflow=OVERFLOW)
            self._single = self._writer.execution_options(isolation_level="AUTOCOMMIT")
            self._reader, self._observer = (
                postgresql_engine(url, **pool).execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                for pool in (
                    {"pool_size": POOL, "max_overflow": OVERFLOW},
                    {"pool_size": OBSERVERS, "max_overflow": MORE_OBSERVERS},
                )
            )
        # True once SQLite said that its file is damaged. It stays so: whoever restores it starts this process again.
        self.is_damaged = False
        self._guard = Guard(self._answers)
        for engine in {self._writer, self._reader, self._observer}:
            instrument(engine)
            event.listen(engine.sync_engine, "handle_error", self._look_at_error)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """A reader of one moment."""
        async with transaction(self._reader) as connection:
            yield Reader(connection)

    @asynccontextmanager
    async def observe(self) -> AsyncIterator[Reader]:
        """A reader for those who ask how the service is: it has a connection also when all others wait for a node."""
        async with transaction(self._observer) as connection:
            yield Reader(connection)

    @asynccontextmanager
    async def guard(self, tenant: str) -> AsyncIterator[None]:
        """Around work for a company, which ends with `NotAnsweringError` as soon as the company's node does not answer.

        While it does not, further work is refused at once, and the connections are left to others.
        """
        if make_url(self.url).get_backend_name() == "sqlite":
            yield
            return
        async with self._guard.around(tenant):
            yield

    async def _answers(self, tenant: str) -> None:
        """Ask a company's node for a row, by a new connection: one that is kept may be the one that waits."""
        engine = postgresql_engine(self.url, poolclass=NullPool)
        async with transaction(engine) as connection:
            await connection.execute(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A writer; everything in the block is kept, or nothing."""
        async with transaction(self._writer) as connection:
            yield Writer(connection)

    async def execute(self, statement: Executable) -> None:
        """Run one statement that is a transaction by itself: on PostgreSQL one way there and back, not three."""
        async with transaction(self._single) as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """Whether no other process is in such a block of this name, and none will be. On SQLite always true."""
        if make_url(self.url).get_backend_name() == "sqlite":
            yield True  # to hold its one writer would keep out ourselves
            return
        async with self.write() as writer:
            yield await writer.try_lock(name)

    async def is_tenant_locked(self, name: str) -> bool:
        """Whether somebody holds the lock of this name at the moment (SQLite's one writer is not asked)."""
        if make_url(self.url).get_backend_name() == "sqlite":
            return False
        async with transaction(self._reader) as connection:
            return not await Writer(connection).try_lock(name)

    async def run_sync(self, function: Any) -> Any:
        """Run a function of a synchronous connection, for Alembic."""
        async with self._writer.begin() as connection:
            return await connection.run_sync(function)

    async def vacuum(self) -> None:
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
        """Close every connection. A server that hangs is not waited for."""
        for engine in (self._writer, self._reader, self._observer):
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await engine.dispose()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
