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
    """Around the application: notes each HTTP request, and each WebSocket when it is over."""

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


def record_operation(told: OperationRecord) -> None:
    """Note an operation of GraphQL."""
    OPERATIONS.labels(told.field, told.code).inc()
    OPERATION_SECONDS.labels(told.field).observe(told.took / SECOND)
    CACHE_BYTES.set(told.cache_bytes)
    for ran in told.statements:
        SQL_SECONDS.observe(ran.took / SECOND)
    for plan in told.plans:
        grouping, table = plan.split(": ")[:2]
        PLANS.labels(grouping, table).inc()
    log.info(
        "operation",
        operation=told.name,
        field=told.field,
        code=told.code,
        cost=told.cost,
        ms=round(told.took / MILLISECOND, 1),
        statements=len(told.statements),
        sql_ms=round(sum(ran.took for ran in told.statements) / MILLISECOND, 1),
        tenant=told.who.tenant_id if told.who else None,
        viewer=told.who.id if told.who else None,
    )


def record_rejection(code: str) -> None:
    """Count an operation that was not even looked at."""
    OPERATIONS.labels("none", code).inc()
