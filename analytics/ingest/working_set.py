"""The rows that a batch works on: loaded when asked for, changed in memory, written once at the end.

What is in memory is newer than what the database says, so every load keeps a row that is here already. A row
that was changed here is found by `messages.values()` and `replies.values()`, not by a later load.
"""

import asyncio
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Table, select

from analytics.database import Writer
from analytics.ingest.rows import Message, Receipt, Reply
from analytics.rollups.deltas import Sums, deltas, write
from analytics.rollups.state import State
from analytics.sqltypes import one_of
from analytics.tables import messages, receipts, replies
from analytics.zones import Zone

R = TypeVar("R", bound=Message | Receipt | Reply)
Key = str | tuple[str, ...]  # the primary key without the tenant: of one column, or of several


class Rows(Generic[R]):
    """The rows of one table, by key, as they were and as they are."""

    def __init__(self, writer: Writer, tenant: str, table: Table, type_: Callable[..., R], *key: str) -> None:
        self._writer = writer
        self._tenant = tenant
        self.table = table
        self._type = type_
        self.key_of: Callable[[R], Key] = attrgetter(*key)
        self._fields = [column.name for column in table.columns if column.name != "tenant_id"]
        self._columns = [table.c[name] for name in self._fields]
        self.before: dict[Key, R] = {}
        self.now: dict[Key, R] = {}

    def put(self, row: R) -> None:
        """The row as it is from now on."""
        self.now[self.key_of(row)] = row

    def get(self, key: Key) -> R | None:
        """The row of a key, if it was loaded or put."""
        return self.now.get(key)

    async def load(self, column: Column[Any], values: Iterable[Any], *where: ColumnElement[bool]) -> list[R]:
        """The rows whose column has one of the values, as they are now in memory where they are."""
        wanted = {value for value in values if value is not None}
        return await self.find(one_of(column, wanted), *where) if wanted else []

    async def find(self, *where: ColumnElement[bool]) -> list[R]:
        """The rows of which all of this holds in the database, as they are now in memory where they are."""
        statement = select(*self._columns).where(self.table.c.tenant_id == self._tenant, *where)
        found, key_of, now = [], self.key_of, self.now
        for values_of_row in await self._writer.rows(statement):
            row = self._type(*values_of_row)
            key = key_of(row)
            if key not in now:
                self.before[key] = now[key] = row
            found.append(now[key])
        return found

    def changes(self) -> list[tuple[R | None, R]]:
        """The rows that differ from the database: (as it was, as it is)."""
        return [
            (self.before.get(key), row)
            for key, row in self.now.items()
            if row is not (before := self.before.get(key)) and row != before
        ]

    async def flush(self) -> None:
        """Write the changed rows."""
        await self._writer.upsert(
            self.table,
            ("tenant_id", *self._fields),
            ((self._tenant, *msgspec.structs.astuple(row)) for _, row in self.changes()),
        )
        self.before = dict(self.now)


class WorkingSet:
    """The messages, receipts and replies that one batch of one tenant is concerned with."""

    def __init__(self, writer: Writer, tenant: str, zone: Zone, state: State) -> None:
        """`zone` and `state` say which rollups to keep."""
        self._writer = writer
        self._tenant = tenant
        self._zone = zone
        self._state = state
        self.messages = Rows(writer, tenant, messages, Message, "id")
        self.receipts = Rows(writer, tenant, receipts, Receipt, "ref", "channel")
        self.replies = Rows(writer, tenant, replies, Reply, "id")

    async def flush(self) -> None:
        """Write everything that changed, and to the rollups what follows."""
        changed = self.messages.changes()
        # While the database writes there is time to count: others of the company wait for the end of both.
        sums, _ = await asyncio.gather(asyncio.to_thread(self._sums, changed), self._flush_rows())
        await write(self._writer, self._tenant, sums)

    async def _flush_rows(self) -> None:
        for rows in (self.receipts, self.replies, self.messages):
            await rows.flush()

    def _sums(self, changed: list[tuple[Message | None, Message]]) -> Sums:
        return deltas(changed, self._zone, self._state).sums()
