"""A TCP proxy in front of a server, which can play one that is dead and one that hangs."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK = 64 * 1024  # bytes


class Proxy:
    """Passes on what comes to a port of its own, in a thread of its own, as long as it is told to."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._passing = asyncio.Event()
        self._passing.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._do(self._listen())

    def kill(self) -> None:
        """Be dead: every connection is cut, and none is taken."""
        self._do(self._cut())

    def hang(self) -> None:
        """Hang: connections stay and are taken, and nothing is passed on."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def recover(self) -> None:
        """Be well again."""
        self._loop.call_soon_threadsafe(self._passing.set)
        if self._server is None:
            self._do(self._listen())

    def stop(self) -> None:
        """End."""
        self._do(self._cut())
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError):
            await self._passing.wait()
            to_reader, to_writer = await asyncio.open_connection(*self._target)
            self._open.add(to_writer)
            ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, to_writer), (to_reader, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            to_writer.close()
            self._open.discard(to_writer)
        writer.close()
        self._open.discard(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._passing.wait()
                writer.write(chunk)
                await writer.drain()


@contextmanager
def proxy_for(host: str, port: int) -> Iterator[Proxy]:
    """A proxy that runs as long as the block."""
    proxy = Proxy(host, port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
