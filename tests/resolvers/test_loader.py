import asyncio
from typing import Any

import pytest

from analytics.storage.database import Database, Reader
from resolvers.loader import RequestLoader


class Reads:
    """A read that remembers who read what, and with which connection."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Any]] = []
        self.busy: set[int] = set()

    async def __call__(self, reader: Reader, value: Any) -> Any:
        assert id(reader) not in self.busy, "two reads use one connection at once"
        self.busy.add(id(reader))
        self.seen.append((id(reader), value))
        await asyncio.sleep(0.001)
        self.busy.remove(id(reader))
        if value == "bad":
            raise ValueError(value)
        return value


async def test_each_thing_is_read_once(database: Database) -> None:
    loader, read = RequestLoader(database, "acme"), Reads()
    assert await asyncio.gather(*(loader.load(read, n % 3) for n in range(9))) == [0, 1, 2] * 3
    assert await loader.load(read, 1) == 1
    assert sorted(value for _, value in read.seen) == [0, 1, 2]


async def test_side_by_side_reads_share_a_connection(database: Database) -> None:
    loader, read = RequestLoader(database, "acme"), Reads()
    await asyncio.gather(*(loader.load(read, n) for n in range(5)))
    assert len({reader for reader, _ in read.seen}) == 1


async def test_reads_while_others_run_use_connections_of_their_own(database: Database) -> None:
    loader, read = RequestLoader(database, "acme"), Reads()
    waves = []
    for n in range(4):
        waves.append(asyncio.create_task(loader.load(read, n)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert await asyncio.gather(*waves) == [0, 1, 2, 3]


async def test_two_loaders_share_nothing(database: Database) -> None:
    read = Reads()
    for _ in range(2):
        await RequestLoader(database, "acme").load(read, 1)
    assert len(read.seen) == 2


async def test_an_error_reaches_everyone_who_waits_for_it(database: Database) -> None:
    loader, read = RequestLoader(database, "acme"), Reads()
    results = await asyncio.wait_for(
        asyncio.gather(*(loader.load(read, value) for value in ("bad", "bad", "good")), return_exceptions=True), 30
    )
    assert [type(result) for result in results[:2]] == [ValueError, ValueError]
    with pytest.raises(ValueError, match="bad"):
        await loader.load(read, "bad")
    # Another request is not concerned.
    assert await RequestLoader(database, "acme").load(read, "good") == "good"


async def test_a_database_that_cannot_be_opened_is_told_to_everyone() -> None:
    async with Database("sqlite+aiosqlite:////nowhere/at/all.db") as broken:
        loader = RequestLoader(broken, "acme")
        results = await asyncio.wait_for(
            asyncio.gather(*(loader.load(Reads(), n) for n in range(3)), return_exceptions=True), 30
        )
    assert all(isinstance(result, Exception) for result in results)


async def test_a_waiter_who_leaves_does_not_take_the_others_along(database: Database) -> None:
    loader, read = RequestLoader(database, "acme"), Reads()
    leaving, staying = (asyncio.create_task(loader.load(read, 1)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1
