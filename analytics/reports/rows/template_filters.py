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
from analytics.reports.row_conditions import has_own_category, own_category_in, template_in
from analytics.storage.database import Reader
from analytics.storage.tables import messages

# Changes of templates within the days of a filter: each is looked at for each message.
MAX_CHANGES = 100
CACHED_BYTES, VERSION_BYTES = 2_048, 512
# The arguments and the field that are named where they are refused.
CATEGORIES, LANGUAGES, BY_CATEGORY = "filter.categories", "filter.languages", "byCategory"


class Version(NamedTuple):
    """The time in which a template has a category and a language, as far as it matters for some days."""

    since: int
    until: int
    category: Category
    language: str | None


Versions = Mapping[str, Sequence[Version]]  # by template, oldest first


async def resolve(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of its categories and languages.

    Either they become `templates`, which the rollups answer, or `category_match` and `language_match` are set, by which
    message rows are read.

    Raises `InvalidInputError` when too many messages would have to be looked at, or too many templates changed, and
    `MessagesPurgedError` where only messages tell their categories, and some were dropped.
    """
    if spec.categories is None and spec.languages is None:
        return spec
    templates = await _versions(reader, spec)
    of_category, of_language = _of_category(spec, templates), _of_language(spec, templates)
    by_template = [match for match in (of_category, of_language) if match is not None]
    argument = CATEGORIES if of_category else LANGUAGES
    if all(match.is_constant for match in by_template) and (
        of_category is None or await _states_no_other_category(reader, spec, templates, argument)
    ):
        ids = frozenset.intersection(
            *(match.always for match in by_template), *(() if spec.templates is None else (spec.templates,))
        )
        return replace(spec, templates=ids, categories=None, languages=None)
    await require_few(reader, spec, argument)
    return replace(spec, category_match=of_category, language_match=of_language)


async def resolve_rows(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with `category_match` and `language_match` set, however many messages there are.

    Raises `InvalidInputError` when too many templates changed.
    """
    if spec.categories is None and spec.languages is None:
        return spec
    templates = await _versions(reader, spec)
    return replace(spec, category_match=_of_category(spec, templates), language_match=_of_language(spec, templates))


async def group_by_category(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of each category, for the table by category from message rows.

    Raises `InvalidInputError` when too many messages would have to be looked at.
    """
    await require_few(reader, spec, BY_CATEGORY)
    templates = await _versions(reader, spec)
    return replace(
        spec, category_groups=tuple(_of_categories(templates, {category}, BY_CATEGORY) for category in NAMED_CATEGORIES)
    )


async def constant_categories(reader: Reader, spec: QuerySpec) -> dict[str, Category] | None:
    """Return the category of each template of the directory, which all its messages of the days have; None if not all.

    Raises as `resolve`.
    """
    templates = await _versions(reader, spec)
    if any(len({version.category for version in versions}) > 1 for versions in templates.values()):
        return None
    if not await _states_no_other_category(reader, spec, templates, BY_CATEGORY):
        return None
    return {id: version.category for id, (version, *_) in templates.items()}


async def _states_no_other_category(reader: Reader, spec: QuerySpec, templates: Versions, argument: str) -> bool:
    """Return True if no message of the days states another category than its template's.

    Messages that were dropped may have: then nobody knows.
    """
    await require_messages(reader, spec)
    await require_few(reader, spec, argument)
    since, until = spec.whole_days

    async def read() -> bool:
        of_each = ((category, _of_categories(templates, {category}, argument)) for category in Category)
        agrees = or_(*(and_(own_category_in({category}), template_in(match)) for category, match in of_each))
        another = select(messages.c.id).where(
            messages.c.tenant_id == spec.tenant_id,
            messages.c.sent_at >= since,
            messages.c.sent_at < until,
            has_own_category(),
            not_(agrees),
        )
        return await reader.first(another.limit(1)) is None

    key = ("stated categories", since, until)
    return await read_cached(reader, spec.tenant_id, key, read, lambda _: CACHED_BYTES)


async def _versions(reader: Reader, spec: QuerySpec) -> Versions:
    """Load the versions of all templates of the directory that were in force during the days of a specification."""
    since, until = spec.whole_days

    async def read() -> Versions:
        templates = await load_names(reader, spec.tenant_id, TEMPLATES)
        return {id: [*_in_force(templates, id, since, until)] for id in templates.ids}

    def bytes_of(versions: Versions) -> int:
        return CACHED_BYTES + sum(map(len, versions.values())) * VERSION_BYTES

    key = ("versions of templates", since, until)
    return await read_cached(reader, spec.tenant_id, key, read, bytes_of)


def _in_force(templates: NameHistory[Template], id: str, starts_at: int, ends_at: int) -> Iterator[Version]:
    """Yield the versions of a template from the one in force at the beginning on, without other names as such."""
    since, template = starts_at, templates.at(id, starts_at)
    until = templates.changes_after(id, since)
    while until < ends_at:
        following = templates.at(id, until)
        if (following.category, following.language) != (template.category, template.language):
            yield Version(since, until, template.category, template.language)
            since, template = until, following
        until = templates.changes_after(id, until)
    yield Version(since, until, template.category, template.language)


def _of_category(spec: QuerySpec, templates: Versions) -> TemplateMatch | None:
    return None if spec.categories is None else _of_categories(templates, spec.categories, CATEGORIES)


def _of_categories(templates: Versions, categories: Collection[str], argument: str) -> TemplateMatch:
    unknown = Category.OTHER in categories
    return _match(templates, lambda version: version.category in categories, argument, unknown=unknown)


def _of_language(spec: QuerySpec, templates: Versions) -> TemplateMatch | None:
    languages = spec.languages
    return (
        None
        if languages is None
        else _match(templates, lambda version: version.language in languages, LANGUAGES, unknown=False)
    )


def _match(templates: Versions, holds: Callable[[Version], bool], argument: str, *, unknown: bool) -> TemplateMatch:
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
            f"{argument}: templates changed more than {MAX_CHANGES} times in these days. Choose fewer days."
        )
    return TemplateMatch(frozenset(always), tuple(spans), frozenset(templates) if unknown else None)
