"""How many requests somebody may make, counted in this process or in Redis."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from analytics.errors import RateLimited
from service.rates import Buckets, OwnBuckets, Rates, SharedBuckets
from tests.messaging import URLS, reachable


class Clock:
    """Seconds that pass when a test says so."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture(params=["own", "redis"])
async def buckets(request: pytest.FixtureRequest) -> AsyncIterator[Buckets]:
    """Buckets of both kinds."""
    if request.param == "own":
        yield OwnBuckets()
        return
    reachable("redis")
    shared = SharedBuckets(URLS["redis"])
    yield shared
    await shared.close()


async def admitted(rates: Rates, viewer: str, tenant: str | None, times: int) -> int:
    """How many of so many requests get in."""
    got = 0
    for _ in range(times):
        with suppress(RateLimited):
            await rates.admit(viewer, tenant)
            got += 1
    return got


async def test_a_minutes_worth_may_come_at_once(buckets: Buckets) -> None:
    tenant = uuid.uuid4().hex
    rates = Rates(buckets, 20, 0)
    assert await admitted(rates, "u1", tenant, 30) == 20
    assert await admitted(rates, "u2", tenant, 30) == 20
    assert await admitted(rates, "u1", uuid.uuid4().hex, 5) == 5


async def test_a_company_has_a_limit_too(buckets: Buckets) -> None:
    tenant, other = uuid.uuid4().hex, uuid.uuid4().hex
    rates = Rates(buckets, 20, 30)
    assert [await admitted(rates, f"u{n}", tenant, 15) for n in range(3)] == [15, 15, 0]
    assert await admitted(rates, "u0", other, 5) == 5
    # What the company's limit refused has taken nothing from the viewer's own.
    assert await admitted(Rates(buckets, 20, 0), "u2", tenant, 30) == 20


async def test_strangers_are_counted_by_their_address(buckets: Buckets) -> None:
    here, there = uuid.uuid4().hex, uuid.uuid4().hex
    rates = Rates(buckets, 50, 1)
    # A tenth of what a viewer has.
    assert await admitted(rates, here, None, 10) == 5
    assert await admitted(rates, there, None, 10) == 5
    # No bucket is nobody's: less than one would be none.
    assert await admitted(Rates(buckets, 3, 1), uuid.uuid4().hex, None, 10) == 1


async def test_strangers_have_no_limit_where_viewers_have_none(buckets: Buckets) -> None:
    assert await admitted(Rates(buckets, 0, 0), uuid.uuid4().hex, None, 100) == 100


async def test_nought_is_no_limit(buckets: Buckets) -> None:
    assert await admitted(Rates(buckets, 0, 0), "u1", uuid.uuid4().hex, 100) == 100


async def test_a_bucket_fills_evenly() -> None:
    clock = Clock()
    rates = Rates(OwnBuckets(clock), 6, 0)  # one in ten seconds
    assert await admitted(rates, "u", "t", 10) == 6
    with pytest.raises(RateLimited) as refused:
        await rates.admit("u", "t")
    assert refused.value.retry_after == 10
    clock.now += 9
    assert await admitted(rates, "u", "t", 10) == 0
    clock.now += 1
    assert await admitted(rates, "u", "t", 10) == 1
    clock.now += 3_600
    assert await admitted(rates, "u", "t", 10) == 6


async def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    own = OwnBuckets(clock)
    for n in range(25_000):
        clock.now += 0.1
        await own.take([(f"address {n}", 60)])
    assert len(own._full_at) <= 10_001


async def test_several_processes_share_a_bucket(buckets: Buckets) -> None:
    if isinstance(buckets, OwnBuckets):
        pytest.skip("a process's own buckets are its own")
    tenant, again = uuid.uuid4().hex, SharedBuckets(URLS["redis"])
    both = [Rates(buckets, 20, 0), Rates(again, 20, 0)]
    got = await asyncio.gather(*(admitted(rates, "u1", tenant, 20) for rates in both))
    assert sum(got) == 20
    await again.close()


async def test_without_redis_nobody_is_held_up() -> None:
    shared = SharedBuckets("redis://127.0.0.1:1")
    assert await admitted(Rates(shared, 1, 1), "u1", "acme", 3) == 3
    await shared.close()
