"""Files that nobody needs, and that none which somebody needs goes with them."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.exports import jobs, requests
from analytics.exports.records import Export, ExportStatus
from analytics.storage.database import Database
from tasks.exports.cleanup import FILE_AGE, UNFINISHED_AGE, delete_orphaned_files
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.file_store import FileStore
from tasks.resources import JobResources
from tests.support import factories
from tests.support.exports import s3
from tests.support.exports.helpers import DAY, POLICY, queue, soon, stored
from tests.support.factories import identity

MINUTE = timedelta(minutes=1)


async def completed(resources: JobResources, tenant: str) -> Export:
    asked = await queue(resources.database, identity(tenant), DAY)
    await run_export(resources, POLICY, tenant, asked.id)
    return await stored(resources.database, asked)


async def claimed(resources: JobResources, tenant: str) -> Export:
    asked = await queue(resources.database, identity(tenant), DAY)
    async with resources.database.write() as writer:
        export = await jobs.claim(writer, tenant, asked.id, soon())
    assert export
    return export


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


async def test_files_that_no_export_needs_go_when_they_are_old(
    resources: JobResources, tenant: str, folder: Path
) -> None:
    done, deleted = [await completed(resources, tenant) for _ in range(2)]
    running, canceled = [await claimed(resources, tenant) for _ in range(2)]
    viewer = await factories.viewer(resources.database, identity(tenant))
    async with resources.database.write() as writer:
        await requests.cancel(writer, viewer, canceled.id, soon())
        # What the worker that is told of it does, before it comes to delete the file.
        await jobs.finish(writer, canceled, soon(), ExportStatus.CANCELED)
        await requests.remove(writer, viewer, deleted.id, soon())
    needed = {key_of(done), key_of(running)}
    others = {"letter.xlsx", f"{done.id}.xlsx", f"{done.id}-1.xlsx.bak", "of-somebody-1.csv"}
    (folder / "deeper").mkdir()
    (folder / "deeper" / f"{deleted.id}-1.xlsx").touch()  # no key of ours: those have no folder
    left = {f"{done.id}-2.xlsx", key_of(canceled), key_of(deleted)}
    for name in {*needed, *others, *left} - names(folder):
        (folder / name).touch()
    before = names(folder)
    assert left < before
    now = datetime.now(UTC)
    await delete_orphaned_files(resources, now + FILE_AGE - MINUTE)
    assert names(folder) == before
    await delete_orphaned_files(resources, now + FILE_AGE + MINUTE)
    assert names(folder) == needed | others | {f"{deleted.id}-1.xlsx"}
    assert not (folder / key_of(deleted)).exists()


async def test_what_was_never_completed_goes_after_a_day(resources: JobResources, folder: Path) -> None:
    young, old, other = folder / f"{'a' * 32}-1.xlsx#1", folder / f"{'a' * 32}-1.xlsx#23", folder / "notes#x"
    for path in (young, old, other):
        path.touch()
    long_ago = time.time() - (UNFINISHED_AGE + MINUTE).total_seconds()
    for path in (old, other):
        os.utime(path, (long_ago, long_ago))
    await delete_orphaned_files(resources)
    assert names(folder) == {young.name, other.name}


async def test_files_that_no_export_needs_go_from_a_bucket(
    database: Database, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    path = tmp_path / "file"
    path.write_text("rows")
    with s3.serving() as address:
        resources = JobResources(database, FileStore(f"s3://files/exports?endpoint={address}"))
        done = await completed(resources, tenant)
        left = [f"{number:032x}-1.xlsx" for number in range(120)]  # more than one page of the list
        for key in (*left, "another.xlsx"):
            await resources.files.put(key, path)
        await delete_orphaned_files(resources, datetime.now(UTC) + FILE_AGE + MINUTE)
        assert set(s3.keys(address)) == {f"exports/{key_of(done)}", "exports/another.xlsx"}
