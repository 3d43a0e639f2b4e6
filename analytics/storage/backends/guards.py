"""Work for a tenant that ends when the tenant's part of the database stops answering.

On Citus each tenant is on one node. One that hangs takes connections and answers nothing: whoever asks it waits, keeps
a connection that others need, and cannot even cancel what it asked.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

# Seconds of work after which, and between which, it is asked whether the tenant's node answers.
ASK_EVERY = 2.0
# Seconds that it has for an answer: a row of a tenant by its key, over a new connection.
ANSWER_TIMEOUT = 5.0
# Seconds for which a node that did not answer is not asked again.
REST = 10.0

Ask = Callable[[str], Awaitable[None]]


class NotAnsweringError(ConnectionError):
    """The part of the database that a tenant is on does not answer at the moment."""

    def __init__(self, tenant: str) -> None:
        super().__init__(f"the part of the database that has the tenant {tenant!r} does not answer")


class Guard:
    """Looks after the work for each tenant; `ask` asks the database for something small of one."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._resting: dict[str, float] = {}  # until when, by the monotonic clock

    @asynccontextmanager
    async def around(self, tenant: str) -> AsyncIterator[None]:
        """Around work for a tenant. Raises `NotAnsweringError`, in the middle of it or at once."""
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
            # A refusal is an answer too, but for Citus' own: that it could not reach the node (class 08).
            state = getattr(getattr(error, "orig", None), "sqlstate", None)
            return state is not None and not state.startswith("08")
        return True
