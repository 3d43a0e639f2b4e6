"""A service, two real `embudo worker` beside it, and the broker between them."""

import json
import os
import re
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from analytics.domain.access import Identity
from tasks.queue.broker_url import parse_broker_url
from tests.support.brokers import Proxy, wipe
from tests.support.factories import message_sent
from tests.support.servers.launcher import LaunchedProcess, launch
from tests.support.servers.server import PATIENCE, Server, environment, eventually

CREATE = """mutation { createExport(input: {
  name: "x", filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}
}) { export { id } userErrors { message } } }"""
EXPORT = "query Q($id: ID!) { export(id: $id) { status rowsWritten downloadUrl failure { code } } }"
CANCEL = "mutation M($id: ID!) { cancelExport(input: {id: $id}) { export { status } userErrors { message } } }"
FINAL = ("COMPLETED", "FAILED", "CANCELED")


class Worker:
    """One `embudo worker` of one process, which makes one export at a time."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._log = server.folder / f"{name}.log"
        self._log.touch()
        self._process: LaunchedProcess | None = None

    def start(self) -> None:
        """Start it, if it does not run, and wait until it works."""
        if self._process and self._process.poll() is None:
            return
        before = self._said("worker started")
        with self._log.open("ab") as log:
            variables = environment(self._server.folder, **self._server.settings)
            self._process = launch(["worker", "--threads", "1"], variables, stdout=log, stderr=log)
        eventually(lambda: self._said("worker started") > before or None)

    def _said(self, event: str, export: str = "") -> int:
        return len(re.findall(f'event="{event}".*{export}', self._log.read_text()))

    def begun(self, export: str) -> int:
        """Count the times that it took up an export."""
        return self._said("export started", export)

    def kill(self) -> None:
        """Kill it, with its supervisor, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def kill_child(self) -> None:
        """Kill its process, which its supervisor starts again."""
        assert self._process is not None
        # There may be none at the moment: a supervisor waits a little before it starts another.
        listed = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False)
        for pid in listed.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop, and wait until it has; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        """End it whatever happened."""
        if self._process and self._process.poll() is None:
            self.kill()


class Crew:
    """A service and its workers, with SQLite, files and broker of their own."""

    def __init__(self, folder: Path, broker_url: str) -> None:
        self.at = parse_broker_url(broker_url)
        self.proxy = Proxy(broker_url)
        self.server = Server(folder, EMBUDO_BROKER_URL=self.proxy.url)
        self.workers = [Worker(self.server, name) for name in ("first", "second")]
        self._seen: Counter[tuple[Worker, str]] = Counter()

    def start(self) -> None:
        """Start what does not run."""
        if self.server.process is None:
            self.server.migrate()
            self.server.start()
        for worker in self.workers:
            worker.start()

    def close(self) -> None:
        """End everything, and leave nothing in the broker."""
        for worker in self.workers:
            worker.close()
        self.server.close()
        self.proxy.close()
        wipe(self.at)

    def messages(self, tenant: str, count: int) -> None:
        """Give a tenant so many messages."""
        self.server.feed(tenant, [message_sent("m")])
        if count > 1:
            self.server.multiply(tenant, count - 1)

    def ask(self, who: Identity) -> str:
        """The id of an export, asked for."""
        created = self.server.ask(who, CREATE)["createExport"]
        assert created["userErrors"] == []
        return str(created["export"]["id"])

    def look(self, who: Identity, id: str) -> dict[str, Any]:
        """An export as it is."""
        found: dict[str, Any] = self.server.ask(who, EXPORT, id=id)["export"]
        return found

    def ended(self, who: Identity, id: str) -> dict[str, Any]:
        """An export as soon as it does not change any more."""

        def found() -> dict[str, Any] | None:
            export = self.look(who, id)
            return export if export["status"] in FINAL else None

        return eventually(found)

    def at_work(self, id: str) -> Worker:
        """The worker that has taken up an export since this was last asked, while it is at it."""

        def found() -> Worker | None:
            for worker in self.workers:
                if (begun := worker.begun(id)) > self._seen[worker, id]:
                    self._seen[worker, id] = begun
                    return worker
            return None

        worker = eventually(found)
        assert self.server.row("SELECT status FROM exports WHERE id = ?", id) == ("RUNNING",)
        return worker


def heard(text: str | bytes) -> dict[str, Any]:
    """A frame of a WebSocket."""
    frame: dict[str, Any] = json.loads(text)
    return frame
