from dataclasses import replace
from pathlib import Path

from analytics.exports import jobs
from analytics.exports.records import ExportStatus
from tasks.exports.cleanup import delete_expired_files
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.queue.dispatch import DramatiqExportQueue, redeliver_pending
from tasks.resources import JobResources
from tests.support.exports.helpers import POLICY, queue, soon, stored
from tests.support.factories import MONDAY, identity
from tests.support.oracle import Filter, parse_instant

DAY = parse_instant(MONDAY).date()
ANY = Filter(DAY, DAY)


async def swept(resources: JobResources, tenant: str) -> list[str]:
    """The exports of a tenant that a sweep sends."""
    sent: list[tuple[str, str]] = []
    await redeliver_pending(resources.database, lambda tenant, id: sent.append((tenant, id)))
    return [id for of, id in sent if of == tenant]


async def test_a_sweep_sends_what_waits_and_what_was_abandoned(resources: JobResources, tenant: str) -> None:
    who = identity(tenant)
    waiting, running, abandoned, done = [await queue(resources.database, who, ANY, now=soon() + n) for n in range(4)]
    await run_export(resources, POLICY, tenant, done.id)
    async with resources.database.write() as writer:
        await jobs.claim(writer, tenant, running.id, soon())
        await jobs.claim(writer, tenant, abandoned.id, soon() - jobs.LEASE - 1)
    assert await swept(resources, tenant) == [waiting.id, abandoned.id]


async def test_what_is_over_expires_with_its_file(resources: JobResources, tenant: str, tmp_path: Path) -> None:
    over, kept = [await queue(resources.database, identity(tenant), ANY) for _ in range(2)]
    await run_export(resources, replace(POLICY, export_days=0), tenant, over.id)
    await run_export(resources, POLICY, tenant, kept.id)
    await delete_expired_files(resources)
    assert await swept(resources, tenant) == []
    expired, completed = [await stored(resources.database, export) for export in (over, kept)]
    assert (expired.status, completed.status) == (ExportStatus.EXPIRED, ExportStatus.COMPLETED)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [key_of(completed)]


async def test_starting_a_job_never_fails(resources: JobResources, tenant: str) -> None:
    def broken(tenant: str, id: str) -> None:
        raise ConnectionError("no broker")

    export = await queue(resources.database, identity(tenant), ANY)
    await DramatiqExportQueue(resources.files, broken).enqueue(tenant, export.id)
    assert await swept(resources, tenant) == [export.id]


async def test_a_job_is_told_its_row_and_nothing_else(resources: JobResources, tenant: str) -> None:
    sent: list[tuple[str, str]] = []
    await DramatiqExportQueue(resources.files, lambda *key: sent.append(key)).enqueue(tenant, "id")
    assert sent == [(tenant, "id")]


async def test_forgetting_deletes_the_file(resources: JobResources, tenant: str, tmp_path: Path) -> None:
    export = await queue(resources.database, identity(tenant), ANY)
    await run_export(resources, POLICY, tenant, export.id)
    assert list((tmp_path / "files").iterdir())
    for _ in range(2):
        await DramatiqExportQueue(resources.files, lambda *_: None).delete_files(
            await stored(resources.database, export)
        )
        assert not list((tmp_path / "files").iterdir())
