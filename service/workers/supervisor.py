"""Supervision of worker processes: starts them, restarts those that die, and stops them at its own end.

A worker's standard input is a pipe that we hold. A line in it says that there is something new; its end says that we
are gone, however we went, and the worker stops. Each has a folder for temporary files, which is removed after it:
one that is killed in the middle of a large export leaves nothing behind. What is left because we were killed as well
is removed at the next start.
"""

import asyncio
import contextlib
import signal
import sys
import time

import structlog

from service.workers.temp_dirs import locked_temp_dir, remove_stale_dirs

log = structlog.get_logger()

RESTART_AFTER = (0.2, 1.0, 5.0)  # seconds; the last one for all later restarts
# Seconds that a worker gets to hand back its work. It needs GRACE of them, and some more if the broker does not answer.
STOP_TIMEOUT = 15.0


def run_supervisor(processes: int, threads: int) -> None:
    """Keep worker processes running until SIGTERM or SIGINT."""

    async def work() -> None:
        stopping = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
        supervisor = Supervisor(processes, threads)
        await supervisor.start()
        await stopping.wait()
        await supervisor.stop()

    asyncio.run(work())


class Supervisor:
    """Keeps a number of worker processes running, of some threads each."""

    def __init__(self, processes: int, threads: int) -> None:
        self._keepers = [_ManagedProcess(threads) for _ in range(processes)]

    async def start(self) -> None:
        """Start the workers."""
        if removed := await asyncio.to_thread(remove_stale_dirs):
            log.info("removed what killed workers left", folders=removed)
        for keeper in self._keepers:
            keeper.start()

    def wake(self) -> None:
        """Notify the workers of new work; one that misses it finds the work with its next sweep."""
        for keeper in self._keepers:
            keeper.wake()

    @property
    def alive(self) -> bool:
        """Return True if any worker runs."""
        return any(keeper.alive for keeper in self._keepers)

    async def stop(self) -> None:
        """Stop the workers. What they were doing goes back to the queue."""
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers))


class _ManagedProcess:
    """Keeps one worker process running."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep_running())

    async def _keep_running(self) -> None:
        deaths = 0
        while True:
            started = time.monotonic()
            try:
                code = await self._run()
            except OSError:  # no room for its folder, or for one more process: that may pass
                log.warning("worker could not be started", exc_info=True)
                code = None
            deaths = 0 if time.monotonic() - started > RESTART_AFTER[-1] else deaths
            pause = RESTART_AFTER[min(deaths, len(RESTART_AFTER) - 1)]
            log.warning("worker is gone, starting it again", code=code, in_seconds=pause)
            deaths += 1
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        with locked_temp_dir() as scratch:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "service.workers.process", str(self._threads), str(scratch.path)),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(scratch.descriptor,),
            )
            try:
                return await self._process.wait()
            finally:
                await self._end(self._process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            log.warning("worker does not stop, killing it")
            process.kill()
            await process.wait()

    def wake(self) -> None:
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(b"\n")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
