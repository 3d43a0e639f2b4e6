"""The slots of one worker process: how many jobs it may run, and whether it is to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds that a file which is all but done still gets after a shutdown was requested.
SHUTDOWN_GRACE = 4.0


class WorkerSlots:
    """The slots for concurrent jobs of a process, and its shutdown."""

    def __init__(self, slots: int = 1) -> None:
        self._free = slots
        self._lock = threading.Lock()
        self._ended: float | None = None

    @property
    def free(self) -> int:
        """The number of jobs that could still be taken now."""
        return 0 if self.stopping else self._free

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot while a job runs."""
        with self._lock:
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1

    def request_shutdown(self) -> None:
        """Start no further jobs; running ones are released to the queue."""
        self._ended = self._ended or time.monotonic()

    @property
    def stopping(self) -> bool:
        """True if the process is stopping."""
        return self._ended is not None

    @property
    def grace_expired(self) -> bool:
        """True if it is stopping and the time to finish jobs is over."""
        return self._ended is not None and time.monotonic() - self._ended >= SHUTDOWN_GRACE
