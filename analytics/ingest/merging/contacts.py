"""Notices that a person is called otherwise from a time on: by another phone, or by another id.

A reply under a new name came from whom the old one called too. Source: docs/numbers.md,
"Which message a reply answers".
"""

from collections import defaultdict
from collections.abc import Iterable
from heapq import heappop, heappush
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Column, and_, select

from analytics.domain.time_zones import to_micros
from analytics.ingest.events import ContactChanged
from analytics.ingest.merging.aliases import names_of
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import contact_changes as table

# The changes that are followed back from the names of one reply. Nobody is renamed so often; but a platform that says
# so would make each of thousands of replies pass over thousands of names.
MAX_CHANGES = 100
ALWAYS = -(2**63)  # earlier than any time in microseconds


class Change(NamedTuple):
    """Somebody has a new name from a time on."""

    new_name: str
    old_name: str
    at: int


class Changes:
    """The changes that some names are concerned with."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._by_new_name: dict[str, list[Change]] = defaultdict(list)
        for change in sorted(set(changes), key=attrgetter("at", "old_name")):
            self._by_new_name[change.new_name].append(change)

    @property
    def old_names(self) -> frozenset[str]:
        """All old names in the changes."""
        return frozenset(change.old_name for changes in self._by_new_name.values() for change in changes)

    def tied(self, names: frozenset[str]) -> dict[str, int]:
        """The older names of the people who have some names, and the time from which each is tied to one of those.

        A name is tied from the time on at which a chain of notices leads to it: the earliest, of several chains.
        Of more changes than `MAX_CHANGES` the earliest count: what a reply costs does not grow with a person's names.
        """
        older: dict[str, int] = {}
        # Each entry: from when on a change ties its old name, that name, and the changes that come after it, to the
        # same new name, with the time from which that one is tied.
        heap: list[tuple[int, str, str, int, int]] = []

        def push(new_name: str, since: int, index: int) -> None:
            changes = self._by_new_name.get(new_name, ())
            if index < len(changes):
                heappush(heap, (max(since, changes[index].at), changes[index].old_name, new_name, since, index))

        for name in names:
            push(name, ALWAYS, 0)
        for _ in range(MAX_CHANGES):
            if not heap:
                break
            since, name, new_name, new_since, index = heappop(heap)
            push(new_name, new_since, index + 1)
            if name not in older and name not in names:
                older[name] = since
                push(name, since, 0)
        return older


def changes_in(event: ContactChanged) -> list[Change]:
    """The changes that a notice states: each old name is tied to each new one."""
    old, new, at = names_of(event.old), names_of(event.new), to_micros(event.at)
    return [Change(after, before, at) for after in sorted(new) for before in sorted(old) if after != before]


async def keep_changes(writer: Writer, tenant: str, changes: Iterable[Change]) -> set[Change]:
    """Write changes down, each from the earliest time that is told; those that were not known so."""
    wanted = list(changes)
    known = {change[:2]: change.at for change in await _load(writer, tenant, {c.new_name for c in wanted})}
    fresh = {change for change in wanted if change.at < known.get(change[:2], change.at + 1)}
    earliest: dict[tuple[str, str], int] = {}
    for change in fresh:
        earliest[change[:2]] = min(change.at, earliest.get(change[:2], change.at))
    columns = ("tenant_id", "new_name", "old_name", "at")
    await writer.upsert(table, columns, ((tenant, *key, at) for key, at in sorted(earliest.items())))
    return fresh


async def older_names(reader: Reader, tenant: str, names: Iterable[str]) -> Changes:
    """The changes that say which older names some names have, whenever."""
    return Changes(await _follow(reader, tenant, set(names), table.c.new_name, table.c.old_name))


async def newer_names(reader: Reader, tenant: str, names: Iterable[str]) -> set[str]:
    """Some names, and all that the same people may have been called later."""
    known = set(names)
    return known | {
        change.new_name for change in await _follow(reader, tenant, known, table.c.old_name, table.c.new_name)
    }


async def _follow(
    reader: Reader, tenant: str, names: set[str], given: Column[str], leads_to: Column[str]
) -> list[Change]:
    """Load the changes that lead from some names to others, and on from those, in one statement, however many."""
    if not names:
        return []
    columns = (table.c.tenant_id, table.c.new_name, table.c.old_name, table.c.at)
    found = select(*columns).where(table.c.tenant_id == tenant, in_list(given, names)).cte("found", recursive=True)
    further = select(*columns).join(
        found, and_(found.c.tenant_id == table.c.tenant_id, given == found.c[leads_to.name])
    )
    found = found.union(further.where(table.c.tenant_id == tenant))
    return [Change(*row) for row in await reader.rows(select(found.c.new_name, found.c.old_name, found.c.at))]


async def _load(reader: Reader, tenant: str, names: set[str]) -> list[Change]:
    """Load the changes to some names."""
    if not names:
        return []
    statement = select(table.c.new_name, table.c.old_name, table.c.at)
    rows = await reader.rows(statement.where(table.c.tenant_id == tenant, in_list(table.c.new_name, names)))
    return [Change(*row) for row in rows]
