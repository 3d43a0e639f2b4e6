"""How many requests somebody may make: token buckets, in this process or in Redis for several of them.

A bucket holds a minute's requests and fills evenly. It is kept as one number: the instant at which it is full again.
"""

import time
from collections.abc import Callable, Sequence
from math import ceil
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from analytics.errors import RateLimited

log = structlog.get_logger()

MINUTE = 60.0
STRANGERS = 10  # those without a token have a tenth of what a viewer has
MOST_KEPT = 10_000  # buckets; full ones are then forgotten, which changes nothing


class Buckets(Protocol):
    """Where buckets are kept."""

    async def take(self, buckets: Sequence[tuple[str, int]]) -> float:
        """Take one from each bucket, given as its name and what it holds, if all have one; else seconds to wait."""

    async def close(self) -> None:
        """Let go of connections."""


class OwnBuckets:
    """Buckets of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}

    async def take(self, buckets: Sequence[tuple[str, int]]) -> float:
        """See `Buckets`."""
        now = self._clock()
        after = {name: max(self._full_at.get(name, now), now) + MINUTE / holds for name, holds in buckets}
        wait = max((at - MINUTE - now for at in after.values()), default=0.0)
        if wait <= 0:
            self._full_at |= after
            if len(self._full_at) > MOST_KEPT:
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
  after[i] = math.max(tonumber(redis.call('GET', name) or now), now) + 60 / ARGV[i]
  wait = math.max(wait, after[i] - 60 - now)
end
if wait <= 0 then
  for i, name in ipairs(KEYS) do
    redis.call('SET', name, string.format('%.6f', after[i]), 'PX', math.ceil((after[i] - now) * 1000))
  end
end
return string.format('%.6f', wait)
"""


class SharedBuckets:
    """Buckets that several processes share."""

    def __init__(self, url: str) -> None:
        # A request must not wait for what only counts it.
        self._redis = Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._take = self._redis.register_script(TAKE)

    async def take(self, buckets: Sequence[tuple[str, int]]) -> float:
        """See `Buckets`. Without the server nobody is held up."""
        names = [f"embudo:rate:{name}" for name, _ in buckets]
        try:
            return float(await self._take(keys=names, args=[holds for _, holds in buckets]))
        except (RedisError, OSError) as error:
            log.warning("requests are not counted", error=repr(error))
            return 0.0

    async def close(self) -> None:
        """Let go of connections."""
        await self._redis.aclose()


class Rates:
    """The limits on requests a minute, of one viewer and of one company; 0: none."""

    def __init__(self, buckets: Buckets, per_viewer: int, per_tenant: int) -> None:
        self._buckets = buckets
        self._per_viewer = per_viewer
        self._per_tenant = per_tenant

    async def admit(self, viewer: str, tenant: str | None) -> None:
        """Count a request. Raises `RateLimited`. Who has no tenant is a stranger, named by address.

        They have a bucket of their own size: refusing a document costs up to 20 ms, and that is all that they can do.
        """
        if tenant is None:
            asked = [(f"stranger:{viewer}", ceil(self._per_viewer / STRANGERS))]
        else:
            asked = [(f"viewer:{tenant}:{viewer}", self._per_viewer), (f"tenant:{tenant}", self._per_tenant)]
        wait = await self._buckets.take([(name, holds) for name, holds in asked if holds])
        if wait > 0:
            raise RateLimited("Too many requests. See `limits`.", ceil(wait))

    async def close(self) -> None:
        """Let go of connections."""
        await self._buckets.close()


def open_rates(url: str | None, per_viewer: int, per_tenant: int) -> Rates:
    """With buckets at a Redis URL, or of this process."""
    return Rates(SharedBuckets(url) if url else OwnBuckets(), per_viewer, per_tenant)
