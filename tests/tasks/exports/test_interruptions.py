"""Exports that are interrupted: by the shutdown of a worker, by a database that hangs up."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from analytics.exports import jobs, requests
from analytics.exports.records import Export, ExportStatus, FailureCode
from analytics.reports.runner import MessageBatch
from analytics.storage.database import Database
from tasks.exports import job
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tasks.file_store import FileStore
from tasks.resources import JobResources
from tasks.worker_slots import WorkerSlots
from tests.support import factories
from tests.support.exports.helpers import PATIENCE, POLICY, queue, stored, until, until_status
from tests.support.factories import identity, message_sent
from tests.support.ingest_helpers import feed
from tests.tasks.queue.test_dispatch import ANY


class Held:
    """Stops a job at a step of its workbook until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.arrived, self.go_on = threading.Event(), threading.Event()

    def at(self, step: str) -> None:
        """Choose the step: `append` or `finish`."""
        done = getattr(XlsxWriter, step)

        def held(workbook: XlsxWriter, what: "MessageBatch | Path") -> None:
            self.arrived.set()
            assert self.go_on.wait(PATIENCE)
            done(workbook, what)

        self._monkeypatch.setattr(XlsxWriter, step, held)

    async def wait(self) -> None:
        """Wait until the job is there."""
        assert await asyncio.to_thread(self.arrived.wait, PATIENCE)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """A way to stop jobs. They look at their rows often."""
    monkeypatch.setattr(job, "RENEW_INTERVAL", 0.02)
    monkeypatch.setattr("analytics.storage.database.PARTITION", 2)
    found = Held(monkeypatch)
    yield found
    found.go_on.set()


def stored_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def asked(database: Database, tenant: str) -> Export:
    await feed(database, tenant, [message_sent(f"m{n}") for n in range(5)])
    return await queue(database, identity(tenant), ANY)


async def done(resources: JobResources, export: Export, folder: Path, attempts: int) -> None:
    """Another worker does it, and its file is the only one."""
    await run_export(resources, POLICY, export.tenant_id, export.id)
    completed = await stored(resources.database, export)
    assert (completed.status, completed.rows_written, completed.attempts) == (ExportStatus.COMPLETED, 5, attempts)
    assert stored_files(folder) == [key_of(completed)]


async def test_the_end_of_a_shift_hands_an_export_back(
    resources: JobResources, folder: Path, tenant: str, held: Held
) -> None:
    export, slots = await asked(resources.database, tenant), WorkerSlots()
    held.at("append")
    running = asyncio.create_task(run_export(resources, POLICY, tenant, export.id, slots))
    await held.wait()
    slots.request_shutdown()
    held.go_on.set()
    await running
    back = await stored(resources.database, export)
    assert (back.status, back.attempts, back.lease_token) == (ExportStatus.QUEUED, 0, None)
    assert stored_files(folder) == []
    await done(resources, export, folder, attempts=1)


async def test_a_file_that_is_all_but_done_is_finished(
    resources: JobResources, folder: Path, tenant: str, held: Held
) -> None:
    export, slots = await asked(resources.database, tenant), WorkerSlots()
    held.at("finish")
    running = asyncio.create_task(run_export(resources, POLICY, tenant, export.id, slots))
    await held.wait()
    slots.request_shutdown()
    await asyncio.sleep(0.1)
    held.go_on.set()
    await running
    assert (await stored(resources.database, export)).status is ExportStatus.COMPLETED


async def test_a_file_that_takes_too_long_is_handed_back_meanwhile(
    resources: JobResources, folder: Path, tenant: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.worker_slots.SHUTDOWN_GRACE", 0.1)
    export, slots = await asked(resources.database, tenant), WorkerSlots()
    with monkeypatch.context() as patched:
        slow = Held(patched)
        slow.at("finish")
        running = asyncio.create_task(run_export(resources, POLICY, tenant, export.id, slots))
        await slow.wait()
    slots.request_shutdown()
    back = await until_status(resources.database, export, ExportStatus.QUEUED)
    assert back.attempts == 0
    await done(resources, export, folder, attempts=1)
    slow.go_on.set()  # the first one comes back to life, and takes nothing away
    await running
    assert stored_files(folder) == [key_of(await stored(resources.database, export))]


async def test_a_canceled_export_is_not_handed_back(
    resources: JobResources, folder: Path, tenant: str, held: Held
) -> None:
    export, slots = await asked(resources.database, tenant), WorkerSlots()
    held.at("append")
    running = asyncio.create_task(run_export(resources, POLICY, tenant, export.id, slots))
    await held.wait()
    async with resources.database.write() as writer:
        await requests.cancel(writer, await factories.viewer(resources.database, identity(tenant)), export.id, 0)
    slots.request_shutdown()
    held.go_on.set()
    await running
    assert (await stored(resources.database, export)).status is ExportStatus.CANCELED
    assert stored_files(folder) == []


async def test_a_large_file_is_canceled_before_it_is_packed(resources: JobResources, tenant: str, held: Held) -> None:
    export = await asked(resources.database, tenant)
    held.at("finish")
    running = asyncio.create_task(run_export(resources, POLICY, tenant, export.id))
    await held.wait()
    async with resources.database.write() as writer:
        await requests.cancel(writer, await factories.viewer(resources.database, identity(tenant)), export.id, 0)
    await until_status(resources.database, export, ExportStatus.CANCELED)
    held.go_on.set()
    await running
    assert (await stored(resources.database, export)).status is ExportStatus.CANCELED


# Of the database that it is asked in, but for itself; Citus has daemons beside clients.
CLIENTS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND application_name NOT LIKE 'citus%'"
)


async def connections(database: Database, *, cut: frozenset[int] = frozenset()) -> frozenset[int]:
    """The connections of a database, after some of them are cut."""
    server = await asyncpg.connect(database.url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        for pid in cut:
            # Citus has a function of the same name.
            await server.execute("SELECT pg_terminate_backend(CAST($1 AS integer), CAST(5000 AS bigint))", pid)
        found = await server.fetch(CLIENTS)
        return frozenset(row["pid"] for row in found)
    finally:
        await server.close()


async def test_a_database_that_hangs_up_only_delays_an_export(
    resources: JobResources, folder: Path, tenant: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = resources.database
    if "postgresql" not in database.url:
        pytest.skip("SQLite has no connection that somebody else could cut")
    monkeypatch.setattr(jobs, "LEASE", 300_000)
    export = await asked(database, tenant)
    others = await connections(database)
    async with Database(database.url) as own:
        with monkeypatch.context() as patched:
            cut = Held(patched)
            cut.at("append")
            running = asyncio.create_task(run_export(JobResources(own, resources.files), POLICY, tenant, export.id))
            await cut.wait()
        await connections(database, cut=await connections(database) - others)
        cut.go_on.set()
        with pytest.raises(DBAPIError):
            await running
    left = await stored(database, export)
    assert (left.status, left.failure) == (ExportStatus.RUNNING, None)
    await asyncio.sleep(0.4)  # its lease runs out
    await done(resources, export, folder, attempts=2)


async def test_a_database_that_cannot_be_reached_is_no_fault_of_the_store(
    resources: JobResources, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object) -> None:
        raise ConnectionRefusedError

    export = await asked(resources.database, tenant)
    monkeypatch.setattr(job, "load_viewer", unreachable)
    with pytest.raises(ConnectionRefusedError):
        await run_export(resources, POLICY, tenant, export.id)
    left = await stored(resources.database, export)
    assert (left.status, left.failure) == (ExportStatus.RUNNING, None)


async def test_a_store_that_hangs_up_is_told(
    resources: JobResources, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> int:
        raise TimeoutError

    export = await asked(resources.database, tenant)
    monkeypatch.setattr(FileStore, "put", broken)
    await run_export(resources, POLICY, tenant, export.id)
    failed = await until(resources.database, export, lambda found: found.status is ExportStatus.FAILED)
    assert failed.failure is FailureCode.STORAGE
