"""What the fields of one request share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from analytics.database import Database
from analytics.errors import PublicError, Unauthenticated
from analytics.exports import Export
from analytics.viewers import Identity, Viewer, view
from resolvers.exports import Jobs
from resolvers.loading import Loader

Link = Callable[[Viewer, Export], str]


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
    # What a WebSocket client sent with `connection_init`; Strawberry fills it in.
    connection_params: dict[str, object] | None = None
    loader: Loader = field(init=False)
    _viewer: "asyncio.Task[Viewer] | None" = None

    def __post_init__(self) -> None:
        self.loader = Loader(self.database)

    async def viewer(self) -> Viewer:
        """The viewer, looked up once per request. Raises `Unauthenticated` or `Forbidden`."""
        if self._viewer is None:
            self._viewer = asyncio.get_running_loop().create_task(self._find_viewer())
        return await asyncio.shield(self._viewer)

    async def _find_viewer(self) -> Viewer:
        if self.identity is None:
            raise Unauthenticated("Send a token: `Authorization: Bearer …`.")
        if isinstance(self.identity, PublicError):
            raise self.identity
        return await self.loader.load(view, self.identity)
