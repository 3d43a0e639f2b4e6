"""The statements that a piece of work ran, and the time of each: for the log and the metrics.

Work is a task and what it starts. Statements of work that nobody watches are not kept.
"""

import time
from contextvars import ContextVar
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class ExecutedStatement(NamedTuple):
    """A statement: its text, which has no values in it, and how long it took (ns)."""

    text: str
    took: int


_ran: ContextVar[list[ExecutedStatement] | None] = ContextVar("ran", default=None)


def record_statements() -> list[ExecutedStatement]:
    """Start recording the statements of this task and of those it starts; return the list they are added to."""
    statements: list[ExecutedStatement] = []
    _ran.set(statements)
    return statements


def instrument(engine: AsyncEngine) -> None:
    """Record the statements of an engine, except those that fail."""

    def before(_connection: Any, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        context.began_at = time.perf_counter_ns()

    def after(_connection: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: bool) -> None:
        ran = _ran.get()
        if ran is not None:
            ran.append(ExecutedStatement(text, time.perf_counter_ns() - context.began_at))

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
