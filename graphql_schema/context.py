"""What the fields of one request share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum

from analytics.database import Database
from analytics.errors import PublicError, RateLimited, Unauthenticated
from analytics.exports import Export
from analytics.viewers import Identity, Viewer, may_view, view
from graphql_schema.execution import Readers
from graphql_schema.operations import Tell, untold
from resolvers.exports import Jobs
from resolvers.loading import Loader

Link = Callable[[Viewer, Export], str]


class Introspection(StrEnum):
    """Who may read the schema through the API."""

    VIEWERS = "viewers"
    EVERYONE = "everyone"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Terms:
    """What this service grants each request, as it is set up."""

    introspection: Introspection = Introspection.VIEWERS
    seconds: float = 30.0
    requests_per_minute: int = 0  # of a viewer; 0: any number
    tenant_requests_per_minute: int = 0
    points_per_minute: int = 0
    tenant_points_per_minute: int = 0


async def _charge_nothing(_context: "Context", _points: int) -> None:
    """Where nothing is counted."""


def _any_place(_context: "Context") -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass
class Context:
    """Who asks, when, and the handles that fields work with. Opens nothing until a field needs it.

    `identity` is what the token says, or the error to give whoever came without a valid one.
    """

    identity: Identity | PublicError | None
    now: int
    database: Database
    jobs: Jobs
    link: Link
    wants_plan: bool = False
    terms: Terms = Terms()
    tell: Tell = untold
    # A place among the operations that are run, by what this one costs. Raises `RateLimited` when it is entered.
    place: "Callable[[Context], AbstractAsyncContextManager[None]]" = _any_place
    # Why there was none; the transport says when there may be one.
    refused: RateLimited | None = None
    # Counts points for an operation that is not run.
    charge: "Callable[[Context, int], Awaitable[None]]" = _charge_nothing
    address: str = ""
    request_id: str | None = None
    # What a WebSocket client sent with `connection_init`; Strawberry fills it in.
    connection_params: dict[str, object] | None = None
    # What the document costs, in points; set once it is measured.
    cost: int | None = None
    # What reads the document's selections; set when the document is kept.
    readers: Readers | None = None
    loader: Loader = field(init=False)
    _viewer: "asyncio.Task[Viewer] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.loader = Loader(self.database)

    @property
    def may_introspect(self) -> bool:
        """Whether this person may read the schema."""
        if self.terms.introspection is Introspection.VIEWERS:
            return isinstance(self.identity, Identity) and may_view(self.identity)
        return self.terms.introspection is Introspection.EVERYONE

    @property
    def who(self) -> Identity:
        """Who asks. Raises `Unauthenticated`."""
        if not isinstance(self.identity, Identity):
            raise self.unauthenticated
        return self.identity

    @property
    def unauthenticated(self) -> PublicError:
        """The error for whoever came without a valid token."""
        if isinstance(self.identity, PublicError):
            return self.identity
        return Unauthenticated("Send a token: `Authorization: Bearer …`.")

    def cancel(self) -> None:
        """Stop what is being read: nobody waits for it any more."""
        self.loader.cancel()

    async def viewer(self) -> Viewer:
        """The viewer, looked up once per request. Raises `Unauthenticated` or `Forbidden`."""
        if self._viewer is None:
            self._viewer = asyncio.get_running_loop().create_task(self._find_viewer())
        return await asyncio.shield(self._viewer)

    async def _find_viewer(self) -> Viewer:
        return await self.loader.load(view, self.who)
