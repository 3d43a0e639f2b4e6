"""Looks at what the service depends on: whether it answers, and soon."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Generic, TypeVar

# Seconds; whoever asks whether we are ready seldom waits for longer than two.
CHECK_TIMEOUT = 1.0

Ask = Callable[[], Awaitable[bool]]
T = TypeVar("T")


class SharedCall(Generic[T]):
    """A call that is made once at a time: all who ask meanwhile share its result."""

    def __init__(self, call: Callable[[], Coroutine[None, None, T]], timeout: float) -> None:
        self._call = call
        self._timeout = timeout
        self._running: asyncio.Task[T] | None = None

    async def result(self) -> T | None:
        """The result, or None after the timeout in seconds; the call goes on for those who ask later."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._call())
        running = self._running  # whoever asks in the turn in which it ends begins the next one
        done, _ = await asyncio.wait([running], timeout=self._timeout)
        return running.result() if done else None


class HealthCheck:
    """Asks one thing whether it answers, once at a time: one that is frozen is not asked again and again."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._shared = SharedCall(self._answer, CHECK_TIMEOUT)

    async def answers(self) -> bool:
        """True if it does, within `CHECK_TIMEOUT`."""
        return bool(await self._shared.result())

    async def _answer(self) -> bool:
        try:
            return await self._ask()
        except Exception:  # it has libraries of its own, and any error of theirs is no answer
            return False
