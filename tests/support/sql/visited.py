"""Work of a database for statements: the rows that it visits, which no clock disturbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event

from analytics.storage.database import Database


class Statement(NamedTuple):
    """A statement that was run, with its values as the driver takes them."""

    text: str
    values: Any


@contextmanager
def reads_with_values(database: Database) -> Iterator[list[Statement]]:
    """The statements that readers of a database run inside the block."""
    run: list[Statement] = []

    def remember(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if text.lstrip().startswith(("SELECT", "WITH")):
            run.append(Statement(text, values))

    engine = database._reader.sync_engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield run
    finally:
        event.remove(engine, "before_cursor_execute", remember)


async def work(database: Database, statement: Statement) -> int:
    """The work of a statement: on SQLite the steps of its program, on PostgreSQL the rows that its scans visit."""
    return await (_steps if database.url.startswith("sqlite") else _scanned_rows)(database, statement)


async def _steps(database: Database, statement: Statement) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    async with database.read() as reader:
        driver = (await reader._connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.set_progress_handler(count, 1)
        try:
            await reader._connection.exec_driver_sql(*statement)
        finally:
            await driver.set_progress_handler(None, 0)
    return steps


async def _scanned_rows(database: Database, statement: Statement) -> int:
    async with database.read() as reader:
        driver = (await reader._connection.get_raw_connection()).driver_connection
        assert driver is not None
        # A table of a test is so small that all of it would be read.
        await driver.execute("SET LOCAL enable_seqscan = off")
        plan = await driver.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.values)
    return _visited(plan[0]["Plan"])


def _visited(node: dict[str, Any]) -> int:
    """The rows that the scans of a plan visit, those that they pass over included."""
    inner: list[dict[str, Any]] = node.get("Plans", [])
    rows = 0
    if "Relation Name" in node:
        passed_over = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        rows = round((node["Actual Rows"] + passed_over) * node["Actual Loops"])
    return rows + sum(map(_visited, inner))
