"""Where finished files are kept: a local folder, or an S3-compatible bucket."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

# Read from the store at a time, in bytes: what one download holds in memory. Each piece is a request of its own, so
# that no connection to a bucket has to stay open as long as a slow client takes.
CHUNK = 1 << 20

# Parts of 5 MiB that are under way at once; with the library's own twelve a worker would need twice the memory.
PARTS = 1

# The library's own retries go on for three minutes; whoever waits for a download or a failure has given up by then.
RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
TIMEOUTS: Any = {"connect_timeout": "5s", "timeout": "60s"}
OPTIONS = ("endpoint", "region")


def check(url: str) -> dict[str, Any]:
    """The options in a store's URL: `file:///absolute/folder`, without any, or `s3://bucket/prefix`, where
    `?endpoint=http://127.0.0.1:9000&region=us-east-1` may follow. Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc and not parts.query:
        return {}
    if parts.scheme != "s3" or not parts.hostname or parts.username:
        raise ValueError("must be file:///absolute/folder or s3://bucket/prefix")
    options: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if not options.keys() <= set(OPTIONS):
        raise ValueError(f"a bucket's URL may have {' and '.join(OPTIONS)}, and nothing else")
    return options


class FileStore:
    """A store of whole files by key. A file appears complete or not at all.

    A folder gets it by one rename, a bucket when the upload is completed.
    """

    def __init__(self, url: str) -> None:
        """`url` as `check` describes it; a folder is made when missing.

        Credentials, and whatever the URL leaves out, come from the environment's AWS_… variables or the machine's
        role, which obstore reads by itself. Raises ValueError for any other URL.
        """
        options = check(url)
        parts = urlsplit(url)
        self._store: ObjectStore
        if parts.scheme == "file":
            self._store = LocalStore(Path(unquote(parts.path)), automatic_cleanup=False, mkdir=True)
            return
        plain: Any = {"allow_http": True} if options.get("endpoint", "").startswith("http://") else {}
        self._store = S3Store(
            parts.netloc,
            prefix=unquote(parts.path).strip("/") or None,
            client_options=TIMEOUTS | plain,
            retry_config=RETRIES,
            **options,
        )

    async def put(self, key: str, path: Path) -> int:
        """Store a file under a key, replacing what is there; its size in bytes. Raises OSError."""
        size = path.stat().st_size  # noqa: ASYNC240 - one stat of a file just written
        with _os_errors(f"could not store {key}"):
            await obstore.put_async(self._store, key, path, max_concurrency=PARTS)
        return size

    async def delete(self, key: str) -> None:
        """Delete a file; one that is not there is no error. Raises OSError."""
        try:
            with _os_errors(f"could not delete {key}"):
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def size(self, key: str) -> int:
        """A file's size in bytes. Raises FileNotFoundError, or another OSError when the store does not answer."""
        with _os_errors(f"could not read {key}"):
            return (await obstore.head_async(self._store, key))["size"]

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A file's bytes from `start` up to `end` (exclusive; None: to its end). Raises as `size` does."""
        if end is None:
            end = await self.size(key)
        for place in range(start, end, CHUNK):
            with _os_errors(f"could not read {key}"):
                piece = await obstore.get_range_async(self._store, key, start=place, end=min(place + CHUNK, end))
            yield bytes(piece)


@contextmanager
def _os_errors(message: str) -> Iterator[None]:
    """Give the library's errors as OSError. Their own texts may name addresses, so they stay causes, for the log."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(message) from error
    except BaseError as error:
        raise OSError(message) from error
