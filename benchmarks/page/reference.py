"""The page's first request, answered by DuckDB from the message rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.page.documents import FIRST_REQUEST, page_document
from benchmarks.page.sections import Question, statements
from benchmarks.workload.events import directory

THREADS = 2
KINDS = ("department", "agent", "account", "template")


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the messages, with the names of the directory beside them."""
    with duckdb.connect(str(path), read_only=True, config={"threads": THREADS}) as connection:
        name_tables(connection)
        yield connection


def name_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of names, which only this connection sees."""
    entities = list(directory())
    for kind in KINDS:
        named = [event[kind] for event in entities if kind in event]
        connection.execute(f"CREATE TEMP TABLE {kind}s (id VARCHAR PRIMARY KEY, name VARCHAR)")
        connection.executemany(f"INSERT INTO {kind}s VALUES (?, ?)", [[one["id"], one["name"]] for one in named])


def ask(connection: duckdb.DuckDBPyConnection, question: Question) -> Callable[[], list[list[Any]]]:
    """Return a call that answers the sections one after the other, each with all of the threads.

    What two sections read alike is read once, as in the service.
    """
    prepared = statements(page_document(FIRST_REQUEST), question)

    def answer() -> list[list[Any]]:
        rows = {statement: connection.execute(statement).fetchall() for statement in dict.fromkeys(prepared)}
        return [rows[statement] for statement in prepared]

    return answer
