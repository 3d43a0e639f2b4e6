"""Processes of `embudo` that begin with everything imported: the imports take longer than most of what tests ask for.

One process for each of pytest's imports the command and the service, and forks for every start. What it forks is a
process like that of `python -m service`, in a session of its own and with the arguments, the environment and the files
that it is given: it can be killed, and goes through the whole of the command. Processes of the service's own (workers,
those that apply events) are started by it as ever. Where the import itself is the matter, or variables that libraries
read during it, start `python -m service`.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from tests.support.paths import ROOT

# Also what commands, SQLAlchemy and uvicorn import only when they need it.
IMPORTED = (
    "service.cli.main",
    "service.server.processes",
    "service.demo.events",
    "service.ingest.file_import",
    "analytics.storage.backup",
    "analytics.lifecycle.retention",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.loops.uvloop",
    "uvicorn.lifespan.on",
)
MAX_REQUEST = 128 * 1024  # bytes; most of them are the environment


class LaunchedProcess:
    """A process that was forked for us, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, reports: socket.socket) -> None:
        self._reports = reports
        self.pid = int(reports.recv(32))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code when it has ended; that of a signal is negative. Raises `TimeoutExpired`."""
        if self.returncode is None:
            self._reports.settimeout(timeout)
            try:
                code = self._reports.recv(32)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(f"embudo, process {self.pid}", timeout or 0) from None
            self._reports.close()
            self.returncode = int(code)
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, sign: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sign)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def launch(
    arguments: list[str],
    environment: dict[str, str],
    *,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> LaunchedProcess:
    """Start `embudo` with some arguments in the project's folder; without an input it reads nothing."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, Path(os.devnull).open("rb") as nothing:
        files = [(stdin or nothing).fileno(), stdout.fileno(), stderr.fileno(), theirs.fileno()]
        socket.send_fds(_launcher(), [json.dumps([arguments, environment]).encode()], files)
    return LaunchedProcess(ours)


_control: list[socket.socket] = []


def _launcher() -> socket.socket:
    """Return the socket of the process that forks, which is started with the first request and ends with this one."""
    if not _control:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.servers.launcher", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        _control.append(ours)

        @atexit.register
        def end() -> None:
            ours.close()
            process.wait()

    return _control[0]


def _serve_requests(control: socket.socket) -> list[str]:
    """Fork for each request. Returns in the processes that were forked, with the arguments; the server itself exits."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    while True:
        request, files, _, _ = socket.recv_fds(control, MAX_REQUEST, 4)
        if not request:
            sys.exit()
        if os.fork() == 0:
            control.close()
            arguments, environment = json.loads(request)
            _become(files, environment)
            return [str(argument) for argument in arguments]
        for file in files:
            os.close(file)


def _become(files: list[int], environment: dict[str, str]) -> None:
    """Fork once more, and return in that process; this one tells its process id and exit code, and exits."""
    *streams, report = files
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        for file in streams:
            os.close(file)
        with socket.socket(fileno=report) as reports:
            reports.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            reports.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.setsid()
    for number, file in enumerate(streams):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # or each process would copy what it only looks at
    sys.argv[1:] = _serve_requests(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("service", run_name="__main__", alter_sys=True)
