"""The record of each request and each operation when it is over: a line in the log, and counts.

Never a phone, what somebody wrote, a token or the query of an address: download links are signed by theirs.
"""

import asyncio
import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_schema.context import OperationRecord
from service.telemetry.metrics import (
    CACHE_BYTES,
    OPERATION_SECONDS,
    OPERATIONS,
    PLANS,
    REQUEST_SECONDS,
    REQUESTS,
    SQL_SECONDS,
)

log = structlog.get_logger()

MILLISECOND, SECOND = 1e6, 1e9  # in nanoseconds
CLIENT_CLOSED_REQUEST = 499  # as nginx and others call it
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
# Routes whose requests are in the log only if they fail: operations have a line of their own, the others come by the
# thousand.
QUIET = ("/graphql", "/healthz", "/readyz", "/metrics", "/assets/{name}", "/webhooks/whatsapp/{tenant}")


class TelemetryMiddleware:
    """Middleware that logs and counts each HTTP request, and each WebSocket at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at, status = time.perf_counter_ns(), None

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if not isinstance(error, ClientDisconnect):
                status = status or 500  # whether or not the client has gone
            raise
        finally:
            _request(scope, status or _status_without_answer(scope), time.perf_counter_ns() - began_at)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_at, codes = time.perf_counter_ns(), [1006]  # the code for an end without a word

        async def taken() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                codes.append(message.get("code", 1005))
            return message

        try:
            await self._app(scope, taken, send)
        finally:
            took = time.perf_counter_ns() - began_at
            log.info("websocket", route=_route(scope), code=codes[-1], ms=round(took / MILLISECOND, 1))


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "none")


def _status_without_answer(scope: Scope) -> int:
    """Return the status of a request that was not answered: a client that has gone is no fault of ours."""
    closed: asyncio.Event | None = scope.get("state", {}).get("closed")
    return CLIENT_CLOSED_REQUEST if closed and closed.is_set() else 500


def _request(scope: Scope, status: int, took: int) -> None:
    route = _route(scope)
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(route, method, status).inc()
    REQUEST_SECONDS.labels(route).observe(took / SECOND)
    note = log.debug if route in QUIET and status < 400 else log.info
    note("request", method=method, route=route, status=status, ms=round(took / MILLISECOND, 1))


def record_operation(operation: OperationRecord) -> None:
    """Log and count an operation of GraphQL."""
    OPERATIONS.labels(operation.field, operation.code).inc()
    OPERATION_SECONDS.labels(operation.field).observe(operation.took / SECOND)
    CACHE_BYTES.set(operation.cache_bytes)
    for statement in operation.statements:
        SQL_SECONDS.observe(statement.took / SECOND)
    for plan in operation.plans:
        grouping, table = plan.split(": ")[:2]
        PLANS.labels(grouping, table).inc()
    log.info(
        "operation",
        operation=operation.name,
        field=operation.field,
        code=operation.code,
        cost=operation.cost,
        ms=round(operation.took / MILLISECOND, 1),
        statements=len(operation.statements),
        sql_ms=round(sum(statement.took for statement in operation.statements) / MILLISECOND, 1),
        tenant=operation.who.tenant_id if operation.who else None,
        viewer=operation.who.id if operation.who else None,
    )


def record_rejection(code: str) -> None:
    """Count an operation that was rejected before it was parsed."""
    OPERATIONS.labels("none", code).inc()
