"""Exports through GraphQL: asking, following, canceling, deleting, listing."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from analytics.domain.access import Identity
from analytics.domain.export_columns import ExportColumn
from analytics.domain.time_zones import to_micros
from analytics.exports import jobs as export_jobs
from analytics.exports.records import CsvSeparator, Export, ExportStatus, FailureCode
from analytics.lifecycle.retention import delete_old_messages
from analytics.storage.database import Database
from analytics.storage.tables import exports as rows
from graphql_schema.schema import schema
from resolvers import exports as resolvers
from tests.support.factories import ask, codes, context, execute, identity, message_sent
from tests.support.factories import tenant as settings
from tests.support.fakes import FakeExportQueue
from tests.support.ingest_helpers import feed

DAYS = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}}
CREATE = """mutation M($input: CreateExportInput!) { createExport(input: $input) {
  export { id name format columns status rowsWritten rowsTotal progress downloadUrl fileName createdAt
    filter { period { from to timeZone } templateIds agentIds } requestedBy { id name email } failure { code } }
  userErrors { field code message } } }"""
CHANGE = (
    "mutation M($id: ID!) { change: %s(input: {id: $id}) { export { id status } userErrors { field code message } } }"
)
LIST = """query Q($status: [ExportStatus!], $first: Int!, $after: String) {
  exports(status: $status, first: $first, after: $after) {
    totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


async def create(database: Database, who: Identity, jobs: FakeExportQueue | None = None, **changes: Any) -> Any:
    asked = {"name": "Envíos", "filter": DAYS, **changes}
    options: dict[str, Any] = {"jobs": jobs} if jobs else {}
    return (await ask(database, who, CREATE, {"input": asked}, **options))["createExport"]


async def created(database: Database, who: Identity, **changes: Any) -> str:
    payload = await create(database, who, **changes)
    assert payload["userErrors"] == []
    return str(payload["export"]["id"])


async def change(database: Database, who: Identity, mutation: str, id: str, jobs: FakeExportQueue | None = None) -> Any:
    options: dict[str, Any] = {"jobs": jobs} if jobs else {}
    return (await ask(database, who, CHANGE % mutation, {"id": id}, **options))["change"]


async def run(database: Database, tenant: str, id: str, status: ExportStatus) -> None:
    """Claim an export as a worker, and end it with a status."""
    now = time.time_ns() // 1000
    async with database.write() as writer:
        export = await export_jobs.claim(writer, tenant, id, now)
        assert export is not None
        if status is ExportStatus.COMPLETED:
            until = now + 10**9
            await export_jobs.complete(
                writer, export, now, rows=2, file_name="x.xlsx", file_size=9, file_digest="d", expires_at=until
            )
        elif status is not ExportStatus.RUNNING:
            await export_jobs.finish(writer, export, now, status, FailureCode.STORAGE)


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


async def test_further_columns_and_the_separator_are_kept(database: Database, tenant: str) -> None:
    who = identity(tenant)
    asked = {"format": "CSV", "columns": ["TEMPLATE_ID", "ANSWERED", "READ_AT"], "separator": "SEMICOLON"}
    id = await created(database, who, **asked)
    shown = await ask(database, who, "query Q($id: ID!) { export(id: $id) { columns } }", {"id": id})
    assert shown == {"export": {"columns": ["ANSWERED", "READ_AT", "TEMPLATE_ID"]}}  # in the file's order
    async with database.read() as reader:
        export = await export_jobs.get(reader, tenant, id, 0)
    assert export is not None
    assert export.columns == (ExportColumn.ANSWERED, ExportColumn.READ_AT, ExportColumn.TEMPLATE_ID)
    assert export.separator is CsvSeparator.SEMICOLON


APPLIED = """query Q($id: ID!) { export(id: $id) { filter { where {
  step reached createdTicket bounceCodes repliedAt { weekday hour } replyKinds text } } } }"""


async def test_the_conditions_of_its_messages_are_kept_and_shown(database: Database, tenant: str) -> None:
    who = identity(tenant)
    where = {"repliedAt": {"weekday": 1}, "replyKinds": ["TEXT", "BUTTON"], "createdTicket": True, "text": "DESK-"}
    id = await created(database, who, where=where)
    assert await ask(database, who, APPLIED, {"id": id}) == {
        "export": {
            "filter": {
                "where": {
                    "step": None,
                    "reached": True,
                    "createdTicket": True,
                    "bounceCodes": None,
                    "repliedAt": {"weekday": 1, "hour": None},
                    "replyKinds": ["BUTTON", "TEXT"],
                    "text": "DESK-",
                }
            }
        }
    }
    bounced = await created(database, who, where={"bounceCodes": [131026, None]})
    shown = (await ask(database, who, APPLIED, {"id": bounced}))["export"]["filter"]["where"]
    assert (shown["bounceCodes"], shown["repliedAt"]) == ([None, 131026], None)
    assert await ask(database, who, APPLIED, {"id": await created(database, who)}) == {
        "export": {"filter": {"where": None}}
    }


async def test_conditions_are_part_of_the_request(database: Database, tenant: str) -> None:
    who = identity(tenant)
    one = await created(database, who, idempotencyKey="k", where={"bounceCodes": [1, None, 2]})
    assert await created(database, who, idempotencyKey="k", where={"bounceCodes": [2, 1, None]}) == one
    payload = await create(database, who, idempotencyKey="k", where={"bounceCodes": [1]})
    assert [error["code"] for error in payload["userErrors"]] == ["CONFLICT"]


async def test_conditions_that_exclude_each_other_are_told(database: Database, tenant: str) -> None:
    payload = await create(database, identity(tenant), where={"step": "READ", "bounceCodes": [1]})
    assert payload["userErrors"] == [
        {
            "field": ["input", "where"],
            "code": "INVALID",
            "message": "where.bounceCodes: messages of `where.step` have not bounced.",
        }
    ]


async def test_an_unknown_column_is_no_input(database: Database, tenant: str) -> None:
    asked = {"input": {"name": "Envíos", "filter": DAYS, "columns": ["PHONE"]}}
    assert await codes(database, identity(tenant), CREATE, asked) == ["BAD_USER_INPUT"]


AGAIN = """query Q($id: ID!) { export(id: $id) { format locale columns separator filter {
  period { from to } templateIds agentIds
  where { step reached createdTicket bounceCodes repliedAt { weekday hour } replyKinds text } } } }"""


async def test_an_export_says_all_that_is_needed_to_ask_for_it_again(database: Database, tenant: str) -> None:
    await feed(database, tenant, [settings()])
    where = {"step": "READ", "reached": False, "repliedAt": None}
    asked = {"format": "CSV", "locale": "EN", "columns": ["ANSWERED"], "separator": "SEMICOLON", "where": where}
    first = await created(database, identity(tenant), **asked, filter={**DAYS, "agentIds": ["u1"]})
    said = (await ask(database, identity(tenant), AGAIN, {"id": first}))["export"]
    assert {**said, "filter": None} == {
        "format": "CSV", "locale": "EN", "columns": ["ANSWERED"], "separator": "SEMICOLON", "filter": None,
    }  # fmt: skip
    said_filter = said.pop("filter")
    repeated = {
        "where": said_filter.pop("where"), "filter": {"sentOn": said_filter.pop("period"), **said_filter}
    }  # fmt: skip
    second = await created(database, identity(tenant), **said, **repeated)
    assert second != first
    answer = (await ask(database, identity(tenant), AGAIN, {"id": second}))["export"]
    assert answer == (await ask(database, identity(tenant), AGAIN, {"id": first}))["export"]


async def test_a_file_for_excel_has_no_separator(database: Database, tenant: str) -> None:
    await feed(database, tenant, [settings()])
    id = await created(database, identity(tenant))
    assert (await ask(database, identity(tenant), AGAIN, {"id": id}))["export"]["separator"] is None


async def test_further_columns_and_the_separator_are_part_of_the_request(database: Database, tenant: str) -> None:
    who = identity(tenant)
    plain: dict[str, Any] = {"format": "CSV", "idempotencyKey": "plain"}
    asked: dict[str, Any] = {"format": "CSV", "columns": ["READ_AT", "ANSWERED"], "idempotencyKey": "k"}
    one, other = await created(database, who, **plain), await created(database, who, **asked)
    assert await created(database, who, **plain, columns=[], separator="COMMA") == one
    assert await created(database, who, **asked | {"columns": ["ANSWERED", "READ_AT"]}, separator=None) == other
    for changes in (
        plain | {"columns": ["ANSWERED"]},
        plain | {"separator": "SEMICOLON"},
        asked | {"columns": ["ANSWERED"]},
        asked | {"columns": None},
        asked | {"separator": "SEMICOLON"},
    ):
        payload = await create(database, who, **changes)
        assert [error["code"] for error in payload["userErrors"]] == ["CONFLICT"]


async def test_a_request_of_an_older_release_is_known_again(database: Database, tenant: str) -> None:
    who = identity(tenant)
    id = await created(database, who, idempotencyKey="k")
    async with database.read() as reader:
        row = await reader.first(select(rows.c.request).where(rows.c.id == id))
    assert row is not None
    assert len(msgspec.json.decode(row.request)) == 4  # as it was before there were further choices


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
