"""Integrity of stored files: a file is only sent if it has the size and checksum with which it was stored.

A file is read whole before its first byte is sent, once for each file and process: a download that stopped in the
middle would look like a bad connection, and ranges have no checksums. The digest is cached as long as the store reports
the same file: by its size, the time of its last change, and a bucket's entity tag.
"""

import asyncio

from tasks.file_store import FileStore, Stored

MAX_REMEMBERED = 10_000  # files
# Seconds that a request waits for a file to be read. The reading goes on, for later requests.
READING_TIMEOUT = 300.0


class IntactFiles:
    """The files of a store, each verified once."""

    def __init__(self, files: FileStore) -> None:
        self.files = files
        # By key: the file's metadata, and the task that computes its digest.
        self._digests: dict[str, tuple[Stored, asyncio.Task[str]]] = {}

    async def is_intact(self, key: str, size: int | None, digest: str | None) -> bool:
        """Return True if a stored file has a size and a SHA-256 (None: unknown, for a file of an earlier release).

        Raises FileNotFoundError, or another OSError when the store does not answer, or not in time.
        """
        stored = await self.files.look(key)
        if stored.size != size:
            return False
        return digest is None or await self._digest(key, stored) == digest

    async def _digest(self, key: str, stored: Stored) -> str:
        entry = self._digests.pop(key, None)
        if entry is None or entry[0] != stored:
            entry = stored, asyncio.create_task(self.files.digest(key, stored.size))
        self._digests[key] = entry
        if len(self._digests) > MAX_REMEMBERED:
            del self._digests[next(iter(self._digests))]
        digest_task = entry[1]
        # `wait` does not cancel the task with the request: later requests use its result.
        done, _ = await asyncio.wait([digest_task], timeout=READING_TIMEOUT)
        if not done:
            raise TimeoutError("the file took too long to read")
        if digest_task.exception() and self._digests.get(key) == entry:
            del self._digests[key]
        return digest_task.result()
