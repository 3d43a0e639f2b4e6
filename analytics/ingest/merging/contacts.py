"""Notices that a person is called otherwise from a time on: by another phone, or by another id.

A reply under a new name came from whom the old one called too. Source: semantics, "Which message does a reply answer?".
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from analytics.domain.time_zones import to_micros
from analytics.ingest.events import ContactChanged
from analytics.ingest.merging.aliases import names_of
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import contact_changes


class Change(NamedTuple):
    """Somebody has a new name from a time on."""

    new_name: str
    old_name: str
    at: int


class Changes:
    """The changes that some names are concerned with."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._by_new_name: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            self._by_new_name[change.new_name].append(change)

    def names_at(self, names: frozenset[str], at: int) -> frozenset[str]:
        """Names that were used at a time, and the older ones of the same person."""
        if not self._by_new_name:
            return names
        found, fresh = set(names), set(names)
        while fresh:
            older = {c.old_name for name in fresh for c in self._by_new_name.get(name, ()) if c.at <= at}
            fresh = older - found
            found |= fresh
        return frozenset(found)


def changes_in(event: ContactChanged) -> list[Change]:
    """The changes that a notice states: each old name is tied to each new one."""
    old, new, at = names_of(event.old), names_of(event.new), to_micros(event.at)
    return [Change(after, before, at) for after in sorted(new) for before in sorted(old) if after != before]


async def keep_changes(writer: Writer, tenant: str, changes: Iterable[Change]) -> set[Change]:
    """Write changes down, each from the earliest time that is told; those that were not known so."""
    wanted = list(changes)
    known = {change[:2]: change.at for change in await _load(writer, tenant, {c.new_name for c in wanted}, new=True)}
    fresh = {change for change in wanted if change.at < known.get(change[:2], change.at + 1)}
    earliest: dict[tuple[str, str], int] = {}
    for change in fresh:
        earliest[change[:2]] = min(change.at, earliest.get(change[:2], change.at))
    columns = ("tenant_id", "new_name", "old_name", "at")
    await writer.upsert(contact_changes, columns, ((tenant, *key, at) for key, at in sorted(earliest.items())))
    return fresh


async def older_names(reader: Reader, tenant: str, names: Iterable[str]) -> Changes:
    """The changes that say which older names some names have, whenever."""
    found: set[Change] = set()
    fresh, seen = set(names), set(names)
    while fresh:
        changes = await _load(reader, tenant, fresh, new=True)
        found |= set(changes)
        fresh = {change.old_name for change in changes} - seen
        seen |= fresh
    return Changes(found)


async def newer_names(reader: Reader, tenant: str, names: Iterable[str]) -> set[str]:
    """Some names, and all that the same people may have been called later."""
    fresh, seen = set(names), set(names)
    while fresh:
        fresh = {change.new_name for change in await _load(reader, tenant, fresh, new=False)} - seen
        seen |= fresh
    return seen


async def _load(reader: Reader, tenant: str, names: set[str], *, new: bool) -> list[Change]:
    table = contact_changes
    column = table.c.new_name if new else table.c.old_name
    statement = select(table.c.new_name, table.c.old_name, table.c.at)
    rows = await reader.rows(statement.where(table.c.tenant_id == tenant, in_list(column, names))) if names else []
    return [Change(*row) for row in rows]
