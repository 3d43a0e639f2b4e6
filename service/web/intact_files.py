"""Stored files, compared with what was stored: nothing else is given out, whatever its size.

A file is read whole before its first byte is given, once for each file and process: a download that stops in its middle
would look like a bad connection, and of a range no checksum is known. What was found is remembered for as long as the
store says that the file is the same: its size, the time of its last change, and a bucket's entity tag.
"""

import asyncio

from tasks.file_store import FileStore, Stored

MAX_REMEMBERED = 10_000  # files
# Seconds that one request waits for a file to be read. Those that come later find it read.
READING_TIMEOUT = 300.0


class IntactFiles:
    """The files of a store, each looked at once."""

    def __init__(self, files: FileStore) -> None:
        self.files = files
        # The digest of each key, read or being read, and as what it was stored then.
        self._digests: dict[str, tuple[Stored, asyncio.Task[str]]] = {}

    async def is_intact(self, key: str, size: int | None, digest: str | None) -> bool:
        """True if what is stored has this size and SHA-256 (None: not known, of an earlier release's file).

        Raises FileNotFoundError, or another OSError when the store does not answer, or not in time.
        """
        stored = await self.files.look(key)
        if stored.size != size:
            return False
        return digest is None or await self._digest(key, stored) == digest

    async def _digest(self, key: str, stored: Stored) -> str:
        known = self._digests.pop(key, None)
        if known is None or known[0] != stored:
            known = stored, asyncio.create_task(self.files.digest(key, stored.size))
        self._digests[key] = known
        if len(self._digests) > MAX_REMEMBERED:
            del self._digests[next(iter(self._digests))]
        reading = known[1]
        # Whoever asks may go away: then it is read for whoever asks next.
        done, _ = await asyncio.wait([reading], timeout=READING_TIMEOUT)
        if not done:
            raise TimeoutError("the file took too long to read")
        if reading.exception() and self._digests.get(key) == known:
            del self._digests[key]
        return reading.result()
