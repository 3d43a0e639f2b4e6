"""Bodies that come in from anybody: which give way when they are too many."""

import asyncio
from contextlib import suppress

import pytest

from service.ingest import arrivals
from service.ingest.arrivals import Arrivals

MAX_BYTES, MAX_BODIES = 100, 10


class Sender:
    """Somebody whose body comes in, until it is told to end."""

    def __init__(self, all_of_them: Arrivals, address: str, size: int, *, kept: bool = False) -> None:
        self._end = asyncio.Event()
        self._task = asyncio.create_task(self._send(all_of_them, address, size, kept))

    async def _send(self, all_of_them: Arrivals, address: str, size: int, kept: bool) -> None:
        async with all_of_them.one(address) as arrival:
            all_of_them.add(arrival, size)
            if kept:
                all_of_them.keep(arrival)
            await self._end.wait()

    async def is_taken(self) -> bool:
        """True if its body came in whole."""
        self._end.set()
        with suppress(TimeoutError):
            await self._task
            return True
        return False


@pytest.fixture
def bodies() -> Arrivals:
    """Nothing comes in yet."""
    return Arrivals(MAX_BYTES, MAX_BODIES, seconds=60)


async def taken(bodies: Arrivals, *senders: tuple[str, int]) -> list[bool]:
    """Send bodies one after the other, by address and size, and return for each if it came in whole."""
    sending = []
    for address, size in senders:
        sending.append(Sender(bodies, address, size))
        await asyncio.sleep(0)
        assert bodies.bytes <= MAX_BYTES
    return [await sender.is_taken() for sender in sending]


async def test_a_flood_from_one_address_pushes_out_itself(bodies: Arrivals) -> None:
    assert await taken(bodies, ("meta", 30), *[("flood", 20)] * 6) == [True, *[False] * 3, *[True] * 3]


async def test_among_addresses_of_equally_many_the_oldest_gives_way(bodies: Arrivals) -> None:
    assert await taken(bodies, *((f"a{n}", 30) for n in range(5))) == [False, False, True, True, True]


async def test_too_many_bodies_give_way_without_a_byte(bodies: Arrivals) -> None:
    found = await taken(bodies, ("meta", 1), *[("flood", 0)] * (2 * MAX_BODIES))
    assert found[0]
    assert sum(found) == MAX_BODIES


async def test_what_is_slow_gives_way_first(bodies: Arrivals, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Sender(bodies, "slow", 30)
    await asyncio.sleep(0)
    monkeypatch.setattr(arrivals, "PROMPT", -1.0)
    assert await taken(bodies, *[("meta", 30)] * 3) == [True] * 3
    assert not await slow.is_taken()


async def test_what_is_kept_gives_way_to_nobody_and_counts(bodies: Arrivals) -> None:
    checked = Sender(bodies, "meta", 90, kept=True)
    await asyncio.sleep(0)
    assert await taken(bodies, ("flood", 20)) == [False]
    assert await checked.is_taken()
    assert bodies.bytes == 0
    assert await taken(bodies, ("flood", 20)) == [True]


async def test_what_gave_way_adds_nothing_more(bodies: Arrivals) -> None:
    async def add(*sizes: int) -> None:
        async with bodies.one("stranger") as arrival:
            for size in sizes:
                bodies.add(arrival, size)

    with pytest.raises(TimeoutError):
        await add(MAX_BYTES + 1, 1)
    assert bodies.bytes == 0


async def test_nobody_takes_longer_than_the_patience() -> None:
    bodies = Arrivals(MAX_BYTES, MAX_BODIES, seconds=0.01)
    with pytest.raises(TimeoutError):
        async with bodies.one("stranger"):
            await asyncio.sleep(60)
