"""A check that statements stay inside the SQL that Citus runs as PostgreSQL does on tables distributed by tenant.

PostgreSQL accepts more. So every statement that the tests send to PostgreSQL is read here, and what Citus would refuse,
or would have to ask every node for, is a complaint. Source: Citus 13 on PostgreSQL 15, statement by statement.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sqlglot
from sqlalchemy import Engine, event
from sqlglot import exp
from sqlglot.errors import SqlglotError

from analytics.storage.citus.distribution import LOCAL_TABLES, distributed
from tests.support.sql.cross_tenant import EVERY_COMPANY

TENANT = "tenant_id"
DISTRIBUTED = frozenset(table.name for table in distributed())
_NAMED = re.compile(rf"\b({'|'.join(sorted(DISTRIBUTED))})\b")
# What always gives the same for the same. Everything else might not, and every node would have its own.
_IMMUTABLE = (exp.Cast, exp.Collate, exp.Coalesce, exp.Greatest, exp.Least, exp.Case, exp.Connector, exp.Any, exp.Array)
_MULTIPLE = (exp.Rollup, exp.Cube, exp.GroupingSets)
_READ_OR_WRITTEN = (exp.Query, exp.Insert, exp.Update, exp.Delete, exp.Merge)

seen: set[str] = set()
complaints: list[str] = []


def watch() -> None:
    """Read every statement from now on, and remember what there is to complain about."""

    @event.listens_for(Engine, "before_cursor_execute")
    def look(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.dialect.name == "postgresql" and _NAMED.search(statement):
            seen.add(statement)
            complaints.extend(f"{complaint}: {statement}" for complaint in refused(statement))


@lru_cache(maxsize=5_000)
def refused(statement: str) -> tuple[str, ...]:
    """Return the parts of a statement that Citus would not run, or only by asking every node."""
    # A parameter is a value; `$1, $2` would be taken for a quoted text.
    text = re.sub(r"\$(\d+)", r"'$\1'", statement)
    try:
        commands = sqlglot.parse(text, read="postgres")
    except SqlglotError as error:
        return (f"cannot be read ({error})",)
    if len(commands) != 1 or commands[0] is None:
        return ("several commands in one",)
    return tuple(_refused(commands[0], " ".join(statement.split()) in EVERY_COMPANY))


def _refused(command: exp.Expr, every_company: bool) -> Iterator[str]:
    if isinstance(command, exp.Create):
        yield from _created(command)
    if not isinstance(command, _READ_OR_WRITTEN):
        return
    yield from _across(command) if every_company else _of_one_company(command)
    yield from _joined(command)
    yield from _written(command)
    if any(column.name == "ctid" for column in command.find_all(exp.Column)):
        yield "rows by ctid"


def _created(command: exp.Create) -> Iterator[str]:
    names = {table.name for table in command.find_all(exp.Table)} & DISTRIBUTED
    if not names:
        return
    if command.kind == "TRIGGER":
        yield "a trigger on a distributed table"
    if command.find(exp.TemporaryProperty, exp.InheritsProperty):
        yield "a temporary or inherited distributed table"
    if command.args.get("unique") and TENANT not in {column.name for column in command.find_all(exp.Column)}:
        yield f"a unique index without {TENANT}"


# Which company


def _of_one_company(command: exp.Expr) -> Iterator[str]:
    """Every distributed table is of one company, and of one that is named by a value."""
    bound = {id(table) for table, other in _equalities(command) if other is None}
    for table in _read(command):
        if id(table) not in bound:
            yield f"{table.alias_or_name} without {TENANT} = a value"


def _across(command: exp.Expr) -> Iterator[str]:
    """A read of every company: plain, and where it joins, each company's rows with its own."""
    if not isinstance(command, exp.Query):
        yield "a write to every company"
    for kind, what in ((exp.Lock, "row locks"), (_MULTIPLE, "grouping sets")):
        if command.find(*(kind if isinstance(kind, tuple) else (kind,))):
            yield f"{what} over several companies"
    if any(clause.args.get("recursive") for clause in command.find_all(exp.With)):
        yield "recursion over several companies"
    tables = _read(command)
    groups = {id(table): {id(table)} for table in tables}
    for table, other in _equalities(command):
        if other is not None:
            merged = groups[id(table)] | groups[id(other)]
            groups.update(dict.fromkeys(merged, merged))
    if any(len(group) < len(tables) for group in groups.values()):
        yield f"tables that are not joined by {TENANT}"


def _read(command: exp.Expr) -> list[exp.Table]:
    """The distributed tables whose rows are looked for: all but the one that is inserted into."""
    return [table for table in command.find_all(exp.Table) if table.name in DISTRIBUTED and not _is_target(table)]


def _is_target(table: exp.Table) -> bool:
    above = table.parent
    return isinstance(above, exp.Insert) or (isinstance(above, exp.Schema) and isinstance(above.parent, exp.Insert))


def _equalities(command: exp.Expr) -> Iterator[tuple[exp.Table, exp.Table | None]]:
    """Yield the equalities of tables' tenants in a command: with a value (None), or with another table's tenant."""
    for condition in command.find_all(exp.Where, exp.Join, exp.Merge):
        held = condition.this if isinstance(condition, exp.Where) else condition.args.get("on")
        for part in held.flatten() if isinstance(held, exp.And) else [held]:
            yield from _equality(part.unnest() if part else part)


def _equality(part: exp.Expr | None) -> Iterator[tuple[exp.Table, exp.Table | None]]:
    if not isinstance(part, exp.EQ):
        return
    for side, other in ((part.left, part.right), (part.right, part.left)):
        table = _table_of(side)
        if table is not None:
            if other.find(exp.Column, exp.Query) is None:
                yield table, None
            elif (joined := _table_of(other)) is not None:
                yield table, joined


def _table_of(side: exp.Expr) -> exp.Table | None:
    """The distributed table whose `tenant_id` this is, looked for from the inside out."""
    if not isinstance(side, exp.Column) or side.name != TENANT:
        return None
    scope = side.find_ancestor(*_READ_OR_WRITTEN)
    while scope is not None:
        for table in _read(scope):
            if table.find_ancestor(*_READ_OR_WRITTEN) is scope and side.table in ("", table.alias_or_name):
                return table
        scope = scope.find_ancestor(*_READ_OR_WRITTEN)
    return None


def _joined(command: exp.Expr) -> Iterator[str]:
    names = {table.name for table in command.find_all(exp.Table)}
    if names & LOCAL_TABLES and names & DISTRIBUTED:
        yield "a local table beside a distributed one"


# What is written


def _written(command: exp.Expr) -> Iterator[str]:
    for insert in command.find_all(exp.Insert):
        if insert.find(exp.Table) and TENANT not in {name.name for name in insert.this.expressions}:
            yield f"an insert without {TENANT}"
    for conflict in command.find_all(exp.OnConflict):
        if TENANT not in {key.this.name for key in conflict.args.get("conflict_keys") or ()}:
            yield f"a conflict on other than {TENANT}"
        yield from _assigned(conflict.expressions)
    for update in command.find_all(exp.Update):
        yield from _assigned(update.expressions)
    for change in command.find_all(exp.Update, exp.Delete):
        if where := change.args.get("where"):
            yield from _volatile(where)


def _assigned(assignments: list[exp.Expr]) -> Iterator[str]:
    for assignment in assignments:
        if assignment.this.name == TENANT:
            yield f"{TENANT} is changed"
        yield from _volatile(assignment)


def _volatile(part: exp.Expr) -> Iterator[str]:
    for function in part.find_all(exp.Func):
        if not isinstance(function, _IMMUTABLE):
            yield f"{function.sql('postgres')} may differ from node to node"
