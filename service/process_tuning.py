"""Settings of a process: when Python looks for garbage, and how many files may be open."""

import gc
import resource


def tune_garbage_collector() -> None:
    """Look for garbage less often, and not among what the program consists of.

    A large answer is half a million small objects, and an export millions of rows: by default Python looked through
    all that were there again and again, which took as long as making the answer, and a fifth of reading an export.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def affordable_connections(wanted: int) -> int:
    """The connections this process can have open, beside as many files: raises the system's limit to that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 2 * wanted if hard == resource.RLIM_INFINITY else min(2 * wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files // 2
