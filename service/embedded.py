"""The embedded worker: a child process that the service starts, restarts when it dies, and takes with it.

A workbook rendered in a thread of the API would slow its requests two hundredfold, so it is a process. It needs no
broker outside: it finds what to do in the export rows, and its own Dramatiq worker runs it. The parent writes a line
to its standard input when there is something new; when that input ends, the parent is gone and so is the child.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker

from service.logs import configure
from service.settings import Settings
from service.workshop import open_workshop
from tasks.exports import Workshop
from tasks.queue import declare_actors, sweep
from tasks.upkeep import keep_up

log = structlog.get_logger()

# Seconds between two looks at the rows when nobody calls.
SWEEP_EVERY = 1.0
# Seconds between two rounds of what can wait: unfinished rollups, orphans, expired files.
UPKEEP_EVERY = 15.0
# Seconds until what was handed to the worker is handed over again: the claim makes that harmless.
SEND_AGAIN_AFTER = 30.0
THREADS = 2
RESTART_AFTER = (0.2, 1.0, 5.0)  # seconds; the last one for all later restarts


class Supervisor:
    """Keeps one embedded worker running, from the parent's side."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the worker, and start it again whenever it dies."""
        self._task = asyncio.get_running_loop().create_task(self._keep_running())

    async def _keep_running(self) -> None:
        deaths = 0
        while True:
            started = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "service", "worker", "--embedded", stdin=asyncio.subprocess.PIPE
            )
            code = await self._process.wait()
            deaths = 0 if time.monotonic() - started > RESTART_AFTER[-1] else deaths
            pause = RESTART_AFTER[min(deaths, len(RESTART_AFTER) - 1)]
            log.warning("embedded worker died, starting it again", code=code, in_seconds=pause)
            deaths += 1
            await asyncio.sleep(pause)

    def wake(self, tenant: str, id: str) -> None:
        """Tell the worker that there is something new; if it does not hear, its next sweep sees it."""
        del tenant, id
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(b"\n")

    async def stop(self) -> None:
        """End the worker. What it was doing is done after the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()


def run(settings: Settings) -> None:
    """The worker itself: sweep the rows and do what is found, until the parent is gone or says stop."""
    configure(settings.log_level)
    broker = StubBroker()
    broker.emit_after("process_boot")  # without it Dramatiq's time limits do nothing
    actor = declare_actors(broker, lambda: open_workshop(settings))
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=THREADS)
    worker.start()
    woken = threading.Event()
    threading.Thread(target=_listen, args=(woken,), daemon=True).start()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    asyncio.run(_feed(settings, actor.send, woken))


def _listen(woken: threading.Event) -> None:
    for _ in sys.stdin.buffer:
        woken.set()
    _leave()


def _leave(*_: object) -> None:
    # At once: the rows are the truth, and a lease that is not renewed is soon over.
    os._exit(0)


async def _feed(settings: Settings, send: Callable[[str, str], object], woken: threading.Event) -> None:
    sent: dict[tuple[str, str], float] = {}

    def send_once(tenant: str, id: str) -> None:
        if (tenant, id) not in sent:
            sent[tenant, id] = time.monotonic()
            send(tenant, id)

    workshop = open_workshop(settings)
    upkeep = asyncio.create_task(_keep_up(workshop))
    while not upkeep.done():
        for key in [key for key, at in sent.items() if time.monotonic() - at >= SEND_AGAIN_AFTER]:
            del sent[key]
        try:
            await sweep(workshop, send_once)
        except Exception:
            log.exception("the sweep failed, trying again")
        await asyncio.to_thread(woken.wait, SWEEP_EVERY)
        woken.clear()


async def _keep_up(workshop: Workshop) -> None:
    while True:
        try:
            await keep_up(workshop)
        except Exception:
            log.exception("the upkeep failed, trying again")
        await asyncio.sleep(UPKEEP_EVERY)
