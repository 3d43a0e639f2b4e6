"""Recording of the SQL statements that are run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from analytics.storage.database import Database


@contextmanager
def reads(database: Database) -> Iterator[list[str]]:
    """The statements that readers of a database run inside the block."""
    with _heard(database._reader) as seen:
        yield seen


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that anybody runs inside the block: readers first, then writers."""
    seen: list[str] = []
    with _heard(database._reader) as read, _heard(database._writer) as written:
        yield seen
    seen += [*read, *written]


@contextmanager
def _heard(engine: AsyncEngine) -> Iterator[list[str]]:
    seen: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", remember)
