"""Limits of concurrency: slots for each viewer and for all together, so that nobody occupies a whole process."""

import asyncio
from collections import deque
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
MAX_KNOWN_VIEWERS = 1_000  # in a queue; more, and it forgets those who have had no more than others


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
    """Slots for all viewers together. Of the viewers who wait, the one gets it who has had the least.

    What each has had is kept as an instant of a clock that counts points (start-time fair queueing; Goyal, Vin, Cheng,
    1996): the one at which the viewer's next operation would begin if all had the same share of the slots. The clock
    shows the latest instant at which an operation did begin, so whoever comes back after a pause has saved nothing up.
    A viewer whose operations cost 70 points waits while another has six that cost 11.
    """

    def __init__(self, slots: int) -> None:
        self._free = slots
        # Only viewers who wait, those who came first first, and the points of what they wait for.
        self._waiting: dict[Hashable, deque[tuple[asyncio.Future[None], float]]] = {}
        self._clock = 0.0
        # Only of viewers for whom it is later than the clock.
        self._begins_at: dict[Hashable, float] = {}

    @asynccontextmanager
    async def slot(self, who: Hashable, seconds: float, points: float = 1.0) -> AsyncIterator[None]:
        """Hold a slot inside the block, after waiting for `seconds` at most. Raises `RateLimitedError`."""
        await self._acquire(who, seconds, points)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, who: Hashable, seconds: float, points: float) -> None:
        if self._free:
            self._free -= 1
            self._begin(who, points)
        else:
            await self._wait(who, seconds, points)

    def _begin(self, who: Hashable, points: float) -> None:
        self._clock = max(self._clock, self._begins_at.get(who, 0.0))
        self._begins_at[who] = self._clock + points
        if len(self._begins_at) > MAX_KNOWN_VIEWERS:
            self._begins_at = {who: at for who, at in self._begins_at.items() if at > self._clock}

    async def _wait(self, who: Hashable, seconds: float, points: float) -> None:
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append((slot, points))
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
        queue = self._waiting.get(who, deque())
        others = deque(waiting for waiting in queue if waiting[0] is not slot)
        if others:
            self._waiting[who] = others
        else:
            self._waiting.pop(who, None)

    def _release(self) -> None:
        """Give the slot to the viewer who has had the least; if nobody waits, it is free."""
        while self._waiting:
            who = min(self._waiting, key=lambda who: max(self._begins_at.get(who, 0.0), self._clock))
            queue = self._waiting[who]
            slot, points = queue.popleft()
            if not queue:
                del self._waiting[who]
            if not slot.done():  # else the waiting task was just canceled
                self._begin(who, points)
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
    async def slot(self, who: Hashable, seconds: float, points: float = 1.0) -> AsyncIterator[None]:
        """Hold the slot inside the block, after waiting for `seconds` at most. Raises `RateLimitedError`."""
        await self._acquire(who, seconds, points)
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        try:
            yield
        finally:
            loop.call_later(loop.time() - began_at, self._release)
