"""Reading what one request needs: each thing once, and what is asked for together from one moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from analytics.domain.errors import PublicError
from analytics.storage.database import Database

T = TypeVar("T")
Read = Callable[..., Awaitable[T]]


class RequestLoader:
    """Runs reads such as `run_aggregate(reader, query)` for one request.

    A read that is asked for twice runs once. Reads that fields ask for side by side share a connection, and so a
    moment; no connection is ever used by two of them at once. Made for one request, on one event loop.
    """

    def __init__(self, database: Database, tenant: str) -> None:
        """`tenant` is the tenant that all is read of."""
        self._database = database
        self._tenant = tenant
        self._results: dict[tuple[Any, ...], asyncio.Future[Any]] = {}
        self._waiting: list[tuple[Any, ...]] = []
        self._running: set[asyncio.Task[None]] = set()
        self.plans: list[str] = []  # where the numbers were read, for those who ask

    async def load(self, read: Read[T], *arguments: Any) -> T:
        """The result of `read(reader, *arguments)`; the arguments must be hashable."""
        key = (read, *arguments)
        if key not in self._results:
            loop = asyncio.get_running_loop()
            self._results[key] = loop.create_future()
            if not self._waiting:
                # Some turns of the loop later: the fields inside an earlier period ask after those beside it.
                loop.call_soon(loop.call_soon, loop.call_soon, self._start)
            self._waiting.append(key)
        result: T = await asyncio.shield(self._results[key])
        return result

    def cancel(self) -> None:
        """Cancel the reads that are running: their statements, and the tasks that wait for them."""
        for task in self._running:
            task.cancel()

    def _start(self) -> None:
        keys, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(self._run(keys))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, keys: list[tuple[Any, ...]]) -> None:
        try:
            async with self._database.guard(self._tenant), self._database.read() as reader:
                results = [await _result(read(reader, *arguments)) for read, *arguments in keys]
                self.plans += reader.plans
        except asyncio.CancelledError:
            for key in keys:
                self._results[key].cancel()
            raise
        except Exception as error:
            # One moment for all: when one of them fails, all waiting tasks get the error.
            for key in keys:
                self._results[key].set_exception(error)
        else:
            # Only now, with the connection given back: whoever waits may be the last thing that this program does.
            for key, result in zip(keys, results, strict=True):
                if isinstance(result, PublicError):
                    self._results[key].set_exception(result)
                else:
                    self._results[key].set_result(result)


async def _result(reading: Awaitable[T]) -> T | PublicError:
    """Return what is read, or the error for a read that is refused, beside which others go on."""
    try:
        return await reading
    except PublicError as error:
        return error
