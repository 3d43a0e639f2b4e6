"""Exports whose worker is slow, dead or raced by another: leases, takeovers and the last attempt."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from analytics.domain.time_zones import DAY
from analytics.exports import jobs, requests
from analytics.exports.records import ExportStatus, FailureCode, by_key
from analytics.storage.database import Database
from analytics.storage.tables import exports as export_rows
from tasks.exports import job
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.file_store import Content, FileStore
from tasks.resources import JobResources
from tests.support import factories
from tests.support.exports import helpers
from tests.support.exports.helpers import PATIENCE, POLICY, WEEK, queue, run, sends, stored
from tests.support.factories import identity
from tests.support.ingest_helpers import feed
from tests.tasks.exports.gate import Gate, names, start


async def test_a_lease_is_renewed_as_long_as_the_worker_works(
    database: Database, resources: JobResources, tenant: str, gate: Gate
) -> None:
    async def leased_until() -> int:
        async with database.read() as reader:
            row = await reader.first(select(export_rows.c.lease_until).where(by_key(tenant, asked.id)))
        assert row
        return int(row.lease_until)

    await feed(database, tenant, sends(1))
    asked = await queue(database, identity(tenant), WEEK)
    running = await start(resources, asked, gate)
    deadline = time.monotonic() + PATIENCE
    for _ in range(3):
        before = await leased_until()
        while await leased_until() <= before + 1:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        async with database.write() as writer:
            assert await jobs.claim(writer, tenant, asked.id, before + 1) is None
    gate.open.set()
    await running
    assert (await stored(database, asked)).status is ExportStatus.COMPLETED


async def test_two_workers_that_race_make_one_file(
    database: Database, resources: JobResources, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, puts = FileStore.put, []

    async def counting(self: FileStore, key: str, path: Path) -> Content:
        puts.append(key)
        return await put(self, key, path)

    monkeypatch.setattr(FileStore, "put", counting)
    await feed(database, tenant, sends(3))
    async with Database(database.url) as other:
        second = JobResources(other, resources.files)
        for _ in range(5):
            puts.clear()
            asked = await queue(database, identity(tenant), WEEK)
            await asyncio.gather(*(run_export(shop, POLICY, tenant, asked.id) for shop in (resources, second) * 3))
            done = await stored(database, asked)
            assert (done.status, done.attempts) == (ExportStatus.COMPLETED, 1)
            assert puts == [key_of(done)]


async def test_a_dead_workers_export_is_taken_over_and_the_dead_cannot_return(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, sends(2))
    asked = await queue(database, identity(tenant), WEEK)
    async with database.write() as writer:
        dead = await jobs.claim(writer, tenant, asked.id, helpers.soon() - jobs.LEASE - 1)
    assert dead is not None
    done = await run(resources, asked)
    assert (done.status, done.attempts) == (ExportStatus.COMPLETED, 2)
    async with database.write() as writer:
        late = await jobs.complete(writer, dead, 1, rows=0, file_name="x", file_size=1, file_digest="d", expires_at=1)
        await jobs.finish(writer, dead, 1, ExportStatus.CANCELED)
        assert await jobs.renew(writer, dead, 1, 0, 0) is None
    assert not late
    assert await stored(database, asked) == done


async def test_what_a_killed_worker_stored_is_deleted_by_the_next(
    database: Database, resources: JobResources, folder: Path, tmp_path: Path, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    now = helpers.soon() - DAY
    orphan = tmp_path / "orphan"
    orphan.write_text("stored, and then its worker was killed")
    for attempt in range(jobs.MAX_ATTEMPTS):
        async with database.write() as writer:
            dead = await jobs.claim(writer, tenant, asked.id, now + attempt * 2 * jobs.LEASE)
        assert dead is not None
        await resources.files.put(key_of(dead), orphan)
    assert len(names(folder)) == jobs.MAX_ATTEMPTS
    assert (await run(resources, asked)).failure is FailureCode.ATTEMPTS_EXHAUSTED
    assert names(folder) == []

    again = await queue(database, identity(tenant), WEEK)
    async with database.write() as writer:
        dead = await jobs.claim(writer, tenant, again.id, now)
    assert dead is not None
    await resources.files.put(key_of(dead), orphan)
    done = await run(resources, again)
    assert (done.status, done.attempts) == (ExportStatus.COMPLETED, 2)
    assert names(folder) == [key_of(done)]


async def test_an_export_that_takes_too_long_lets_its_thread_end_first(
    database: Database, resources: JobResources, folder: Path, tenant: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = job.time_limit()
    monkeypatch.setattr(job, "time_limit", lambda: limit)
    await feed(database, tenant, sends(9))
    asked = await queue(database, identity(tenant), WEEK)
    running = await start(resources, asked, gate)
    limit.reschedule(asyncio.get_running_loop().time())
    await asyncio.sleep(0.1)
    assert not running.done()
    gate.open.set()
    await running
    done = await stored(database, asked)
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.TIMEOUT)
    assert names(folder) == []


async def test_a_living_workers_export_is_not_taken_over(
    database: Database, resources: JobResources, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    async with database.write() as writer:
        assert await jobs.claim(writer, tenant, asked.id, helpers.soon())
    assert (await run(resources, asked)).status is ExportStatus.RUNNING


async def test_the_last_attempt_is_the_last(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    long_ago = helpers.soon() - DAY
    for attempt in range(jobs.MAX_ATTEMPTS):
        async with database.write() as writer:
            claimed = await jobs.claim(writer, tenant, asked.id, long_ago + attempt * 2 * jobs.LEASE)
        assert claimed is not None
        assert claimed.attempts == attempt + 1
    done = await run(resources, asked)
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.ATTEMPTS_EXHAUSTED)
    assert names(folder) == []


async def test_a_canceled_export_whose_worker_died_is_canceled(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    async with database.write() as writer:
        await jobs.claim(writer, tenant, asked.id, helpers.soon() - jobs.LEASE - 1)
        await requests.cancel(writer, await factories.viewer(database, identity(tenant)), asked.id, 0)
    assert (await run(resources, asked)).status is ExportStatus.CANCELED
    assert names(folder) == []
