"""The row of an export as workers act on it, whenever they die."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from analytics.domain.time_zones import DAY
from analytics.exports import jobs, requests
from analytics.exports.jobs import LEASE, MAX_ATTEMPTS
from analytics.exports.records import FINAL, Export, ExportStatus, FailureCode
from analytics.storage.database import Database
from tests.support.exports.rows import (
    NOW,
    cancel,
    claim,
    claimed,
    complete,
    create,
    end,
    get,
    in_status,
    renew,
    viewer_of,
)


async def test_a_claim_starts_it_under_a_lease(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    running = await claimed(database, export, NOW + 3)
    assert (running.status, running.attempts, running.started_at) == (ExportStatus.RUNNING, 1, NOW + 3)
    assert running.lease_token
    assert running == await get(database, export)


async def test_of_two_claims_one_wins(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    won = await asyncio.gather(*(claim(database, export) for _ in range(4)))
    assert [found is not None for found in won].count(True) == 1
    assert (await get(database, export)).attempts == 1


async def test_of_two_takeovers_one_wins(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    await claimed(database, export)
    won = await asyncio.gather(*(claim(database, export, NOW + LEASE + 1) for _ in range(4)))
    assert [found is not None for found in won].count(True) == 1
    assert (await get(database, export)).attempts == 2


async def test_nobody_else_has_it_while_the_lease_holds(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    running = await claimed(database, export)
    assert await claim(database, export, NOW + LEASE) is None
    assert await get(database, export) == running


async def test_a_lease_that_ran_out_is_another_attempt_from_the_first_row(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    lost = await claimed(database, export)
    assert await renew(database, lost, NOW, 10, 4) is ExportStatus.RUNNING
    taken = await claimed(database, export, NOW + LEASE + 1)
    assert (taken.attempts, taken.started_at, taken.rows_written) == (2, NOW, 0)
    assert taken.lease_token != lost.lease_token
    # The first worker wakes up: nothing that it does counts.
    assert await renew(database, lost, NOW + LEASE + 2, 10, 5) is None
    assert await complete(database, lost) is False
    await end(database, lost, ExportStatus.FAILED, FailureCode.INTERNAL)
    async with database.write() as writer:
        await jobs.release(writer, lost)
    assert await get(database, export) == taken
    assert await complete(database, taken) is True


async def test_renewing_prolongs_the_lease_and_tells_how_far_it_is(database: Database, tenant: str) -> None:
    running = await claimed(database, await create(database, viewer_of(tenant)))
    assert running.progress is None
    assert await renew(database, running, NOW + LEASE, 8, 2) is ExportStatus.RUNNING
    assert (await get(database, running)).progress == 0.25
    assert await claim(database, running, NOW + 2 * LEASE) is None
    assert await claim(database, running, NOW + 2 * LEASE + 1) is not None


async def test_an_export_of_no_rows_has_made_no_progress_until_it_is_done(database: Database, tenant: str) -> None:
    running = await claimed(database, await create(database, viewer_of(tenant)))
    await renew(database, running, NOW, 0, 0)
    assert (await get(database, running)).progress == 0.0
    await complete(database, running)
    assert (await get(database, running)).progress == 1.0


async def test_attempts_end(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    now = NOW
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert (await claimed(database, export, now)).attempts == attempt
        now += LEASE + 1
    assert await claim(database, export, now - 1) is None
    assert (await get(database, export)).status is ExportStatus.RUNNING  # the last attempt still has its lease
    failed = await claim(database, export, now)
    assert failed is not None
    assert (failed.status, failed.failure) == (ExportStatus.FAILED, FailureCode.ATTEMPTS_EXHAUSTED)
    assert (failed.finished_at, failed.lease_token) == (now, None)
    assert await claim(database, export, now + DAY) is None
    assert await get(database, export) == failed


async def test_giving_it_back_costs_no_attempt(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    for _ in range(2 * MAX_ATTEMPTS):
        running = await claimed(database, export)
        assert running.attempts == 1
        async with database.write() as writer:
            await jobs.release(writer, running)
        back = await get(database, export)
        assert (back.status, back.attempts, back.lease_token) == (ExportStatus.QUEUED, 0, None)
    assert await complete(database, running) is False


async def test_giving_back_what_is_being_canceled_changes_nothing(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    canceling = await in_status(database, viewer, ExportStatus.CANCELING)
    async with database.write() as writer:
        await jobs.release(writer, canceling)
    assert await get(database, canceling) == canceling


async def test_the_worker_learns_that_it_is_canceled_and_ends_it(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    running = await claimed(database, await create(database, viewer))
    await cancel(database, viewer, running)
    assert await renew(database, running, NOW, 10, 5) is ExportStatus.CANCELING
    assert await complete(database, running) is False
    assert (await get(database, running)).status is ExportStatus.CANCELING
    await end(database, running, ExportStatus.CANCELED)
    ended = await get(database, running)
    assert (ended.status, ended.finished_at, ended.failure) == (ExportStatus.CANCELED, NOW, None)
    assert ended.lease_token is None


async def test_what_is_being_canceled_by_a_dead_worker_is_canceled_by_the_next(database: Database, tenant: str) -> None:
    canceling = await in_status(database, viewer_of(tenant), ExportStatus.CANCELING)
    assert await claim(database, canceling, NOW + LEASE) is None
    assert (await get(database, canceling)).status is ExportStatus.CANCELING
    ended = await claim(database, canceling, NOW + LEASE + 1)
    assert ended is not None
    assert await get(database, canceling) == ended
    assert (ended.status, ended.finished_at, ended.attempts) == (ExportStatus.CANCELED, NOW + LEASE + 1, 1)


@pytest.mark.parametrize("status", FINAL)
async def test_what_has_ended_is_not_claimed_again(database: Database, tenant: str, status: ExportStatus) -> None:
    export = await in_status(database, viewer_of(tenant), status)
    assert await claim(database, export, NOW + 30 * DAY) is None
    assert await get(database, export) == export


async def test_what_does_not_exist_is_not_claimed(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant))
    async with database.write() as writer:
        assert await jobs.claim(writer, tenant, "no-such", NOW) is None
        assert await jobs.claim(writer, uuid4().hex, export.id, NOW) is None


async def test_completing_says_everything_of_the_file(database: Database, tenant: str) -> None:
    running = await claimed(database, await create(database, viewer_of(tenant)))
    assert await complete(database, running, NOW + 9, NOW + DAY) is True
    assert await get(database, running) == replace(
        running,
        status=ExportStatus.COMPLETED,
        finished_at=NOW + 9,
        expires_at=NOW + DAY,
        lease_token=None,
        rows_total=7,
        rows_written=7,
        file_name="septiembre.xlsx",
        file_size=1234,
        file_digest="d",
    )
    assert await complete(database, running) is False


@pytest.mark.parametrize("failure", FailureCode)
async def test_a_failure_keeps_its_reason(database: Database, tenant: str, failure: FailureCode) -> None:
    running = await claimed(database, await create(database, viewer_of(tenant)))
    await end(database, running, ExportStatus.FAILED, failure)
    ended = await get(database, running)
    assert (ended.status, ended.failure, ended.finished_at) == (ExportStatus.FAILED, failure, NOW)


async def test_what_waits_or_lost_its_worker_is_due(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    made = {status: await in_status(database, viewer, status) for status in ExportStatus}
    later = await create(database, viewer, now=NOW + 1)
    sooner = await create(database, viewer, now=NOW - 1)

    async def due(now: int) -> list[str]:
        async with database.read() as reader:
            return [id for owner, id in await jobs.due_exports(reader, now) if owner == tenant]

    assert await due(NOW + LEASE) == [sooner.id, made[ExportStatus.QUEUED].id, later.id]
    abandoned = {made[status].id for status in (ExportStatus.RUNNING, ExportStatus.CANCELING, ExportStatus.QUEUED)}
    assert await due(NOW + LEASE + 1) == [sooner.id, *sorted(abandoned), later.id]


async def test_files_expire_after_their_time_once(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    made = {status: await in_status(database, viewer, status) for status in ExportStatus if status != "EXPIRED"}
    expiring = made[ExportStatus.COMPLETED]

    async def over(now: int) -> list[str]:
        async with database.read() as reader:
            return [export.id for export in await jobs.expired_exports(reader, now) if export.tenant_id == tenant]

    assert await over(NOW + DAY) == []
    assert await over(NOW + DAY + 1) == [expiring.id]
    async with database.write() as writer:
        for export in made.values():
            await jobs.expire(writer, export)
    assert await over(NOW + DAY + 1) == []
    gone = replace(expiring, status=ExportStatus.EXPIRED)
    assert await get(database, expiring) == gone
    assert gone.progress == 1.0
    for status, export in made.items():
        if status is not ExportStatus.COMPLETED:
            assert await get(database, export) == export


async def test_a_cancel_that_comes_while_another_worker_takes_over_is_not_lost(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.url.startswith("sqlite"):
        pytest.skip("on SQLite one transaction writes at a time")
    viewer = viewer_of(tenant)
    export = await create(database, viewer)
    async with database.write() as writer:
        await jobs.claim(writer, tenant, export.id, NOW)
    get_row = jobs.get

    async def canceled_after(*arguments: Any) -> Export | None:
        found = await get_row(*arguments)
        monkeypatch.setattr(jobs, "get", get_row)
        async with database.write() as other:
            await requests.cancel(other, viewer, export.id, NOW)
        return found

    monkeypatch.setattr(jobs, "get", canceled_after)
    async with database.write() as writer:
        assert await jobs.claim(writer, tenant, export.id, NOW + LEASE + 1) is None
    assert (await get(database, export)).status is ExportStatus.CANCELING


async def test_what_fails_while_it_is_being_canceled_is_canceled(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    export = await create(database, viewer)
    running = await claimed(database, export)
    await cancel(database, viewer, export)
    await end(database, running, ExportStatus.FAILED, FailureCode.STORAGE)
    found = await get(database, export)
    assert (found.status, found.failure, found.finished_at) == (ExportStatus.CANCELED, None, NOW)
