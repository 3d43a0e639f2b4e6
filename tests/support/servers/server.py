"""A real `embudo serve` on a port and a database of its own."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from analytics.domain.access import Identity
from analytics.migrations import migrate
from analytics.storage.database import Database
from service.auth.tokens import TokenService
from tests.support.ingest_helpers import feed
from tests.support.paths import ROOT
from tests.support.servers.launcher import LaunchedProcess, launch

SECRET = "a secret of the tests, long enough for HS256"
PATIENCE = 60.0  # seconds until what is waited for counts as lost
# A connection is let go before the service does so, which may be just when the next request is under way.
KEPT = httpx.Limits(keepalive_expiry=2)

T = TypeVar("T")


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """The variables of an `embudo` whose files are all in one folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EMBUDO_", "COV_"))}
    return {
        **inherited,
        "EMBUDO_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'embudo.db'}",
        "EMBUDO_FILES_URL": (folder / "files").as_uri(),
        "EMBUDO_TOKEN_SECRET": SECRET,
        **changes,
    }


def embudo(
    folder: Path, *arguments: str, env: dict[str, str] | None = None, input: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command to its end."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        with os.fdopen(read, "rb") as stdin:
            variables = environment(folder, **(env or {}))
            process = launch(list(arguments), variables, stdin=stdin, stdout=stdout, stderr=stderr)
        with suppress(BrokenPipeError), os.fdopen(write, "wb") as typed:  # it may have ended before it read
            typed.write(input)
        code = process.wait(120)
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(arguments, code, stdout.read(), stderr.read())


def eventually(found: Callable[[], T | None]) -> T:
    """Repeat a read until its result is true, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.05)
    return result


def in_database(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run some work in a database, and return its result."""

    async def opened() -> T:
        async with Database(url) as database:
            return await work(database)

    return asyncio.run(opened())


def alive(pid: int) -> bool:
    """Return True if a process lives; one that nobody has waited for yet does not."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()[:1] not in ("", "Z")


@contextmanager
def running(folder: Path, **settings: str) -> "Iterator[Server]":
    """A service with empty tables, as long as the block lasts."""
    server = Server(folder, **settings)
    try:
        server.migrate()
        server.start()
        yield server
    finally:
        server.close()


class Server:
    """The service in processes of its own. Its folder outlives it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        # Bound as long as the server may start, so that nobody else is given its port; nothing listens here.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind(("127.0.0.1", 0))
        self.port = self._port.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=30, limits=KEPT)
        self.process: subprocess.Popen[bytes] | LaunchedProcess | None = None

    @property
    def database_url(self) -> str:
        """Its database."""
        return environment(self.folder, **self.settings)["EMBUDO_DATABASE_URL"]

    def start(self, *options: str, program: Iterable[str] = ()) -> None:
        """Start it and wait until it answers; with what Python is to run, in a process that has imported nothing."""
        variables = environment(self.folder, EMBUDO_PORT=str(self.port), **self.settings)
        arguments = ["serve", *options]
        with (self.folder / "log").open("ab") as log:
            if program:
                self.process = subprocess.Popen(
                    [sys.executable, *program, *arguments],
                    cwd=ROOT,
                    env=variables,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            else:
                self.process = launch(arguments, variables, stdout=log, stderr=log)
        eventually(self._answers)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        """Of the service itself."""
        assert self.process is not None
        return self.process.pid

    def worker(self) -> int:
        """The process of the embedded worker."""
        return eventually(self._worker)

    def _worker(self) -> int | None:
        pids = self.children("service.workers.process")
        return pids[0] if pids else None

    def children(self, module: str) -> list[int]:
        """The processes of a module that the service started."""
        asked = ["pgrep", "-P", str(self.pid), "-f", module]
        listed = subprocess.run(asked, capture_output=True, text=True, check=False)
        return [int(line) for line in listed.stdout.split()]

    def kill(self) -> None:
        """Kill the service and its worker as a power cut would."""
        os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Ask it to end, if it runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
        self.wait()

    def wait(self) -> None:
        """Wait for its end."""
        if self.process:
            self.process.wait(PATIENCE)

    def close(self) -> None:
        """End it whatever happened."""
        if self.process and self.process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        self.client.close()
        self._port.close()

    def migrate(self) -> None:
        """Make its tables."""
        in_database(self.database_url, migrate)

    def feed(self, tenant: str, events: Iterable[dict[str, Any]]) -> None:
        """Send events through ingest."""
        in_database(self.database_url, lambda database: feed(database, tenant, events))

    def multiply(self, tenant: str, times: int) -> None:
        """Copy each message so often: what an export reads, faster than through ingest."""
        connection = sqlite3.connect(self.folder / "embudo.db")
        try:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(messages)")]
            copied = ", ".join("id || '-' || n" if column == "id" else column for column in columns)
            with connection:
                connection.execute(
                    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "  # noqa: S608
                    f"INSERT INTO messages SELECT {copied} FROM messages, numbers WHERE tenant_id = ?",
                    (times, tenant),
                )
        finally:
            connection.close()

    def row(self, sql: str, *values: object) -> Any:
        """The first row of a statement, run beside the service."""
        with closing(sqlite3.connect(self.folder / "embudo.db", timeout=30)) as connection, connection:
            return connection.execute(sql, values).fetchone()

    def headers(self, who: Identity) -> dict[str, str]:
        """Return the headers that authenticate a request."""
        return {"Authorization": f"Bearer {TokenService(SECRET).issue(who, timedelta(hours=1))}"}

    def post(self, who: Identity | None, query: str, **variables: Any) -> Any:
        """The answer to a GraphQL request."""
        signed = self.headers(who) if who else {}
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}, headers=signed)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, who: Identity, query: str, **variables: Any) -> Any:
        """The data of a GraphQL request that goes well."""
        answer = self.post(who, query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]
