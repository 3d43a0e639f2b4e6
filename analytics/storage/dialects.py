"""The differences of the two dialects in SQL: column types, lists as one parameter, and upserts.

Every other statement of `analytics` is written once. Instants are BIGINT microseconds since the epoch (see
`domain.time_zones`). What differs beside SQL is in `backends`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    Insert,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# Strings compare by code point on both: SQLite's BINARY does, PostgreSQL needs to be told.
Key = String().with_variant(String(collation="C"), "postgresql")
Instant = BigInteger
Small = SmallInteger


class _List(TypeDecorator[list[Any]]):
    """A list bound as one parameter, so that a statement's text does not depend on its length."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array = ARRAY(self.item) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(array)

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else msgspec.json.encode(value).decode()


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    # It is a condition. Without this SQLite is asked for `(… IN …) = 1`, and then uses no index.
    _is_implicitly_boolean = True


@compiles(_OneOf, "postgresql")
def _any_of_array(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY ({compiler.process(values, **options)})"


@compiles(_OneOf)
def _in_json(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    listed = compiler.process(values, **options)
    values_listed = f"(SELECT value FROM json_each({listed}))"  # noqa: S608 - `listed` is a bound parameter
    return f"{compiler.process(column, **options)} IN {values_listed}"


class _AnyIn(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True


@compiles(_AnyIn, "postgresql")
def _any_in_jsonb(element: _AnyIn, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    return f"CAST({compiler.process(column, **options)} AS JSONB) ?| {compiler.process(values, **options)}"


@compiles(_AnyIn)
def _any_in_json(element: _AnyIn, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    values_listed = f"(SELECT value FROM json_each({values}))"  # noqa: S608 - a bound parameter
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN {values_listed})"  # noqa: S608 - a column


def any_in(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Build the condition that a column's JSON list has one of some texts; not true for no list, or no texts."""
    return _AnyIn(column, bindparam(None, sorted(values), _List(Text()), unique=True))


class _InSpans(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True


@compiles(_InSpans, "postgresql")
def _in_jsonb_spans(element: _InSpans, compiler: SQLCompiler, **options: Any) -> str:
    key, at, spans = (compiler.process(clause, **options) for clause in element.clauses)
    listed = f"jsonb_array_elements(CAST({spans} AS JSONB)) AS span(parts)"
    since, until = "CAST(parts ->> 1 AS BIGINT)", "CAST(parts ->> 2 AS BIGINT)"
    within = f"parts ->> 0 = {key} AND {since} <= {at} AND {at} < {until}"
    return f"EXISTS (SELECT 1 FROM {listed} WHERE {within})"  # noqa: S608 - columns and a bound parameter


@compiles(_InSpans)
def _in_json_spans(element: _InSpans, compiler: SQLCompiler, **options: Any) -> str:
    key, at, spans = (compiler.process(clause, **options) for clause in element.clauses)
    id, since, until = (f"json_extract(span.value, '$[{index}]')" for index in range(3))
    within = f"{id} = {key} AND {since} <= {at} AND {at} < {until}"
    return f"EXISTS (SELECT 1 FROM json_each({spans}) AS span WHERE {within})"  # noqa: S608 - as above


def in_spans(
    key: ColumnElement[Any], at: ColumnElement[int], spans: Iterable[tuple[str, int, int]]
) -> ColumnElement[bool]:
    """Return the condition that a key and an instant lie in one of some spans (key, since, until)."""
    listed = msgspec.json.encode(list(spans)).decode()
    return _InSpans(key, at, bindparam(None, listed, Text(), unique=True))


def in_list(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of values; false for no values."""
    item = BigInteger() if isinstance(column.type, Integer) else Text()
    return _OneOf(column, bindparam(None, list(values), _List(item), unique=True))


def _by_values(table: Table, columns: Sequence[str]) -> Any:
    """Return an INSERT of one row after the other."""
    return sqlite.insert(table).values({name: bindparam(name) for name in columns})


def _by_arrays(table: Table, columns: Sequence[str]) -> Any:
    """Return an INSERT of all rows at once, each column an array: one plan, and one round trip to another node."""
    arrays = [bindparam(name, type_=ARRAY(_plain(table.c[name].type))) for name in columns]
    rows = func.unnest(*arrays).table_valued(*columns, name="rows").render_derived()
    return postgresql.insert(table).from_select(list(columns), select(*(rows.c[name] for name in columns)))


def _plain(type: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type without its collation, which an array's type cannot have."""
    return Text() if isinstance(type, String) else type


def _as_columns(sql: str, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    yield sql, tuple(map(list, zip(*rows, strict=True)))


# Rows of one statement of SQLite. Its driver waits for the interpreter once a statement, and another thread that is
# calculating gives that away only every 5 ms: with a row a statement, a batch's rows would wait for its counts.
ROWS = 100


def _in_groups(sql: str, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    grouped = len(rows) - len(rows) % ROWS
    if grouped:
        marks = f"({', '.join('?' * len(rows[0]))})"
        groups = [tuple(chain.from_iterable(rows[n : n + ROWS])) for n in range(0, grouped, ROWS)]
        yield sql.replace(marks, ", ".join([marks] * ROWS), 1), groups
    if grouped < len(rows):
        yield sql, rows[grouped:]


class _Upsert(NamedTuple):
    """The form of a dialect's INSERT of many rows, and the statements with their parameters that it takes."""

    insert: Callable[[Table, Sequence[str]], Any]
    bind: Callable[[str, list[tuple[Any, ...]]], Iterator[tuple[str, Any]]]


_UPSERTS = {"sqlite": _Upsert(_by_values, _in_groups), "postgresql": _Upsert(_by_arrays, _as_columns)}


def upsert(table: Table, dialect: Dialect, columns: Sequence[str], *, add: bool = False) -> Insert:
    """Return an INSERT of the named columns that, where the primary key exists, replaces the other columns named.

    With `add` the values are added to those that are there. Its parameters are made by `bind_rows`.
    Raises ValueError for columns in another order than the table's, in which SQLAlchemy writes them.
    """
    if list(columns) != [column.name for column in table.columns if column.name in columns]:
        raise ValueError(f"columns of {table.name} are not in its order: {columns}")
    statement = _UPSERTS[dialect.name].insert(table, columns)
    keys = [column.name for column in table.primary_key]
    replaced = {
        name: table.c[name] + statement.excluded[name] if add else statement.excluded[name]
        for name in columns
        if name not in keys
    }
    upserted: Insert = (
        statement.on_conflict_do_update(index_elements=keys, set_=replaced)
        if replaced
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    return upserted


def bind_rows(dialect: Dialect, sql: str, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    """Yield an upsert's text with rows, given in the order of its columns, as the dialect's driver takes them."""
    return _UPSERTS[dialect.name].bind(sql, rows)
