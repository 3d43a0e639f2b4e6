"""PostgreSQL: a server, or with Citus several."""

from typing import Any

from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from analytics.storage.backends.base import Engines
from analytics.storage.backends.table_locks import LOCK_NOT_AVAILABLE

# Plan statements for their actual values. With a generic plan, which PostgreSQL would use from the sixth time on, lists
# count as ten items: then thousands of contacts were compared one by one with each message of a year.
PLANS = {"plan_cache_mode": "force_custom_plan"}
# With these a server notices in some 30 seconds, not in two hours, that a client's machine is gone, and ends the
# transaction whose lock the tenant's other writers wait for. (A client that is only killed it notices at once.)
KEEPALIVES = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

# For Citus; PostgreSQL keeps settings of extensions that it does not have. Without the first, Citus filters each read
# of the catalog, and a new connection that reads it for the types of arrays takes 0.3 to 60 seconds (with it 0.02). The
# second is the timeout, in milliseconds, for a node that accepts connections and does not answer.
CITUS = {"citus.override_table_visibility": "off", "citus.node_connection_timeout": "5000"}

# Connections that are kept open, and additional temporary ones: for readers and for writers; and for health checks and
# metrics.
POOL, OVERFLOW = 4, 4
OBSERVERS, MORE_OBSERVERS = 1, 2


class PostgresBackend:
    """A server: pools of connections, advisory locks by name."""

    readers = POOL + OVERFLOW
    is_server = True

    def open(self, url: str) -> Engines:
        """See `Backend`. Each use has a pool of its own, so that writers that wait for a lock keep out no reader."""
        writer = postgresql_engine(url, pool_size=POOL, max_overflow=OVERFLOW)
        single = writer.execution_options(isolation_level="AUTOCOMMIT")
        reader, observer = (
            postgresql_engine(url, pool_size=size, max_overflow=more).execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            for size, more in ((POOL, OVERFLOW), (OBSERVERS, MORE_OBSERVERS))
        )
        return Engines(writer, single, reader, observer)

    async def execute(self, connection: AsyncConnection, statement: Executable) -> CursorResult[Any]:
        """See `Backend`. asyncpg cancels the statement by itself."""
        return await connection.execute(statement)

    async def use_streaming_mode(self, connection: AsyncConnection) -> None:
        """See `Backend`. A cursor of the server reads: nothing is kept here anyway."""

    async def lock(self, connection: AsyncConnection, name: str) -> None:
        """See `Backend`."""
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    async def lock_with_timeout(self, connection: AsyncConnection, name: str, seconds: float) -> bool:
        """See `Backend`."""
        try:
            async with connection.begin_nested():
                await connection.execute(text(f"SET LOCAL lock_timeout = {max(round(seconds * 1000), 1)}"))
                await self.lock(connection, name)
                await connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    async def try_lock(self, connection: AsyncConnection, name: str) -> bool:
        """See `Backend`."""
        statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        return bool((await connection.execute(statement, {"name": name})).scalar_one())

    async def vacuum(self, engine: AsyncEngine) -> None:
        """See `Backend`. Autovacuum does it."""


def postgresql_engine(url: str, **pool: Any) -> AsyncEngine:
    """Create an engine; `pool` are SQLAlchemy's options for its pool of connections."""
    return create_async_engine(
        url,
        **pool,
        # A restarted server has cut every connection in the pool, so each is tested before it is used.
        pool_pre_ping=True,
        hide_parameters=True,  # they are people's phones and words, and errors are logged
        connect_args={"server_settings": PLANS | KEEPALIVES | CITUS},
    )
