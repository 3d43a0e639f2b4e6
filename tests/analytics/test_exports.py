"""The row of an export, from being asked for to being deleted, whoever acts on it and whenever they die."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from analytics import export_jobs, exports
from analytics.database import Database
from analytics.export_jobs import LEASE, MOST_ATTEMPTS
from analytics.exports import (
    FINAL,
    Export,
    ExportFormat,
    ExportStatus,
    FailureCode,
    Locale,
    Position,
    Refused,
    Request,
    UserErrorCode,
)
from analytics.limits import MOST_EXPORTS_OF_PERSON
from analytics.specs import Filter, Ids, Scope
from analytics.viewers import Identity, Role, Viewer
from analytics.zones import DAY, SECOND

NOW = 1_800_000_000 * SECOND


def viewer_of(tenant: str, id: str = "u1", role: Role = Role.ANALYST, departments: Ids = None) -> Viewer:
    return Viewer(
        id=id,
        role=role,
        email=f"{id}@acme.cl",
        name=f"Name of {id}",
        scope=Scope(tenant, departments),
        time_zone="America/Santiago",
        reply_window_days=7,
    )


def request(viewer: Viewer, name: str = "Septiembre", **rest: Any) -> Request:
    spec = viewer.specify(Filter(first=date(2026, 9, 1), last=date(2026, 9, 30)), NOW)
    fields = {"format": ExportFormat.XLSX, "locale": Locale.ES, "text": f'{{"name": "{name}"}}'}
    return Request(name=name, spec=spec, **fields | rest)


async def create(database: Database, viewer: Viewer, asked: Request | None = None, now: int = NOW) -> Export:
    async with database.write() as writer:
        return await exports.create(writer, viewer, asked or request(viewer), now)


async def get(database: Database, export: Export) -> Export:
    async with database.read() as reader:
        found = await export_jobs.get(reader, export.tenant_id, export.id, NOW)
    assert found is not None
    return found


async def claim(database: Database, export: Export, now: int = NOW) -> Export | None:
    async with database.write() as writer:
        return await export_jobs.claim(writer, export.tenant_id, export.id, now)


async def claimed(database: Database, export: Export, now: int = NOW) -> Export:
    found = await claim(database, export, now)
    assert found is not None
    return found


async def cancel(database: Database, viewer: Viewer, export: Export, now: int = NOW) -> Export:
    async with database.write() as writer:
        return await exports.cancel(writer, viewer, export.id, now)


async def complete(database: Database, export: Export, now: int = NOW, expires_at: int = NOW + DAY) -> bool:
    done: dict[str, Any] = {"rows": 7, "file_name": "septiembre.xlsx", "file_size": 1234, "expires_at": expires_at}
    async with database.write() as writer:
        return await export_jobs.complete(writer, export, now, **done)


async def renew(database: Database, export: Export, now: int = NOW, total: int | None = 10, written: int = 0) -> Any:
    async with database.write() as writer:
        return await export_jobs.renew(writer, export, now, total, written)


async def end(database: Database, export: Export, status: ExportStatus, failure: FailureCode | None = None) -> None:
    async with database.write() as writer:
        await export_jobs.end(writer, export, NOW, status, failure)


async def find(database: Database, viewer: Viewer, id: str) -> Export | None:
    async with database.read() as reader:
        return await exports.find(reader, viewer, id, NOW)


async def in_status(database: Database, viewer: Viewer, status: ExportStatus) -> Export:
    """An export that came to a status the way exports do."""
    export = await create(database, viewer)
    if status is ExportStatus.CANCELED:
        await cancel(database, viewer, export)
    elif status is not ExportStatus.QUEUED:
        running = await claimed(database, export)
        if status is ExportStatus.CANCELING:
            await cancel(database, viewer, export)
        elif status is ExportStatus.FAILED:
            await end(database, running, ExportStatus.FAILED, FailureCode.STORAGE)
        elif status is not ExportStatus.RUNNING:
            assert await complete(database, running)
            if status is ExportStatus.EXPIRED:
                async with database.write() as writer:
                    await export_jobs.expire(writer, export)
    found = await get(database, export)
    assert found.status is status
    return found


# Asking for one


async def test_a_new_export_is_queued_and_remembers_what_was_asked(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant, role=Role.SUPERVISOR, departments=frozenset({"d1", "d2"}))
    asked = request(viewer, name="  Ventas ñ 😀 ", format=ExportFormat.CSV, locale=Locale.EN)
    export = await create(database, viewer, asked)
    assert await get(database, export) == export
    assert export == Export(
        id=export.id,
        name="Ventas ñ 😀",
        format=ExportFormat.CSV,
        locale=Locale.EN,
        spec_text=asked.spec.to_json(),
        requester=Identity("u1", tenant, "SUPERVISOR", "u1@acme.cl", "Name of u1"),
        status=ExportStatus.QUEUED,
        created_at=NOW,
        started_at=None,
        finished_at=None,
        expires_at=None,
        attempts=0,
        lease_token=None,
        rows_total=None,
        rows_written=0,
        file_name=None,
        file_size=None,
        failure=None,
    )
    assert export.spec.departments == frozenset({"d1", "d2"})
    assert export.progress is None


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"name": ""}, UserErrorCode.BLANK, "name"),
        ({"name": " \t\n "}, UserErrorCode.BLANK, "name"),
        ({"name": "x" * 201}, UserErrorCode.TOO_LONG, "name"),
        ({"idempotency_key": ""}, UserErrorCode.INVALID, "idempotencyKey"),
        ({"idempotency_key": "k" * 201}, UserErrorCode.INVALID, "idempotencyKey"),
    ],
)
async def test_what_a_person_can_put_right_is_refused(
    database: Database, tenant: str, asked: dict[str, Any], code: UserErrorCode, field: str
) -> None:
    viewer = viewer_of(tenant)
    with pytest.raises(Refused) as refused:
        await create(database, viewer, request(viewer, **asked))
    assert (refused.value.code, refused.value.field) == (code, field)
    async with database.read() as reader:
        assert await exports.newest(reader, viewer, None, 10, None, NOW) == ([], 0)


@pytest.mark.parametrize("asked", [{"name": "x" * 200}, {"name": f" {'x' * 200} "}, {"idempotency_key": "k" * 200}])
async def test_the_longest_that_may_be_asked(database: Database, tenant: str, asked: dict[str, Any]) -> None:
    viewer = viewer_of(tenant)
    assert (await create(database, viewer, request(viewer, **asked))).status is ExportStatus.QUEUED


async def test_the_same_key_and_input_is_the_same_export(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    asked = request(viewer, idempotency_key="k1")
    first = await create(database, viewer, asked)
    running = await claimed(database, first)
    assert await create(database, viewer, asked, NOW + DAY) == running


async def test_the_same_key_and_other_input_is_a_conflict(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    await create(database, viewer, request(viewer, idempotency_key="k1"))
    with pytest.raises(Refused) as refused:
        await create(database, viewer, request(viewer, name="Octubre", idempotency_key="k1"))
    assert (refused.value.code, refused.value.field) == (UserErrorCode.CONFLICT, "idempotencyKey")


async def test_a_key_belongs_to_one_requester_of_one_tenant(database: Database, tenant: str) -> None:
    viewers = [viewer_of(tenant, "u1"), viewer_of(tenant, "u2"), viewer_of(uuid4().hex, "u1")]
    made = {(await create(database, viewer, request(viewer, idempotency_key="k1"))).id for viewer in viewers}
    assert len(made) == 3


async def test_without_a_key_every_request_is_an_export(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    assert (await create(database, viewer)).id != (await create(database, viewer)).id


# Seeing them


async def test_one_sees_ones_own_and_an_administrator_all_of_the_tenant(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant, "u1"))
    assert await find(database, viewer_of(tenant, "u1"), export.id) == export
    assert await find(database, viewer_of(tenant, "u9", Role.ADMINISTRATOR), export.id) == export
    for stranger in (
        viewer_of(tenant, "u2"),
        viewer_of(tenant, "u2", Role.SUPERVISOR, frozenset({"d1"})),
        viewer_of(uuid4().hex, "u1"),
        viewer_of(uuid4().hex, "u9", Role.ADMINISTRATOR),
    ):
        assert await find(database, stranger, export.id) is None
        async with database.read() as reader:
            assert await exports.newest(reader, stranger, None, 10, None, NOW) == ([], 0)
        async with database.write() as writer:
            for act in (
                exports.cancel(writer, stranger, export.id, NOW),
                exports.remove(writer, stranger, export.id, NOW),
            ):
                with pytest.raises(Refused) as refused:
                    await act
                assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_FOUND, "id")
    assert await get(database, export) == export


async def test_an_administrator_cancels_another_persons_export(database: Database, tenant: str) -> None:
    export = await create(database, viewer_of(tenant, "u1"))
    canceled = await cancel(database, viewer_of(tenant, "u9", Role.ADMINISTRATOR), export)
    assert canceled.status is ExportStatus.CANCELED
    assert canceled.requester.id == "u1"


async def test_the_newest_come_first_page_by_page(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    made = [await create(database, viewer, now=NOW + n // 2) for n in range(5)]  # pairs of one time
    expected = sorted(made, key=lambda export: (export.created_at, export.id), reverse=True)
    async with database.read() as reader:
        assert await exports.newest(reader, viewer, None, 10, None, NOW) == (expected, 5)
        seen: list[Export] = []
        after = None
        while True:
            page, count = await exports.newest(reader, viewer, None, 2, after, NOW)
            assert count == 5
            if not page:
                break
            seen += page
            after = Position(page[-1].created_at, page[-1].id)
    assert seen == expected


async def test_the_list_can_be_of_some_statuses(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    queued = await in_status(database, viewer, ExportStatus.QUEUED)
    failed = await in_status(database, viewer, ExportStatus.FAILED)
    async with database.read() as reader:
        for wanted, expected in (
            ([ExportStatus.FAILED], [failed]),
            ([ExportStatus.QUEUED, ExportStatus.FAILED], sorted([queued, failed], key=lambda e: e.id, reverse=True)),
            ([ExportStatus.EXPIRED], []),
            ([], []),
        ):
            assert await exports.newest(reader, viewer, wanted, 10, None, NOW) == (expected, len(expected))


async def test_what_is_over_is_expired_whatever_its_row_says(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    done = await in_status(database, viewer, ExportStatus.COMPLETED)
    expired = await in_status(database, viewer, ExportStatus.EXPIRED)
    failed = await in_status(database, viewer, ExportStatus.FAILED)
    for now, of_status in (
        (NOW + DAY, {ExportStatus.COMPLETED: {done.id}, ExportStatus.EXPIRED: {expired.id}}),
        (NOW + DAY + 1, {ExportStatus.COMPLETED: set(), ExportStatus.EXPIRED: {done.id, expired.id}}),
    ):
        async with database.read() as reader:
            for status, ids in {**of_status, ExportStatus.FAILED: {failed.id}}.items():
                found, total = await exports.newest(reader, viewer, [status], 10, None, now)
                assert ({(export.id, export.status) for export in found}, total) == (
                    {(id, status) for id in ids},
                    len(ids),
                )
            single = await exports.find(reader, viewer, done.id, now)
        assert single
        assert (single.status is ExportStatus.EXPIRED) == (now > NOW + DAY)
    with pytest.raises(Refused, match="EXPIRED"):
        await cancel(database, viewer, done, NOW + DAY + 1)


# Canceling and deleting


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ExportStatus.QUEUED, ExportStatus.CANCELED),
        (ExportStatus.RUNNING, ExportStatus.CANCELING),
        (ExportStatus.CANCELING, ExportStatus.CANCELING),
        (ExportStatus.CANCELED, ExportStatus.CANCELED),
    ],
)
async def test_what_is_not_done_can_be_canceled(
    database: Database, tenant: str, before: ExportStatus, after: ExportStatus
) -> None:
    viewer = viewer_of(tenant)
    export = await in_status(database, viewer, before)
    canceled = await cancel(database, viewer, export, NOW + 5)
    assert canceled.status is after
    assert canceled == await get(database, export)
    if before is ExportStatus.QUEUED:
        assert canceled.finished_at == NOW + 5
    if before is ExportStatus.CANCELED:
        assert canceled == export


@pytest.mark.parametrize("status", [ExportStatus.COMPLETED, ExportStatus.FAILED, ExportStatus.EXPIRED])
async def test_what_is_done_cannot_be_canceled(database: Database, tenant: str, status: ExportStatus) -> None:
    viewer = viewer_of(tenant)
    export = await in_status(database, viewer, status)
    with pytest.raises(Refused) as refused:
        await cancel(database, viewer, export)
    assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_CANCELABLE, "id")
    assert await get(database, export) == export


@pytest.mark.parametrize("status", ExportStatus)
async def test_only_what_has_ended_can_be_deleted(database: Database, tenant: str, status: ExportStatus) -> None:
    viewer = viewer_of(tenant)
    export, other = await in_status(database, viewer, status), await create(database, viewer)
    async with database.write() as writer:
        if status in FINAL:
            assert await exports.remove(writer, viewer, export.id, NOW) == export
        else:
            with pytest.raises(Refused) as refused:
                await exports.remove(writer, viewer, export.id, NOW)
            assert (refused.value.code, refused.value.field) == (UserErrorCode.CONFLICT, "id")
    assert (await find(database, viewer, export.id) is None) == (status in FINAL)
    assert await find(database, viewer, other.id) == other


# Running


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
        await export_jobs.give_back(writer, lost)
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
    for attempt in range(1, MOST_ATTEMPTS + 1):
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
    for _ in range(2 * MOST_ATTEMPTS):
        running = await claimed(database, export)
        assert running.attempts == 1
        async with database.write() as writer:
            await export_jobs.give_back(writer, running)
        back = await get(database, export)
        assert (back.status, back.attempts, back.lease_token) == (ExportStatus.QUEUED, 0, None)
    assert await complete(database, running) is False


async def test_giving_back_what_is_being_canceled_changes_nothing(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    canceling = await in_status(database, viewer, ExportStatus.CANCELING)
    async with database.write() as writer:
        await export_jobs.give_back(writer, canceling)
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
        assert await export_jobs.claim(writer, tenant, "no-such", NOW) is None
        assert await export_jobs.claim(writer, uuid4().hex, export.id, NOW) is None


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
            return [id for owner, id in await export_jobs.due(reader, now) if owner == tenant]

    assert await due(NOW + LEASE) == [sooner.id, made[ExportStatus.QUEUED].id, later.id]
    abandoned = {made[status].id for status in (ExportStatus.RUNNING, ExportStatus.CANCELING, ExportStatus.QUEUED)}
    assert await due(NOW + LEASE + 1) == [sooner.id, *sorted(abandoned), later.id]


async def test_files_expire_after_their_time_once(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    made = {status: await in_status(database, viewer, status) for status in ExportStatus if status != "EXPIRED"}
    expiring = made[ExportStatus.COMPLETED]

    async def over(now: int) -> list[str]:
        async with database.read() as reader:
            return [export.id for export in await export_jobs.over(reader, now) if export.tenant_id == tenant]

    assert await over(NOW + DAY) == []
    assert await over(NOW + DAY + 1) == [expiring.id]
    async with database.write() as writer:
        for export in made.values():
            await export_jobs.expire(writer, export)
    assert await over(NOW + DAY + 1) == []
    gone = replace(expiring, status=ExportStatus.EXPIRED)
    assert await get(database, expiring) == gone
    assert gone.progress == 1.0
    for status, export in made.items():
        if status is not ExportStatus.COMPLETED:
            assert await get(database, export) == export


# Still allowed


@pytest.mark.parametrize(
    ("stored", "now", "allowed"),
    [
        (None, None, True),
        (None, {"d1"}, False),
        ({"d1"}, None, True),
        ({"d1"}, {"d1", "d2"}, True),
        ({"d1", "d2"}, {"d1"}, False),
        ({"d1"}, set(), False),
        (set(), set(), True),
    ],
)
async def test_an_export_is_allowed_while_all_its_departments_are(
    database: Database, tenant: str, stored: set[str] | None, now: set[str] | None, allowed: bool
) -> None:
    viewer = viewer_of(tenant, departments=None if stored is None else frozenset(stored))
    export = await get(database, await create(database, viewer))
    assert export.allows(Scope(tenant, None if now is None else frozenset(now))) is allowed


async def test_a_cancel_that_comes_while_another_worker_takes_over_is_not_lost(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.url.startswith("sqlite"):
        pytest.skip("on SQLite one transaction writes at a time")
    viewer = viewer_of(tenant)
    export = await create(database, viewer)
    async with database.write() as writer:
        await export_jobs.claim(writer, tenant, export.id, NOW)
    get_row = export_jobs.get

    async def canceled_after(*arguments: Any) -> Export | None:
        found = await get_row(*arguments)
        monkeypatch.setattr(export_jobs, "get", get_row)
        async with database.write() as other:
            await exports.cancel(other, viewer, export.id, NOW)
        return found

    monkeypatch.setattr(export_jobs, "get", canceled_after)
    async with database.write() as writer:
        assert await export_jobs.claim(writer, tenant, export.id, NOW + LEASE + 1) is None
    assert (await get(database, export)).status is ExportStatus.CANCELING


# How many at once


async def refused(database: Database, viewer: Viewer, asked: Request | None = None) -> tuple[Any, Any]:
    with pytest.raises(Refused) as error:
        await create(database, viewer, asked)
    return error.value.code, error.value.field


async def test_one_person_may_have_so_many_that_wait_or_run(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    keyed = request(viewer, idempotency_key="k")
    first = await create(database, viewer, keyed)
    for _ in range(MOST_EXPORTS_OF_PERSON - 1):
        last = await create(database, viewer)
    await cancel(database, viewer, await claimed(database, last))  # what is being canceled still has a worker
    assert await refused(database, viewer) == (UserErrorCode.LIMIT_REACHED, None)
    assert (await create(database, viewer, keyed)).id == first.id
    assert await refused(database, viewer, request(viewer, idempotency_key="other")) == (
        UserErrorCode.LIMIT_REACHED,
        None,
    )
    await create(database, viewer_of(tenant, "u2"))
    await create(database, viewer_of(uuid4().hex))
    await cancel(database, viewer, first)
    await create(database, viewer)
    assert await refused(database, viewer) == (UserErrorCode.LIMIT_REACHED, None)


async def test_one_company_may_have_so_many_that_wait_or_run(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_EXPORTS_OF_TENANT", 3)
    made = [await create(database, viewer_of(tenant, f"u{n}")) for n in range(3)]
    assert await refused(database, viewer_of(tenant, "u9")) == (UserErrorCode.LIMIT_REACHED, None)
    await complete(database, await claimed(database, made[0]))
    await create(database, viewer_of(tenant, "u9"))


async def test_requests_at_once_do_not_pass_the_cap(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    asked = [request(viewer, idempotency_key=None if n % 2 else f"k{n}") for n in range(2 * MOST_EXPORTS_OF_PERSON)]
    ended = await asyncio.gather(*(create(database, viewer, one) for one in asked), return_exceptions=True)
    assert sum(isinstance(one, Export) for one in ended) == MOST_EXPORTS_OF_PERSON
    assert sum(isinstance(one, Refused) for one in ended) == MOST_EXPORTS_OF_PERSON
    async with database.read() as reader:
        assert (await exports.newest(reader, viewer, None, 10, None, NOW))[1] == MOST_EXPORTS_OF_PERSON


async def test_what_fails_while_it_is_being_canceled_is_canceled(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    export = await create(database, viewer)
    running = await claimed(database, export)
    await cancel(database, viewer, export)
    await end(database, running, ExportStatus.FAILED, FailureCode.STORAGE)
    found = await get(database, export)
    assert (found.status, found.failure, found.finished_at) == (ExportStatus.CANCELED, None, NOW)
