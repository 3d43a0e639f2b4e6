"""The queue: a message per export that is to be looked at, and the sweep that repeats lost ones.

The message carries the row's key and nothing else. It may be lost, repeated or late: the row decides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import dramatiq
import structlog
from dramatiq import Actor, Broker

from analytics import exports
from tasks.exports import TIME_LIMIT, Workshop, key_of, now, run_export

log = structlog.get_logger()

QUEUE = "exports"
# The broker's own limit (ms), should the job's not work.
BROKER_TIME_LIMIT = (TIME_LIMIT + 60) * 1000

OpenWorkshop = Callable[[], Workshop]


def declare_actors(broker: Broker, open_workshop: OpenWorkshop) -> Actor[[str, str], None]:
    """Declare the export actor on a broker.

    Retries are ours, not the broker's: the row counts attempts, and the sweep sends again what was not done.
    """

    def run(tenant: str, id: str) -> None:
        """Do one export, on an event loop and with connections of its own."""
        asyncio.run(_with_workshop(open_workshop, lambda workshop: run_export(workshop, tenant, id)))

    declare = dramatiq.actor(
        broker=broker, actor_name="run_export", queue_name=QUEUE, max_retries=0, time_limit=BROKER_TIME_LIMIT
    )
    return declare(run)


async def _with_workshop(open_workshop: OpenWorkshop, job: Callable[[Workshop], Awaitable[None]]) -> None:
    workshop = open_workshop()
    try:
        await job(workshop)
    finally:
        await workshop.database.close()


async def sweep(workshop: Workshop, send: Callable[[str, str], Any]) -> None:
    """Send what waits or was abandoned."""
    async with workshop.database.read() as reader:
        waiting = await exports.due(reader, now())
    for tenant, id in waiting:
        send(tenant, id)


async def expire(workshop: Workshop) -> None:
    """Delete the files of exports whose time is over."""
    async with workshop.database.read() as reader:
        if not await exports.any_over(reader, now()):
            return
    async with workshop.database.write() as writer:
        over = await exports.expire(writer, now())
    for export in over:
        await workshop.files.delete(key_of(export))


class Jobs:
    """What the API needs of exports' jobs; see `resolvers.exports.Jobs`."""

    def __init__(self, workshop: Workshop, send: Callable[[str, str], Any]) -> None:
        self._workshop = workshop
        self._send = send

    async def start(self, tenant: str, id: str) -> None:
        """Tell the workers of a queued export. What cannot be sent now is sent by the sweep."""
        try:
            await asyncio.to_thread(self._send, tenant, id)
        except Exception:
            log.warning("export not announced, the sweep will", export=id, exc_info=True)

    async def forget(self, export: exports.Export) -> None:
        """Delete an export's file."""
        await self._workshop.files.delete(key_of(export))
