"""Workers' temporary folders: whose they are, and that nothing stays of those whose owners were killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from service.workers.temp_dirs import PREFIX, locked_temp_dir, remove_stale_dirs
from tests.service.server.test_server import all_of_it, at_work
from tests.support.factories import identity
from tests.support.servers.server import eventually, running


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


# A supervisor that starts a worker, says where, and waits. The worker waits for the end of its standard input.
SUPERVISOR = """
import subprocess, sys
from service.workers.temp_dirs import locked_temp_dir
with locked_temp_dir() as scratch:
    worker = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    subprocess.Popen(worker, stdin=int(sys.argv[1]), stdout=subprocess.DEVNULL, pass_fds=(scratch.descriptor,))
    print(scratch.path.name, flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_there_as_long_as_it_is_used(temporary: Path) -> None:
    with locked_temp_dir() as scratch:
        (scratch.path / "rows").write_text("a message")
        assert remove_stale_dirs() == []
        assert [path.name for path in temporary.iterdir()] == [scratch.path.name]
    assert list(temporary.iterdir()) == []


def test_a_worker_keeps_its_folder_when_its_supervisor_is_gone(temporary: Path) -> None:
    reading, writing = os.pipe()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(reading)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(reading,),
        ) as supervisor:
            assert supervisor.stdout
            name = supervisor.stdout.readline().decode().strip()
            assert remove_stale_dirs() == []
            supervisor.kill()
        assert remove_stale_dirs() == []
        assert [path.name for path in temporary.iterdir()] == [name]
    finally:
        os.close(writing)
        os.close(reading)
    assert eventually(remove_stale_dirs) == [name]
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_to_remove_stays(temporary: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").write_text("dear")
    (temporary / f"{PREFIX}link").symlink_to(precious)
    (temporary / f"{PREFIX}file").write_text("no folder")
    (temporary / "another").mkdir()
    assert remove_stale_dirs() == []
    assert (precious / "letter").read_text() == "dear"
    assert len(list(temporary.iterdir())) == 3


def test_rows_of_a_service_that_was_killed_are_gone_with_the_next_start(
    temporary: Path, tmp_path: Path, tenant: str
) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    with running(folder) as server:
        (id,) = at_work(server, tenant, 1)
        (left,) = temporary.glob(f"{PREFIX}*")
        server.kill()
        assert left.exists()
        server.start()
        all_of_it(server, identity(tenant), id)
        assert not left.exists()
        server.stop()
    assert list(temporary.glob(f"{PREFIX}*")) == []
