"""The Dramatiq actor that runs exports in a worker process.

A message carries the key of an export's row and nothing else. It may be lost, repeated or late: the row decides.
"""

import asyncio
from collections.abc import Callable

import dramatiq
import structlog
from dramatiq import Actor, Broker

from tasks.exports.job import TIME_LIMIT, run_export
from tasks.queue.broker import ACTOR
from tasks.resources import JobResources, RetentionPolicy
from tasks.worker_slots import WorkerSlots

log = structlog.get_logger()

# The broker's own limit (ms), should the job's not work.
BROKER_TIME_LIMIT = (TIME_LIMIT + 60) * 1000

OpenResources = Callable[[], JobResources]


def declare_actors(
    broker: Broker, queue_name: str, open_resources: OpenResources, policy: RetentionPolicy, slots: WorkerSlots
) -> Actor[[str, str], None]:
    """Declare the export actor on a broker.

    The broker retries nothing: the row counts attempts, and `redeliver_pending` sends again what was not done.
    """

    def run(tenant: str, id: str) -> None:
        """Run one export, on an event loop and with connections of its own."""
        if slots.stopping:
            return
        with slots.slot():
            try:
                asyncio.run(_run(open_resources, policy, tenant, id, slots))
            except Exception:
                log.warning("export interrupted, it will be taken up again", export=id, exc_info=True)

    declare = dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=queue_name, time_limit=BROKER_TIME_LIMIT)
    return declare(run)


async def _run(
    open_resources: OpenResources, policy: RetentionPolicy, tenant: str, id: str, slots: WorkerSlots
) -> None:
    resources = open_resources()
    try:
        await run_export(resources, policy, tenant, id, slots)
    finally:
        await resources.database.close()
