"""The slots of one worker process: how many jobs it may run, and whether it is to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds that a file which is all but done still gets after a shutdown was requested.
SHUTDOWN_GRACE = 4.0


class WorkerSlots:
    """How many jobs a process does at once, how many more it could do, and whether it is to stop."""

    def __init__(self, places: int = 1) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._ended: float | None = None

    @property
    def free(self) -> int:
        """How many more jobs could be done now."""
        return 0 if self.stopping else self._free

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Take a place for as long as a job is done."""
        with self._lock:
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1

    def request_shutdown(self) -> None:
        """Begin nothing from now on; what runs is handed back."""
        self._ended = self._ended or time.monotonic()

    @property
    def stopping(self) -> bool:
        """Whether the process is stopping."""
        return self._ended is not None

    @property
    def grace_expired(self) -> bool:
        """Whether it is stopping and nothing can be waited for any more."""
        return self._ended is not None and time.monotonic() - self._ended >= SHUTDOWN_GRACE
