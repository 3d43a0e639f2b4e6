"""The options of the filters: what a viewer may choose from."""

from typing import TypeVar

from analytics.errors import InvalidInput
from analytics.limits import LONGEST_SEARCH
from analytics.names import Account, Agent, Department, Kind, Template, fold, options
from analytics.specs import Scope
from resolvers.loading import Loader
from resolvers.paging import TEXT, Page, page

Entity = TypeVar("Entity", bound=Department | Agent | Account | Template)


async def search_options(
    loader: Loader, scope: Scope, kind: Kind[Entity], search: str | None, first: int, after: str | None
) -> Page[Entity]:
    """The options whose name contains a text (case and accents aside), by name, then id."""
    if search is not None and len(search) > LONGEST_SEARCH:
        raise InvalidInput(f"search: may have at most {LONGEST_SEARCH} characters.")
    wanted = fold(search or "")
    offered = [entity for entity in await loader.load(options, scope, kind) if wanted in fold(entity.name)]
    return page(
        offered,
        kind.table.name,
        position=lambda entity: (fold(entity.name), entity.id),
        sort_key=lambda place: place,
        shape=(TEXT, TEXT),
        first=first,
        after=after,
    )
