"""The worker as a process: it ends when it should."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.servers.server import PATIENCE, embudo, environment, eventually

ENDS: dict[str, Callable[["subprocess.Popen[bytes]"], object]] = {
    "its parent is gone": lambda process: process.communicate(timeout=PATIENCE),
    "it is asked to": lambda process: process.terminate(),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_idle_worker_ends_when(end: str, tmp_path: Path) -> None:
    assert embudo(tmp_path, "migrate").returncode == 0
    log, scratch = tmp_path / "log", tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "service.workers.process", "1", str(scratch)]
    with log.open("wb") as told, subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path), stdin=subprocess.PIPE, stdout=told, stderr=told
    ) as process:  # fmt: skip
        try:
            eventually(lambda: "worker started" in log.read_text())
            time.sleep(2)  # it has looked at everything, and waits to be called
            ENDS[end](process)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
