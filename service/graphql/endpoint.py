"""The GraphQL endpoint: who asks and what they are given, over HTTP and over WebSockets."""

import asyncio
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

from analytics.domain.access import Identity, Viewer
from analytics.domain.errors import RateLimitedError
from analytics.domain.limits import MAX_ANONYMOUS_BODY_BYTES
from analytics.domain.text import sanitize
from analytics.domain.time_zones import now_micros
from analytics.exports.requests import Export
from analytics.storage.database import Database
from graphql_schema.context import Context, Introspection, RequestPolicy
from resolvers.exports import ExportQueue
from service.auth.download_links import DownloadLinkSigner
from service.auth.tokens import TokenService, identify
from service.graphql.concurrency import (
    LANES,
    MAX_CONCURRENT_REQUESTS,
    MAX_SUBSCRIPTIONS,
    CheckQueue,
    ConcurrencyLimiter,
    ExecutionQueue,
)
from service.graphql.http import GraphQLOverHTTP
from service.graphql.persisted_documents import PersistedDocuments
from service.graphql.rate_limits import RateLimiter
from service.graphql.websocket import (
    CONNECTION_INIT_TIMEOUT,
    MAX_ANONYMOUS_SOCKETS,
    GraphQLOverWebSocket,
    WebSocketAdapter,
)
from service.settings import Settings
from service.telemetry import recorder

Clock = Callable[[], int]

# Seconds until a stranger who asked too often is told so: refused at once, they would ask again at once.
ANONYMOUS_RETRY_DELAY = 0.25

# A request with this header is told in `extensions.plan` where its numbers were read, if an administrator sent it.
PLAN_HEADER = "x-embudo-plan"


@dataclass(frozen=True)
class GraphQLDependencies:
    """The services that answering a request needs."""

    database: Database
    export_queue: ExportQueue
    tokens: TokenService
    link_signer: DownloadLinkSigner
    public_url: str | None
    policy: RequestPolicy
    rate_limiter: RateLimiter
    persisted_documents: PersistedDocuments
    allowed_origins: tuple[str, ...]
    now: Clock = now_micros


def policy_from_settings(settings: Settings) -> RequestPolicy:
    """Return the limits and permissions that the settings give each request."""
    return RequestPolicy(
        Introspection(settings.introspection),
        settings.request_seconds,
        settings.requests_per_minute,
        settings.tenant_requests_per_minute,
        settings.points_per_minute,
        settings.tenant_points_per_minute,
    )


class GraphQLEndpoint(GraphQLOverHTTP[Context, None]):
    """`/graphql`: POST, GET for queries, WebSocket for subscriptions. GraphiQL is a page of its own."""

    graphql_transport_ws_handler_class = GraphQLOverWebSocket
    websocket_adapter_class = WebSocketAdapter

    def __init__(
        self, schema: Schema, dependencies: GraphQLDependencies, max_strangers: int = MAX_ANONYMOUS_SOCKETS
    ) -> None:
        """`max_strangers`: how many WebSockets may be open without a good token."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=20,
            connection_init_wait_timeout=timedelta(seconds=CONNECTION_INIT_TIMEOUT),
            allowed_origins=dependencies.allowed_origins,
        )
        self._dependencies = dependencies
        self.max_strangers = max_strangers
        # The open WebSockets of each viewer, and under None of all strangers, oldest first.
        self.sockets: dict[Hashable, dict[GraphQLOverWebSocket, None]] = {}
        self._answered, self._followed = (
            ConcurrencyLimiter(MAX_CONCURRENT_REQUESTS),
            ConcurrencyLimiter(MAX_SUBSCRIPTIONS),
        )
        self._checked = CheckQueue()
        self._lanes = [(points, ExecutionQueue(int(part * dependencies.database.readers))) for points, part in LANES]

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Return the context of one request, or of one WebSocket; opens and counts nothing."""
        del response
        dependencies = self._dependencies
        page = request.base_url.replace(scheme=request.base_url.scheme.replace("ws", "http"))  # also over a WebSocket
        base = (dependencies.public_url or str(page)).rstrip("/")

        def link(viewer: Viewer, export: Export) -> str:
            return base + dependencies.link_signer.sign(viewer, export)

        return Context(
            identity=await identify(request, dependencies.tokens),
            now=dependencies.now(),
            database=dependencies.database,
            export_queue=dependencies.export_queue,
            link=link,
            include_plan=PLAN_HEADER in request.headers,
            policy=dependencies.policy,
            record_operation=recorder.record_operation,
            slot=self.place,
            check_slot=self.check_place,
            charge=self.charge,
            request_id=getattr(request.state, "request_id", None),
            address=request.client.host if request.client else "",
        )

    def body_bound(self, context: Context) -> tuple[int, Exception]:
        """Of strangers only so much is read as shows what they may be asking for."""
        if isinstance(context.identity, Identity):
            return super().body_bound(context)
        return MAX_ANONYMOUS_BODY_BYTES, context.unauthenticated

    def renewed(self, context: Context) -> Context:
        """The context of an operation over a WebSocket: of now, and with nothing read yet."""
        return replace(context, now=self._dependencies.now(), cost=None)

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self._dependencies.now()

    async def admit(self, context: Context) -> None:
        """Count a request, or an operation over a WebSocket. Raises `RateLimitedError`."""
        viewer, tenant = _whose(context)
        try:
            await self._dependencies.rate_limiter.check(viewer, tenant)
        except RateLimitedError as error:
            recorder.record_rejection(error.code)
            if tenant is None:
                await asyncio.sleep(ANONYMOUS_RETRY_DELAY)
            raise

    def turn(self, context: Context) -> AbstractAsyncContextManager[None]:
        """A place for a request: so many of one viewer's are read and answered at once. Raises `RateLimitedError`."""
        return self._answered.slot(_whose(context), context.seconds_left)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Execute a request. Raises `RateLimitedError`."""
        context: Context = kwargs["context"]
        result = await super().execute_single(*args, **kwargs)
        if context.refused:
            raise context.refused
        return result

    @asynccontextmanager
    async def place(self, context: Context) -> AsyncIterator[None]:
        """A place for an operation whose cost is known. Raises `RateLimitedError`."""
        whose, cost = _whose(context), context.cost or 0
        await self._dependencies.rate_limiter.spend(cost, *whose)
        async with AsyncExitStack() as stack:
            for points, turns in self._lanes:
                if cost >= points:
                    await stack.enter_async_context(turns.slot(whose, context.seconds_left, cost))
                    break
            yield

    def check_place(self, context: Context) -> AbstractAsyncContextManager[None]:
        """The place to parse or to validate a document that is not known. Raises `RateLimitedError`."""
        return self._checked.slot(_whose(context), context.seconds_left)

    async def charge(self, context: Context, points: int) -> None:
        """Count points for an operation that is not run."""
        await self._dependencies.rate_limiter.charge(points, *_whose(context))

    def following(self, context: Context) -> AbstractAsyncContextManager[None]:
        """A place for an operation over a WebSocket. Raises `RateLimitedError` when there is none."""
        return self._followed.slot(_whose(context), patience=0)

    def document(self, asked: dict[str, Any]) -> str | None:
        """The document that a request asks for, by text or hash. Raises a public error."""
        text = self._dependencies.persisted_documents.resolve(asked)
        return text and sanitize(text)

    def recognize(self, websocket: Any, context: Context) -> None:
        """Let what stands around this endpoint know who a WebSocket is for, too."""
        websocket.ws.scope.setdefault("state", {})["identity"] = context.identity

    async def on_ws_connect(self, context: Context) -> Any:
        """A browser cannot set headers on a WebSocket: its token comes with `connection_init`."""
        parameters = context.connection_params
        if isinstance(parameters, dict):
            given = {str(name).lower(): value for name, value in parameters.items()}.get("authorization")
            if isinstance(given, str):
                context.identity = await self._dependencies.tokens.authenticate(given)
        return await super().on_ws_connect(context)


def _whose(context: Context) -> tuple[str, str | None]:
    """Return the viewer and tenant to count a request for; the address of a stranger."""
    who = context.identity
    return (who.id, who.tenant_id) if isinstance(who, Identity) else (context.address, None)
