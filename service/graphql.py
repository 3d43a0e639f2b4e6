"""The GraphQL endpoint: Strawberry's ASGI view, given our context."""

import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from analytics.database import Database
from analytics.errors import PublicError
from analytics.exports import Export
from analytics.viewers import Identity, Viewer
from graphql_schema.context import Context
from resolvers.exports import Jobs
from service.links import Links
from service.tokens import Tokens

Clock = Callable[[], int]

# A request with this header is told in `extensions.plan` where its numbers were read, if an administrator sent it.
PLAN_HEADER = "x-embudo-plan"


def clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


class GraphQLEndpoint(GraphQL[Context, None]):
    """`/graphql`: POST, GET for queries, WebSocket for subscriptions. GraphiQL is a page of its own."""

    def __init__(
        self,
        schema: Schema,
        database: Database,
        jobs: Jobs,
        tokens: Tokens,
        links: Links,
        public_url: str | None,
        now: Clock = clock,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
        self._database = database
        self._jobs = jobs
        self._tokens = tokens
        self._links = links
        self._public_url = public_url
        self._now = now

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """A context for one request; opens nothing."""
        del response
        base = (self._public_url or str(request.base_url)).rstrip("/")

        def link(viewer: Viewer, export: Export) -> str:
            return base + self._links.path(viewer, export)

        return Context(
            identity=self._identity(request.headers.get("authorization")),
            now=self._now(),
            database=self._database,
            jobs=self._jobs,
            link=link,
            wants_plan=PLAN_HEADER in request.headers,
        )

    async def on_ws_connect(self, context: Context) -> Any:
        """A browser cannot set headers on a WebSocket: its token comes with `connection_init`."""
        parameters = context.connection_params
        if isinstance(parameters, dict):
            given = {str(name).lower(): value for name, value in parameters.items()}.get("authorization")
            context.identity = self._identity(given if isinstance(given, str) else None)
        return await super().on_ws_connect(context)

    def _identity(self, header: str | None) -> Identity | PublicError | None:
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        try:
            return self._tokens.read(token.strip())
        except PublicError as error:
            return error
