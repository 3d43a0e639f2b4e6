import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks import file_store
from tasks.file_store import CHUNK, FileStore
from tests.support.exports import s3
from tests.support.exports.full_disk import full_disk

CONTENT = bytes(range(256)) * (CHUNK // 100)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a server that has a bucket, for all tests of this module."""
    with s3.serving() as address:
        yield address


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any will do; without them obstore would look for the role of a machine in a cloud."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, credentials: None) -> FileStore:
    """A store in a folder with a difficult name, which is made; and one in a bucket."""
    if request.param == "folder":
        return FileStore((tmp_path / "año 1 %" / "files").as_uri())
    address = request.getfixturevalue("bucket")
    return FileStore(f"s3://files/a%20prefix/{tmp_path.name}?endpoint={address}&region=sa-east-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of some chunks."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def everything(store: FileStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


async def test_a_file_comes_back_whole_and_in_parts(store: FileStore, path: Path) -> None:
    assert await store.put("a.xlsx", path) == len(CONTENT)
    assert await store.size("a.xlsx") == len(CONTENT)
    assert await everything(store, "a.xlsx") == CONTENT
    assert await everything(store, "a.xlsx", 5) == CONTENT[5:]
    assert await everything(store, "a.xlsx", 5, 9) == CONTENT[5:9]
    assert await everything(store, "a.xlsx", CHUNK - 1, CHUNK + 1) == CONTENT[CHUNK - 1 : CHUNK + 1]
    assert await everything(store, "a.xlsx", 0, 1) == CONTENT[:1]


async def test_the_last_file_of_a_key_stays(store: FileStore, path: Path) -> None:
    for content in (b"one", b"two"):
        _fill(path, content)
        await store.put("a.csv", path)
    assert await everything(store, "a.csv") == b"two"


async def test_what_is_not_there(store: FileStore, path: Path) -> None:
    await store.delete("nothing")
    with pytest.raises(FileNotFoundError):
        await everything(store, "nothing")
    await store.put("a", path)
    await store.delete("a")
    await store.delete("a")
    with pytest.raises(FileNotFoundError):
        await store.size("a")


async def test_a_file_appears_in_a_folder_only_when_it_is_complete(tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "files"
    store = FileStore(folder.as_uri())
    _fill(path, b"x" * 20_000_000)
    seen: set[int] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            seen.update(file.stat().st_size for file in folder.glob("a"))

    watching = asyncio.create_task(asyncio.to_thread(watch))
    await store.put("a", path)
    ended.set()
    await watching
    assert seen <= {20_000_000}
    assert [file.name for file in folder.iterdir()] == ["a"]


async def test_a_file_in_a_folder_outlives_a_power_cut(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    store = FileStore(folder.as_uri())
    synced: list[int] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    await store.put("a", path)
    # First what it holds, then that there is one of this name.
    assert synced == [(folder / "a").stat().st_ino, folder.stat().st_ino]


async def test_a_disk_that_fails_to_keep_a_file(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError("the disk fails")

    store = FileStore((tmp_path / "files").as_uri())
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="the disk fails"):
        await store.put("a", path)


def test_a_process_that_ends_right_after_it_used_a_store_ends_well(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from tasks.file_store import FileStore
asyncio.run(FileStore(sys.argv[1]).delete("a"))
"""
    command = [sys.executable, "-c", script, (tmp_path / "files").as_uri()]
    # Obstore's own coroutines aborted about every third process.
    assert [subprocess.run(command, check=False).returncode for _ in range(12)] == [0] * 12


async def test_a_large_file_is_uploaded_in_parts(bucket: str, credentials: None, path: Path) -> None:
    store = FileStore(f"s3://files/large?endpoint={bucket}")
    _fill(path, b"x" * 20_000_000)  # obstore uploads what is over 5 MiB in parts
    assert await store.put("a", path) == 20_000_000
    assert await store.size("a") == 20_000_000
    assert "large/a" in s3.keys(bucket)
    assert s3.uploads(bucket) == 0


async def test_a_folder_that_cannot_keep_a_file(tmp_path: Path, path: Path) -> None:
    store = FileStore((tmp_path / "files").as_uri())
    assert await store.is_reachable()
    (tmp_path / "files").rmdir()
    assert not await store.is_reachable()
    (tmp_path / "files").write_text("not a folder")
    with pytest.raises(OSError, match="could not store"):
        await store.put("a", path)


async def test_a_disk_that_is_full(tmp_path: Path, path: Path) -> None:
    store = FileStore((tmp_path / "files").as_uri())
    with full_disk(CHUNK), pytest.raises(OSError, match="could not store"):
        await store.put("a", path)
    with pytest.raises(FileNotFoundError):
        await store.size("a")
    await store.put("a", path)
    assert await everything(store, "a") == CONTENT


async def test_a_bucket_that_is_not_there(bucket: str, credentials: None, path: Path) -> None:
    store = FileStore(f"s3://another?endpoint={bucket}")
    with pytest.raises(OSError, match=r"could not store a$"):
        await store.put("a", path)


async def test_a_bucket_that_does_not_answer(credentials: None, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(file_store.RETRIES, "max_retries", 0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        store = FileStore(f"s3://files?endpoint=http://127.0.0.1:{unused.getsockname()[1]}")
        for doing in (store.put("a", path), store.size("a"), store.delete("a")):
            with pytest.raises(OSError, match=r"^could not \w+ a$"):
                await doing


async def test_credentials_are_never_said(bucket: str, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a deep secret")
    store = FileStore(f"s3://another?endpoint={bucket}")
    with pytest.raises(OSError, match="could not store") as error:
        await store.put("a", path)
    assert "a deep secret" not in f"{error.value!r} {error.value.__cause__!r} {store!r} {vars(store)!r}"


@pytest.mark.parametrize(
    "url",
    [
        "s3://", "s3:///prefix", "s3://id:secret@bucket", "s3://bucket?secret_access_key=x", "s3://bucket?region",
        "ftp://x", "bucket",
    ],
)  # fmt: skip
def test_what_is_no_store(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        FileStore(url)
