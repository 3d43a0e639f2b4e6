"""Where finished files are kept: a local folder, or an S3-compatible bucket."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

# Read from the store at a time, in bytes: what one download holds in memory.
CHUNK = 256 * 1024


class FileStore:
    """A store of whole files by key. A file appears complete or not at all."""

    def __init__(self, url: str) -> None:
        """`url` is `file:///absolute/folder` (made when missing) or `s3://bucket/prefix`."""
        self._store: ObjectStore
        parts = urlsplit(url)
        if parts.scheme == "file":
            self._store = LocalStore(Path(unquote(parts.path)), automatic_cleanup=False, mkdir=True)
        else:
            self._store = from_url(url)

    async def put(self, key: str, path: Path) -> int:
        """Store a file under a key, replacing what is there; its size in bytes. Raises OSError."""
        size = path.stat().st_size  # noqa: ASYNC240 - one stat of a file just written
        try:
            await obstore.put_async(self._store, key, path)
        except obstore.exceptions.BaseError as error:
            raise OSError(f"could not store {key}") from error
        return size

    async def delete(self, key: str) -> None:
        """Delete a file; one that is not there is no error."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A file's bytes from `start` up to `end` (exclusive; None: to its end). Raises FileNotFoundError."""
        options = {"range": (start, end)} if end is not None else {"range": {"offset": start}} if start else {}
        result = await obstore.get_async(self._store, key, options=options)  # type: ignore[arg-type]
        async for chunk in result.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)
