"""Limits on webhook bodies that are being received: their number, bytes in memory and time.

Nothing is known about their senders yet: the signature is checked after the last byte. Beyond a limit, bodies are
evicted: their requests end with TimeoutError.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Seconds. An honest sender hardly ever needs longer for a body; slower bodies are evicted first.
PROMPT = 2.0


class Arrival:
    """A body that is being received: its address, start (event loop time), timeout, and bytes so far."""

    def __init__(self, address: str, began_at: float, limit: asyncio.Timeout) -> None:
        self.address = address
        self.began_at = began_at
        self.limit = limit
        self.size = 0


class Arrivals:
    """All bodies that are being received, and the number of their bytes.

    Beyond a limit, the oldest body is evicted if it is slower than `PROMPT`, otherwise the oldest body of the address
    with the most bodies. So a flood from a few addresses evicts its own bodies, and a flood from many addresses evicts
    an honest body only if it fills the limits before that body is complete.
    """

    def __init__(self, max_bytes: int, max_bodies: int, seconds: float) -> None:
        """`seconds` is the timeout for receiving one body."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_bodies = max_bodies
        self._waiting: dict[Arrival, None] = {}  # bodies that may be evicted, the oldest first
        self._by_address: Counter[str] = Counter()
        self.bytes = 0

    @asynccontextmanager
    async def one(self, address: str) -> AsyncIterator[Arrival]:
        """Receive one body in this block. Raises TimeoutError if the body takes too long or is evicted."""
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
        """Count `size` more bytes of a body. Raises TimeoutError if the body has been evicted."""
        if arrival not in self._waiting:
            raise TimeoutError
        arrival.size += size
        self.bytes += size
        self._make_room()

    def keep(self, arrival: Arrival) -> None:
        """Protect a body from eviction; its bytes count until its block ends."""
        if arrival in self._waiting:
            del self._waiting[arrival]
            self._by_address -= Counter([arrival.address])  # `-=` also drops addresses without bodies

    def _make_room(self) -> None:
        while self._waiting and (self.bytes > self._max_bytes or len(self._waiting) > self._max_bodies):
            evicted = self._next_to_go()
            self.keep(evicted)
            self.bytes -= evicted.size
            evicted.size = 0
            if not evicted.limit.expired():
                evicted.limit.reschedule(0)

    def _next_to_go(self) -> Arrival:
        """Return the body to evict."""
        oldest = next(iter(self._waiting))
        if asyncio.get_running_loop().time() - oldest.began_at > PROMPT:
            return oldest
        max_per_address = max(self._by_address.values())
        return next(arrival for arrival in self._waiting if self._by_address[arrival.address] == max_per_address)
