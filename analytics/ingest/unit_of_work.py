"""The rows that a batch works on: loaded when asked for, changed in memory, written once at the end.

What is in memory is newer than what the database says, so every load keeps a row that is here already. A row
that was changed here is found by `messages.values()` and `replies.values()`, not by a later load.
"""

import asyncio
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Table, and_, delete, select

from analytics.domain.time_zones import Zone
from analytics.ingest.merging import early_messages
from analytics.ingest.merging.aliases import phones_and_ids
from analytics.ingest.merging.receipts import Receipt
from analytics.ingest.merging.records import Message, Reply
from analytics.reports.availability import DataAvailability
from analytics.rollups.deltas import Sums, deltas, write
from analytics.storage.database import Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import message_aliases, messages, receipts, replies, reply_aliases

R = TypeVar("R", bound=Message | Receipt | Reply)
Key = str | tuple[str, ...]  # the primary key without the tenant: of one column, or of several


class IdentityMap(Generic[R]):
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
        return await self.find(in_list(column, wanted), *where) if wanted else []

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

    async def delete(self, key: Key) -> None:
        """Delete the row of a key."""
        values = (key,) if isinstance(key, str) else key
        same = [c == value for c, value in zip(list(self.table.primary_key)[1:], values, strict=True)]
        await self._writer.execute(delete(self.table).where(self.table.c.tenant_id == self._tenant, *same))
        self.now.pop(key, None)
        self.before.pop(key, None)

    async def flush(self) -> None:
        """Write the changed rows."""
        await self._writer.upsert(
            self.table,
            ("tenant_id", *self._fields),
            ((self._tenant, *msgspec.structs.astuple(row)) for _, row in self.changes()),
        )
        self.before = dict(self.now)


A = TypeVar("A", bound=Message | Reply)


class AliasedIdentityMap(IdentityMap[A]):
    """Rows that can be found by more than their own columns say: a table of aliases leads to them."""

    def __init__(self, writer: Writer, tenant: str, table: Table, type_: Callable[..., A], aliases: Table) -> None:
        super().__init__(writer, tenant, table, type_, "id")
        self._aliases = aliases
        self._id_column = list(aliases.primary_key)[-1]

    async def load_aliased(self, aliases: Iterable[str], *where: ColumnElement[bool]) -> list[A]:
        """The rows that one of the aliases leads to."""
        wanted = set(aliases)
        if not wanted:
            return []
        # By itself: mostly there are none, and as a part of the other query it might be done row by row.
        led_to = select(self._id_column).where(
            self._aliases.c.tenant_id == self._tenant, in_list(self._aliases.c.alias, wanted)
        )
        ids = {row[0] for row in await self._writer.rows(led_to)}
        return await self.load(self.table.c.id, ids, *where)

    async def load_named(self, names: Iterable[str], *where: ColumnElement[bool]) -> list[A]:
        """The rows whose contact has one of the names."""
        wanted = set(names)
        phones, ids = phones_and_ids(wanted)
        columns = self.table.c
        return [
            *await self.load(columns.contact_digits, phones, *where),
            *await self.load(columns.contact_id, ids, *where),
            *await self.load_aliased(wanted, *where),
        ]

    async def delete(self, key: Key) -> None:
        """Delete the row of a key, and what leads to it."""
        leads = (self._aliases.c.tenant_id == self._tenant, self._id_column == key)
        await self._writer.execute(delete(self._aliases).where(*leads))
        await super().delete(key)

    async def flush(self) -> None:
        """Write the changed rows, and what leads to them."""
        gone, come = [], []
        for before, row in self.changes():
            known, aliases = before.aliases if before else frozenset(), row.aliases
            if known != aliases:
                gone += [(alias, row.id) for alias in known - aliases]
                come += [(self._tenant, alias, row.id) for alias in aliases - known]
        await super().flush()
        for alias, id in gone:
            key = and_(self._aliases.c.alias == alias, self._id_column == id)
            await self._writer.execute(delete(self._aliases).where(self._aliases.c.tenant_id == self._tenant, key))
        await self._writer.upsert(self._aliases, tuple(self._aliases.c.keys()), sorted(come))


def message_rows(writer: Writer, tenant: str) -> AliasedIdentityMap[Message]:
    """A company's messages; none is loaded yet."""
    return AliasedIdentityMap(writer, tenant, messages, Message, message_aliases)


def receipt_rows(writer: Writer, tenant: str) -> IdentityMap[Receipt]:
    """A company's receipts; none is loaded yet."""
    return IdentityMap(writer, tenant, receipts, Receipt, "ref", "channel")


def reply_rows(writer: Writer, tenant: str) -> AliasedIdentityMap[Reply]:
    """A company's replies; none is loaded yet."""
    return AliasedIdentityMap(writer, tenant, replies, Reply, reply_aliases)


class UnitOfWork:
    """The messages, receipts and replies that one batch of one tenant is concerned with."""

    def __init__(self, writer: Writer, tenant: str, zone: Zone, state: DataAvailability, now: int) -> None:
        """`zone` and `state` say which rollups to keep; `now` is when what is worked on came (µs)."""
        self.writer = writer
        self.tenant = tenant
        self.now = now
        self._zone = zone
        self._state = state
        self.messages = message_rows(writer, tenant)
        self.receipts = receipt_rows(writer, tenant)
        self.replies = reply_rows(writer, tenant)
        # Messages of which not all is known yet, as they wait from now on; None: no longer.
        self.early: dict[str, Message | None] = {}

    async def flush(self) -> None:
        """Write everything that changed, and to the rollups what follows."""
        changed = self.messages.changes()
        # While the database writes there is time to count: others of the company wait for the end of both.
        sums, _ = await asyncio.gather(asyncio.to_thread(self._sums, changed), self._flush_rows())
        await write(self.writer, self.tenant, sums)

    async def _flush_rows(self) -> None:
        for rows in (self.receipts, self.replies, self.messages):
            await rows.flush()
        await early_messages.remove(self.writer, self.tenant, (id for id, row in self.early.items() if row is None))
        await early_messages.save(self.writer, self.tenant, filter(None, self.early.values()), self.now)

    def _sums(self, changed: list[tuple[Message | None, Message]]) -> Sums:
        return deltas(changed, self._zone, self._state).sums()
