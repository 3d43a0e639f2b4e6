"""The directory as readers see it: the newest name of each entry, or the name in force at an instant.

Source: docs/numbers.md, "Names". An entry that is not known yet has its id as its name.
"""

import json
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Table, select

from analytics.domain.query_spec import DIMENSION_BY_FIELD, AccessScope, Dimension
from analytics.domain.templates import Category
from analytics.domain.time_zones import LAST_INSTANT
from analytics.reports import sql
from analytics.reports.availability import read_names_cached, readable
from analytics.storage.database import AnyRow, Reader
from analytics.storage.dialects import in_list
from analytics.storage.tables import accounts, agents, departments, template_notices, templates


@dataclass(frozen=True)
class Department:
    """A department."""

    id: str
    name: str
    active: bool


@dataclass(frozen=True)
class Agent:
    """An agent."""

    id: str
    name: str
    email: str | None
    active: bool


@dataclass(frozen=True)
class Account:
    """A sender account; the phone is as the platform writes it, empty when unknown."""

    id: str
    name: str
    phone: str
    active: bool


@dataclass(frozen=True)
class Template:
    """A template; the category is the newest that the platform or WhatsApp named."""

    id: str
    name: str
    category: Category
    language: str | None
    active: bool


# Memory that cached names take at most: of a request for some ids, one id in it, and one version of an entry.
KEY_BYTES, ID_BYTES, VERSION_BYTES = 1_024, 400, 2_048

Entity = TypeVar("Entity", bound=Department | Agent | Account | Template)


@lru_cache(maxsize=20_000)
def normalize(text: str) -> str:
    """Return a text without case and accents, for searching and sorting alike on every database."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


Version = dict[str, Any]
Versions = dict[str, list[tuple[int, Version]]]


class Timeline:
    """Values with the time from which each is in force."""

    def __init__(self, versions: Iterable[tuple[int, Any]]) -> None:
        self._versions = sorted(versions, key=lambda version: version[0])

    def __len__(self) -> int:
        return len(self._versions)

    def at(self, instant: int) -> Any:
        """Return the newest value at or before an instant, else the oldest, else None."""
        if not self._versions:
            return None
        # The first version also applies to instants before it.
        since = max(instant, self._versions[0][0])
        return self._versions[self._count_until(since) - 1][1]

    def changes_after(self, instant: int) -> int:
        """Return the instant at which the value of an instant is replaced by the next."""
        # The first version also applies to instants before it.
        following = max(self._count_until(instant), 1)
        return self._versions[following][0] if following < len(self._versions) else LAST_INSTANT

    def newest(self) -> Any:
        """Return the newest value, else None."""
        return self._versions[-1][1] if self._versions else None

    def _count_until(self, instant: int) -> int:
        return bisect_right(self._versions, instant, key=lambda version: version[0])


@dataclass(frozen=True, eq=False)
class EntityType(Generic[Entity]):
    """A type of directory entry: its table, the dimension whose values are its ids, its constructor."""

    table: Table
    dimension: Dimension
    make: Callable[[str, Mapping[str, Any]], Entity]


def _common(id: str, version: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": id, "name": version.get("name") or id, "active": version.get("active") is not False}


DEPARTMENTS = EntityType(departments, DIMENSION_BY_FIELD["departments"], lambda id, v: Department(**_common(id, v)))
AGENTS = EntityType(agents, DIMENSION_BY_FIELD["agents"], lambda id, v: Agent(**_common(id, v), email=v.get("email")))
ACCOUNTS = EntityType(
    accounts, DIMENSION_BY_FIELD["accounts"], lambda id, v: Account(**_common(id, v), phone=v.get("phone") or "")
)
TEMPLATES = EntityType(
    templates,
    DIMENSION_BY_FIELD["templates"],
    lambda id, v: Template(**_common(id, v), category=Category.of(v.get("category")), language=v.get("language")),
)
ENTITY_TYPE_BY_COLUMN: Mapping[str, EntityType[Any]] = {
    type.dimension.column: type for type in (DEPARTMENTS, AGENTS, ACCOUNTS, TEMPLATES)
}


class NameHistory(Generic[Entity]):
    """The entries of one type at any time, by id; one that is not known has its id as its name."""

    def __init__(self, kind: EntityType[Entity], timelines: Mapping[str, Timeline]) -> None:
        self._kind = kind
        self._timelines = timelines
        self.ids = timelines.keys()
        self.versions = sum(map(len, timelines.values()))
        # A table asks for the same department in row after row.
        self._newest: dict[str, Entity] = {}

    def at(self, id: str, instant: int) -> Entity:
        """Return the entry as it was at an instant."""
        timeline = self._timelines.get(id)
        return self._kind.make(id, timeline.at(instant) if timeline else {})

    def changes_after(self, id: str, instant: int) -> int:
        """Return the end (exclusive) of the time in which the entry stays as it was at an instant."""
        timeline = self._timelines.get(id)
        return timeline.changes_after(instant) if timeline else LAST_INSTANT

    def newest(self, id: str) -> Entity:
        """Return the entry as it is now."""
        entity = self._newest.get(id)
        if entity is None:
            timeline = self._timelines.get(id)
            entity = self._newest[id] = self._kind.make(id, timeline.newest() if timeline else {})
        return entity


async def load_names(
    reader: Reader, tenant: str, entity_type: EntityType[Entity], ids: Iterable[str] | None = None
) -> NameHistory[Entity]:
    """Load the names of one type, of all its entries or of some ids, from memory if no name changed since."""
    # A notice may name a template by a name that only one has, so that all of them must be known.
    among = None if ids is None or entity_type is TEMPLATES else frozenset(ids)
    return await read_names_cached(
        reader,
        tenant,
        ("names", entity_type.table.name, among),
        lambda: _read_names(reader, tenant, entity_type, among),
        lambda names: KEY_BYTES + len(among or ()) * ID_BYTES + names.versions * VERSION_BYTES,
    )


async def _read_names(
    reader: Reader, tenant: str, entity_type: EntityType[Entity], ids: frozenset[str] | None
) -> NameHistory[Entity]:
    table = entity_type.table
    statement = select(table).where(table.c.tenant_id == tenant).order_by(table.c.id, table.c.at)
    if ids is not None:
        statement = statement.where(in_list(table.c.id, ids))
    versions: Versions = defaultdict(list)
    categories: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for row in await reader.rows(statement):
        stated = statements_of(row)
        if "category" in stated:
            categories[row.id].append((row.at, stated["category"]))
        before = versions[row.id][-1][1] if versions[row.id] else {}
        versions[row.id].append((row.at, before | stated))
    if table is templates:
        versions = await _with_categories(reader, tenant, versions, categories)
    return NameHistory(entity_type, {id: Timeline(of_entry) for id, of_entry in versions.items()})


def statements_of(row: AnyRow) -> Version:
    """Return the statements of a directory row: an absent key says nothing, None says that there is no value."""
    nulls = dict.fromkeys(json.loads(row.nulls)) if row.nulls else {}
    return {name: value for name, value in row._mapping.items() if value is not None} | nulls


async def _with_categories(
    reader: Reader, tenant: str, versions: Versions, stated: Mapping[str, list[tuple[int, str | None]]]
) -> Versions:
    """Return the versions of templates, with a further one whenever WhatsApp named another category.

    A category from WhatsApp overrides the platform's from its time on, until WhatsApp names another.
    """
    rows = await load_notices(reader, tenant, template_notices.c.category.is_not(None))
    notices = notices_by_template({id: of_template[-1][1] for id, of_template in versions.items()}, rows)
    merged: Versions = {}
    for id, of_template in versions.items():
        noticed = sorted((notice.at, notice.category) for notice in notices.get(id, ()))
        since = noticed[0][0] if noticed else LAST_INSTANT
        from_platform = [statement for statement in stated.get(id, ()) if statement[0] < since]
        categories, described = Timeline([*from_platform, *noticed]), Timeline(of_template)
        moments = sorted({at for at, _ in [*of_template, *noticed]})
        merged[id] = [(at, {**described.at(at), "category": categories.at(at)}) for at in moments]
    return merged


async def load_notices(reader: Reader, tenant: str, *conditions: ColumnElement[bool]) -> Sequence[AnyRow]:
    """Load WhatsApp's notices about a tenant's templates that meet some conditions."""
    return await reader.rows(select(template_notices).where(template_notices.c.tenant_id == tenant, *conditions))


def notices_by_template(newest: Mapping[str, Version], notices: Sequence[AnyRow]) -> Mapping[str, list[AnyRow]]:
    """Return the notices about each template, by its id; `newest` are the templates as they are now."""
    if not notices:
        return {}
    by_name: dict[str | None, list[AnyRow]] = defaultdict(list)  # by Meta's template id, and by name
    for notice in notices:
        for name in {notice.meta_id, notice.name} - {""}:
            by_name[name].append(notice)
    alone = {name for name, count in Counter(v.get("name") for v in newest.values()).items() if count == 1}
    found: dict[str, list[AnyRow]] = {}
    for id, template in newest.items():
        may_be = {*by_name[template.get("meta_id")], *by_name[template.get("name")]}
        found[id] = [notice for notice in may_be if _is_about(notice, template, alone)]
    return found


def _is_about(notice: AnyRow, template: Version, alone: set[str | None]) -> bool:
    """Return True if a notice names a template: by Meta's id, else by name and language, else by a unique name."""
    if notice.meta_id and template.get("meta_id"):
        return bool(notice.meta_id == template["meta_id"])
    name, language = template.get("name"), template.get("language")
    if not name or notice.name != name:
        return False
    if not notice.language or not language:
        return name in alone
    # Webhooks may say `es-CL` where sends say `es_CL`.
    return bool(notice.language.replace("-", "_") == language.replace("-", "_"))


async def filter_options(reader: Reader, scope: AccessScope, kind: EntityType[Entity]) -> list[Entity]:
    """Return the entries that a filter offers: those that the viewer may name and that are still active."""
    return [entity for entity in await _nameable(reader, scope, kind) if entity.active]


async def entities_by_id(
    reader: Reader, scope: AccessScope, kind: EntityType[Entity], ids: frozenset[str]
) -> list[Entity]:
    """Return the entries of some ids, also inactive ones; ids that the viewer may not name are left out."""
    return [entity for entity in await _nameable(reader, scope, kind, ids) if entity.id in ids]


async def _nameable(
    reader: Reader, scope: AccessScope, entity_type: EntityType[Entity], among: frozenset[str] | None = None
) -> list[Entity]:
    """Return all entries of the directory or in use; in a scope of departments, those that these used.

    The departments of the scope are among them even if they never sent. With `among`, others may be left out.
    """
    if entity_type.table is departments and scope.departments is not None:
        ids = set(scope.departments)
        history = await load_names(reader, scope.tenant_id, entity_type, ids)
    elif (
        scope.departments is None
        and among is not None
        and among <= (history := await load_names(reader, scope.tenant_id, entity_type, among)).ids
    ):
        ids = set(among)  # of the directory, whoever used them
    else:
        rollups = await readable(reader, scope.tenant_id) is not None
        statement = sql.used_ids(scope, entity_type.dimension, among, rollups=rollups)
        ids = {row[0] for row in await reader.rows(statement)}
        history = await load_names(reader, scope.tenant_id, entity_type, among if scope.departments is None else ids)
    if scope.departments is None:
        ids |= history.ids
    return [history.newest(id) for id in ids]
