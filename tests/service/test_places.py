"""Places: who has as many as there are waits, or is refused; nobody else notices."""

import asyncio

import pytest

from analytics.errors import RateLimited
from service.places import Places


async def test_more_than_the_places_wait_and_then_have_one() -> None:
    places, inside, most = Places(2), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with places.one("ana", patience=60):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(9)))
    assert (inside, most) == (0, 2)


async def test_everybody_has_places_of_their_own() -> None:
    places = Places(1)
    async with places.one(("ana", "acme"), patience=0), places.one(("ana", "other"), patience=0):
        pass


@pytest.mark.parametrize("patience", [0, 0.01])
async def test_without_patience_there_is_none(patience: float) -> None:
    places = Places(1)
    async with places.one("ana", patience=60):
        with pytest.raises(RateLimited):
            async with places.one("ana", patience=patience):
                raise AssertionError("there was a second place")
    async with places.one("ana", patience=0):
        pass


async def test_a_place_is_given_back_whatever_happens() -> None:
    places = Places(1)
    with pytest.raises(ValueError, match="broken"):
        async with places.one("ana", patience=0):
            raise ValueError("broken")
    running = asyncio.create_task(_hold(places))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with places.one("ana", patience=0):
        pass
    assert not places._known


async def _hold(places: Places) -> None:
    async with places.one("ana", patience=0):
        await asyncio.sleep(60)
