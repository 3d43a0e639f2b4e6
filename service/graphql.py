"""The GraphQL endpoint: who asks and what they are given, over HTTP and over WebSockets."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from analytics.database import Database
from analytics.errors import RateLimited
from analytics.exports import Export
from analytics.limits import LARGEST_BODY_OF_STRANGERS
from analytics.texts import clean
from analytics.viewers import Identity, Viewer
from graphql_schema.context import Context, Terms
from resolvers.exports import Jobs
from service import observing
from service.graphql_http import GraphQLOverHTTP
from service.graphql_ws import MAX_STRANGERS, STRANGERS, GraphQLOverWebSocket
from service.links import Links
from service.manifest import Manifest
from service.places import LANES, MOST_ANSWERED, MOST_FOLLOWED, Places, Turns
from service.rates import Rates
from service.tokens import Tokens, identify

Clock = Callable[[], int]

# Seconds until a stranger who asked too often is told so: refused at once, they would ask again at once.
STRANGERS_WAIT = 0.25

# A request with this header is told in `extensions.plan` where its numbers were read, if an administrator sent it.
PLAN_HEADER = "x-embudo-plan"


def clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class House:
    """What requests are answered with."""

    database: Database
    jobs: Jobs
    tokens: Tokens
    links: Links
    public_url: str | None
    terms: Terms
    rates: Rates
    manifest: Manifest
    allowed_origins: tuple[str, ...]
    now: Clock = clock


class GraphQLEndpoint(GraphQLOverHTTP[Context, None]):
    """`/graphql`: POST, GET for queries, WebSocket for subscriptions. GraphiQL is a page of its own."""

    graphql_transport_ws_handler_class = GraphQLOverWebSocket

    def __init__(self, schema: Schema, house: House, max_strangers: int = MAX_STRANGERS) -> None:
        """`max_strangers`: how many WebSockets may be open without a good token."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=20,
            connection_init_wait_timeout=timedelta(seconds=STRANGERS),
            allowed_origins=house.allowed_origins,
        )
        self._house = house
        self.max_strangers = max_strangers
        # The open WebSockets of each viewer, and under None of all strangers, oldest first.
        self.sockets: dict[Hashable, dict[GraphQLOverWebSocket, None]] = {}
        self._answered, self._followed = Places(MOST_ANSWERED), Places(MOST_FOLLOWED)
        self._lanes = [(points, Turns(int(part * house.database.readers))) for points, part in LANES]

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """A context for one request, or one WebSocket; opens nothing. Raises `RateLimited` for too many requests.

        Requests are counted here, before it is known whether they are any; what comes over a WebSocket is by operation.
        """
        del response
        house = self._house
        page = request.base_url.replace(scheme=request.base_url.scheme.replace("ws", "http"))  # also over a WebSocket
        base = (house.public_url or str(page)).rstrip("/")

        def link(viewer: Viewer, export: Export) -> str:
            return base + house.links.path(viewer, export)

        context = Context(
            identity=await identify(request, house.tokens),
            now=house.now(),
            database=house.database,
            jobs=house.jobs,
            link=link,
            wants_plan=PLAN_HEADER in request.headers,
            terms=house.terms,
            tell=observing.operation,
            place=self.place,
            charge=self.charge,
            request_id=getattr(request.state, "request_id", None),
            address=request.client.host if request.client else "",
        )
        if isinstance(request, Request):
            await self.admit(context)
        return context

    def body_bound(self, context: Context) -> tuple[int, Exception]:
        """Of strangers only so much is read as shows what they may be asking for."""
        if isinstance(context.identity, Identity):
            return super().body_bound(context)
        return LARGEST_BODY_OF_STRANGERS, context.unauthenticated

    def renewed(self, context: Context) -> Context:
        """The context of an operation over a WebSocket: of now, and with nothing read yet."""
        return replace(context, now=self._house.now(), cost=None)

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self._house.now()

    async def admit(self, context: Context) -> None:
        """Count an operation. Raises `RateLimited`."""
        viewer, tenant = _whose(context)
        try:
            await self._house.rates.admit(viewer, tenant)
        except RateLimited as error:
            observing.refused(error.code)
            if tenant is None:
                await asyncio.sleep(STRANGERS_WAIT)
            raise

    def turn(self, context: Context) -> AbstractAsyncContextManager[None]:
        """A place for a request: so many of one viewer's are read and answered at once. Raises `RateLimited`."""
        return self._answered.one(_whose(context), context.terms.seconds)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Execute a request. Raises `RateLimited`."""
        context: Context = kwargs["context"]
        result = await super().execute_single(*args, **kwargs)
        if context.refused:
            raise context.refused
        return result

    @asynccontextmanager
    async def place(self, context: Context) -> AsyncIterator[None]:
        """A place for an operation whose cost is known. Raises `RateLimited`."""
        whose, cost = _whose(context), context.cost or 0
        await self._house.rates.spend(cost, *whose)
        async with AsyncExitStack() as stack:
            for points, turns in self._lanes:
                if cost >= points:
                    await stack.enter_async_context(turns.one(whose, context.terms.seconds))
                    break
            yield

    async def charge(self, context: Context, points: int) -> None:
        """Count points for an operation that is not run."""
        await self._house.rates.charge(points, *_whose(context))

    def following(self, context: Context) -> AbstractAsyncContextManager[None]:
        """A place for an operation over a WebSocket. Raises `RateLimited` when there is none."""
        return self._followed.one(_whose(context), patience=0)

    def document(self, asked: dict[str, Any]) -> str | None:
        """The document that a request asks for, by text or hash. Raises a public error."""
        text = self._house.manifest.document(asked)
        return text and clean(text)

    def recognize(self, websocket: Any, context: Context) -> None:
        """Let what stands around this endpoint know who a WebSocket is for, too."""
        websocket.ws.scope.setdefault("state", {})["identity"] = context.identity

    async def on_ws_connect(self, context: Context) -> Any:
        """A browser cannot set headers on a WebSocket: its token comes with `connection_init`."""
        parameters = context.connection_params
        if isinstance(parameters, dict):
            given = {str(name).lower(): value for name, value in parameters.items()}.get("authorization")
            if isinstance(given, str):
                context.identity = await self._house.tokens.identify(given)
        return await super().on_ws_connect(context)


def _whose(context: Context) -> tuple[str, str | None]:
    """Who asks, and of which company; a stranger by address."""
    who = context.identity
    return (who.id, who.tenant_id) if isinstance(who, Identity) else (context.address, None)
