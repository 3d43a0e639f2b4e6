"""Making files durable."""

import os
from pathlib import Path


def sync_to_disk(*paths: Path) -> None:
    """Flush files, and folders with the names in them, to the disk, so that a power cut does not lose them."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
