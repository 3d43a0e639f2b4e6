"""The options of the filters: what a viewer may choose from."""

from typing import TypeVar

from analytics.domain.errors import InvalidInput
from analytics.domain.limits import LONGEST_SEARCH, MOST_FILTER_IDS
from analytics.domain.query_spec import Scope
from analytics.reports.directory import Account, Agent, Department, Kind, Template, chosen, fold, options
from resolvers.loader import Loader
from resolvers.pagination import TEXT, Page, page

Entity = TypeVar("Entity", bound=Department | Agent | Account | Template)


async def search_options(
    loader: Loader,
    scope: Scope,
    kind: Kind[Entity],
    ids: frozenset[str] | None,
    search: str | None,
    first: int,
    after: str | None,
) -> Page[Entity]:
    """The options, or those of some ids, whose name contains a text (case and accents aside), by name, then id."""
    if search is not None and len(search) > LONGEST_SEARCH:
        raise InvalidInput(f"search: may have at most {LONGEST_SEARCH} characters.")
    if ids is not None and len(ids) > MOST_FILTER_IDS:
        raise InvalidInput(f"ids: at most {MOST_FILTER_IDS} ids may be named.")
    wanted = fold(search or "")
    return page(
        [entity for entity in await _found(loader, scope, kind, ids) if wanted in fold(entity.name)],
        kind.table.name,
        position=lambda entity: (fold(entity.name), entity.id),
        sort_key=lambda place: place,
        shape=(TEXT, TEXT),
        first=first,
        after=after,
    )


async def _found(loader: Loader, scope: Scope, kind: Kind[Entity], ids: frozenset[str] | None) -> list[Entity]:
    if ids is None:
        return await loader.load(options, scope, kind)
    return await loader.load(chosen, scope, kind, ids) if ids else []
