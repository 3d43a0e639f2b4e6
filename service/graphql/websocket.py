"""GraphQL over WebSockets (graphql-transport-ws): what Strawberry's handler leaves open.

A connection ends with its token. Each operation is counted, and answered from data of its own moment: a connection may
be open for days.
"""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import suppress
from copy import copy
from typing import Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected as AlreadyClosedError
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from analytics.domain.access import Identity
from analytics.domain.errors import PublicError
from analytics.domain.text import sanitize
from graphql_schema.context import Context
from graphql_schema.extensions.errors import to_public_error

# Seconds for a connection without a valid token: enough to send it the error.
CONNECTION_INIT_TIMEOUT = 30.0
MAX_ANONYMOUS_SOCKETS = 100  # connections of all without a good token, where there may be a thousand
MAX_SOCKETS = 20  # connections of one viewer: a tab has one
MAX_MESSAGES_BEFORE_ACK = 5
TOO_MANY_REQUESTS = 4429
INTERNAL = "INTERNAL_SERVER_ERROR"
FORBIDDEN = 4403  # the code after which clients of this protocol come back with another token
MAX_REASON_BYTES = 123  # of a close frame (RFC 6455, section 5.5)


class WebSocketAdapter(ASGIWebSocketAdapter):
    """The connection as Strawberry's handler uses it, who quotes clients in its reasons and writes after the close."""

    def __init__(self, view: Any, request: Any, response: Any) -> None:
        super().__init__(view, request, response)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message. Raises `WebSocketDisconnected` when the connection is closed, by either side."""
        try:
            await super().send_json(message)
        except AlreadyClosedError as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close the connection, with as much of the reason as a close frame may have; once it is closed, do nothing."""
        short = sanitize(reason).encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        with suppress(WebSocketDisconnect, AlreadyClosedError):
            await super().close(code, short)


class GraphQLOverWebSocket(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. Its view is our endpoint."""

    view: Any
    _ending: asyncio.Task[None] | None = None
    # The one that a copy of this connection is for.
    _operation: Any = None

    _messages_before_ack = 0
    _whose: Hashable = None

    async def handle(self) -> None:
        """Handle messages until the connection ends."""
        self._enter()
        await super().handle()

    def _enter(self) -> None:
        """Be one of this viewer's connections, or of all strangers'; the oldest gives way."""
        self._leave()
        who = self.context.identity
        self._whose = (who.tenant_id, who.id) if isinstance(who, Identity) else None
        own = self.view.sockets.setdefault(self._whose, {})
        own[self] = None
        if len(own) > (MAX_SOCKETS if self._whose else self.view.max_strangers):
            next(iter(own)).drop()

    def _leave(self) -> None:
        own = self.view.sockets.get(self._whose, {})
        own.pop(self, None)
        if not own:
            self.view.sockets.pop(self._whose, None)

    def drop(self) -> None:
        """Give way to others."""
        self._leave()
        if self._ending:
            self._ending.cancel()
        self._ending = asyncio.create_task(self.websocket.close(TOO_MANY_REQUESTS, "Too many connections."))

    async def handle_message(self, message: Any) -> None:
        """One message; the connection is closed for what is none, and for many before it was acknowledged."""
        # The next message may be here already: without this, a client who sends enough of them has no others served.
        await asyncio.sleep(0)
        self._messages_before_ack += not self.connection_acknowledged
        if self._messages_before_ack > MAX_MESSAGES_BEFORE_ACK:
            await self.websocket.close(TOO_MANY_REQUESTS, "Too many messages.")
            raise WebSocketDisconnected
        if not _is_message(message):
            await self.handle_invalid_message("This is no message of graphql-transport-ws.")
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """From here on it is known who asks, and until when they may."""
        await super().handle_connection_init(message)
        if isinstance(self.context.identity, Identity):
            self.view.recognize(self.websocket, self.context)
            self._enter()
        if self.connection_acknowledged and self._ending is None:
            self._ending = asyncio.create_task(self._end_with_token())

    async def handle_subscribe(self, message: Any) -> None:
        """An operation, unless there were too many, or its document is not to be run."""
        if self.connection_acknowledged:
            try:
                await self.view.admit(self.context)
                payload = message["payload"]
                payload["query"] = self.view.document(payload)
                payload["operationName"] = sanitize(payload.get("operationName") or "") or None
            except PublicError as error:
                extensions = {"code": error.code, "requestId": self.context.request_id}
                payload_error = {"message": error.message, "extensions": extensions}
                await self.websocket.send_json({"id": message["id"], "type": "error", "payload": [payload_error]})
                return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Any) -> None:
        """An operation, in a context of its own; what it reads ends with it."""
        own = copy(self)
        own.context = self.view.renewed(self.context)
        own._operation = operation
        try:
            async with self.view.subscription_slot(own.context):
                await super(GraphQLOverWebSocket, own).run_operation(operation)
        except PublicError as error:
            await own.handle_task_exception(error)
            self.operations.pop(operation.id, None)
        finally:
            own.context.cancel()

    async def handle_task_exception(self, error: Exception) -> None:
        """Report an unexpected error to the client; by default it would be told that the operation completed."""
        if self._operation is None:
            await super().handle_task_exception(error)
            return
        located = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        public_error = to_public_error(located, INTERNAL)
        public_error.extensions = {"requestId": self.context.request_id, **(public_error.extensions or {})}
        await self._operation.send_initial_errors([public_error])

    async def shutdown(self) -> None:
        """The end of the connection."""
        self._leave()
        if self._ending:
            self._ending.cancel()
        await super().shutdown()

    async def _end_with_token(self) -> None:
        who = self.context.identity
        if not isinstance(who, Identity):
            await asyncio.sleep(CONNECTION_INIT_TIMEOUT)
        elif who.expires_at is not None:
            await asyncio.sleep((who.expires_at - self.view.now()) / 1_000_000)
        else:
            return
        await self.websocket.close(FORBIDDEN, "The token has expired.")


def _is_message(message: object) -> bool:
    """Return True if it has the shape that Strawberry's handler takes for granted."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] == "subscribe":
        return isinstance(message.get("id"), str) and _is_payload(message.get("payload"))
    return message["type"] != "complete" or isinstance(message.get("id"), str)


def _is_payload(payload: object) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
