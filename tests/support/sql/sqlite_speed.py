"""SQLite for tests: commits do not wait for the disk, and properties run its calls at once instead of in a thread.

Handing a call to the thread of a connection and its result back takes longer than most statements on the few rows of an
example, and a statement takes five calls. Tests of thousands of reads in turn ask for the same by the fixture
`without_threads`. Every other test runs them in the thread, as the service does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Engine, event

from analytics.storage.backends import sqlite
from analytics.storage.backends.sqlite import SqliteConnection


class FastConnection(SqliteConnection):
    """A connection that runs its calls at once inside `without_threads`. What else is awaited does not go on then."""

    threads = True

    def __init__(self, connect: "partial[Any]", **options: Any) -> None:
        super().__init__(partial(connect, check_same_thread=False), **options)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if FastConnection.threads:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)


@contextmanager
def without_threads() -> Iterator[None]:
    """Run what SQLite is asked inside the block in the thread that asks."""
    before, FastConnection.threads = FastConnection.threads, False
    try:
        yield
    finally:
        FastConnection.threads = before


def install() -> None:
    """Open all connections of this process so from now on."""
    sqlite.SqliteConnection = FastConnection  # type: ignore[misc, assignment]

    @event.listens_for(Engine, "connect")
    def speed_up(connection: Any, _record: Any) -> None:
        """Let nothing wait for the disk: no test cuts the power of this process, and a kill loses nothing."""
        if isinstance(getattr(connection, "driver_connection", None), FastConnection):
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.close()
