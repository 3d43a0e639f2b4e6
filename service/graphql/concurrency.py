"""Places: how much is done at once, of one viewer's and of all, so that nobody takes a process for themselves."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from analytics.domain.errors import RateLimitedError

# Operations that are answered at once; more of them wait. A page asks for two or three.
MAX_CONCURRENT_REQUESTS = 8
# Operations over WebSockets, which are mostly exports that are followed: each is looked at some times a second.
MAX_SUBSCRIPTIONS = 40
# What part of the connections to the database is for operations of so many points or more. The rest is left to cheaper
# ones: a filter's options cost 13 points, one number 26 to 160, the whole view 800. Below 5 nothing is read.
LANES = ((200, 1 / 2), (5, 1 / 4))
MAX_KNOWN_VIEWERS = 1_000  # in a queue; more, and it forgets those who have had no more than others


class ConcurrencyLimiter:
    """The same number of places for everybody."""

    def __init__(self, each: int) -> None:
        self._each = each
        # Only of those who have or wait for one.
        self._known: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, who: Hashable, patience: float) -> AsyncIterator[None]:
        """Have a place inside, after waiting for some seconds at most. Raises `RateLimitedError`."""
        places = self._known.get(who) or self._known.setdefault(who, asyncio.Semaphore(self._each))
        if patience <= 0 and places.locked():
            raise RateLimitedError("Too much of yours is under way. Wait for some of it to end.", 1)
        try:
            async with asyncio.timeout(patience or None):
                await places.acquire()
        except TimeoutError:
            raise RateLimitedError("Too many of your requests are being answered. Try again later.", 1) from None
        try:
            yield
        finally:
            places.release()


class ExecutionQueue:
    """Places for all together. Of the viewers who wait, the one gets it who has had the least.

    What each has had is kept as an instant of a clock that counts points (start-time fair queueing; Goyal, Vin, Cheng,
    1996): the one at which the viewer's next operation would begin if all had the same share of the places. The clock
    shows the latest instant at which an operation did begin, so whoever comes back after a pause has saved nothing up.
    A viewer whose operations cost 70 points waits while another has six that cost 11.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        # Only viewers who wait, those who came first first, and the points of what they wait for.
        self._waiting: dict[Hashable, deque[tuple[asyncio.Future[None], float]]] = {}
        self._clock = 0.0
        # Only of viewers for whom it is later than the clock.
        self._begins_at: dict[Hashable, float] = {}

    @asynccontextmanager
    async def slot(self, who: Hashable, patience: float, points: float = 1.0) -> AsyncIterator[None]:
        """Have a place inside, after waiting for some seconds at most. Raises `RateLimitedError`."""
        await self._take(who, patience, points)
        try:
            yield
        finally:
            self._give()

    async def _take(self, who: Hashable, patience: float, points: float) -> None:
        if self._free:
            self._free -= 1
            self._begin(who, points)
        else:
            await self._wait(who, patience, points)

    def _begin(self, who: Hashable, points: float) -> None:
        self._clock = max(self._clock, self._begins_at.get(who, 0.0))
        self._begins_at[who] = self._clock + points
        if len(self._begins_at) > MAX_KNOWN_VIEWERS:
            self._begins_at = {who: at for who, at in self._begins_at.items() if at > self._clock}

    async def _wait(self, who: Hashable, patience: float, points: float) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append((place, points))
        try:
            async with asyncio.timeout(patience):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._give()  # it came at the last moment
            else:
                self._leave(who, place)
            if isinstance(error, TimeoutError):
                raise RateLimitedError("Too many requests are being answered. Try again later.", 1) from None
            raise

    def _leave(self, who: Hashable, place: "asyncio.Future[None]") -> None:
        line = self._waiting.get(who, deque())
        others = deque(waiting for waiting in line if waiting[0] is not place)
        if others:
            self._waiting[who] = others
        else:
            self._waiting.pop(who, None)

    def _give(self) -> None:
        """Give a place to the viewer who has had the least, or nobody waits."""
        while self._waiting:
            who = min(self._waiting, key=lambda who: max(self._begins_at.get(who, 0.0), self._clock))
            line = self._waiting[who]
            place, points = line.popleft()
            if not line:
                del self._waiting[who]
            if not place.done():  # else the waiting task was just canceled
                self._begin(who, points)
                place.set_result(None)
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
    async def slot(self, who: Hashable, patience: float, points: float = 1.0) -> AsyncIterator[None]:
        """Hold the slot inside the block, after waiting for `patience` seconds at most. Raises `RateLimitedError`."""
        await self._take(who, patience, points)
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        try:
            yield
        finally:
            loop.call_later(loop.time() - began_at, self._give)
