"""Connections: pages of a list, by Relay's cursor connection specification."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import strawberry

from resolvers.pagination import Page

T = TypeVar("T")


@strawberry.type(description="The place of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="True if there are rows after this page.")
    has_previous_page: bool = strawberry.field(description="True if there are rows before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last row, for `after`; null on an empty page."
    )


@strawberry.type(description="A row of a page, with its place.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The row's place, for `after`.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    nodes: list[T] = strawberry.field(description="The rows.")
    page_info: PageInfo = strawberry.field(description="The place of the page in its list.")
    total_count: int = strawberry.field(description="The number of rows in the whole list.")

    @strawberry.field(description="The rows with their cursors.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self.page.cursor(index) or "", node=node) for index, node in enumerate(self.nodes)]


def to_connection(page: Page[Any], wrap: Callable[[Any], T]) -> Connection[T]:
    """Return a page as a connection; `wrap` converts each row to its GraphQL type."""
    return Connection(
        page=page,
        nodes=[wrap(node) for node in page.nodes],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursor(0),
            end_cursor=page.cursor(-1),
        ),
        total_count=page.total,
    )
