"""A real service on a free port, and its client."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from analytics.domain.access import Identity
from analytics.domain.time_zones import SECOND, now_micros
from benchmarks.workload.messages import TENANT
from service.auth.tokens import TokenService

SECRET = "a secret of the benchmarks only, nothing is behind it"  # noqa: S105
WORKER = b"service.workers.process"  # in its command; the processes that apply events are children too


class Client:
    """Asks one service as one person."""

    def __init__(self, port: int, identity: Identity, process: int) -> None:
        self.token = TokenService(SECRET).issue(identity, timedelta(hours=5))
        self.address = f"http://127.0.0.1:{port}"
        self._http = httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.token}"}, timeout=120)
        self._process = process

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Send a body that is taken."""
        return self._http.post(path, content=body, headers=headers).raise_for_status()

    def feed(self, lines: bytes) -> None:
        """Send events, again and again until there is room for them."""
        while (answer := self._http.post("/v1/events", content=lines)).status_code in (429, 503):
            time.sleep(0.02)
        if answer.raise_for_status().json()["rejected"]:
            raise RuntimeError(answer.text)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a request."""
        answer = self._http.post("/graphql", json={"query": query, "variables": variables}).json()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        found: dict[str, Any] = answer["data"]
        return found

    def peak_mb(self) -> float:
        """The service's peak memory (resident), in megabytes."""
        return _peak_mb(self._process)

    def worker_peak_mb(self) -> float:
        """The same of its embedded worker."""
        children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
        (worker,) = (child for child in children if WORKER in Path(f"/proc/{child}/cmdline").read_bytes())
        return _peak_mb(int(worker))


def _peak_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


ADMINISTRATOR = Identity("admin", TENANT, "administrator")


@contextmanager
def serving(
    database_url: str, *people: Identity, workers: int = 1, now: int | None = None, **further: str
) -> Iterator[list[Client]]:
    """A service on a database, with a client for each person, and further settings.

    It has so many `workers`, processes that answer, and begins at `now` (microseconds since the epoch) by its clock.
    """
    port = free_port()
    settings = {
        "EMBUDO_DATABASE_URL": database_url,
        "EMBUDO_TOKEN_SECRET": SECRET,
        "EMBUDO_PORT": str(port),
        "EMBUDO_FILES_URL": Path("var/bench/files").absolute().as_uri(),
        "EMBUDO_LOG_LEVEL": "warning",
        "EMBUDO_POINTS_PER_MINUTE": "0",  # one viewer asks for what many would
        **further,
    }
    environment = {**os.environ, **settings}  # noqa: TID251 - a child process needs the rest of it
    module = ["service"] if now is None else ["benchmarks.support.clock", str((now - now_micros()) // SECOND)]
    command = [sys.executable, "-m", *module, "serve", "--workers", str(workers)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            answers(port)
            yield [Client(port, person, process.pid) for person in people or (ADMINISTRATOR,)]
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def answers(port: int) -> None:
    """Wait until a service is ready."""
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the service does not answer")
