"""The workers as the service sees them: its own child, or those behind a broker."""

import asyncio
from typing import Protocol

from service.workers.supervisor import Supervisor
from tasks.queue import broker as brokers
from tasks.queue.broker_url import BrokerUrl
from tasks.queue.dispatch import BackgroundPublisher, Send

# A workbook is mostly Python, so a second thread in a process only lets a small export pass a large one.
THREADS = 2


class WorkerClient(Protocol):
    """What the service needs of them."""

    enqueue: Send

    def wake(self) -> None:
        """Say that there is something new to look at. Who does not hear it looks by itself soon."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""

    async def is_reachable(self) -> bool:
        """Whether an announcement would reach them now."""


def create_worker_client(at: BrokerUrl) -> WorkerClient:
    """The workers that are reached at an address."""
    return _EmbeddedWorkers() if at.embedded else _RemoteWorkers(at)


class _EmbeddedWorkers:
    def __init__(self) -> None:
        self._supervisor = Supervisor(1, THREADS)
        self.enqueue: Send = lambda _tenant, _id: self._supervisor.wake()

    def wake(self) -> None:
        self._supervisor.wake()

    async def start(self) -> None:
        await self._supervisor.start()

    async def stop(self) -> None:
        await self._supervisor.stop()

    async def is_reachable(self) -> bool:
        return self._supervisor.alive


# Seconds for a message that is on its way when the service stops; the sweep sends what it does not hear of.
STOP_TIMEOUT = 2.0


class _RemoteWorkers:
    def __init__(self, at: BrokerUrl) -> None:
        self._at = at
        broker = brokers.open_broker(at)
        self._publisher = BackgroundPublisher(lambda tenant, id: brokers.send(broker, at, tenant, id))
        self.enqueue: Send = self._publisher.publish

    def wake(self) -> None:
        """They are elsewhere, and look at the rows each second."""

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        await asyncio.to_thread(self._publisher.close, STOP_TIMEOUT)

    async def is_reachable(self) -> bool:
        try:
            await asyncio.to_thread(brokers.ping, self._at)
        except Exception:
            return False
        return True
