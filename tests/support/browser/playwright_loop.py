"""Playwright kept for a whole run: its event loop counts as the running one only while a test of the browser runs.

Playwright's loop is suspended, not ended, between the calls of its synchronous API, and asyncio takes it for one that
runs: no other test of the same process could run a loop of its own.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class PlaywrightLoop:
    """The event loop of a Playwright that is started, called and stopped in blocks of `current`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None  # before its start and after its end

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make it the running loop inside the block, where Playwright may be called, started and stopped."""
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            self._loop = asyncio._get_running_loop()
            asyncio._set_running_loop(None)
