"""The worker: one process that does what comes from the broker and what it finds in the rows.

It is the same for every broker. The embedded one is a queue in this process, so all of its work is found in the rows;
Redis and RabbitMQ bring it, and the rows say what they lost.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import dramatiq
import structlog

from service.process_tuning import tune_garbage_collector
from service.settings import Settings
from service.telemetry.logs import configure
from service.workers.resources import open_job_resources
from tasks.exports.cleanup import delete_orphaned_files
from tasks.exports.job import JobResources
from tasks.maintenance import apply_webhooks, finish_pending_work, purge_expired_data
from tasks.queue import broker as brokers
from tasks.queue.broker_url import parse_broker_url
from tasks.queue.dispatch import BackgroundPublisher, declare_actors, redeliver_pending
from tasks.worker_slots import SHUTDOWN_GRACE, WorkerSlots

log = structlog.get_logger()

# Seconds between two looks at the rows when nobody calls.
SWEEP_INTERVAL = 1.0
# Seconds between two looks at the webhooks when nobody calls.
WEBHOOKS_INTERVAL = 1.0
# Seconds between two rounds of what can wait: unfinished rollups, expired files; and of what can wait longer: what is
# kept for days or months, and looks at how companies are.
MAINTENANCE_INTERVAL = 15.0
PURGE_INTERVAL = 300.0
# Seconds between two looks for files that no export needs: it lists all of the store.
CLEANUP_INTERVAL = 3600.0
# How long (µs) a broker has to bring a new export before we take it for lost. In the embedded case nobody brings it.
REDELIVERY_DELAY = 2_000_000
# Seconds until what a process found is offered again: the claim makes that harmless.
OFFER_AGAIN_AFTER = 5.0
# Milliseconds that an idle worker sleeps at most between two looks at Redis.
POLL_INTERVAL = 250
# Milliseconds for the threads to end: a grace, a look at the request to stop each second, and writing it down.
STOP_TIMEOUT = int(SHUTDOWN_GRACE * 1000) + 3000


def run(settings: Settings, threads: int, scratch: Path) -> None:
    """Be a worker, until SIGTERM or the end of standard input. What is not done by then goes back to the queue."""
    configure(settings.log_level, settings.log_format)
    tune_garbage_collector()
    tempfile.tempdir = str(scratch)
    slots = WorkerSlots(threads)
    at = parse_broker_url(settings.broker_url)
    broker = brokers.open_broker(at)
    broker.emit_after("process_boot")  # without it Dramatiq's time limits do nothing
    declare_actors(broker, at.queue, lambda: open_job_resources(settings), slots)
    worker = dramatiq.Worker(broker, worker_timeout=POLL_INTERVAL, worker_threads=threads)
    worker.queue_prefetch = threads  # what waits here cannot be done by an idle process
    worker.start()
    log.info("worker started", threads=threads)
    publisher = BackgroundPublisher(lambda tenant, id: brokers.send(broker, at, tenant, id))
    asyncio.run(_main_loop(settings, slots, publisher, None if at.embedded else REDELIVERY_DELAY))
    worker.stop(STOP_TIMEOUT)
    shutil.rmtree(scratch, ignore_errors=True)  # who made it for us may be gone
    # At once: a thread that still packs a file of millions of rows has been told that nobody wants it.
    os._exit(0)


async def _main_loop(
    settings: Settings, slots: WorkerSlots, publisher: BackgroundPublisher, patience: int | None
) -> None:
    """Look at the rows again and again, until the shift is over."""
    woken, posted = asyncio.Event(), asyncio.Event()
    _install_signal_handlers(slots, woken, posted)
    resources = open_job_resources(settings)
    others = [
        asyncio.create_task(work)
        for work in (
            _apply_webhooks(resources, posted),
            _run_periodically(finish_pending_work, resources, MAINTENANCE_INTERVAL),
            _run_periodically(purge_expired_data, resources, PURGE_INTERVAL),
            _run_periodically(delete_orphaned_files, resources, CLEANUP_INTERVAL),
        )
    ]
    offers = _DispatchThrottle(slots, publisher.publish)
    while not slots.stopping:
        try:
            offers.begin()
            await redeliver_pending(resources, offers.offer, patience)
        except Exception:
            log.exception("the sweep failed, trying again")
        await _wait_for_wakeup(woken, SWEEP_INTERVAL)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await resources.database.close()


async def _wait_for_wakeup(call: asyncio.Event, patience: float) -> None:
    """Wait until somebody calls, or for some seconds."""
    # Not wait_for: before Python 3.12 it swallows being cancelled when the call comes at the same time.
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await call.wait()
    call.clear()


class _DispatchThrottle:
    """Passes on what the sweep found: no more than this process could do itself now, and none twice in a row.

    So a broker's queue does not fill with copies while all workers are busy.
    """

    def __init__(self, slots: WorkerSlots, send: Callable[[str, str], None]) -> None:
        self._slots = slots
        self._send = send
        self._left = 0
        self._offered: dict[tuple[str, str], float] = {}

    def begin(self) -> None:
        """Begin another round."""
        self._left = self._slots.free
        recently = time.monotonic() - OFFER_AGAIN_AFTER
        self._offered = {key: at for key, at in self._offered.items() if at > recently}

    def offer(self, tenant: str, id: str) -> None:
        """Pass on an export, if there is still room for it in this round."""
        if self._left > 0 and (tenant, id) not in self._offered:
            self._left -= 1
            self._offered[tenant, id] = time.monotonic()
            self._send(tenant, id)


def _install_signal_handlers(slots: WorkerSlots, *calls: asyncio.Event) -> None:
    """Request the shutdown on SIGTERM, or when our parent is gone; call then, and when there is something new."""
    loop = asyncio.get_running_loop()

    def call() -> None:
        for event in calls:
            event.set()

    def end() -> None:
        slots.request_shutdown()
        call()

    def read() -> None:
        for _ in sys.stdin.buffer:
            loop.call_soon_threadsafe(call)
        loop.call_soon_threadsafe(end)

    loop.add_signal_handler(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches our parent, which ends us
    threading.Thread(target=read, daemon=True).start()


async def _apply_webhooks(resources: JobResources, posted: asyncio.Event) -> None:
    while True:
        try:
            await apply_webhooks(resources)
        except Exception:
            log.exception("webhooks could not be applied, trying again")
        await _wait_for_wakeup(posted, WEBHOOKS_INTERVAL)


async def _run_periodically(
    upkeep: Callable[[JobResources], Awaitable[None]], resources: JobResources, pause: float
) -> None:
    while True:
        try:
            await upkeep(resources)
        except Exception:
            log.exception("the upkeep failed, trying again")
        await asyncio.sleep(pause)


if __name__ == "__main__":
    # Not the `embudo` command: what it imports for the API takes seconds and memory that a worker does not need.
    run(Settings.read(), int(sys.argv[1]), Path(sys.argv[2]))
