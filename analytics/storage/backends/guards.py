"""Guards: end the work for a tenant when the tenant's node of the database stops answering.

On Citus each tenant is on one node. A node that hangs accepts connections and answers nothing: a query to it waits,
occupies a connection that others need, and cannot even be canceled.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

# Seconds between two checks of the tenant's node during the work.
ASK_EVERY = 2.0
# Seconds that it has to answer a check: a read of the tenant's row over a new connection.
ANSWER_TIMEOUT = 5.0
# Seconds for which further work for a tenant is rejected after its node did not answer.
REST = 10.0

Ask = Callable[[str], Awaitable[None]]


class NotAnsweringError(ConnectionError):
    """The node of the database with a tenant's rows does not answer at the moment."""

    def __init__(self, tenant: str) -> None:
        super().__init__(f"the part of the database that has the tenant {tenant!r} does not answer")


class Guard:
    """Guards the work for each tenant; `ask` runs a small query on a tenant's node."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._resting: dict[str, float] = {}  # until when, by the monotonic clock

    @asynccontextmanager
    async def around(self, tenant: str) -> AsyncIterator[None]:
        """Guard the work for a tenant inside the block. Raises `NotAnsweringError`, in the middle of it or at once."""
        if self._resting.get(tenant, 0.0) > time.monotonic():
            raise NotAnsweringError(tenant)
        self._resting.pop(tenant, None)
        limit = asyncio.timeout(None)
        try:
            async with limit:
                watching = asyncio.create_task(self._watch(tenant, limit))
                try:
                    yield
                finally:
                    watching.cancel()
        except TimeoutError:
            if not limit.expired():
                raise
            raise NotAnsweringError(tenant) from None

    async def _watch(self, tenant: str, limit: asyncio.Timeout) -> None:
        """End the work once its node does not answer."""
        while await self._wait_and_ask(tenant):
            pass
        self._resting[tenant] = time.monotonic() + REST
        limit.reschedule(asyncio.get_running_loop().time())

    async def _wait_and_ask(self, tenant: str) -> bool:
        await asyncio.sleep(ASK_EVERY)
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await self._ask(tenant)
        except Exception as error:
            # An error from the node is an answer too, but not Citus' error that it cannot reach the node (class 08).
            state = getattr(getattr(error, "orig", None), "sqlstate", None)
            return state is not None and not state.startswith("08")
        return True
