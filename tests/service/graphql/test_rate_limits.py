"""The limit of a caller's requests, counted in this process or in Redis."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from unittest.mock import AsyncMock

import pytest
import structlog
from prometheus_client import REGISTRY

from analytics.domain.errors import RateLimitedError
from service.auth.addresses import network
from service.graphql.rate_limits import (
    Bucket,
    InMemoryTokenBuckets,
    RateLimiter,
    RateLimits,
    RedisTokenBuckets,
    TokenBucketStore,
)
from tests.support.brokers import URLS, reachable


class Clock:
    """Seconds that pass when a test says so."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture(params=["own", "redis"])
async def buckets(request: pytest.FixtureRequest) -> AsyncIterator[TokenBucketStore]:
    """Buckets of both kinds."""
    if request.param == "own":
        yield InMemoryTokenBuckets()
        return
    reachable("redis")
    shared = RedisTokenBuckets(URLS["redis"])
    yield shared
    await shared.close()


def not_counted() -> float | None:
    """The gauge of requests that are not counted."""
    return REGISTRY.get_sample_value("embudo_rates_not_counted")


async def admitted(rates: RateLimiter, viewer: str, tenant: str | None, times: int) -> int:
    """Count the requests that are admitted, of so many."""
    got = 0
    for _ in range(times):
        with suppress(RateLimitedError):
            await rates.check(viewer, tenant)
            got += 1
    return got


async def test_a_minutes_worth_may_come_at_once(buckets: TokenBucketStore) -> None:
    tenant = uuid.uuid4().hex
    rates = RateLimiter(buckets, RateLimits(20, 0))
    assert await admitted(rates, "u1", tenant, 30) == 20
    assert await admitted(rates, "u2", tenant, 30) == 20
    assert await admitted(rates, "u1", uuid.uuid4().hex, 5) == 5


async def test_a_tenant_has_a_limit_too(buckets: TokenBucketStore) -> None:
    tenant, other = uuid.uuid4().hex, uuid.uuid4().hex
    rates = RateLimiter(buckets, RateLimits(20, 30))
    assert [await admitted(rates, f"u{n}", tenant, 15) for n in range(3)] == [15, 15, 0]
    assert await admitted(rates, "u0", other, 5) == 5
    # What the tenant's limit refused has taken nothing from the viewer's own.
    assert await admitted(RateLimiter(buckets, RateLimits(20, 0)), "u2", tenant, 30) == 20


async def test_strangers_are_counted_by_their_address() -> None:
    clock = Clock()
    rates = RateLimiter(InMemoryTokenBuckets(clock), RateLimits(1_000, 1))
    # Each a tenth of what a viewer has, and a fifth of that at once.
    assert await admitted(rates, "192.0.2.1", None, 200) == 20
    assert await admitted(rates, "192.0.2.2", None, 200) == 20
    clock.now += 6
    assert await admitted(rates, "192.0.2.1", None, 200) == 10
    # No bucket is nobody's: less than one would be none.
    assert await admitted(RateLimiter(InMemoryTokenBuckets(clock), RateLimits(3, 1)), "192.0.2.1", None, 10) == 1


async def test_all_strangers_together_have_half_of_what_one_viewer_has_and_take_nothing_from_viewers() -> None:
    clock = Clock()
    rates = RateLimiter(InMemoryTokenBuckets(clock), RateLimits(1_000, 1_000))
    got = [await admitted(rates, f"192.0.2.{n}", None, 20) for n in range(200)]
    assert (sum(got), got[-1]) == (50, 0)
    assert await admitted(rates, "u1", "acme", 2_000) == 1_000
    clock.now += 6
    assert await admitted(rates, "192.0.2.250", None, 30) == 20


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("a name", "a name"),
    ],
)
def test_who_has_one_address_has_its_network(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


async def test_points_are_counted_too(buckets: TokenBucketStore) -> None:
    rates, tenant = RateLimiter(buckets, RateLimits(points=1_000, tenant_points=1_500)), uuid.uuid4().hex

    async def spent(viewer: str, *points: int) -> list[bool]:
        got = []
        for n in points:
            got.append(False)
            with suppress(RateLimitedError):
                await rates.spend(n, viewer, tenant)
                got[-1] = True
        return got

    assert await spent("u1", 700, 700, 200, 0) == [True, False, True, True]
    assert await spent("u2", 700, 600, 500) == [False, True, False]  # the tenant's
    # Requests are counted by themselves.
    assert await admitted(rates, "u1", tenant, 5) == 5


async def test_what_costs_more_than_a_minute_allows_may_come_alone(buckets: TokenBucketStore) -> None:
    rates, tenant = RateLimiter(buckets, RateLimits(points=100)), uuid.uuid4().hex
    await rates.spend(1_200, "u1", tenant)
    with pytest.raises(RateLimitedError):
        await rates.spend(1, "u1", tenant)


async def test_what_was_done_is_owed(buckets: TokenBucketStore) -> None:
    rates, tenant = RateLimiter(buckets, RateLimits(requests=100, points=600)), uuid.uuid4().hex
    for _ in range(31):
        assert await admitted(rates, "u1", tenant, 1) == 1
        await rates.charge(20, "u1", tenant)
    # Also points beyond those that there were: nothing is begun for nothing.
    assert await admitted(rates, "u1", tenant, 1) == 0
    assert await admitted(rates, "u2", tenant, 1) == 1
    for _ in range(100):
        await rates.charge(20, "u1", tenant)
    with pytest.raises(RateLimitedError) as refused:
        await rates.check("u1", tenant)
    assert 55 <= refused.value.retry_after <= 60


async def test_strangers_owe_nothing(buckets: TokenBucketStore) -> None:
    rates, address = RateLimiter(buckets, RateLimits(requests=6_000, points=10)), uuid.uuid4().hex
    await rates.charge(1_000, address, None)
    assert await admitted(rates, address, None, 1) == 1


async def test_strangers_have_no_limit_where_viewers_have_none(buckets: TokenBucketStore) -> None:
    assert await admitted(RateLimiter(buckets, RateLimits(0, 0)), uuid.uuid4().hex, None, 100) == 100


async def test_nought_is_no_limit(buckets: TokenBucketStore) -> None:
    assert await admitted(RateLimiter(buckets, RateLimits(0, 0)), "u1", uuid.uuid4().hex, 100) == 100


async def test_a_bucket_fills_evenly() -> None:
    clock = Clock()
    rates = RateLimiter(InMemoryTokenBuckets(clock), RateLimits(6, 0))  # one in ten seconds
    assert await admitted(rates, "u", "t", 10) == 6
    with pytest.raises(RateLimitedError) as refused:
        await rates.check("u", "t")
    assert refused.value.retry_after == 10
    clock.now += 9
    assert await admitted(rates, "u", "t", 10) == 0
    clock.now += 1
    assert await admitted(rates, "u", "t", 10) == 1
    clock.now += 3_600
    assert await admitted(rates, "u", "t", 10) == 6


async def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    own = InMemoryTokenBuckets(clock)
    for n in range(25_000):
        clock.now += 0.1
        await own.consume([Bucket(f"address {n}", 60)])
    assert len(own._full_at) <= 10_001


async def test_several_processes_share_a_bucket(buckets: TokenBucketStore) -> None:
    if isinstance(buckets, InMemoryTokenBuckets):
        pytest.skip("a process's own buckets are its own")
    tenant, again = uuid.uuid4().hex, RedisTokenBuckets(URLS["redis"])
    both = [RateLimiter(buckets, RateLimits(20, 0)), RateLimiter(again, RateLimits(20, 0))]
    got = await asyncio.gather(*(admitted(rates, "u1", tenant, 20) for rates in both))
    assert sum(got) == 20
    await again.close()


async def test_services_of_other_namespaces_share_no_bucket() -> None:
    reachable("redis")
    tenant = uuid.uuid4().hex
    for namespace in ("one", "other"):
        shared = RedisTokenBuckets(f"{URLS['redis']}?namespace={namespace}")
        assert await admitted(RateLimiter(shared, RateLimits(20, 0)), "u1", tenant, 30) == 20
        await shared.close()


async def test_without_redis_nobody_is_held_up() -> None:
    shared = RedisTokenBuckets("redis://127.0.0.1:1")
    assert await admitted(RateLimiter(shared, RateLimits(1, 1)), "u1", "acme", 3) == 3
    await shared.close()


async def test_a_redis_that_is_frozen_is_asked_now_and_then_and_told_of_once_a_minute() -> None:
    """A server that takes connections and never answers."""
    clock, asked = Clock(), []
    server = await asyncio.start_server(lambda _, writer: asked.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shared = RedisTokenBuckets(f"redis://127.0.0.1:{port}", clock)
    rates = RateLimiter(shared, RateLimits(1, 1))
    with structlog.testing.capture_logs() as logs:
        assert await admitted(rates, "u1", "acme", 200) == 200
        first = len(asked)
        assert 1 <= first <= 2
        assert not_counted() == 1
        clock.now += 6
        assert sum(await asyncio.gather(*(admitted(rates, "u1", "acme", 1) for _ in range(200)))) == 200
        assert first < len(asked) <= 2 * first
        clock.now += 60
        assert await admitted(rates, "u1", "acme", 20) == 20
    assert [line["event"] for line in logs] == ["requests are not counted"] * 2
    await shared.close()
    for writer in asked:
        writer.close()
    server.close()


async def test_a_redis_that_is_back_counts_again() -> None:
    reachable("redis")
    clock, tenant = Clock(), uuid.uuid4().hex
    shared = RedisTokenBuckets(URLS["redis"], clock)
    take = shared._take
    shared._take = AsyncMock(side_effect=ConnectionError)
    assert await admitted(RateLimiter(shared, RateLimits(5, 0)), "u1", tenant, 10) == 10
    shared._take = take
    assert await admitted(RateLimiter(shared, RateLimits(5, 0)), "u1", tenant, 10) == 10
    clock.now += 6
    assert await admitted(RateLimiter(shared, RateLimits(5, 0)), "u1", tenant, 10) == 5
    assert not_counted() == 0
    await shared.close()
