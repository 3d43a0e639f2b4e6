"""Clients of the workers: of the service's own child process, or of workers behind a broker."""

import asyncio
from typing import Protocol

from service.workers import THREADS
from service.workers.supervisor import Supervisor
from tasks.queue import broker as brokers
from tasks.queue.broker_url import BrokerUrl
from tasks.queue.publisher import BackgroundPublisher, Send


class WorkerClient(Protocol):
    """The workers, for the service."""

    enqueue: Send

    def wake(self) -> None:
        """Notify the workers of new work. A worker that misses it finds the work by itself within a second."""

    async def start(self) -> None:
        """Start the workers, if they are the service's own."""

    async def stop(self) -> None:
        """Stop the workers, if they are the service's own, and publish nothing more."""

    async def is_reachable(self) -> bool:
        """Return True if the workers can be reached now."""


def create_worker_client(at: BrokerUrl) -> WorkerClient:
    """Create the client of the workers at a broker's URL."""
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


# Seconds for a message that is being sent when the service stops. A lost one is sent again by the workers' sweep.
STOP_TIMEOUT = 2.0


class _RemoteWorkers:
    def __init__(self, at: BrokerUrl) -> None:
        self._at = at
        broker = brokers.open_broker(at)
        self._publisher = BackgroundPublisher(lambda tenant, id: brokers.send(broker, at, tenant, id))
        self.enqueue: Send = self._publisher.publish

    def wake(self) -> None:
        """Do nothing: these workers run elsewhere, and poll the rows each second."""

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
