"""The table by category of templates, and specifications whose categories and languages are found in the directory."""

from collections import defaultdict

from analytics.domain.measures.funnel import FunnelCounts, total
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import Category
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.rows.template_filters import constant_categories, group_by_category, resolve
from analytics.reports.runner import run_aggregate
from resolvers.analytics import CategoryEntry, Order, Performance, sort_page
from resolvers.loader import RequestLoader
from resolvers.pagination import Page


async def resolve_spec(loader: RequestLoader, spec: QuerySpec) -> QuerySpec:
    """Return a specification with the templates of its categories and languages. Raises as `resolve`."""
    if spec.categories is None and spec.languages is None:
        return spec
    resolved: QuerySpec = await loader.load(resolve, spec)
    return resolved


async def by_category(
    loader: RequestLoader, spec: QuerySpec, order: Order | None, first: int, after: str | None
) -> Page[Performance[CategoryEntry]]:
    """Return a page of the table by category of a resolved specification."""
    counts = await _from_templates(loader, spec)
    if counts is None:
        counts = await _from_messages(loader, spec)
    table = [Performance(CategoryEntry(category), (), of_category) for category, of_category in counts.items()]
    return sort_page(table, "byCategory", order, first, after)


async def _from_templates(loader: RequestLoader, spec: QuerySpec) -> dict[Category, FunnelCounts] | None:
    """Count from the table by template; None if they do not tell the categories."""
    if spec.categories is not None:
        return None
    categories = await loader.load(constant_categories, spec)
    if categories is None:
        return None
    rows: dict[Category, list[FunnelCounts]] = defaultdict(list)
    for (template, _), counts in (await loader.load(run_aggregate, AggregateQuery(spec, Grouping.TEMPLATE))).items():
        rows[categories.get(template, Category.OTHER)].append(counts)
    return {category: total(of_category) for category, of_category in rows.items()}


async def _from_messages(loader: RequestLoader, spec: QuerySpec) -> dict[Category, FunnelCounts]:
    grouped = await loader.load(group_by_category, spec)
    rows = await loader.load(run_aggregate, AggregateQuery(grouped, Grouping.CATEGORY))
    return {Category(category): counts for (category,), counts in rows.items()}
