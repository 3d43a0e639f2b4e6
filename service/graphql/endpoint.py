"""The GraphQL endpoint: authentication, limits and execution of operations, over HTTP and over WebSockets."""

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
from analytics.exports.records import Export
from analytics.storage.database import Database
from graphql_schema.context import Context, Introspection, RequestPolicy
from resolvers.exports import ExportQueue
from service.auth.download_links import DownloadLinkSigner
from service.auth.requests import authenticate, identify
from service.auth.tokens import TokenService
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

# Seconds before a stranger's request over the rate limit is rejected: rejected at once, they would retry at once.
ANONYMOUS_RETRY_DELAY = 0.25

# With this header an administrator's response has in `extensions.plan` the query plans of its numbers.
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
        settings.mask_phones,
    )


class GraphQLEndpoint(GraphQLOverHTTP[Context, None]):
    """`/graphql`: POST, GET for queries, WebSocket for subscriptions. GraphiQL is a page of its own."""

    graphql_transport_ws_handler_class = GraphQLOverWebSocket
    websocket_adapter_class = WebSocketAdapter

    def __init__(
        self, schema: Schema, dependencies: GraphQLDependencies, max_strangers: int = MAX_ANONYMOUS_SOCKETS
    ) -> None:
        """`max_strangers`: WebSockets that may be open without a valid token."""
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
        self._request_slots, self._subscription_slots = (
            ConcurrencyLimiter(MAX_CONCURRENT_REQUESTS),
            ConcurrencyLimiter(MAX_SUBSCRIPTIONS),
        )
        self._check_queue = CheckQueue()
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
            slot=self.operation_slot,
            check_slot=self.check_slot,
            charge=self.charge,
            request_id=getattr(request.state, "request_id", None),
            address=request.client.host if request.client else "",
        )

    def body_bound(self, context: Context) -> tuple[int, Exception]:
        """Return the maximum size of a body, which is small for strangers, and the error for a larger one."""
        if isinstance(context.identity, Identity):
            return super().body_bound(context)
        return MAX_ANONYMOUS_BODY_BYTES, context.unauthenticated

    def renewed(self, context: Context) -> Context:
        """Return a new context for an operation over a WebSocket: with the current time, and nothing read yet."""
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

    def request_slot(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Hold one of the viewer's slots for concurrent requests. Raises `RateLimitedError`."""
        return self._request_slots.slot(_whose(context), context.seconds_left)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Execute a request. Raises `RateLimitedError`."""
        context: Context = kwargs["context"]
        result = await super().execute_single(*args, **kwargs)
        if context.refused:
            raise context.refused
        return result

    @asynccontextmanager
    async def operation_slot(self, context: Context) -> AsyncIterator[None]:
        """Spend an operation's points, and hold a slot of its lane. Raises `RateLimitedError`."""
        whose, cost = _whose(context), context.cost or 0
        await self._dependencies.rate_limiter.spend(cost, *whose)
        async with AsyncExitStack() as stack:
            for points, queue in self._lanes:
                if cost >= points:
                    await stack.enter_async_context(queue.slot(whose, context.seconds_left, cost))
                    break
            yield

    def check_slot(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Hold the slot to parse or validate a document that is not cached. Raises `RateLimitedError`."""
        return self._check_queue.slot(_whose(context), context.seconds_left)

    async def charge(self, context: Context, points: int) -> None:
        """Charge points for an operation that is not run."""
        await self._dependencies.rate_limiter.charge(points, *_whose(context))

    def subscription_slot(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Hold one of the viewer's slots for subscriptions. Raises `RateLimitedError` when none is free."""
        return self._subscription_slots.slot(_whose(context), seconds=0)

    def document(self, request_data: dict[str, Any]) -> str | None:
        """Return the document of a request, given by text or hash. Raises a public error."""
        text = self._dependencies.persisted_documents.resolve(request_data)
        return text and sanitize(text)

    def recognize(self, websocket: Any, context: Context) -> None:
        """Give the identity behind a WebSocket to the middleware around this endpoint."""
        websocket.ws.scope.setdefault("state", {})["identity"] = context.identity

    async def on_ws_connect(self, context: Context) -> Any:
        """A browser cannot set headers on a WebSocket: its token comes with `connection_init`."""
        parameters = context.connection_params
        if isinstance(parameters, dict):
            authorization = {str(name).lower(): value for name, value in parameters.items()}.get("authorization")
            if isinstance(authorization, str):
                context.identity = await authenticate(authorization, self._dependencies.tokens)
        return await super().on_ws_connect(context)


def _whose(context: Context) -> tuple[str, str | None]:
    """Return the viewer and tenant to count a request for; the address of a stranger."""
    who = context.identity
    return (who.id, who.tenant_id) if isinstance(who, Identity) else (context.address, None)
