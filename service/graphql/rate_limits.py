"""Limits on requests and points a minute: token buckets, in this process or in Redis.

A bucket fills evenly. It is kept as one number: the instant at which it is full again.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from analytics.domain.errors import RateLimitedError
from service.auth.addresses import network
from service.settings import Settings
from service.telemetry.metrics import NOT_COUNTED
from tasks.queue.broker_url import parse_redis_url

log = structlog.get_logger()

MINUTE = 60.0
# What part of a viewer's requests those without a token have: at one address, and all together.
OF_ADDRESS, OF_STRANGERS = 1 / 10, 1 / 2
# Seconds' worth that strangers at one address, and all strangers, may ask for at once. Others: a minute's.
BURST_OF_ADDRESS, BURST_OF_STRANGERS = 12.0, 6.0
ROUNDED = 1e-6  # seconds that sums of fractions may be too long
MAX_BUCKETS = 10_000  # buckets; full ones are then forgotten, which changes nothing


@dataclass(frozen=True)
class Bucket:
    """A bucket, and the amount to take from it."""

    name: str
    a_minute: float
    amount: float = 1
    holds: float = MINUTE  # seconds' worth

    @property
    def fills_in(self) -> float:
        """Seconds until what is taken is there again."""
        return self.amount * MINUTE / self.a_minute

    @property
    def depth(self) -> float:
        """Seconds that an empty one takes to fill. All hold one request, however large."""
        return max(self.holds, self.fills_in) + ROUNDED


class TokenBucketStore(Protocol):
    """A store of token buckets."""

    async def consume(self, buckets: Sequence[Bucket]) -> float:
        """Take from all of these buckets if each has enough; else seconds to wait."""

    async def close(self) -> None:
        """Let go of connections."""


class InMemoryTokenBuckets:
    """Buckets of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}

    async def consume(self, buckets: Sequence[Bucket]) -> float:
        """See `TokenBucketStore`."""
        now = self._clock()
        after = {bucket.name: max(self._full_at.get(bucket.name, now), now) + bucket.fills_in for bucket in buckets}
        wait = max((after[bucket.name] - bucket.depth - now for bucket in buckets), default=0.0)
        if wait <= 0:
            self._full_at |= after
            if len(self._full_at) > MAX_BUCKETS:
                self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        return max(wait, 0.0)

    async def close(self) -> None:
        """Nothing to do."""


# The same on the server: one step for all buckets of a request, by the server's clock.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local wait, after = 0, {}
for i, name in ipairs(KEYS) do
  after[i] = math.max(tonumber(redis.call('GET', name) or now), now) + ARGV[2 * i - 1]
  wait = math.max(wait, after[i] - ARGV[2 * i] - now)
end
if wait <= 0 then
  for i, name in ipairs(KEYS) do
    if after[i] > now then
      redis.call('SET', name, string.format('%.6f', after[i]), 'PX', math.ceil((after[i] - now) * 1000))
    end
  end
end
return string.format('%.6f', wait)
"""


# Seconds. A request must not wait for what only counts it; and where nothing answers, few of them do wait.
ANSWER_TIMEOUT = 0.5
ASK_AGAIN_AFTER = 5.0


class RedisTokenBuckets:
    """Buckets that several processes share."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        at = parse_redis_url(url)
        self._prefix = f"{at.namespace}:rate:"
        self._redis = Redis.from_url(at.url, retry=Retry(NoBackoff(), 1))
        self._take = self._redis.register_script(TAKE)
        self._clock = clock
        self._away = False
        self._ask_after = self._warn_after = clock()

    async def consume(self, buckets: Sequence[Bucket]) -> float:
        """See `TokenBucketStore`.

        While the server is unreachable, requests are not limited; one request now and then tries the server again.
        """
        now = self._clock()
        if now < self._ask_after:
            return 0.0
        if self._away:
            self._ask_after = now + ASK_AGAIN_AFTER  # the others go on meanwhile
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                names = [self._prefix + bucket.name for bucket in buckets]
                wait = float(
                    await self._take(
                        keys=names, args=[n for bucket in buckets for n in (bucket.fills_in, bucket.depth)]
                    )
                )
        except Exception as error:  # whatever it is, requests must not fail for what only counts them
            self._lose(now, error)
            return 0.0
        self._away, self._ask_after = False, now
        NOT_COUNTED.set(0)
        return wait

    def _lose(self, now: float, error: Exception) -> None:
        self._away, self._ask_after = True, now + ASK_AGAIN_AFTER
        NOT_COUNTED.set(1)
        if now >= self._warn_after:
            self._warn_after = now + MINUTE
            log.warning("requests are not counted", error=repr(error))

    async def close(self) -> None:
        """Let go of connections."""
        await self._redis.aclose()


@dataclass(frozen=True)
class RateLimits:
    """The limits a minute; 0: any number."""

    requests: int = 0  # of one viewer
    tenant_requests: int = 0
    points: int = 0  # of one viewer
    tenant_points: int = 0


class RateLimiter:
    """The limits of viewers and tenants. Who has no tenant is a stranger, known by address.

    Strangers have buckets of their own: whatever they do, nobody who is signed in is refused for it.
    """

    def __init__(self, buckets: TokenBucketStore, allowed: RateLimits) -> None:
        self._buckets = buckets
        self._allowed = allowed

    async def check(self, viewer: str, tenant: str | None) -> None:
        """Count a request. Raises `RateLimitedError`."""
        each, all = self._allowed.requests, self._allowed.tenant_requests
        if tenant is None:
            of_address = Bucket(f"stranger:{network(viewer)}", ceil(each * OF_ADDRESS), holds=BURST_OF_ADDRESS)
            await self._take(of_address, Bucket("strangers", each * OF_STRANGERS, holds=BURST_OF_STRANGERS))
        else:
            owes_nothing = Bucket(f"points:viewer:{tenant}:{viewer}", self._allowed.points, 0)
            await self._take(Bucket(f"viewer:{tenant}:{viewer}", each), Bucket(f"tenant:{tenant}", all), owes_nothing)

    async def spend(self, points: int, viewer: str, tenant: str | None) -> None:
        """Count what a document costs. Raises `RateLimitedError`. All strangers together have what one viewer has."""
        if tenant is None:
            await self._take(Bucket("points:strangers", self._allowed.points, points))
        else:
            await self._take(*self._points(points, viewer, tenant))

    async def charge(self, points: int, viewer: str, tenant: str | None) -> None:
        """Count what has been done already. Who has not so many points owes them, up to a minute's worth, and is not
        admitted before they are there again. Strangers may send so little that it costs nothing.
        """
        if tenant is not None:
            owed = [replace(bucket, holds=2 * MINUTE) for bucket in self._points(points, viewer, tenant)]
            await self._buckets.consume([bucket for bucket in owed if bucket.a_minute])

    def _points(self, points: int, viewer: str, tenant: str) -> tuple[Bucket, Bucket]:
        each, all = self._allowed.points, self._allowed.tenant_points
        return Bucket(f"points:viewer:{tenant}:{viewer}", each, points), Bucket(f"points:{tenant}", all, points)

    async def _take(self, *buckets: Bucket) -> None:
        wait = await self._buckets.consume([bucket for bucket in buckets if bucket.a_minute])
        if wait > 0:
            raise RateLimitedError("Too many requests, or too dear ones. See `limits`.", ceil(wait))

    async def close(self) -> None:
        """Let go of connections."""
        await self._buckets.close()


def create_rate_limiter(settings: Settings) -> RateLimiter:
    """The limits that the settings ask for, with buckets in their Redis, or of this process."""
    allowed = RateLimits(
        settings.requests_per_minute,
        settings.tenant_requests_per_minute,
        settings.points_per_minute,
        settings.tenant_points_per_minute,
    )
    return RateLimiter(RedisTokenBuckets(settings.rates_url) if settings.rates_url else InMemoryTokenBuckets(), allowed)
