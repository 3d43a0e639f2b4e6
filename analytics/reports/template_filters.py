"""Filters by the category and the language of templates, each as it was when the message was sent.

A message's category is its own if the platform stated one, else its template's at the send time; its language is its
template's. Source: docs/numbers.md, "Names" and "Filters".

The rollups know templates, not their categories. They answer such a filter as one by templates if none of these changed
within the days and no message states another category than its template's. Else the message rows are read.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, not_, or_, select

from analytics.domain.errors import InvalidInputError
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import NAMED_CATEGORIES, Category, TemplateMatch
from analytics.domain.time_zones import FIRST_INSTANT
from analytics.reports.availability import read_cached, require_few
from analytics.reports.directory import TEMPLATES, NameHistory, Template, load_names
from analytics.reports.row_conditions import stated_in, template_in
from analytics.storage.database import Reader
from analytics.storage.tables import messages

# Changes of templates within the days of a filter: each is looked at for each message.
MAX_CHANGES = 1_000
CACHED_BYTES = 2_048


async def resolve(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of its categories and languages.

    Raises `InvalidInputError` when too many messages would have to be looked at, or too many templates changed.
    """
    if spec.categories is None and spec.languages is None:
        return spec
    templates = await load_names(reader, spec.tenant_id, TEMPLATES)
    of_category, of_language = _of_category(spec, templates), _of_language(spec, templates)
    by_template = [match for match in (of_category, of_language) if match is not None]
    if all(match.is_constant for match in by_template) and (
        of_category is None or await states_no_other_category(reader, spec, templates)
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
    templates = await load_names(reader, spec.tenant_id, TEMPLATES)
    return replace(spec, category_match=_of_category(spec, templates), language_match=_of_language(spec, templates))


async def group_by_category(reader: Reader, spec: QuerySpec) -> QuerySpec:
    """Return the specification with the templates of each category, for the table by category from message rows.

    Raises `InvalidInputError` when too many messages would have to be looked at.
    """
    await require_few(reader, spec, "byCategory")
    templates = await load_names(reader, spec.tenant_id, TEMPLATES)
    groups = (_of_categories(spec, templates, frozenset({category.value})) for category in NAMED_CATEGORIES)
    return replace(spec, category_groups=tuple(groups))


async def constant_categories(reader: Reader, spec: QuerySpec) -> dict[str, Category] | None:
    """Return the category of each template of the directory, which all its messages of the days have; None if not all.

    Raises `InvalidInputError` when too many messages would have to be looked at.
    """
    templates = await load_names(reader, spec.tenant_id, TEMPLATES)
    if any(_of_categories(spec, templates, frozenset({category})).spans for category in Category):
        return None
    if not await states_no_other_category(reader, spec, templates):
        return None
    return {id: templates.at(id, spec.starts_at).category for id in templates.ids}


async def states_no_other_category(reader: Reader, spec: QuerySpec, templates: NameHistory[Template]) -> bool:
    """Return True if no message of the days states another category than its template's."""
    await require_few(reader, spec, "filter.categories")
    key = ("stated categories", spec.starts_at, spec.ends_at)
    return await read_cached(
        reader,
        spec.tenant_id,
        key,
        lambda: _states_no_other_category(reader, spec, templates),
        lambda _: CACHED_BYTES,
    )


async def _states_no_other_category(reader: Reader, spec: QuerySpec, templates: NameHistory[Template]) -> bool:
    agrees = or_(*(_states_its_own(spec, templates, category) for category in Category))
    another = select(messages.c.id).where(
        messages.c.tenant_id == spec.tenant_id,
        messages.c.sent_at >= spec.starts_at,
        messages.c.sent_at < spec.ends_at,
        messages.c.template_category.is_not(None),
        not_(agrees),
    )
    return await reader.first(another.limit(1)) is None


def _states_its_own(spec: QuerySpec, templates: NameHistory[Template], category: Category) -> ColumnElement[bool]:
    return and_(stated_in({category}), template_in(_of_categories(spec, templates, frozenset({category}))))


def _of_category(spec: QuerySpec, templates: NameHistory[Template]) -> TemplateMatch | None:
    return None if spec.categories is None else _of_categories(spec, templates, spec.categories)


def _of_categories(spec: QuerySpec, templates: NameHistory[Template], categories: frozenset[str]) -> TemplateMatch:
    return _match(spec, templates, lambda template: template.category in categories)


def _of_language(spec: QuerySpec, templates: NameHistory[Template]) -> TemplateMatch | None:
    languages = spec.languages
    return None if languages is None else _match(spec, templates, lambda template: template.language in languages)


def _match(spec: QuerySpec, templates: NameHistory[Template], holds: Callable[[Template], bool]) -> TemplateMatch:
    """Return the templates that had a property during the days of a specification."""
    always: set[str] = set()
    spans: list[tuple[str, int, int]] = []
    for id in templates.ids:
        since, until = spec.starts_at, templates.changes_after(id, spec.starts_at)
        held = [holds(templates.at(id, since))]
        of_template = [(since, until)] if held[0] else []
        while until < spec.ends_at:
            since, until = until, templates.changes_after(id, until)
            held.append(holds(templates.at(id, since)))
            if held[-1]:
                of_template.append((since, until))
        if all(held):
            always.add(id)
        else:
            spans += [(id, *span) for span in of_template]
    if len(spans) > MAX_CHANGES:
        raise InvalidInputError(
            f"filter.categories: templates changed more than {MAX_CHANGES} times in these days. Choose fewer days."
        )
    unknown = holds(templates.at("", FIRST_INSTANT))
    return TemplateMatch(frozenset(always), tuple(spans), frozenset(templates.ids) if unknown else None)
