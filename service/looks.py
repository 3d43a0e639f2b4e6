"""Looks at what the service depends on: whether it answers, and soon."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

# Seconds; whoever asks whether we are ready seldom waits for longer than two.
PATIENCE = 1.0


Ask = Callable[[], Awaitable[bool]]


T = TypeVar("T")


class Once(Generic[T]):
    """Does one thing for all who ask meanwhile: they share its result."""

    def __init__(self, work: Callable[[], Awaitable[T]], patience: float) -> None:
        self._work = work
        self._patience = patience
        self._working: asyncio.Task[T] | None = None

    async def result(self) -> T | None:
        """The result, or None if that takes longer than the patience; the work goes on for those who ask later."""
        if self._working is None or self._working.done():
            self._working = asyncio.ensure_future(self._do())
        done, _ = await asyncio.wait([self._working], timeout=self._patience)
        return self._working.result() if done else None

    async def _do(self) -> T:
        return await self._work()


class Look:
    """Asks one thing whether it answers, once at a time: one that is frozen is not asked again and again."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._asking: asyncio.Task[bool] | None = None

    async def answers(self) -> bool:
        """True if it does, within `PATIENCE`."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answer())
        done, _ = await asyncio.wait([self._asking], timeout=PATIENCE)
        return any(task.result() for task in done)

    async def _answer(self) -> bool:
        try:
            return await self._ask()
        except Exception:  # it has libraries of its own, and any error of theirs is no answer
            return False
