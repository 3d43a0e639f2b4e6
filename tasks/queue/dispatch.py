"""The queue: a message per export that is to be looked at, and the sweep that repeats lost ones.

The message carries the row's key and nothing else. It may be lost, repeated or late: the row decides.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

import dramatiq
import structlog
from dramatiq import Actor, Broker

from analytics.domain.time_zones import now_micros
from analytics.exports import jobs, requests
from tasks.exports.job import TIME_LIMIT, JobResources, delete_files, run_export
from tasks.queue.broker import ACTOR
from tasks.worker_slots import WorkerSlots

log = structlog.get_logger()

# The broker's own limit (ms), should the job's not work.
BROKER_TIME_LIMIT = (TIME_LIMIT + 60) * 1000
# Announcements that may wait for a broker that is slow or gone; the sweep makes up for any more.
MAX_WAITING = 100

OpenWorkshop = Callable[[], JobResources]
Send = Callable[[str, str], Any]


def declare_actors(
    broker: Broker, queue_name: str, open_resources: OpenWorkshop, slots: WorkerSlots
) -> Actor[[str, str], None]:
    """Declare the export actor on a broker.

    Retries are ours, not the broker's: the row counts attempts, and the sweep sends again what was not done.
    """

    def run(tenant: str, id: str) -> None:
        """Do one export, on an event loop and with connections of its own."""
        if slots.stopping:
            return
        with slots.slot():
            try:
                asyncio.run(_run(open_resources, tenant, id, slots))
            except Exception:
                log.warning("export interrupted, it will be taken up again", export=id, exc_info=True)

    declare = dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=queue_name, time_limit=BROKER_TIME_LIMIT)
    return declare(run)


async def _run(open_resources: OpenWorkshop, tenant: str, id: str, slots: WorkerSlots) -> None:
    resources = open_resources()
    try:
        await run_export(resources, tenant, id, slots)
    finally:
        await resources.database.close()


# Seconds after which a thread with nothing to send sees that it was closed.
LOOK_UP_INTERVAL = 0.5


class BackgroundPublisher:
    """Sends from a thread of its own: a broker that is slow or gone holds nobody up.

    What cannot be sent is forgotten; the sweep sends it again.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(MAX_WAITING)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, tenant: str, id: str) -> None:
        """Send as soon as it can be done; returns at once. Raises `queue.Full`."""
        self._waiting.put_nowait((tenant, id))

    def close(self, patience: float) -> None:
        """Send nothing more; wait some seconds for what is being sent."""
        self._closed.set()
        self._thread.join(patience)

    def _work(self) -> None:
        while not self._closed.is_set():
            try:
                tenant, id = self._waiting.get(timeout=LOOK_UP_INTERVAL)
            except queue.Empty:
                continue
            try:
                self._send(tenant, id)
            except Exception as error:
                log.warning("export not announced, the sweep will", export=id, error=repr(error))


async def redeliver_pending(resources: JobResources, send: Send, patience: int | None = None) -> None:
    """Send what was abandoned and what waits; with patience only what has waited for so many microseconds."""
    at = now_micros()
    async with resources.database.read() as reader:
        waiting = await jobs.due_exports(reader, at, None if patience is None else at - patience)
    for tenant, id in waiting:
        send(tenant, id)


async def delete_expired_files(resources: JobResources) -> None:
    """Delete the files of exports whose time is over. The row says so last: what fails is tried again."""
    async with resources.database.read() as reader:
        over = await jobs.expired_exports(reader, now_micros())
    for export in over:
        try:
            await delete_files(resources.files, export)
        except OSError:
            log.warning("an export's file could not be deleted, trying again", export=export.id, exc_info=True)
            continue
        async with resources.database.write() as writer:
            await jobs.expire(writer, export)


class DramatiqExportQueue:
    """What the API needs of exports' jobs; see `resolvers.exports.ExportQueue`."""

    def __init__(self, resources: JobResources, send: Send) -> None:
        """`send` returns at once."""
        self._resources = resources
        self._send = send

    async def enqueue(self, tenant: str, id: str) -> None:
        """Tell the workers of a queued export. What cannot be sent now is sent by the sweep."""
        try:
            self._send(tenant, id)
        except Exception as error:
            log.warning("export not announced, the sweep will", export=id, error=repr(error))

    async def delete_files(self, export: requests.Export) -> None:
        """Delete an export's file."""
        await delete_files(self._resources.files, export)
