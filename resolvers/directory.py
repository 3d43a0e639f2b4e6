"""The options of the filters that a viewer may choose from."""

from typing import TypeVar

from analytics.domain.errors import InvalidInputError
from analytics.domain.limits import MAX_FILTER_IDS, MAX_SEARCH_LENGTH
from analytics.domain.query_spec import AccessScope
from analytics.reports.directory import (
    Account,
    Agent,
    Department,
    EntityType,
    Template,
    entities_by_id,
    filter_options,
    normalize,
)
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, page

Entity = TypeVar("Entity", bound=Department | Agent | Account | Template)


async def search_options(
    loader: RequestLoader,
    scope: AccessScope,
    kind: EntityType[Entity],
    ids: frozenset[str] | None,
    search: str | None,
    first: int,
    after: str | None,
) -> Page[Entity]:
    """Return the options, or those of some ids, whose name contains a text, whatever its case and accents, by name."""
    if search is not None and len(search) > MAX_SEARCH_LENGTH:
        raise InvalidInputError(f"search: may have at most {MAX_SEARCH_LENGTH} characters.")
    if ids is not None and len(ids) > MAX_FILTER_IDS:
        raise InvalidInputError(f"ids: at most {MAX_FILTER_IDS} ids may be named.")
    text = normalize(search or "")
    return page(
        [entity for entity in await _load_entities(loader, scope, kind, ids) if text in normalize(entity.name)],
        kind.table.name,
        position=lambda entity: (normalize(entity.name), entity.id),
        sort_key=lambda position: position,
        shape=(TEXT, TEXT),
        first=first,
        after=after,
    )


async def _load_entities(
    loader: RequestLoader, scope: AccessScope, kind: EntityType[Entity], ids: frozenset[str] | None
) -> list[Entity]:
    if ids is None:
        return await loader.load(filter_options, scope, kind)
    return await loader.load(entities_by_id, scope, kind, ids) if ids else []
