from pathlib import Path

from analytics.exports import jobs
from analytics.exports.requests import ExportStatus
from tasks.exports.job import Workshop, key_of, run_export
from tasks.queue.dispatch import Jobs, expire, sweep
from tests.support.exports.helpers import queue, soon, stored
from tests.support.factories import MONDAY, identity
from tests.support.oracle import Filter, _instant

DAY = _instant(MONDAY).date()
ANY = Filter(DAY, DAY)


async def swept(workshop: Workshop, tenant: str) -> list[str]:
    """The exports of a tenant that a sweep sends."""
    sent: list[tuple[str, str]] = []
    await sweep(workshop, lambda tenant, id: sent.append((tenant, id)))
    return [id for of, id in sent if of == tenant]


async def test_a_sweep_sends_what_waits_and_what_was_abandoned(workshop: Workshop, tenant: str) -> None:
    who = identity(tenant)
    waiting, running, abandoned, done = [await queue(workshop.database, who, ANY, now=soon() + n) for n in range(4)]
    await run_export(workshop, tenant, done.id)
    async with workshop.database.write() as writer:
        await jobs.claim(writer, tenant, running.id, soon())
        await jobs.claim(writer, tenant, abandoned.id, soon() - jobs.LEASE - 1)
    assert await swept(workshop, tenant) == [waiting.id, abandoned.id]


async def test_what_is_over_expires_with_its_file(workshop: Workshop, tenant: str, tmp_path: Path) -> None:
    over, kept = [await queue(workshop.database, identity(tenant), ANY) for _ in range(2)]
    short_lived = Workshop(workshop.database, workshop.files, retention_days=0)
    await run_export(short_lived, tenant, over.id)
    await run_export(workshop, tenant, kept.id)
    await expire(workshop)
    assert await swept(workshop, tenant) == []
    expired, completed = [await stored(workshop.database, export) for export in (over, kept)]
    assert (expired.status, completed.status) == (ExportStatus.EXPIRED, ExportStatus.COMPLETED)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [key_of(completed)]


async def test_starting_a_job_never_fails(workshop: Workshop, tenant: str) -> None:
    def broken(tenant: str, id: str) -> None:
        raise ConnectionError("no broker")

    export = await queue(workshop.database, identity(tenant), ANY)
    await Jobs(workshop, broken).start(tenant, export.id)
    assert await swept(workshop, tenant) == [export.id]


async def test_a_job_is_told_its_row_and_nothing_else(workshop: Workshop, tenant: str) -> None:
    sent: list[tuple[str, str]] = []
    await Jobs(workshop, lambda *key: sent.append(key)).start(tenant, "id")
    assert sent == [(tenant, "id")]


async def test_forgetting_deletes_the_file(workshop: Workshop, tenant: str, tmp_path: Path) -> None:
    export = await queue(workshop.database, identity(tenant), ANY)
    await run_export(workshop, tenant, export.id)
    assert list((tmp_path / "files").iterdir())
    for _ in range(2):
        await Jobs(workshop, lambda *_: None).forget(await stored(workshop.database, export))
        assert not list((tmp_path / "files").iterdir())
