"""Exports through GraphQL: asking, following, canceling, deleting, listing."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.domain.time_zones import to_micros
from analytics.exports import jobs as export_jobs
from analytics.exports.records import Export, ExportStatus
from analytics.lifecycle.retention import delete_old_messages
from analytics.storage.database import Database
from graphql_schema.schema import schema
from resolvers import exports as resolvers
from tests.support.factories import ask, codes, context, execute, identity, message_sent
from tests.support.factories import tenant as settings
from tests.support.fakes import FakeExportQueue
from tests.support.graphql.exports import DAYS, LIST, change, create, created, run
from tests.support.ingest_helpers import feed


async def test_an_export_is_queued_and_its_job_started(database: Database, tenant: str) -> None:
    await feed(database, tenant, [settings()])
    jobs, who = FakeExportQueue(), identity(tenant, name="Ana", email="ana@acme.cl")
    payload = await create(database, who, jobs, name="  Envíos  ", filter={**DAYS, "agentIds": ["u2", "u1"]})
    export = payload["export"]
    assert payload["userErrors"] == []
    assert jobs.enqueued == [(tenant, export.pop("id"))]
    assert export.pop("createdAt").endswith(("-03:00", "-04:00"))
    assert export == {
        "name": "Envíos", "format": "XLSX", "columns": [], "status": "QUEUED", "rowsWritten": 0, "rowsTotal": None,
        "progress": None, "downloadUrl": None, "fileName": None, "failure": None,
        "filter": {
            "period": {"from": "2026-11-02", "to": "2026-11-08", "timeZone": "America/Santiago"},
            "templateIds": None, "agentIds": ["u1", "u2"],
        },
        "requestedBy": {"id": "boss", "name": "Ana", "email": "ana@acme.cl"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": ""}, ["input", "name"], "BLANK"),
        ({"name": " \t\n"}, ["input", "name"], "BLANK"),
        ({"name": "n" * 201}, ["input", "name"], "TOO_LONG"),
        ({"idempotencyKey": ""}, ["input", "idempotencyKey"], "INVALID"),
        ({"idempotencyKey": "k" * 201}, ["input", "idempotencyKey"], "INVALID"),
        ({"columns": ["READ_AT", "AGENT_ID", "READ_AT"]}, ["input", "columns"], "INVALID"),
        ({"separator": "SEMICOLON"}, ["input", "separator"], "INVALID"),
        ({"separator": "COMMA", "format": "XLSX"}, ["input", "separator"], "INVALID"),
        ({"filter": {"sentOn": {"from": "2026-11-09", "to": "2026-11-08"}}}, ["input", "filter"], "INVALID"),
        ({"filter": {"sentOn": {"from": "2020-11-09", "to": "2026-11-08"}}}, ["input", "filter"], "INVALID"),
    ],
)
async def test_what_a_person_can_put_right(
    database: Database, tenant: str, changes: dict[str, Any], field: list[str], code: str
) -> None:
    jobs = FakeExportQueue()
    payload = await create(database, identity(tenant), jobs, **changes)
    assert payload["export"] is None
    (error,) = payload["userErrors"]
    assert (error["field"], error["code"]) == (field, code)
    assert jobs.enqueued == []
    assert (await ask(database, identity(tenant), "{ exports { totalCount } }"))["exports"]["totalCount"] == 0


@pytest.mark.parametrize("name", ["nul\x00byte", "lone \ud800 surrogate", "👍 " * 66, "../../etc/passwd", "=1+1"])
async def test_any_other_name_is_a_name(database: Database, tenant: str, name: str) -> None:
    first, second = [await create(database, identity(tenant), name=name) for _ in range(2)]
    assert first["userErrors"] == second["userErrors"] == []
    assert first["export"]["id"] != second["export"]["id"]


async def test_the_same_key_and_input_are_the_same_export(database: Database, tenant: str) -> None:
    who = identity(tenant)
    one = await created(database, who, idempotencyKey="k", filter={**DAYS, "agentIds": ["u1", "u2"]})
    assert await created(database, who, idempotencyKey="k", filter={**DAYS, "agentIds": ["u2", "u1", "u2"]}) == one
    assert await created(database, who, idempotencyKey="other") != one
    assert await created(database, identity(tenant, id="other"), idempotencyKey="k") != one
    for changes in ({"name": "Otro"}, {"format": "CSV"}, {"locale": "EN"}, {"filter": DAYS}):
        asked: dict[str, Any] = {"filter": {**DAYS, "agentIds": ["u1", "u2"]}, **changes, "idempotencyKey": "k"}
        payload = await create(database, who, **asked)
        assert [(e["field"], e["code"]) for e in payload["userErrors"]] == [(["input", "idempotencyKey"], "CONFLICT")]


async def test_the_same_key_at_once_is_one_export(database: Database, tenant: str) -> None:
    payloads = await asyncio.gather(*(create(database, identity(tenant), idempotencyKey="k") for _ in range(6)))
    assert len({payload["export"]["id"] for payload in payloads}) == 1


async def test_canceling(database: Database, tenant: str) -> None:
    who = identity(tenant)
    queued, running, done = [await created(database, who) for _ in range(3)]
    await run(database, tenant, running, ExportStatus.RUNNING)
    await run(database, tenant, done, ExportStatus.COMPLETED)
    for id, status in ((queued, "CANCELED"), (running, "CANCELING")):
        for _ in range(2):  # again changes nothing
            payload = await change(database, who, "cancelExport", id)
            assert payload == {"export": {"id": id, "status": status}, "userErrors": []}
    refused = await change(database, who, "cancelExport", done)
    assert (refused["export"], refused["userErrors"][0]["code"]) == (None, "NOT_CANCELABLE")


async def test_deleting(database: Database, tenant: str) -> None:
    who, jobs = identity(tenant), FakeExportQueue()
    queued, done = [await created(database, who) for _ in range(2)]
    await run(database, tenant, done, ExportStatus.COMPLETED)
    refused = await change(database, who, "deleteExport", queued, jobs)
    assert (refused["export"], refused["userErrors"][0]["code"]) == (None, "CONFLICT")
    assert jobs.deleted == []
    payload = await change(database, who, "deleteExport", done, jobs)
    assert payload == {"export": {"id": done, "status": "COMPLETED"}, "userErrors": []}
    assert jobs.deleted == [done]
    assert (await change(database, who, "deleteExport", done, jobs))["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_file_that_cannot_be_deleted_keeps_its_row(database: Database, tenant: str) -> None:
    class Unwilling(FakeExportQueue):
        async def delete_files(self, export: Export) -> None:
            raise OSError("secret address")

    who, jobs = identity(tenant), FakeExportQueue()
    id = await created(database, who)
    await run(database, tenant, id, ExportStatus.COMPLETED)
    refused = await change(database, who, "deleteExport", id, Unwilling())
    assert refused["export"] is None
    (error,) = refused["userErrors"]
    assert error["code"] == "CONFLICT"
    assert "Try again later" in error["message"]
    assert (await ask(database, who, LIST, {"first": 1}))["exports"]["nodes"] == [{"id": id}]
    payload = await change(database, who, "deleteExport", id, jobs)
    assert payload == {"export": {"id": id, "status": "COMPLETED"}, "userErrors": []}
    assert jobs.deleted == [id]
    assert (await ask(database, who, LIST, {"first": 1}))["exports"]["nodes"] == []


async def test_the_list_is_paged_newest_first(database: Database, tenant: str) -> None:
    who = identity(tenant)
    ids = [await created(database, who) for _ in range(5)]
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(database, who, LIST, {"first": 2, "after": after}))["exports"]
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] is bool(seen)
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == ids[::-1]


async def test_the_list_by_status(database: Database, tenant: str) -> None:
    who = identity(tenant)
    queued, done = [await created(database, who) for _ in range(2)]
    await run(database, tenant, done, ExportStatus.COMPLETED)
    for statuses, expected in (
        (None, {queued, done}), (["QUEUED"], {queued}), (["COMPLETED", "FAILED"], {done}), ([], set()),
    ):  # fmt: skip
        page = (await ask(database, who, LIST, {"first": 20, "status": statuses}))["exports"]
        assert {node["id"] for node in page["nodes"]} == expected
        assert page["totalCount"] == len(expected)


async def test_only_a_completed_export_has_a_link(database: Database, tenant: str) -> None:
    who = identity(tenant)
    done, failed = [await created(database, who) for _ in range(2)]
    await run(database, tenant, done, ExportStatus.COMPLETED)
    await run(database, tenant, failed, ExportStatus.FAILED)
    document = "query Q($id: ID!) { export(id: $id) { status progress downloadUrl failure { code message } } }"
    assert (await ask(database, who, document, {"id": done}))["export"] == {
        "status": "COMPLETED", "progress": 1, "downloadUrl": f"https://files.example/{done}?for=boss", "failure": None,
    }  # fmt: skip
    shown = (await ask(database, who, document, {"id": failed}))["export"]
    assert (shown["status"], shown["downloadUrl"], shown["failure"]["code"]) == ("FAILED", None, "STORAGE")
    assert shown["failure"]["message"]


async def test_following_ends_at_a_final_status(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "POLL_INTERVAL", 0.01)
    who = identity(tenant)
    id = await created(database, who)
    document = 'subscription { exportUpdated(id: "%s") { status downloadUrl } }' % id  # noqa: UP031
    stream: Any = await schema.subscribe(document, context_value=context(database, who))
    heard = []
    async with asyncio.timeout(30):
        async for result in stream:
            assert result.errors is None
            heard.append(result.data["exportUpdated"]["status"])
            if heard == ["QUEUED"]:
                await run(database, tenant, id, ExportStatus.RUNNING)
            elif heard == ["QUEUED", "RUNNING"]:
                await change(database, who, "cancelExport", id)
                async with database.write() as writer:
                    claimed = await export_jobs.get(writer, tenant, id, 0)
                    assert claimed is not None
                    await export_jobs.finish(writer, claimed, 1, ExportStatus.CANCELED)
    assert heard == ["QUEUED", "RUNNING", "CANCELED"]


async def test_an_unknown_export(database: Database, tenant: str) -> None:
    assert (await execute(database, identity(tenant), '{ export(id: "x") { id } }')).data == {"export": None}
    stream: Any = await schema.subscribe(
        'subscription { exportUpdated(id: "x") { id } }', context_value=context(database, identity(tenant))
    )
    # As they are sent: what is put right after a result was handed over comes too late.
    shown = [error.formatted async for result in stream for error in result.errors]
    assert [error.get("extensions", {}).get("code") for error in shown] == ["NOT_FOUND"]


async def test_the_cap_on_exports_is_told_and_kept(database: Database, tenant: str) -> None:
    who = identity(tenant)
    told = (await ask(database, who, "{ limits { exportsPerUser exportsPerTenant } }"))["limits"]
    assert told == {"exportsPerUser": 5, "exportsPerTenant": 50}
    payloads = await asyncio.gather(*(create(database, who) for _ in range(told["exportsPerUser"] + 2)))
    errors = [payload["userErrors"] for payload in payloads if payload["export"] is None]
    assert len(errors) == 2
    for (error,) in errors:
        assert (error["field"], error["code"]) == (["input"], "LIMIT_REACHED")
        assert "5 exports" in error["message"]


async def test_days_whose_messages_were_dropped_cannot_be_exported(database: Database, tenant: str) -> None:
    old, kept = [message_sent(day, f"2026-{day}T12:00:00Z") for day in ("08-31", "09-01")]
    await feed(database, tenant, [old, kept])
    assert await delete_old_messages(database, tenant, 1, to_micros(datetime(2026, 10, 20, tzinfo=UTC))) == 1
    limits = await ask(database, identity(tenant), "{ limits { messagesKeptFrom } }")
    assert limits == {"limits": {"messagesKeptFrom": "2026-09-01"}}
    refused = await create(database, identity(tenant), filter={"sentOn": {"from": "2026-08-31", "to": "2026-09-30"}})
    assert refused["export"] is None
    assert [(error["field"], error["code"]) for error in refused["userErrors"]] == [(["input", "filter"], "INVALID")]
    assert "filter.sentOn.from: single messages are kept from 2026-09-01 on" in refused["userErrors"][0]["message"]
    await created(database, identity(tenant), filter={"sentOn": {"from": "2026-09-01", "to": "2026-09-30"}})


async def test_each_status_may_be_asked_for_once(database: Database, tenant: str) -> None:
    document = "query Q($s: [ExportStatus!]) { exports(status: $s) { totalCount } }"
    every = [status.name for status in ExportStatus]
    assert await codes(database, identity(tenant), document, {"s": every}) == []
    assert await codes(database, identity(tenant), document, {"s": [*every, every[0]]}) == ["BAD_USER_INPUT"]
