"""The appliers as the service sees them: some processes, started when there is work and started again when they die."""

import asyncio
import sys
from weakref import WeakValueDictionary

import msgspec

from service.ingest.process import LENGTH, Done, Work, frame

Pipes = tuple[asyncio.StreamWriter, asyncio.StreamReader]


class Died(Exception):
    """An applier ended in the middle; its transaction was not committed, or its answer was lost."""


class Appliers:
    """Applies work in processes of its own, as many at once as there are."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all = [_Applier() for _ in range(count)]
        # The one that worked last is asked first: at little load only one runs.
        self._free: asyncio.LifoQueue[_Applier] = asyncio.LifoQueue()
        for applier in self._all:
            self._free.put_nowait(applier)
        # Of which a company has half at most, as long as it has work; its further batches wait for its own.
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def apply(self, work: Work) -> Done:
        """Apply work as soon as a process is free that its company may have. Raises `Died`."""
        share = self._shares.setdefault(work.tenant, asyncio.Semaphore(max(self.count // 2, 1)))
        async with share:
            applier = await self._free.get()
            try:
                return await applier.apply(work)
            finally:
                self._free.put_nowait(applier)

    async def stop(self) -> None:
        """End the processes once they have done what they are doing."""
        await asyncio.gather(*(applier.stop() for applier in self._all))


class _Applier:
    """One process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: Pipes | None = None

    async def apply(self, work: Work) -> Done:
        if self._pipes and self._pipes[0].is_closing():
            self._abandon()  # it died while it waited; uvloop would refuse to write, with a RuntimeError
        to, back = self._pipes or await self._start()
        try:
            to.write(frame(work))
            await to.drain()
            (length,) = LENGTH.unpack(await back.readexactly(LENGTH.size))
            return msgspec.msgpack.decode(await back.readexactly(length), type=Done)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._abandon()
            raise Died from None
        except asyncio.CancelledError:
            self._abandon()  # its answer would be taken for that to the next request
            raise

    async def _start(self) -> Pipes:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "service.ingest.process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process without pipes")
        self._pipes = process.stdin, process.stdout
        return self._pipes

    def _abandon(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
        self._process = self._pipes = None

    async def stop(self) -> None:
        if self._process and self._pipes:
            self._pipes[0].close()
            await self._process.wait()
