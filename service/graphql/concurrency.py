"""Places: how much is done at once, of one viewer's and of all, so that nobody takes a process for themselves."""

import asyncio
from collections import OrderedDict, deque
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
    """Places for all together. Who waits for one gets it in turn: one for each viewer, then one for each again."""

    def __init__(self, places: int) -> None:
        self._free = places
        # Only viewers who wait, the next one first.
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def slot(self, who: Hashable, patience: float) -> AsyncIterator[None]:
        """Have a place inside, after waiting for some seconds at most. Raises `RateLimitedError`."""
        await self._take(who, patience)
        try:
            yield
        finally:
            self._give()

    async def _take(self, who: Hashable, patience: float) -> None:
        if self._free:
            self._free -= 1
        else:
            await self._wait(who, patience)

    async def _wait(self, who: Hashable, patience: float) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(place)
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
        line = self._waiting.get(who)
        if line and place in line:
            line.remove(place)
            if not line:
                del self._waiting[who]

    def _give(self) -> None:
        """Give a place to the next viewer, who then waits behind the others; or nobody waits."""
        while self._waiting:
            who, line = self._waiting.popitem(last=False)
            place = line.popleft()
            if line:
                self._waiting[who] = line
            if not place.done():  # else the waiting task was just canceled
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
    async def slot(self, who: Hashable, patience: float) -> AsyncIterator[None]:
        """Hold the slot inside the block, after waiting for `patience` seconds at most. Raises `RateLimitedError`."""
        await self._take(who, patience)
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        try:
            yield
        finally:
            loop.call_later(loop.time() - began_at, self._give)
