"""The supervisor: it goes on whatever keeps a worker from being started."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.workers import supervisor as supervising
from service.workers.supervisor import Supervisor
from tests.support.servers.server import PATIENCE, environment


async def test_a_worker_that_cannot_be_started_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    temporary = tmp_path / "temporary"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))  # which is not there
    monkeypatch.setattr(supervising, "RESTART_AFTER", (0.01,))
    supervisor = Supervisor(1, 1)
    said: list[str] = []

    def failed_twice() -> bool:
        said.append(capsys.readouterr().out)
        return "".join(said).count("worker could not be started") >= 2

    await supervisor.start()
    await until(failed_twice)
    assert not lives(supervisor)
    temporary.mkdir()
    await until(lambda: lives(supervisor))
    await supervisor.stop()
    assert not lives(supervisor)
    assert list(temporary.iterdir()) == []


def lives(supervisor: Supervisor) -> bool:
    """Return True if its worker runs at this moment."""
    return supervisor.alive


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "waited for too long"
        await asyncio.sleep(0.01)
