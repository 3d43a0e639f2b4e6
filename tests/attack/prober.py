"""Somebody else: a small query, signed in, some twenty times a second, in a process of its own."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

from analytics.domain.access import Identity
from tests.support.paths import ROOT
from tests.support.servers.server import Server

QUERY = json.dumps({"query": "{ viewer { name } departments(first: 5) { nodes { id name } } }"})
INTERVAL = 0.05  # seconds between two questions
TIMEOUT = 60.0  # seconds after which an answer counts as lost


@dataclass(frozen=True)
class Waits:
    """Seconds that answers took, and how many there were that were none."""

    seconds: tuple[float, ...]
    failures: int

    @property
    def longest(self) -> float:
        """The longest of all."""
        return max(self.seconds, default=TIMEOUT)

    @property
    def p95(self) -> float:
        """The 95th percentile."""
        return quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else TIMEOUT


@contextmanager
def probing(server: Server, who: Identity) -> Iterator[list[Waits]]:
    """Probe as long as the block lasts; what was measured is in the list after it."""
    token = server.headers(who)["Authorization"]
    found: list[Waits] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.attack.prober", str(server.port), token],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        yield found
        told, _ = process.communicate()
        seconds, failures = json.loads(told)
        found.append(Waits(tuple(seconds), failures))


def _ask(port: int, token: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("POST", "/graphql", QUERY, {"Content-Type": "application/json", "Authorization": token})
        answer = connection.getresponse()
        return answer.status == 200 and b'"errors"' not in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(port: int, token: str) -> None:
    """Ask until standard input ends, then print the seconds of each answer and how many were none."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    seconds: list[float] = []
    failures = 0
    print("begun", flush=True)
    while not ended.wait(INTERVAL):
        began_at = time.perf_counter()
        failures += not _ask(port, token)
        seconds.append(time.perf_counter() - began_at)
    print(json.dumps([seconds, failures]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
