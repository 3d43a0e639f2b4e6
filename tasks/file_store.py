"""The store of finished files: a local folder, or an S3-compatible bucket."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from analytics.storage.disk import sync_to_disk
from tasks.file_url import parse_file_url

# Read from the store at a time, in bytes: what one download holds in memory. Each piece is a request of its own, so
# that no connection to a bucket has to stay open as long as a slow client takes.
CHUNK = 1 << 20

# Parts of 5 MiB that are under way at once; with the library's own twelve a worker would need twice the memory.
PARTS = 1

# The library's own retries go on for three minutes; whoever waits for a download or a failure has given up by then.
RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
TIMEOUTS: Any = {"connect_timeout": "5s", "timeout": "60s"}

# Calls to the store at once, of one process. Threads of our own, since the event loop's few also look up addresses.
THREADS = 16
# What obstore calls a file that is being written into a folder.
_STAGED = re.compile(r".+#[0-9]+")

P = ParamSpec("P")
T = TypeVar("T")


class Content(NamedTuple):
    """The content of a file: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    digest: str


class Stored(NamedTuple):
    """A stored file: its size in bytes, when it was changed, and the store's tag for what is in it."""

    size: int
    changed_at: datetime
    tag: str | None


class FileStore:
    """A store of whole files by key. A file appears complete or not at all.

    A folder gets it by one rename, a bucket when the upload is completed.

    Obstore is called from threads that we wait for, not through its coroutines: those end in threads of its own, which
    may still hold Python's objects when the interpreter ends, and then the process is aborted (exit code 134).
    """

    def __init__(self, url: str) -> None:
        """`url` as `parse_file_url` describes it; a folder is made when missing.

        Credentials, and whatever the URL leaves out, come from the environment's AWS_… variables or the machine's
        role, which obstore reads by itself. Raises ValueError for any other URL.
        """
        self._options = parse_file_url(url)
        self._parts = parts = urlsplit(url)
        self._threads = ThreadPoolExecutor(THREADS, "files")
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        with suppress(OSError, BaseError):  # each use then raises, until it can be opened
            _ = self._store

    @cached_property
    def _store(self) -> ObjectStore:
        """The library's store. Raises what `_os_errors` gives as OSError."""
        if self._folder:
            return LocalStore(self._folder, automatic_cleanup=False, mkdir=True)
        parts, options = self._parts, self._options
        plain: Any = {"allow_http": True} if options.get("endpoint", "").startswith("http://") else {}
        return S3Store(
            parts.netloc,
            prefix=unquote(parts.path).strip("/") or None,
            client_options=TIMEOUTS | plain,
            retry_config=RETRIES,
            **options,
        )

    async def put(self, key: str, path: Path) -> Content:
        """Store a file under a key, replacing what is there; gives what is in it. Raises OSError.

        It is there to stay when this returns, also if the machine loses its power then.
        """
        content = await self._do(_content, path)
        with _os_errors(f"could not store {key}"):
            await self._do(obstore.put, self._store, key, path, max_concurrency=PARTS)
            if self._folder:
                await self._do(sync_to_disk, self._folder / key, self._folder)
        return content

    async def delete(self, key: str) -> None:
        """Delete a file; one that is not there is no error. Raises OSError."""
        try:
            with _os_errors(f"could not delete {key}"):
                await self._do(obstore.delete, self._store, key)
        except FileNotFoundError:
            return

    async def look(self, key: str) -> Stored:
        """Look at a file. Raises FileNotFoundError, or another OSError when the store does not answer."""
        with _os_errors(f"could not read {key}"):
            metadata = await self._do(obstore.head, self._store, key)
            return Stored(metadata["size"], metadata["last_modified"], metadata["e_tag"])

    async def digest(self, key: str, size: int) -> str:
        """The SHA-256 of a file of a size, in hexadecimal. Raises as `look` does."""
        hash = hashlib.sha256()
        for start in range(0, size, CHUNK):
            with _os_errors(f"could not read {key}"):
                await self._do(_add_range, hash, self._store, key, start, min(start + CHUNK, size))
        return hash.hexdigest()

    def local_path(self, key: str) -> Path | None:
        """The path of a file in a folder, whether or not it is there; None in a bucket."""
        return self._folder / key if self._folder else None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A file's bytes from `start` up to `end` (exclusive; None: to its end). Raises as `look` does."""
        if end is None:
            end = (await self.look(key)).size
        for offset in range(start, end, CHUNK):
            with _os_errors(f"could not read {key}"):
                upto = min(offset + CHUNK, end)
                piece = await self._do(obstore.get_range, self._store, key, start=offset, end=upto)
            yield bytes(piece)

    async def is_reachable(self) -> bool:
        """True if the store can be read."""
        try:
            with _os_errors("could not list the files"):
                store = self._store
                if self._folder:
                    return await self._do(self._folder.is_dir)
                await self._do(next, obstore.list(store, chunk_size=1), None)
        except OSError:
            return False
        return True

    async def keys(self, before: datetime) -> AsyncIterator[list[str]]:
        """The keys of the files stored before a moment, some at a time. Raises OSError."""
        with _os_errors("could not list the files"):
            stream = obstore.list(self._store)
            while batch := await self._do(next, stream, None):
                yield [file["path"] for file in batch if file["last_modified"] < before]

    async def delete_unfinished(self, before: datetime) -> list[str]:
        """Delete what was begun before a moment and never completed, in a folder; the names. Raises OSError.

        A bucket does not show such parts: a rule of its own has to drop them.
        """
        return await self._do(_delete_staged, self._folder, before) if self._folder else []

    async def _do(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a step in one of our threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(step, *args, **kwargs))


def _content(path: Path) -> Content:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Content(file.tell(), digest)


def _add_range(hash: "hashlib._Hash", store: ObjectStore, key: str, start: int, end: int) -> None:
    hash.update(obstore.get_range(store, key, start=start, end=end))


def _delete_staged(folder: Path, before: datetime) -> list[str]:
    old = [
        path
        for path in folder.iterdir()
        if _STAGED.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return [path.name for path in old]


@contextmanager
def _os_errors(message: str) -> Iterator[None]:
    """Give the library's errors as OSError. Their own texts may name addresses, so they stay causes, for the log."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(message) from error
    except BaseError as error:
        raise OSError(message) from error
