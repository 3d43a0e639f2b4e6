"""Bodies that come in from anybody: how much of them there is in memory, and who gives way when it is too much."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Seconds that an honest sender's body hardly ever takes. What takes longer gives way first.
PROMPT = 2.0


class Arrival:
    """A body that comes in."""

    def __init__(self, address: str, began_at: float, limit: asyncio.Timeout) -> None:
        self.address = address
        self.began_at = began_at
        self.limit = limit
        self.size = 0


class Arrivals:
    """All that come in at a time, and their bytes.

    When they are too many, the oldest of those that are slow give way; if none is, the oldest of the address with most
    bodies. So a flood from some addresses pushes out itself, and from any number of addresses it has to be faster than
    an honest body comes in.
    """

    def __init__(self, max_bytes: int, max_bodies: int, seconds: float) -> None:
        """`seconds`: the timeout for receiving a body."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_bodies = max_bodies
        self._waiting: dict[Arrival, None] = {}  # those that may have to give way, the oldest first
        self._by_address: Counter[str] = Counter()
        self.bytes = 0

    @asynccontextmanager
    async def one(self, address: str) -> AsyncIterator[Arrival]:
        """Around a body that comes in. Raises TimeoutError when it takes too long, or had to give way."""
        async with asyncio.timeout(self._seconds) as limit:
            arrival = Arrival(address, asyncio.get_running_loop().time(), limit)
            self._waiting[arrival] = None
            self._by_address[address] += 1
            self._make_room()
            try:
                yield arrival
            finally:
                self.keep(arrival)
                self.bytes -= arrival.size

    def add(self, arrival: Arrival, size: int) -> None:
        """Count bytes that came. Raises TimeoutError when the body has given way."""
        if arrival not in self._waiting:
            raise TimeoutError
        arrival.size += size
        self.bytes += size
        self._make_room()

    def keep(self, arrival: Arrival) -> None:
        """Let a body give way no more; its bytes count until its block ends."""
        if arrival in self._waiting:
            del self._waiting[arrival]
            self._by_address -= Counter([arrival.address])  # which forgets addresses of which nothing comes in

    def _make_room(self) -> None:
        while self._waiting and (self.bytes > self._max_bytes or len(self._waiting) > self._max_bodies):
            evicted = self._next_to_go()
            self.keep(evicted)
            self.bytes -= evicted.size
            evicted.size = 0
            if not evicted.limit.expired():
                evicted.limit.reschedule(0)

    def _next_to_go(self) -> Arrival:
        oldest = next(iter(self._waiting))
        if asyncio.get_running_loop().time() - oldest.began_at > PROMPT:
            return oldest
        most = max(self._by_address.values())
        return next(arrival for arrival in self._waiting if self._by_address[arrival.address] == most)
