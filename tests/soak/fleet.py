"""The service as its operators run it, in processes of its own, and the hand that kills them."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random

from tasks.queue.broker_url import parse_broker_url
from tests.soak.clients import APP_SECRET, VERIFY_TOKEN
from tests.support.brokers import wipe
from tests.support.servers.server import Server
from tests.support.servers.worker_cluster import Worker

DOWN_FOR = (0.0, 0.0, 0.5, 2.0)  # seconds that what was killed stays down; each is as likely


class Fleet:
    """API processes on one database; with a broker, two `embudo worker` beside them."""

    def __init__(self, folder: Path, database_url: str, broker_url: str | None, rng: Random) -> None:
        secrets = folder / "secrets.json"
        secrets.write_text(json.dumps({"*": {"app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}}))
        self.settings = {
            "EMBUDO_DATABASE_URL": database_url,
            "EMBUDO_FILES_URL": (folder / "files").as_uri(),
            "EMBUDO_WEBHOOKS_FILE": str(secrets),
            "EMBUDO_POINTS_PER_MINUTE": "0",  # one viewer looks at everything, again and again
            **({"EMBUDO_BROKER_URL": broker_url} if broker_url else {}),
        }
        self.kills: Counter[str] = Counter()
        self.restarts = 0
        self.servers = [self._server(folder / f"api{n}") for n in range(2 if broker_url else 1)]
        self.workers = [Worker(self.servers[0], f"worker{n}") for n in range(2 if broker_url else 0)]
        self._broker_url = broker_url
        self._orphaned: list[int] = []  # process groups whose API was killed alone
        self._rng = rng

    def _server(self, folder: Path) -> Server:
        folder.mkdir()
        return Server(folder, **self.settings)

    def start(self) -> None:
        """Make the tables and start everything."""
        self.servers[0].migrate()
        with ThreadPoolExecutor() as together:
            list(together.map(lambda process: process.start(), [*self.servers, *self.workers]))

    def strike(self) -> None:
        """Kill something by chance, and start it again unless its parent does."""
        # An API takes seconds to start again, so what is behind it is killed more often.
        strikes: list[Callable[[], None]] = [self._kill_api, self._kill_api_alone, *[self._kill_applier] * 3]
        strikes += [self._kill_worker, *[self._kill_workers_child] * 2] if self.workers else [self._kill_embedded] * 3
        self._rng.choice(strikes)()

    def _kill_api(self) -> None:
        """With its children, as a power cut would."""
        server = self._rng.choice(self.servers)
        server.kill()
        self._killed("API and children", server.start)

    def _kill_api_alone(self) -> None:
        """Its children have to notice."""
        server = self._rng.choice(self.servers)
        self._orphaned.append(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        self._killed("API", server.start)

    def _kill_applier(self) -> None:
        self._kill_child("service.ingest.process", "applier")

    def _kill_embedded(self) -> None:
        self._kill_child("service.workers.process", "embedded worker")

    def _kill_child(self, module: str, name: str) -> None:
        if children := self._rng.choice(self.servers).children(module):
            with suppress(ProcessLookupError):
                os.kill(self._rng.choice(children), signal.SIGKILL)
                self._killed(name)

    def _kill_worker(self) -> None:
        worker = self._rng.choice(self.workers)
        worker.kill()
        self._killed("worker and supervisor", worker.start)

    def _kill_workers_child(self) -> None:
        self._rng.choice(self.workers).kill_child()
        self._killed("worker")

    def _killed(self, what: str, start: Callable[[], None] | None = None) -> None:
        self.kills[what] += 1
        if start:
            time.sleep(self._rng.choice(DOWN_FOR))
            start()
            self.restarts += 1

    def left_behind(self) -> list[int]:
        """Killed APIs whose children did not notice, and still run."""
        return [group for group in self._orphaned if _signal(group, 0)]

    def close(self) -> None:
        """End everything whatever happened, and leave nothing in the broker."""
        for group in self._orphaned:
            _signal(group, signal.SIGKILL)
        for worker in self.workers:
            worker.close()
        for server in self.servers:
            server.close()
        if self._broker_url:
            wipe(parse_broker_url(self._broker_url))


def _signal(group: int, sign: int) -> bool:
    """Send a signal to a process group; whether there is one."""
    try:
        os.killpg(group, sign)
    except ProcessLookupError:
        return False
    return True
