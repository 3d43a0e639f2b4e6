"""The database as two types: a `Reader` sees one moment and cannot write, a `Writer` does both.

On SQLite they are different engines: a pool of read-only connections, and one connection that writes. Open one
reader per piece of work (`async with database.read() as reader`) and never share it between coroutines.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Dialect,
    ExceptionContext,
    Executable,
    NullPool,
    QueuePool,
    Row,
    Table,
    bindparam,
    delete,
    event,
    func,
    literal_column,
    make_url,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from analytics.storage.backends.base import Backend
from analytics.storage.backends.guards import Guard
from analytics.storage.backends.postgresql import PostgresBackend, postgresql_engine
from analytics.storage.backends.sqlite import SqliteBackend
from analytics.storage.backends.transaction import transaction
from analytics.storage.backends.transient_errors import is_damage
from analytics.storage.dialects import bind_rows, upsert
from analytics.storage.memory_cache import MemoryCache, new_version
from analytics.storage.query_log import instrument
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import tenants

# Rows fetched at a time when streaming: large enough that the switch between threads does not show, small
# enough that a worker's memory stays flat (of an export's rows so many take some 5 MB).
PARTITION = 4_000
# Seconds in which a server must close them; the number of checks for connections in use, and the seconds between them.
CLOSE_TIMEOUT = 5.0
UNUSED_CHECKS, CHECK_INTERVAL = 300, 0.01

BACKENDS: dict[str, Backend] = {"sqlite": SqliteBackend(), "postgresql": PostgresBackend()}

AnyRow = Row[*tuple[Any, ...]]


class Reader:
    """A connection in a read-only transaction: all it returns is of one moment."""

    def __init__(self, connection: AsyncConnection, backend: Backend, cache: MemoryCache | None = None) -> None:
        self._connection, self._backend = connection, backend
        # Values that earlier transactions read; None for a writer, since its own changes have no version yet.
        self.cache = cache
        # A cache of this transaction; and the query plans by which reads were answered.
        self.memo: dict[Hashable, Any] = {}
        self.plans: list[str] = []

    async def rows(self, statement: Executable) -> Sequence[AnyRow]:
        """Return all rows of a statement whose result is known to be small."""
        return (await self._result(statement)).all()

    async def first(self, statement: Executable) -> AnyRow | None:
        """Return the first row, or None."""
        return (await self._result(statement)).first()

    async def _result(self, statement: Executable) -> CursorResult[Any]:
        """Run a statement; when its task is canceled, so is the statement."""
        return await self._backend.execute(self._connection, statement)

    async def use_streaming_mode(self) -> None:
        """Keep nothing in memory of what is read from now on: for a large part of the database, read once.

        Otherwise a million rows of SQLite would fill its cache, and all of the file that is mapped into memory would
        count as this process's. The mode outlasts the reader: it is the connection's.
        """
        await self._backend.use_streaming_mode(self._connection)

    async def partitions(self, statement: Executable) -> AsyncIterator[Sequence[AnyRow]]:
        """Yield the rows of a statement of any size, some thousands at a time, never all in memory."""
        async with self._connection.stream(statement) as result:
            async for partition in result.partitions(PARTITION):
                yield partition


class Writer(Reader):
    """A connection in the one writing transaction; committed when its block ends without an error."""

    async def execute(self, statement: Executable) -> int:
        """Run an INSERT, UPDATE or DELETE, and return the number of rows it changed."""
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
            for sql, parameters in bind_rows(dialect, _compiled_upsert(table, columns, dialect, add), values):
                await self._connection.exec_driver_sql(sql, parameters)

    async def delete(self, table: Table, columns: tuple[str, ...], keys: Iterable[tuple[Any, ...]], where: str) -> None:
        """Delete rows by keys, given as tuples in the order of `columns`, if the column `where` is 0 in them."""
        values = list(keys)
        if values:
            sql = _compiled_delete(table, columns, self._connection.dialect, where)
            await self._connection.exec_driver_sql(sql, values)

    async def lock(self, name: str) -> None:
        """Wait until no other transaction holds the lock of this name (SQLite has one writer anyway)."""
        await self._backend.lock(self._connection, name)

    async def lock_tenant(self, tenant: str, seconds: float | None = None) -> bool:
        """Take the lock under which a tenant's messages and counts are written, and give its data a new version.

        Every transaction that may change what is counted begins with it: counts are cached by that version. Waits for
        the lock for `seconds` at most (0: not at all; None: without limit), in line with others; True if it was taken.
        """
        if seconds is None:
            await self.lock(tenant)
        elif not await (
            self._backend.lock_with_timeout(self._connection, tenant, seconds) if seconds else self.try_lock(tenant)
        ):
            return False
        states = rollup_states
        version = new_version()
        await self.execute(
            update(states)
            .where(states.c.tenant_id == tenant)
            .values(
                data_version=version,
                # Only its changes give the directory another one, see `ingest.merging.directory`.
                directory_version=func.coalesce(states.c.directory_version, version),
            )
        )
        return True

    async def try_lock(self, name: str) -> bool:
        """Take the lock of this name unless another transaction holds it; True if it was taken."""
        return await self._backend.try_lock(self._connection, name)


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
        self._backend = BACKENDS[make_url(url).get_backend_name()]
        self.readers = self._backend.readers
        self._writer, self._single, self._reader, self._observer = self._backend.open(url)
        # True once SQLite said that its file is damaged. It stays so until the process is restarted.
        self.is_damaged = False
        self._guard = Guard(self._answers)
        self.cache = MemoryCache()
        for engine in {self._writer, self._reader, self._observer}:
            instrument(engine)
            event.listen(engine.sync_engine, "handle_error", self._look_at_error)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """Open a reader of one moment."""
        async with transaction(self._reader) as connection:
            yield Reader(connection, self._backend, self.cache)

    @asynccontextmanager
    async def observe(self) -> AsyncIterator[Reader]:
        """Open a reader for those who ask how the service is: there is one also while all others wait for a node."""
        async with transaction(self._observer) as connection:
            yield Reader(connection, self._backend)

    @asynccontextmanager
    async def guard(self, tenant: str) -> AsyncIterator[None]:
        """End the work for a tenant inside the block with `NotAnsweringError` once the tenant's node does not answer.

        While it does not, further work is refused at once, and the connections are left to others.
        """
        if not self._backend.is_server:
            yield
            return
        async with self._guard.around(tenant):
            yield

    async def _answers(self, tenant: str) -> None:
        """Ask a tenant's node for a row, by a new connection: one that is kept may be the one that waits."""
        engine = postgresql_engine(self.url, poolclass=NullPool)
        async with transaction(engine) as connection:
            await connection.execute(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """Open a writer; everything in the block is kept, or nothing."""
        async with transaction(self._writer) as connection:
            yield Writer(connection, self._backend)

    async def execute(self, statement: Executable) -> None:
        """Run one statement that is a transaction by itself: on PostgreSQL one round trip, not three."""
        async with transaction(self._single) as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """Keep other processes out of blocks of this name; False if one is in such a block. On SQLite always True."""
        if not self._backend.is_server:
            yield True  # to hold its one writer would keep out ourselves
            return
        async with self.write() as writer:
            yield await writer.try_lock(name)

    async def run_sync(self, function: Any) -> Any:
        """Run a function of a synchronous connection, for Alembic."""
        async with self._writer.begin() as connection:
            return await connection.run_sync(function)

    async def vacuum(self) -> None:
        """Remove what was deleted from SQLite's file: it is rewritten, which takes a while.

        PostgreSQL does so by itself, in time. Raises OperationalError when others write for too long.
        """
        await self._backend.vacuum(self._writer)

    def note_damage(self) -> None:
        """Note that SQLite's file is damaged, as this or another process found."""
        self.is_damaged = True

    def _look_at_error(self, context: ExceptionContext) -> None:
        if is_damage(context.original_exception):
            self.note_damage()

    async def close(self) -> None:
        """Close every connection. Closing a file is awaited however long it takes to write, a server for a timeout."""
        seconds = CLOSE_TIMEOUT if self._backend.is_server else None
        for engine in (self._writer, self._reader, self._observer):
            await _wait_until_unused(engine)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await engine.dispose()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()


async def _wait_until_unused(engine: AsyncEngine) -> None:
    """Wait until canceled tasks have returned their connections, for some seconds at most.

    Connections in use are not closed by `dispose`, and afterwards nothing would close them.
    """
    pool = cast(QueuePool, engine.pool)
    for _ in range(UNUSED_CHECKS):
        if not pool.checkedout():
            return
        await asyncio.sleep(CHECK_INTERVAL)
