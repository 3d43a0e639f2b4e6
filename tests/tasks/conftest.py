import tempfile
from pathlib import Path

import pytest

from analytics.storage.database import Database
from tasks.file_store import FileStore
from tasks.resources import JobResources


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this test alone."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of finished files."""
    return tmp_path / "files"


@pytest.fixture
def resources(database: Database, folder: Path) -> JobResources:
    """Resources whose files are in `folder`."""
    return JobResources(database, FileStore(folder.as_uri()))
