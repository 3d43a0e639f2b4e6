"""Folders for workers' temporary files. They hold messages, so none may stay behind, whoever is killed.

A folder is locked for as long as its worker or the worker's supervisor lives: both hold the same open file, and the
system lets go of the lock when the last of them is gone. So a folder that can be locked is nobody's.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "embudo-worker-"
# Never through a link that somebody else may have left where temporary files are.
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True)
class LockedTempDir:
    """A folder, and the descriptor of its lock, which its worker must inherit."""

    path: Path
    descriptor: int


@contextmanager
def locked_temp_dir() -> Iterator[LockedTempDir]:
    """Create a locked folder, and remove it at the end. Raises OSError, also if it was deleted before it was locked."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with _locked(path) as descriptor:
            path.stat()
            yield LockedTempDir(path, descriptor)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def remove_stale_dirs() -> list[str]:
    """Remove the folders whose worker and supervisor were both killed; return their names."""
    removed = []
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), _locked(path):  # locked by others, of another user, or just gone
            shutil.rmtree(path)
            removed.append(path.name)
    return removed


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, _OPEN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    finally:
        os.close(descriptor)
