"""Filters by the category and the language of templates, each as it was when the message was sent.

A message's category is its own if the platform stated one, else its template's at the send time; its language is its
template's. Source: docs/numbers.md, "Names" and "Filters".

The rollups know templates, not their categories. They answer such a filter as one by templates if none of these changed
within the days and no message states another category than its template's. Else the message rows are read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import and_, not_, or_, select

from analytics.domain.errors import InvalidInputError
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import NAMED_CATEGORIES, Category, TemplateMatch
from analytics.reports.availability import read_cached, require_few, require_messages
from analytics.reports.directory import TEMPLATES, NameHistory, Template, load_names
from analytics.reports.row_conditions import stated_in, states_category, template_in
from analytics.storage.database import Reader
from analytics.storage.tables import messages

# Changes of templates within the days of a filter: each is looked at for each message.
MAX_CHANGES = 100
CACHED_BYTES, VERSION_BYTES = 2_048, 512


class Version(NamedTuple):
    """The time in which a template has a category and a language, as far as it matters for some days."""

    since: int
    until: int
    category: Category
    language: str | None


Versions = Mapping[str, Sequence[Version]]  # by template, oldest first


async def resolve(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of its categories and languages.

    Raises `InvalidInputError` when too many messages would have to be looked at, or too many templates changed, and
    `MessagesPurgedError` where only messages tell their categories, and some were dropped.
    """
    if spec.categories is None and spec.languages is None:
        return spec
    templates = await _versions(reader, spec)
    of_category, of_language = _of_category(spec, templates), _of_language(spec, templates)
    by_template = [match for match in (of_category, of_language) if match is not None]
    if all(match.is_constant for match in by_template) and (
        of_category is None or await _states_no_other_category(reader, spec, templates)
    ):
        ids = frozenset.intersection(
            *(match.always for match in by_template), *(() if spec.templates is None else (spec.templates,))
        )
        return replace(spec, templates=ids, categories=None, languages=None)
    await require_few(reader, spec, "filter.categories" if of_category else "filter.languages")
    return replace(spec, category_match=of_category, language_match=of_language)


async def resolve_rows(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of its categories and languages, for reading message rows."""
    if spec.categories is None and spec.languages is None:
        return spec
    templates = await _versions(reader, spec)
    return replace(spec, category_match=_of_category(spec, templates), language_match=_of_language(spec, templates))


async def group_by_category(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of each category, for the table by category from message rows.

    Raises `InvalidInputError` when too many messages would have to be looked at.
    """
    await require_few(reader, spec, "byCategory")
    templates = await _versions(reader, spec)
    return replace(spec, category_groups=tuple(_of_categories(templates, {category}) for category in NAMED_CATEGORIES))


async def constant_categories(reader: Reader, spec: QuerySpec) -> dict[str, Category] | None:
    """Return the category of each template of the directory, which all its messages of the days have; None if not all.

    Raises as `resolve`.
    """
    templates = await _versions(reader, spec)
    if any(len({version.category for version in versions}) > 1 for versions in templates.values()):
        return None
    if not await _states_no_other_category(reader, spec, templates):
        return None
    return {id: version.category for id, (version, *_) in templates.items()}


async def _states_no_other_category(reader: Reader, spec: QuerySpec, templates: Versions) -> bool:
    """Return True if no message of the days states another category than its template's.

    Messages that were dropped may have: then nobody knows.
    """
    await require_messages(reader, spec)
    await require_few(reader, spec, "filter.categories")
    days = replace(spec, until=None)

    async def read() -> bool:
        of_each = ((category, _of_categories(templates, {category})) for category in Category)
        agrees = or_(*(and_(stated_in({category}), template_in(match)) for category, match in of_each))
        another = select(messages.c.id).where(
            messages.c.tenant_id == spec.tenant_id,
            messages.c.sent_at >= days.starts_at,
            messages.c.sent_at < days.ends_at,
            states_category(),
            not_(agrees),
        )
        return await reader.first(another.limit(1)) is None

    key = ("stated categories", days.starts_at, days.ends_at)
    return await read_cached(reader, spec.tenant_id, key, read, lambda _: CACHED_BYTES)


async def _versions(reader: Reader, spec: QuerySpec) -> Versions:
    """Load the versions of all templates of the directory that were in force during the days of a specification."""
    days = replace(spec, until=None)

    async def read() -> Versions:
        templates = await load_names(reader, spec.tenant_id, TEMPLATES)
        return {id: [*_in_force(templates, id, days.starts_at, days.ends_at)] for id in templates.ids}

    def bytes_of(versions: Versions) -> int:
        return CACHED_BYTES + sum(map(len, versions.values())) * VERSION_BYTES

    key = ("versions of templates", days.starts_at, days.ends_at)
    return await read_cached(reader, spec.tenant_id, key, read, bytes_of)


def _in_force(templates: NameHistory[Template], id: str, starts_at: int, ends_at: int) -> Iterator[Version]:
    since = starts_at
    while since < ends_at or since == starts_at:
        template, until = templates.at(id, since), templates.changes_after(id, since)
        yield Version(since, until, template.category, template.language)
        since = until


def _of_category(spec: QuerySpec, templates: Versions) -> TemplateMatch | None:
    return None if spec.categories is None else _of_categories(templates, spec.categories)


def _of_categories(templates: Versions, categories: Collection[str]) -> TemplateMatch:
    unknown = Category.OTHER in categories
    return _match(templates, lambda version: version.category in categories, unknown=unknown)


def _of_language(spec: QuerySpec, templates: Versions) -> TemplateMatch | None:
    languages = spec.languages
    return (
        None if languages is None else _match(templates, lambda version: version.language in languages, unknown=False)
    )


def _match(templates: Versions, holds: Callable[[Version], bool], *, unknown: bool) -> TemplateMatch:
    """Return the templates that had a property during the days; with `unknown` also those of no directory."""
    always: set[str] = set()
    spans: list[tuple[str, int, int]] = []
    for id, versions in templates.items():
        held = [version for version in versions if holds(version)]
        if len(held) == len(versions):
            always.add(id)
        else:
            spans += [(id, version.since, version.until) for version in held]
    if len(spans) > MAX_CHANGES:
        raise InvalidInputError(
            f"filter.categories: templates changed more than {MAX_CHANGES} times in these days. Choose fewer days."
        )
    return TemplateMatch(frozenset(always), tuple(spans), frozenset(templates) if unknown else None)
