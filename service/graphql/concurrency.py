"""Limits of concurrency: slots for each viewer and for all together, so that nobody occupies a whole process."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from analytics.domain.errors import RateLimitedError

# Requests of one viewer that are answered at the same time; further ones wait. A page sends two or three.
MAX_CONCURRENT_REQUESTS = 8
# Operations of one viewer over WebSockets: mostly subscriptions to an export, which poll it a few times a second.
MAX_SUBSCRIPTIONS = 40
# The share of the database connections for operations of so many points or more; the rest is left to cheaper ones.
# A filter's options cost 13 points, one number 26 to 160, the whole view 800. Below 5 nothing is read.
LANES = ((200, 1 / 2), (5, 1 / 4))


class ConcurrencyLimiter:
    """The same number of slots for each viewer."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        # Only of viewers who hold or wait for a slot.
        self._semaphores: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, who: Hashable, seconds: float) -> AsyncIterator[None]:
        """Hold a slot inside the block, after waiting for `seconds` at most. Raises `RateLimitedError`."""
        semaphore = self._semaphores.get(who) or self._semaphores.setdefault(who, asyncio.Semaphore(self._slots))
        if seconds <= 0 and semaphore.locked():
            raise RateLimitedError("Too much of yours is under way. Wait for some of it to end.", 1)
        try:
            async with asyncio.timeout(seconds or None):
                await semaphore.acquire()
        except TimeoutError:
            raise RateLimitedError("Too many of your requests are being answered. Try again later.", 1) from None
        try:
            yield
        finally:
            semaphore.release()


class ExecutionQueue:
    """Slots for all viewers together, with a fair queue: one slot for each waiting viewer, then one for each again."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        # Only viewers who wait, the next one first.
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def slot(self, who: Hashable, seconds: float) -> AsyncIterator[None]:
        """Hold a slot inside the block, after waiting for `seconds` at most. Raises `RateLimitedError`."""
        await self._acquire(who, seconds)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, who: Hashable, seconds: float) -> None:
        if self._free:
            self._free -= 1
        else:
            await self._wait(who, seconds)

    async def _wait(self, who: Hashable, seconds: float) -> None:
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(slot)
        try:
            async with asyncio.timeout(seconds):
                await slot
        except BaseException as error:
            if slot.done() and not slot.cancelled():
                self._release()  # it was granted at the last moment
            else:
                self._abandon(who, slot)
            if isinstance(error, TimeoutError):
                raise RateLimitedError("Too many requests are being answered. Try again later.", 1) from None
            raise

    def _abandon(self, who: Hashable, slot: "asyncio.Future[None]") -> None:
        queue = self._waiting.get(who)
        if queue and slot in queue:
            queue.remove(slot)
            if not queue:
                del self._waiting[who]

    def _release(self) -> None:
        """Give the slot to the next viewer, who then queues behind the others; if nobody waits, it is free."""
        while self._waiting:
            who, queue = self._waiting.popitem(last=False)
            slot = queue.popleft()
            if queue:
                self._waiting[who] = queue
            if not slot.done():  # else the waiting task was just canceled
                slot.set_result(None)
                return
        self._free += 1


class CheckQueue(ExecutionQueue):
    """One slot for checks of documents, which block the event loop.

    After a check the slot stays taken for as long as the check took, so that half of the time is left to other
    requests: each of them takes several turns of the loop, and would else wait for a check in every one.
    """

    def __init__(self) -> None:
        super().__init__(1)

    @asynccontextmanager
    async def slot(self, who: Hashable, seconds: float) -> AsyncIterator[None]:
        """Hold the slot inside the block, after waiting for `seconds` at most. Raises `RateLimitedError`."""
        await self._acquire(who, seconds)
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        try:
            yield
        finally:
            loop.call_later(loop.time() - began_at, self._release)
