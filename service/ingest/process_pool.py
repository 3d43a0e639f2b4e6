"""The appliers as the service sees them: some processes, started when there is work and started again when they die."""

import asyncio
import sys
from weakref import WeakValueDictionary

import msgspec

from service.ingest.process import LENGTH, IngestBatch, IngestResult, encode_frame

Pipes = tuple[asyncio.StreamWriter, asyncio.StreamReader]


class WorkerDiedError(Exception):
    """An applier ended in the middle; its transaction was not committed, or its answer was lost."""


class IngestProcessPool:
    """Applies work in processes of its own, as many at once as there are."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all = [_IngestProcess() for _ in range(count)]
        # The one that worked last is asked first: at little load only one runs.
        self._free: asyncio.LifoQueue[_IngestProcess] = asyncio.LifoQueue()
        for applier in self._all:
            self._free.put_nowait(applier)
        # Of which a tenant has half at most, as long as it has work; its further batches wait for its own.
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def submit(self, work: IngestBatch) -> IngestResult:
        """Apply work as soon as a process is free that its tenant may have. Raises `WorkerDiedError`."""
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


class _IngestProcess:
    """One process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: Pipes | None = None

    async def apply(self, work: IngestBatch) -> IngestResult:
        if self._pipes and self._pipes[0].is_closing():
            self._abandon()  # it died while it waited; uvloop would refuse to write, with a RuntimeError
        to, back = self._pipes or await self._start()
        try:
            to.write(encode_frame(work))
            await to.drain()
            (length,) = LENGTH.unpack(await back.readexactly(LENGTH.size))
            return msgspec.msgpack.decode(await back.readexactly(length), type=IngestResult)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._abandon()
            raise WorkerDiedError from None
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
