"""The unit of work: the rows that a batch reads and changes, loaded on demand and written once at the end.

Rows in memory are newer than those in the database, so loading keeps a row that is in memory already. A load finds
rows by their values in the database: to find a row by a value changed in memory, look through `now`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
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
    """The loaded rows of one table, by key: `before` as they are in the database, `now` with their changes."""

    def __init__(self, writer: Writer, tenant: str, table: Table, type_: Callable[..., R], *key: str) -> None:
        self._writer = writer
        self._tenant = tenant
        self.table = table
        self._type = type_
        self.key_of: Callable[[R], Key] = attrgetter(*key)
        self._fields = [column.name for column in table.columns if column.name != "tenant_id"]
        self._columns = [table.c[name] for name in self._fields]
        self._sought: dict[str, set[Any]] = defaultdict(set)  # values by column, see `ensure`
        self.before: dict[Key, R] = {}
        self.now: dict[Key, R] = {}

    def put(self, row: R) -> None:
        """Add or replace a row."""
        self.now[self.key_of(row)] = row

    def get(self, key: Key) -> R | None:
        """Return the row of a key, if it was loaded or put."""
        return self.now.get(key)

    async def load(self, column: Column[Any], values: Iterable[Any], *where: ColumnElement[bool]) -> list[R]:
        """Load the rows whose column has one of the values; rows in memory are returned with their changes."""
        present_values = {value for value in values if value is not None}
        return await self.find(in_list(column, present_values), *where) if present_values else []

    async def ensure(self, column: Column[Any], values: Iterable[Any]) -> None:
        """Load the rows whose column has one of the values, unless they were loaded by this before.

        Nobody else writes the tenant's rows meanwhile, so that what was not there then is not there now.
        """
        sought = self._sought[column.name]
        new_values = {value for value in values if value is not None and value not in sought}
        sought |= new_values
        await self.load(column, new_values)

    async def find(self, *where: ColumnElement[bool]) -> list[R]:
        """Load the rows that fulfil all conditions in the database; rows in memory are returned with their changes."""
        statement = select(*self._columns).where(self.table.c.tenant_id == self._tenant, *where)
        rows, key_of, now = [], self.key_of, self.now
        for values_of_row in await self._writer.rows(statement):
            row = self._type(*values_of_row)
            key = key_of(row)
            if key not in now:
                self.before[key] = now[key] = row
            rows.append(now[key])
        return rows

    def changes(self) -> list[tuple[R | None, R]]:
        """Return the rows that differ from the database, as (before, now)."""
        return [
            (self.before.get(key), row)
            for key, row in self.now.items()
            if row is not (before := self.before.get(key)) and row != before
        ]

    async def delete(self, keys: Collection[Key]) -> None:
        """Delete the rows of keys."""
        of_tenant, columns = self.table.c.tenant_id == self._tenant, list(self.table.primary_key)[1:]
        if len(columns) == 1:
            await self._writer.execute(delete(self.table).where(of_tenant, in_list(columns[0], keys)))
        else:
            for key in keys:
                same = [column == value for column, value in zip(columns, key, strict=True)]
                await self._writer.execute(delete(self.table).where(of_tenant, *same))
        for key in keys:
            self.now.pop(key, None)
            self.before.pop(key, None)

    async def flush(self) -> None:
        """Write the changed rows."""
        await self.write(self.changes())

    async def write(self, changes: list[tuple[R | None, R]]) -> None:
        """Write rows that differ from the database, given as (before, now): all of `changes()`."""
        await self._writer.upsert(
            self.table,
            ("tenant_id", *self._fields),
            ((self._tenant, *msgspec.structs.astuple(row)) for _, row in changes),
        )
        self.before = dict(self.now)


A = TypeVar("A", bound=Message | Reply)


class AliasedIdentityMap(IdentityMap[A]):
    """Rows that can also be found by their aliases, which are in a table of their own."""

    def __init__(self, writer: Writer, tenant: str, table: Table, type_: Callable[..., A], aliases: Table) -> None:
        super().__init__(writer, tenant, table, type_, "id")
        self._aliases = aliases
        self._some_alias = False
        self._id_column = list(aliases.primary_key)[-1]

    async def load_aliased(self, aliases: Iterable[str], *where: ColumnElement[bool]) -> list[A]:
        """Load the rows that have one of the aliases."""
        alias_set = set(aliases)
        if not alias_set or not await self._has_aliases():
            return []
        # A query of its own: usually it finds nothing, and as a subquery it might be executed for each row.
        statement = select(self._id_column).where(
            self._aliases.c.tenant_id == self._tenant, in_list(self._aliases.c.alias, alias_set)
        )
        ids = {row[0] for row in await self._writer.rows(statement)}
        return await self.load(self.table.c.id, ids, *where)

    async def _has_aliases(self) -> bool:
        """Return True if any row has an alias: of many tenants none has, and then there is nothing to look for."""
        if not self._some_alias:
            statement = select(self._id_column).where(self._aliases.c.tenant_id == self._tenant).limit(1)
            self._some_alias = bool(await self._writer.first(statement))
        return self._some_alias

    async def load_named(self, names: Iterable[str], *where: ColumnElement[bool]) -> list[A]:
        """Load the rows whose contact has one of the names."""
        name_set = set(names)
        phones, ids = phones_and_ids(name_set)
        columns = self.table.c
        return [
            *await self.load(columns.contact_digits, phones, *where),
            *await self.load(columns.contact_id, ids, *where),
            *await self.load_aliased(name_set, *where),
        ]

    async def delete(self, keys: Collection[Key]) -> None:
        """Delete the rows of keys, and their aliases."""
        aliases_of_rows = (self._aliases.c.tenant_id == self._tenant, in_list(self._id_column, keys))
        await self._writer.execute(delete(self._aliases).where(*aliases_of_rows))
        await super().delete(keys)

    async def write(self, changes: list[tuple[A | None, A]]) -> None:
        """Write rows that differ from the database, and their aliases."""
        removed: list[tuple[str, frozenset[str]]] = []
        added: list[tuple[str, str, str]] = []
        for before, row in changes:
            old_aliases, aliases = before.aliases if before else frozenset[str](), row.aliases
            if old_aliases - aliases:
                removed.append((row.id, old_aliases - aliases))
            added += [(self._tenant, alias, row.id) for alias in aliases - old_aliases]
        await super().write(changes)
        for id, aliases in removed:
            key = and_(in_list(self._aliases.c.alias, aliases), self._id_column == id)
            await self._writer.execute(delete(self._aliases).where(self._aliases.c.tenant_id == self._tenant, key))
        await self._writer.upsert(self._aliases, tuple(self._aliases.c.keys()), sorted(added))


def message_rows(writer: Writer, tenant: str) -> AliasedIdentityMap[Message]:
    """Create an empty map of a tenant's messages."""
    return AliasedIdentityMap(writer, tenant, messages, Message, message_aliases)


def receipt_rows(writer: Writer, tenant: str) -> IdentityMap[Receipt]:
    """Create an empty map of a tenant's receipts."""
    return IdentityMap(writer, tenant, receipts, Receipt, "ref", "channel")


def reply_rows(writer: Writer, tenant: str) -> AliasedIdentityMap[Reply]:
    """Create an empty map of a tenant's replies."""
    return AliasedIdentityMap(writer, tenant, replies, Reply, reply_aliases)


class UnitOfWork:
    """The messages, receipts and replies that a batch of one tenant reads and changes."""

    def __init__(self, writer: Writer, tenant: str, zone: Zone, state: DataAvailability, now: int) -> None:
        """`zone` and `state` decide which rollups to update; `now` is when the batch arrived (µs)."""
        self.writer = writer
        self.tenant = tenant
        self.now = now
        self._zone = zone
        self._state = state
        self.messages = message_rows(writer, tenant)
        self.receipts = receipt_rows(writer, tenant)
        self.replies = reply_rows(writer, tenant)
        # Changes of the incomplete messages, by id; None for one that is complete now, and so deleted from there.
        self.early: dict[str, Message | None] = {}

    async def flush(self) -> None:
        """Write all changed rows, and the changes of the rollups that follow from them."""
        changed = self.messages.changes()
        # Count while the database writes: other writers of the tenant wait for the end of both.
        sums, _ = await asyncio.gather(asyncio.to_thread(self._sums, changed), self._write_rows(changed))
        await write(self.writer, self.tenant, sums)

    async def _write_rows(self, changed_messages: list[tuple[Message | None, Message]]) -> None:
        await self.receipts.flush()
        await self.replies.flush()
        await self.messages.write(changed_messages)
        await early_messages.remove(self.writer, self.tenant, (id for id, row in self.early.items() if row is None))
        await early_messages.save(self.writer, self.tenant, filter(None, self.early.values()), self.now)

    def _sums(self, changed: list[tuple[Message | None, Message]]) -> Sums:
        return deltas(changed, self._zone, self._state).sums()
