"""Tuning of a process: garbage collection, and the limit of open files."""

import gc
import resource

# Bytes of request bodies between two collections of young garbage; parsed they take up to five times as many.
COLLECTED_BYTES = 4 * 2**20


def tune_garbage_collector() -> None:
    """Collect garbage less often, and never among the objects of the program itself.

    A large response is half a million small objects, and an export millions of rows. With the defaults Python scanned
    all of them again and again, which took as long as building the response, and a fifth of reading an export.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class GarbageByBytes:
    """Collects young garbage after so many bytes of bodies, because the collector itself counts objects.

    A refused request is part of a cycle: its error has a traceback, whose frames have the request. 5,000 ids in its
    variables are one list to the collector, and so a thousand such requests took 350 MB until it looked for garbage.
    """

    def __init__(self) -> None:
        self._bytes = 0

    def add(self, size: int) -> None:
        """Count a body whose request has ended."""
        self._bytes += size
        if self._bytes >= COLLECTED_BYTES:
            self._bytes = 0
            gc.collect(1)


def affordable_connections(connections: int) -> int:
    """Raise the limit of open files for some connections and as many files; return the connections it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 2 * connections if hard == resource.RLIM_INFINITY else min(2 * connections, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files // 2
