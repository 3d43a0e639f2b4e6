"""The export job: how each way of ending is told, and how far it is meanwhile."""

import asyncio
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update

from analytics.domain.time_zones import DAY
from analytics.exports import requests
from analytics.exports.records import ExportStatus, FailureCode
from analytics.reports.runner import MessageBatch
from analytics.storage.database import Database
from analytics.storage.tables import exports as export_rows
from resolvers import exports as following
from tasks.exports import job
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tasks.file_store import Content, FileStore
from tasks.resources import JobResources
from tests.support import factories
from tests.support.exports.helpers import PATIENCE, POLICY, WEEK, queue, run, sends, sheet, stored, until, until_status
from tests.support.factories import identity, member, message_sent, supervisor
from tests.support.ingest_helpers import feed
from tests.tasks.exports.gate import Gate, names, start


def block(folder: Path) -> None:
    """Leave something where the folder was that holds no files."""
    folder.rmdir()
    folder.write_text("not a folder")


async def test_a_completed_export_says_all_about_its_file(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, sends(3))
    asked = await queue(database, identity(tenant), WEEK, name="../../Envíos: marzo")
    assert asked.progress is None
    done = await run(resources, asked)
    assert done.finished_at is not None
    assert done.started_at is not None
    assert asked.created_at <= done.started_at <= done.finished_at
    assert done.expires_at == done.finished_at + 30 * DAY
    assert done.file_name == "Envíos marzo.xlsx"
    assert names(folder) == [key_of(done)]
    assert (done.attempts, done.lease_token, done.failure) == (1, None, None)


async def test_an_ended_or_unknown_export_is_not_run_again(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    done = await run(resources, asked)
    (folder / key_of(done)).unlink()
    assert await run(resources, asked) == done
    await run_export(resources, POLICY, tenant, "no such export")
    await run_export(resources, POLICY, uuid4().hex, asked.id)
    assert names(folder) == []


async def test_a_supervisor_who_lost_a_department_gets_no_file(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, [*sends(2), member("s1", "d1"), member("s1", "d2")])
    asked = await queue(database, supervisor(tenant), WEEK)
    await feed(database, tenant, [member("s1", "d2", factories.MONDAY, added=False)])
    done = await run(resources, asked)
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.ACCESS_REVOKED)
    assert names(folder) == []
    # What is left to them they may still have.
    again = await run(resources, await queue(database, supervisor(tenant), WEEK))
    assert again.status is ExportStatus.COMPLETED
    assert len(sheet(folder, again)) == 3


async def test_a_supervisor_who_gained_a_department_gets_what_was_asked_for(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, [*sends(2), message_sent("other", department_id="d2"), member("s1", "d1")])
    asked = await queue(database, supervisor(tenant), WEEK)
    await feed(database, tenant, [member("s1", "d2")])
    done = await run(resources, asked)
    assert [row[6] for row in sheet(folder, done)[1:]] == ["m0000", "m0001"]


async def test_an_export_canceled_while_it_runs_leaves_nothing(
    database: Database, resources: JobResources, folder: Path, scratch: Path, tenant: str, gate: Gate
) -> None:
    await feed(database, tenant, sends(9))
    asked = await queue(database, identity(tenant), WEEK)
    running = await start(resources, asked, gate)
    async with database.write() as writer:
        canceling = await requests.cancel(writer, await factories.viewer(database, identity(tenant)), asked.id, 0)
    assert canceling.status is ExportStatus.CANCELING
    gate.open.set()
    await running
    done = await stored(database, asked)
    assert (done.status, done.failure, done.file_name) == (ExportStatus.CANCELED, None, None)
    assert done.finished_at is not None
    assert names(folder) == []
    assert names(scratch) == []


async def test_an_export_canceled_while_its_file_is_stored_leaves_no_file(
    database: Database, resources: JobResources, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(database, tenant, sends(2))
    asked = await queue(database, identity(tenant), WEEK)
    put = FileStore.put

    async def slow_put(self: FileStore, key: str, path: Path) -> Content:
        size = await put(self, key, path)
        async with database.write() as writer:
            await requests.cancel(writer, await factories.viewer(database, identity(tenant)), asked.id, 0)
        return size

    monkeypatch.setattr(FileStore, "put", slow_put)
    done = await run(resources, asked)
    assert done.status is ExportStatus.CANCELED
    assert names(folder) == []


async def test_progress_is_told_while_it_runs(
    database: Database, resources: JobResources, tenant: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(database, tenant, sends(8))
    asked = await queue(database, identity(tenant), WEEK)
    second = threading.Event()
    append = XlsxWriter.append
    batches = []

    def counting(self: XlsxWriter, sends: MessageBatch) -> None:
        batches.append(1)
        if len(batches) == 2:
            assert second.wait(PATIENCE)
        append(self, sends)

    monkeypatch.setattr(XlsxWriter, "append", counting)
    running = await start(resources, asked, gate)
    counted = await until(database, asked, lambda found: found.rows_total == 8)
    assert (counted.status, counted.rows_written, counted.progress) == (ExportStatus.RUNNING, 0, 0)
    gate.open.set()
    halfway = await until(database, asked, lambda found: found.rows_written > 0)
    assert (halfway.rows_written, halfway.progress) == (2, 0.25)
    second.set()
    await running
    assert (await stored(database, asked)).progress == 1


def test_progress_comes_at_least_each_second() -> None:
    # What may pass between two news, besides the time that writing and reading the row take.
    assert job.RENEW_INTERVAL + following.POLL_INTERVAL < 1


async def test_who_follows_an_export_hears_of_every_step(
    database: Database, resources: JobResources, tenant: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "POLL_INTERVAL", 0.01)
    await feed(database, tenant, sends(8))
    asked = await queue(database, identity(tenant), WEEK)
    steps = threading.Semaphore(0)
    append = XlsxWriter.append

    def step(self: XlsxWriter, sends: MessageBatch) -> None:
        assert steps.acquire(timeout=PATIENCE)
        append(self, sends)

    monkeypatch.setattr(XlsxWriter, "append", step)
    running = await start(resources, asked, gate)
    gate.open.set()
    heard: list[int] = []
    async with asyncio.timeout(PATIENCE):
        async for _, export in following.watch_export(database, identity(tenant), asked.id, 0, False):
            if export.rows_total == 8 and export.rows_written not in heard:
                heard.append(export.rows_written)
                steps.release()  # the next batch only when this one has been heard of
    await running
    assert heard == [0, 2, 4, 6, 8]


async def test_a_store_that_fails_is_told(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    block(folder)
    done = await run(resources, await queue(database, identity(tenant), WEEK))
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.STORAGE)
    assert (done.file_name, done.file_size, done.expires_at) == (None, None, None)


async def test_what_nobody_expected_is_told_without_its_text(
    database: Database, resources: JobResources, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: XlsxWriter, sends: MessageBatch) -> None:
        raise RuntimeError("secret")

    await feed(database, tenant, sends(1))
    monkeypatch.setattr(XlsxWriter, "append", broken)
    done = await run(resources, await queue(database, identity(tenant), WEEK))
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.INTERNAL)
    assert "secret" not in repr(done)
    assert names(folder) == []


async def test_a_filter_that_can_no_longer_be_read_is_no_fault_of_its_requester(
    database: Database, resources: JobResources, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    lost = asked.spec_text.replace(f'"{asked.spec.time_zone}"', '"Mars/Olympus"')
    async with database.write() as writer:
        await writer.execute(update(export_rows).where(export_rows.c.id == asked.id).values(spec=lost))
    done = await run(resources, asked)
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.INTERNAL)


async def test_a_disk_without_room_for_the_file_is_told(
    database: Database, resources: JobResources, folder: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: XlsxWriter, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(XlsxWriter, "finish", full)
    done = await run(resources, await queue(database, identity(tenant), WEEK))
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.STORAGE)
    assert names(folder) == []


async def test_an_export_canceled_before_a_worker_came_is_not_run(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    asked = await queue(database, identity(tenant), WEEK)
    async with database.write() as writer:
        await requests.cancel(writer, await factories.viewer(database, identity(tenant)), asked.id, 0)
    done = await run(resources, asked)
    assert (done.status, done.attempts) == (ExportStatus.CANCELED, 0)
    assert await until_status(database, asked, ExportStatus.CANCELED) == done
    assert names(folder) == []


async def test_a_store_that_cannot_be_opened_fails_the_export(database: Database, tenant: str, tmp_path: Path) -> None:
    """A file where its folder should be: it is said in the row, and not tried for ever."""
    await feed(database, tenant, sends(3))
    (tmp_path / "files").write_text("no folder")
    files = FileStore((tmp_path / "files").as_uri())
    assert not await files.is_reachable()
    done = await run(JobResources(database, files), await queue(database, identity(tenant), WEEK))
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.STORAGE)
    (tmp_path / "files").unlink()
    done = await run(JobResources(database, files), await queue(database, identity(tenant), WEEK))
    assert done.status is ExportStatus.COMPLETED
    assert await files.is_reachable()


async def test_a_filter_of_a_newer_release_gives_no_file_of_other_messages(
    database: Database, resources: JobResources, folder: Path, tenant: str
) -> None:
    await feed(database, tenant, sends(1))
    asked = await queue(database, identity(tenant), WEEK)
    newer = asked.spec_text.replace("{", '{"regions":["es"],', 1)
    async with database.write() as writer:
        await writer.execute(update(export_rows).where(export_rows.c.id == asked.id).values(spec=newer))
    done = await run(resources, asked)
    assert (done.status, done.failure) == (ExportStatus.FAILED, FailureCode.INTERNAL)
    assert names(folder) == []
