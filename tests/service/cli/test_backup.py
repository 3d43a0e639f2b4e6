"""Backup and restore, done as docs/deployment.md says, while events come in."""

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import POSTGRESQL, empty_database
from tests.service.ingest.test_events import ndjson, post
from tests.support import factories
from tests.support.factories import after, identity, message_sent, reply, status
from tests.support.servers.server import Server, embudo, eventually, running

BATCH = 40  # messages in a body, which is a transaction
VIEW = """{ campaignAnalytics(filter: {sentOn: {from: "2026-11-01", to: "2026-11-30"}}) {
  funnel { messages sent { count rate } bounced { count } delivered { count } read { count } responded { count rate } }
  byAgent { nodes { agent { id name } department { id name } funnel { messages responded { count } } } }
  timeSeries(granularity: HOUR) { startsAt funnel { messages } }
  responseHeatmap { weekday hour responses }
  responseTime { responses median p90 }
} }"""


def body(number: int) -> bytes:
    """A body of some messages, and what became of them."""
    events: list[dict[str, Any]] = [factories.tenant(), factories.department(), factories.agent()]
    for index in range(BATCH):
        id, at = f"m{number}-{index}", after(hours=number % 100, seconds=index)
        events.append(message_sent(id, at))
        events.append(status(id, "read" if index % 2 else "delivered", after(at, seconds=5)))
        if index % 3 == 0:
            events.append(reply(id, after(at, minutes=index)))
    return ndjson(*events)


@contextmanager
def fed(server: Server, tenant: str) -> Iterator[Callable[[], int]]:
    """A service that is sent body after body meanwhile; gives how many were answered so far."""
    answered: list[int] = []
    over = threading.Event()

    def feed() -> None:
        while not over.is_set():
            answered.append(post(server, tenant, body(len(answered))).status_code)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield lambda: len(answered)
    finally:
        over.set()
        thread.join()
        assert set(answered) == {200}


def numbers(server: Server, tenant: str) -> Any:
    """Return the numbers of the view."""
    return server.ask(identity(tenant), VIEW)["campaignAnalytics"]


def holds(server: Server, tenant: str, bodies: int) -> None:
    """A restored service has whole bodies, at least so many, its rollups are right, and it knows what it has."""
    found = numbers(server, tenant)["funnel"]["messages"]
    assert found % BATCH == 0
    assert found >= bodies * BATCH
    checked = embudo(server.folder, "rollups", "check", "--tenant", tenant, env=server.settings)
    assert (checked.returncode, checked.stdout) == (0, b"")
    for number in range(found // BATCH):
        said = post(server, tenant, body(number)).json()
        assert (said["accepted"], said["rejected"]) == (0, 0)
        assert said["duplicate"] == len(body(number).splitlines())
    assert numbers(server, tenant)["funnel"]["messages"] == found


def test_sqlite_while_events_come_in(tmp_path: Path, tenant: str) -> None:
    original, first, last = (tmp_path / name for name in ("original", "first", "last"))
    for folder in (original, first, last):
        folder.mkdir()
    with running(original) as server:
        with fed(server, tenant) as answered:
            eventually(lambda: answered() >= 3)
            before = answered()
            saved = embudo(original, "backup", str(first / "embudo.db"))
            assert saved.returncode == 0, saved.stderr
            eventually(lambda: answered() > before)
        assert embudo(original, "backup", str(last / "embudo.db")).returncode == 0
        shown = numbers(server, tenant)
    with running(first) as restored:
        holds(restored, tenant, before)
    with running(last) as restored:
        assert numbers(restored, tenant) == shown
        holds(restored, tenant, answered())


def test_a_backup_is_whole_its_owners_alone_and_replaces_nothing(tmp_path: Path, tenant: str) -> None:
    assert embudo(tmp_path, "migrate").returncode == 0
    to = tmp_path / "a folder" / "copy #1.db"
    missing = embudo(tmp_path, "backup", str(to))
    assert (missing.returncode, b"cannot be written" in missing.stderr) == (2, True)
    to.parent.mkdir()
    assert embudo(tmp_path, "backup", str(to)).returncode == 0
    assert [path.name for path in to.parent.iterdir()] == [to.name]
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with closing(sqlite3.connect(to)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    saved = to.read_bytes()
    again = embudo(tmp_path, "backup", str(to))
    assert (again.returncode, b"never replaces" in again.stderr) == (2, True)
    assert to.read_bytes() == saved
    assert [path.name for path in to.parent.iterdir()] == [to.name]


def test_what_is_no_database_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "embudo.db").write_bytes(b"something else" * 1000)
    to = tmp_path / "copies" / "copy.db"
    to.parent.mkdir()
    damaged = embudo(tmp_path, "backup", str(to))
    assert damaged.returncode == 2
    assert b"not a database" in damaged.stderr
    assert b"Traceback" not in damaged.stderr
    assert list(to.parent.iterdir()) == []
    (tmp_path / "embudo.db").unlink()
    absent = embudo(tmp_path, "backup", str(to))
    assert absent.returncode == 2
    assert b"EMBUDO_DATABASE_URL: there is no file" in absent.stderr
    assert not (tmp_path / "embudo.db").exists()


def test_postgresql_has_its_own(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
    done = embudo(tmp_path, "backup", str(tmp_path / "copy"), env={"EMBUDO_DATABASE_URL": url})
    assert done.returncode == 2
    assert b"pg_dump" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
async def two_urls() -> AsyncIterator[tuple[str, str]]:
    """Two empty databases of a PostgreSQL server."""
    if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        assert not os.environ.get("CI"), "CI needs pg_dump and pg_restore"
        pytest.skip("there is no pg_dump")
    async with empty_database(POSTGRESQL) as original, empty_database(POSTGRESQL) as copy:
        yield original, copy


async def test_postgresql_while_events_come_in(two_urls: tuple[str, str], tmp_path: Path, tenant: str) -> None:
    await asyncio.to_thread(_dump_and_restore, *two_urls, tmp_path, tenant)


def _dump_and_restore(original: str, copy: str, folder: Path, tenant: str) -> None:
    file = str(folder / "embudo.dump")
    with running(folder, EMBUDO_DATABASE_URL=original) as server, fed(server, tenant) as answered:
        eventually(lambda: answered() >= 3)
        before = answered()
        subprocess.run(["pg_dump", "--format=custom", f"--file={file}", _plain(original)], check=True)
        eventually(lambda: answered() > before)
    restoring = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={_plain(copy)}", file]
    subprocess.run(restoring, check=True)
    with running(folder, EMBUDO_DATABASE_URL=copy) as restored:
        holds(restored, tenant, before)


def _plain(url: str) -> str:
    """A URL as PostgreSQL's own programs take it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")
