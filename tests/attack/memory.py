"""The memory of a process, watched from outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INTERVAL = 0.02  # seconds between two looks


def resident(pid: int) -> float:
    """The resident memory of a process in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def watching(pid: int) -> Iterator[list[float]]:
    """Watch a process as long as the block lasts: by how many megabytes it grew at most is in the list after it."""
    found: list[float] = []
    before = highest = resident(pid)
    ended = threading.Event()

    def look() -> None:
        nonlocal highest
        while not ended.wait(INTERVAL):
            highest = max(highest, resident(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
        found.append(highest - before)
