from pathlib import Path

import pytest

from tasks.files import CHUNK, FileStore


async def everything(store: FileStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A store in a folder with a difficult name, which is made."""
    return FileStore((tmp_path / "año 1 %" / "files").as_uri())


async def test_a_file_comes_back_whole_and_in_parts(store: FileStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * (CHUNK // 100)
    path = tmp_path / "file"
    path.write_bytes(content)
    assert await store.put("a.xlsx", path) == len(content)
    path.unlink()
    assert await everything(store, "a.xlsx") == content
    assert await everything(store, "a.xlsx", 5) == content[5:]
    assert await everything(store, "a.xlsx", 5, 9) == content[5:9]
    assert await everything(store, "a.xlsx", 0, 1) == content[:1]


async def test_the_last_file_of_a_key_stays(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        await store.put("a.csv", path)
    assert await everything(store, "a.csv") == b"two"


async def test_what_is_not_there(store: FileStore, tmp_path: Path) -> None:
    await store.delete("nothing")
    with pytest.raises(FileNotFoundError):
        await everything(store, "nothing")
    path = tmp_path / "file"
    path.write_bytes(b"x")
    await store.put("a", path)
    await store.delete("a")
    await store.delete("a")
    with pytest.raises(FileNotFoundError):
        await everything(store, "a")


async def test_a_store_that_cannot_keep_a_file(tmp_path: Path) -> None:
    store = FileStore((tmp_path / "files").as_uri())
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("not a folder")
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with pytest.raises(OSError, match="could not store"):
        await store.put("a", path)
