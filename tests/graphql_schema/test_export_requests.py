"""The request for an export: its columns, separator and conditions are kept, shown, and part of what is compared."""

from typing import Any

import msgspec
from sqlalchemy import select

from analytics.domain.export_columns import ExportColumn
from analytics.exports import jobs as export_jobs
from analytics.exports.records import CsvSeparator
from analytics.storage.database import Database
from analytics.storage.tables import exports as rows
from tests.support.factories import ask, codes, identity
from tests.support.factories import tenant as settings
from tests.support.graphql.exports import CREATE, DAYS, create, created
from tests.support.ingest_helpers import feed


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
