"""Every migration leaves the release before it working: it adds, and what it takes away nobody has used for a release.

See docs/decisions/0040. A migration is run here with a recorder in the place of Alembic's operations, and everything
that is not known to be harmless is named.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from analytics.migrations import SCRIPTS

CONTRACTS = "contracts"  # in a contracting migration: the earlier one from which on nobody uses what it takes away


class Recorder:
    """Stands for `alembic.op`, and keeps what would break code that does not know of it."""

    def __init__(self) -> None:
        self.breaking: list[str] = []
        self._new: set[str] = set()

    def create_table(self, name: str, *_columns: Any, **_options: Any) -> None:
        self._new.add(name)

    def create_index(self, name: str, table: str, *_rest: Any, unique: bool = False, **_options: Any) -> None:
        if unique and table not in self._new:
            self.breaking.append(f"create_index {name}: unique, on the existing table {table}")

    def get_bind(self) -> MagicMock:
        """A connection to a database without rows: reading them makes nothing wrong."""
        return MagicMock()

    def drop_index(self, *_given: Any, **_options: Any) -> None:
        """Makes nothing wrong."""

    def add_column(self, table: str, column: sa.Column[Any], **_options: Any) -> None:
        if table not in self._new and not column.nullable and column.server_default is None:
            self.breaking.append(f"add_column {table}.{column.name}: NOT NULL without a server default")

    @contextmanager
    def batch_alter_table(self, table: str, **_options: Any) -> Iterator["_Batch"]:
        yield _Batch(self, table)

    def __getattr__(self, operation: str) -> Callable[..., None]:
        def record(*given: Any, **_options: Any) -> None:
            self.breaking.append(" ".join([operation, *(str(argument) for argument in given)]))

        return record


class _Batch:
    """The operations of one table."""

    def __init__(self, recorder: Recorder, table: str) -> None:
        self._recorder = recorder
        self._table = table

    def add_column(self, column: sa.Column[Any], **options: Any) -> None:
        self._recorder.add_column(self._table, column, **options)

    def create_index(self, name: str, *rest: Any, **options: Any) -> None:
        self._recorder.create_index(name, self._table, *rest, **options)

    def __getattr__(self, operation: str) -> Callable[..., None]:
        def record(*given: Any, **options: Any) -> None:
            getattr(self._recorder, operation)(self._table, *given, **options)

        return record


def problems(migration: Any, ancestors: list[str]) -> list[str]:
    """List what of a migration would break the release before it.

    `ancestors` are the revisions before it, the newest first.
    """
    recorder = Recorder()
    known, migration.op = migration.op, recorder
    try:
        migration.upgrade()
    finally:
        migration.op = known
    if not recorder.breaking:
        return [f"{CONTRACTS}, and takes nothing away"] if hasattr(migration, CONTRACTS) else []
    # What the release before it stopped using came with the migration before it, or earlier.
    return [] if getattr(migration, CONTRACTS, None) in ancestors else recorder.breaking


def test_every_migration_leaves_the_release_before_it_working() -> None:
    scripts = list(ScriptDirectory(str(SCRIPTS)).walk_revisions())
    assert len(scripts) >= 3
    found = {
        script.revision: problems(script.module, [older.revision for older in scripts[place + 1 :]])
        for place, script in enumerate(scripts[:-1])  # before the first one there was no release
    }
    assert not any(found.values()), found


def migration(upgrade: Callable[[Any], None], **said: str) -> SimpleNamespace:
    """A migration that does this."""
    made = SimpleNamespace(op=None, **said)
    made.upgrade = lambda: upgrade(made.op)
    return made


def batch(work: Callable[[Any], None]) -> Callable[[Any], None]:
    """The same by way of a batch on `messages`."""

    def upgrade(op: Any) -> None:
        with op.batch_alter_table("messages") as messages:
            work(messages)

    return upgrade


def new_table(op: Any) -> None:
    op.create_table("news", sa.Column("id", sa.Integer(), nullable=False))
    op.create_index("news_by_id", "news", ["id"], unique=True)
    op.add_column("news", sa.Column("kind", sa.Integer(), nullable=False))


EXPANDING = [
    new_table,
    lambda op: op.create_index("messages_by_x", "messages", ["x"]),
    lambda op: op.drop_index("messages_by_x"),
    lambda op: op.add_column("messages", sa.Column("x", sa.Integer(), nullable=True)),
    lambda op: op.add_column("messages", sa.Column("x", sa.Integer(), nullable=False, server_default="0")),
    batch(lambda messages: messages.add_column(sa.Column("x", sa.Integer(), nullable=True))),
    batch(lambda messages: messages.create_index("messages_by_x", ["x"])),
]
BREAKING = [
    lambda op: op.drop_column("messages", "agent_id"),
    lambda op: op.drop_table("messages"),
    lambda op: op.rename_table("messages", "sends"),
    lambda op: op.alter_column("messages", "agent_id", new_column_name="sender_id"),
    lambda op: op.alter_column("messages", "agent_id", type_=sa.Integer()),
    lambda op: op.alter_column("messages", "ticket_id", nullable=False),
    lambda op: op.add_column("messages", sa.Column("x", sa.Integer(), nullable=False)),
    lambda op: op.create_index("messages_by_x", "messages", ["x"], unique=True),
    lambda op: op.create_unique_constraint("x_once", "messages", ["x"]),
    lambda op: op.create_check_constraint("x_positive", "messages", "x > 0"),
    lambda op: op.execute("ALTER TABLE messages DROP COLUMN agent_id"),
    batch(lambda messages: messages.drop_column("agent_id")),
    batch(lambda messages: messages.add_column(sa.Column("x", sa.Integer(), nullable=False))),
    batch(lambda messages: messages.create_index("messages_by_x", ["x"], unique=True)),
]


@pytest.mark.parametrize("upgrade", EXPANDING)
def test_what_adds_is_fine(upgrade: Callable[[Any], None]) -> None:
    assert problems(migration(upgrade), ["0005", "0004"]) == []
    assert problems(migration(upgrade, contracts="0005"), ["0005", "0004"]) != []


@pytest.mark.parametrize("upgrade", BREAKING)
def test_what_takes_away_is_named_unless_an_earlier_migration_made_it_needless(upgrade: Callable[[Any], None]) -> None:
    assert len(problems(migration(upgrade), ["0005", "0004"])) == 1
    assert problems(migration(upgrade, contracts="0005"), ["0005", "0004"]) == []
    assert problems(migration(upgrade, contracts="0007"), ["0005", "0004"]) != []
