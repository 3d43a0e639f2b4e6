"""The row of an export as people act on it: ask, see, cancel, delete."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from analytics.domain.access import Identity, Role, Viewer
from analytics.domain.errors import UserErrorCode
from analytics.domain.export_columns import ExportColumn
from analytics.domain.limits import MAX_EXPORTS_PER_USER
from analytics.domain.query_spec import AccessScope
from analytics.domain.text import Locale
from analytics.domain.time_zones import DAY
from analytics.exports import requests
from analytics.exports.records import FINAL, CsvSeparator, Export, ExportFormat, ExportStatus
from analytics.exports.requests import ExportCursor, ExportInputError, ExportRequest
from analytics.storage.database import Database
from tests.support.exports.rows import NOW, cancel, claimed, complete, create, find, get, in_status, request, viewer_of

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


async def test_further_columns_are_kept_in_the_order_of_the_file(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    backwards = tuple(reversed(ExportColumn))
    asked = request(viewer, format=ExportFormat.CSV, columns=backwards, separator=CsvSeparator.SEMICOLON)
    export = await create(database, viewer, asked)
    assert await get(database, export) == export
    assert (export.columns, export.separator) == (tuple(ExportColumn), CsvSeparator.SEMICOLON)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"name": ""}, UserErrorCode.BLANK, "name"),
        ({"name": " \t\n "}, UserErrorCode.BLANK, "name"),
        ({"name": "x" * 201}, UserErrorCode.TOO_LONG, "name"),
        ({"idempotency_key": ""}, UserErrorCode.INVALID, "idempotencyKey"),
        ({"idempotency_key": "k" * 201}, UserErrorCode.INVALID, "idempotencyKey"),
        ({"columns": (ExportColumn.READ_AT,) * 2}, UserErrorCode.INVALID, "columns"),
        ({"separator": CsvSeparator.COMMA}, UserErrorCode.INVALID, "separator"),
    ],
)
async def test_what_a_person_can_put_right_is_refused(
    database: Database, tenant: str, asked: dict[str, Any], code: UserErrorCode, field: str
) -> None:
    viewer = viewer_of(tenant)
    with pytest.raises(ExportInputError) as refused:
        await create(database, viewer, request(viewer, **asked))
    assert (refused.value.code, refused.value.field) == (code, field)
    async with database.read() as reader:
        assert await requests.list_newest(reader, viewer, None, 10, None, NOW) == ([], 0)


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


async def test_whoever_left_a_department_sees_no_numbers_of_their_export_any_more(
    database: Database, tenant: str
) -> None:
    """Their own words stay theirs, and they may delete it; with the membership all is back."""
    before, after = [
        viewer_of(tenant, role=Role.SUPERVISOR, departments=frozenset(of)) for of in (("d1", "d2"), ("d1",))
    ]
    asked = request(before, idempotency_key="k1")
    export = await create(database, before, asked)
    await complete(database, await claimed(database, export))
    async with database.read() as reader:
        (listed,), _ = await requests.list_newest(reader, after, None, 10, None, NOW)
    told = [await find(database, after, export.id), listed, await create(database, after, asked)]
    for left in told:
        assert left is not None
        assert (left.name, left.rows_total, left.rows_written, left.file_size) == ("Septiembre", None, 0, None)
    known = await find(database, before, export.id)
    assert known is not None
    assert (known.rows_written, known.file_size) == (7, 1234)


async def test_the_same_key_and_other_input_is_a_conflict(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    await create(database, viewer, request(viewer, idempotency_key="k1"))
    with pytest.raises(ExportInputError) as refused:
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
            assert await requests.list_newest(reader, stranger, None, 10, None, NOW) == ([], 0)
        async with database.write() as writer:
            for act in (
                requests.cancel(writer, stranger, export.id, NOW),
                requests.remove(writer, stranger, export.id, NOW),
            ):
                with pytest.raises(ExportInputError) as refused:
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
        assert await requests.list_newest(reader, viewer, None, 10, None, NOW) == (expected, 5)
        seen: list[Export] = []
        after = None
        while True:
            page, count = await requests.list_newest(reader, viewer, None, 2, after, NOW)
            assert count == 5
            if not page:
                break
            seen += page
            after = ExportCursor(page[-1].created_at, page[-1].id)
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
            assert await requests.list_newest(reader, viewer, wanted, 10, None, NOW) == (expected, len(expected))


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
                found, total = await requests.list_newest(reader, viewer, [status], 10, None, now)
                assert ({(export.id, export.status) for export in found}, total) == (
                    {(id, status) for id in ids},
                    len(ids),
                )
            single = await requests.find(reader, viewer, done.id, now)
        assert single
        assert (single.status is ExportStatus.EXPIRED) == (now > NOW + DAY)
    with pytest.raises(ExportInputError, match="EXPIRED"):
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
    with pytest.raises(ExportInputError) as refused:
        await cancel(database, viewer, export)
    assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_CANCELABLE, "id")
    assert await get(database, export) == export


@pytest.mark.parametrize("status", ExportStatus)
async def test_only_what_has_ended_can_be_deleted(database: Database, tenant: str, status: ExportStatus) -> None:
    viewer = viewer_of(tenant)
    export, other = await in_status(database, viewer, status), await create(database, viewer)
    async with database.write() as writer:
        if status in FINAL:
            assert await requests.remove(writer, viewer, export.id, NOW) == export
        else:
            with pytest.raises(ExportInputError) as refused:
                await requests.remove(writer, viewer, export.id, NOW)
            assert (refused.value.code, refused.value.field) == (UserErrorCode.CONFLICT, "id")
    assert (await find(database, viewer, export.id) is None) == (status in FINAL)
    assert await find(database, viewer, other.id) == other


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
    assert export.allows(AccessScope(tenant, None if now is None else frozenset(now))) is allowed


# How many at once


async def refused(database: Database, viewer: Viewer, asked: ExportRequest | None = None) -> tuple[Any, Any]:
    with pytest.raises(ExportInputError) as error:
        await create(database, viewer, asked)
    return error.value.code, error.value.field


async def test_one_person_may_have_so_many_that_wait_or_run(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    keyed = request(viewer, idempotency_key="k")
    first = await create(database, viewer, keyed)
    for _ in range(MAX_EXPORTS_PER_USER - 1):
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


async def test_one_tenant_may_have_so_many_that_wait_or_run(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_EXPORTS_PER_TENANT", 3)
    made = [await create(database, viewer_of(tenant, f"u{n}")) for n in range(3)]
    assert await refused(database, viewer_of(tenant, "u9")) == (UserErrorCode.LIMIT_REACHED, None)
    await complete(database, await claimed(database, made[0]))
    await create(database, viewer_of(tenant, "u9"))


async def test_requests_at_once_do_not_pass_the_cap(database: Database, tenant: str) -> None:
    viewer = viewer_of(tenant)
    asked = [request(viewer, idempotency_key=None if n % 2 else f"k{n}") for n in range(2 * MAX_EXPORTS_PER_USER)]
    ended = await asyncio.gather(*(create(database, viewer, one) for one in asked), return_exceptions=True)
    assert sum(isinstance(one, Export) for one in ended) == MAX_EXPORTS_PER_USER
    assert sum(isinstance(one, ExportInputError) for one in ended) == MAX_EXPORTS_PER_USER
    async with database.read() as reader:
        assert (await requests.list_newest(reader, viewer, None, 10, None, NOW))[1] == MAX_EXPORTS_PER_USER
