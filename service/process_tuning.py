"""Tuning of a process: garbage collection, and the limit of open files."""

import gc
import resource


def tune_garbage_collector() -> None:
    """Collect garbage less often, and never among the objects of the program itself.

    A large response is half a million small objects, and an export millions of rows. With the defaults Python scanned
    all of them again and again, which took as long as building the response, and a fifth of reading an export.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def affordable_connections(connections: int) -> int:
    """Raise the limit of open files for some connections and as many files; return the connections it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 2 * connections if hard == resource.RLIM_INFINITY else min(2 * connections, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files // 2
