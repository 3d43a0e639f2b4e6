"""Places: how much of one viewer's is done at once, so that nobody takes a process for themselves."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from analytics.errors import RateLimited

# Operations that are answered at once; more of them wait. A page asks for two or three.
MOST_ANSWERED = 8
# Operations over WebSockets, which are mostly exports that are followed: each is looked at some times a second.
MOST_FOLLOWED = 40


class Places:
    """The same number of places for everybody."""

    def __init__(self, each: int) -> None:
        self._each = each
        # Only of those who have or wait for one.
        self._known: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def one(self, who: Hashable, patience: float) -> AsyncIterator[None]:
        """Have a place inside, after waiting for some seconds at most. Raises `RateLimited`."""
        places = self._known.get(who) or self._known.setdefault(who, asyncio.Semaphore(self._each))
        if patience <= 0 and places.locked():
            raise RateLimited("Too much of yours is under way. Wait for some of it to end.", 1)
        try:
            async with asyncio.timeout(patience or None):
                await places.acquire()
        except TimeoutError:
            raise RateLimited("Too many of your requests are being answered. Try again later.", 1) from None
        try:
            yield
        finally:
            places.release()
