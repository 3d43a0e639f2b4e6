"""A client of graphql-transport-ws, message by message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 30


class Socket:
    """An open connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def say(self, message: Any) -> None:
        """Send a message; text as it is."""
        await self._connection.send(message if isinstance(message, str) else json.dumps(message))

    async def subscribe(self, query: Any, id: str = "1", **payload: Any) -> None:
        """Begin an operation."""
        asked = {**payload, **({} if query is None else {"query": query})}
        await self.say({"id": id, "type": "subscribe", "payload": asked})

    async def hear(self) -> Any:
        """The next message; when the connection is closed, its code."""
        async with asyncio.timeout(PATIENCE):
            try:
                return json.loads(await self._connection.recv())
            except ConnectionClosed:
                return self._connection.close_code

    async def ask(self, query: Any, id: str = "1", **payload: Any) -> Any:
        """The one answer of a query."""
        await self.subscribe(query, id, **payload)
        answer = await self.hear()
        if isinstance(answer, dict) and answer["type"] == "next":
            assert (await self.hear())["type"] == "complete"
        return answer


@asynccontextmanager
async def open_socket(url: str, headers: dict[str, str], origin: str | None = None) -> AsyncIterator[Socket]:
    """A connection that is acknowledged; headers go into its first message, as a browser has to."""
    async with begin_socket(url, headers, origin) as socket:
        assert (await socket.hear())["type"] == "connection_ack"
        yield socket


@asynccontextmanager
async def begin_socket(url: str, headers: dict[str, str], origin: str | None = None) -> AsyncIterator[Socket]:
    """A connection whose first message was sent; the next one that it hears is the acknowledgement, or it is closed."""
    address = url.replace("http", "ws") + "/graphql"
    options: dict[str, Any] = {"subprotocols": ["graphql-transport-ws"], "origin": origin}
    async with connect(address, **options) as connection:
        socket = Socket(connection)
        await socket.say({"type": "connection_init", "payload": headers})
        yield socket
