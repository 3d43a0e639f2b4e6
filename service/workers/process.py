"""A worker process: it runs the exports that the broker or the rows name, and the periodic work.

It is the same for every broker. The embedded one is a queue in this process, so all exports are found in the rows.
Redis and RabbitMQ bring them sooner, and the rows say which ones they lost.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import dramatiq
import structlog

from service.process_tuning import tune_garbage_collector
from service.settings import Settings
from service.telemetry.logs import configure
from service.workers.resources import open_job_resources, retention_policy
from tasks.maintenance import PERIODIC, Periodic
from tasks.queue import broker as brokers
from tasks.queue.actors import declare_actors
from tasks.queue.broker_url import parse_broker_url
from tasks.queue.dispatch import redeliver_pending
from tasks.queue.publisher import BackgroundPublisher
from tasks.resources import JobResources, RetentionPolicy
from tasks.worker_slots import SHUTDOWN_GRACE, WorkerSlots

log = structlog.get_logger()

# Seconds between two sweeps of the rows for exports whose message was lost.
SWEEP_INTERVAL = 1.0
# The time (µs) that a broker has to bring a new export before its message counts as lost.
REDELIVERY_DELAY = 2_000_000
# Seconds until an export that this process found is offered again. (The claim makes a second offer harmless.)
OFFER_AGAIN_AFTER = 5.0
# Milliseconds that an idle worker sleeps at most between two reads of Redis.
POLL_INTERVAL = 250
# Milliseconds for the threads to end: the grace, a second until each sees that it must stop, and the last write.
STOP_TIMEOUT = int(SHUTDOWN_GRACE * 1000) + 3000


def run(settings: Settings, threads: int, scratch: Path) -> None:
    """Run a worker until SIGTERM or the end of standard input, and give unfinished exports back to the queue then.

    `scratch`: the folder for its temporary files.
    """
    configure(settings.log_level, settings.log_format)
    tune_garbage_collector()
    tempfile.tempdir = str(scratch)
    slots = WorkerSlots(threads)
    at = parse_broker_url(settings.broker_url)
    broker = brokers.open_broker(at)
    broker.emit_after("process_boot")  # without it Dramatiq's time limits do nothing
    declare_actors(broker, at.queue, lambda: open_job_resources(settings), retention_policy(settings), slots)
    worker = dramatiq.Worker(broker, worker_timeout=POLL_INTERVAL, worker_threads=threads)
    worker.queue_prefetch = threads  # an idle process cannot take what is prefetched here
    worker.start()
    log.info("worker started", threads=threads)
    publisher = BackgroundPublisher(lambda tenant, id: brokers.send(broker, at, tenant, id))
    asyncio.run(_main_loop(settings, slots, publisher, None if at.embedded else REDELIVERY_DELAY))
    worker.stop(STOP_TIMEOUT)
    shutil.rmtree(scratch, ignore_errors=True)  # the parent, which made it, may be gone
    # At once, without waiting for a thread that still packs a file of millions of rows, which nobody wants any more.
    os._exit(0)


async def _main_loop(
    settings: Settings, slots: WorkerSlots, publisher: BackgroundPublisher, redelivery_delay: int | None
) -> None:
    """Run the periodic work until the shutdown is requested. Without a delay, exports are sent as soon as they wait."""
    throttle = _DispatchThrottle(slots, publisher.publish)

    async def redeliver(resources: JobResources, _policy: RetentionPolicy) -> None:
        throttle.begin()
        await redeliver_pending(resources.database, throttle.offer, redelivery_delay)

    # Beside the table, since it needs this process's connection to the broker.
    works = (Periodic("redeliver_pending", SWEEP_INTERVAL, redeliver, on_wakeup=True), *PERIODIC)
    wakeups = [asyncio.Event() for _ in works]
    stopping = asyncio.Event()
    _install_signal_handlers(
        slots, stopping, [wakeup for work, wakeup in zip(works, wakeups, strict=True) if work.on_wakeup]
    )
    resources, policy = open_job_resources(settings), retention_policy(settings)
    running = [
        asyncio.create_task(_run_periodically(work, resources, policy, wakeup))
        for work, wakeup in zip(works, wakeups, strict=True)
    ]
    await stopping.wait()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await resources.database.close()


async def _run_periodically(
    work: Periodic, resources: JobResources, policy: RetentionPolicy, wakeup: asyncio.Event
) -> None:
    """Run some work for ever, at its interval or when woken. Errors are logged; the next run is the retry."""
    while True:
        try:
            await work.job(resources, policy)
        except Exception:
            log.exception("periodic work failed, trying again", work=work.name)
        await _wait_for_wakeup(wakeup, work.interval)


async def _wait_for_wakeup(wakeup: asyncio.Event, seconds: float) -> None:
    """Wait for an event for some seconds at most, and clear it."""
    # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wakeup.wait()
    wakeup.clear()


class _DispatchThrottle:
    """Sends the exports that a sweep found: no more than this process has free slots, and none twice in a row.

    So a broker's queue does not fill with copies while all workers are busy.
    """

    def __init__(self, slots: WorkerSlots, send: Callable[[str, str], None]) -> None:
        self._slots = slots
        self._send = send
        self._left = 0
        self._offered: dict[tuple[str, str], float] = {}

    def begin(self) -> None:
        """Begin another sweep."""
        self._left = self._slots.free
        recently = time.monotonic() - OFFER_AGAIN_AFTER
        self._offered = {key: at for key, at in self._offered.items() if at > recently}

    def offer(self, tenant: str, id: str) -> None:
        """Send an export's key, unless this sweep has sent as many as there are free slots."""
        if self._left > 0 and (tenant, id) not in self._offered:
            self._left -= 1
            self._offered[tenant, id] = time.monotonic()
            self._send(tenant, id)


def _install_signal_handlers(slots: WorkerSlots, stopping: asyncio.Event, wakeups: list[asyncio.Event]) -> None:
    """Request the shutdown on SIGTERM or at the end of standard input (the parent is gone); wake up on each line."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        for wakeup in wakeups:
            wakeup.set()

    def stop() -> None:
        slots.request_shutdown()
        stopping.set()

    def read() -> None:
        for _ in sys.stdin.buffer:
            loop.call_soon_threadsafe(wake)
        loop.call_soon_threadsafe(stop)

    loop.add_signal_handler(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which stops this process
    threading.Thread(target=read, daemon=True).start()


if __name__ == "__main__":
    # Not the `embudo` command: a worker needs nothing of what that imports.
    run(Settings.read(), int(sys.argv[1]), Path(sys.argv[2]))
