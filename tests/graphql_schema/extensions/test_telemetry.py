"""The record of each operation: one, whatever its result, and without its contents."""

import asyncio
from typing import Any

import pytest
from strawberry.schema.exceptions import CannotGetOperationTypeError

from analytics.storage.database import Database
from graphql_schema.context import OperationRecord
from graphql_schema.schema import schema
from tests.support import factories
from tests.support.factories import identity, message_sent
from tests.support.ingest_helpers import feed

SENT_ON = 'sentOn: {from: "2026-11-02", to: "2026-11-08"}'
FUNNEL = "query Mine($f: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $f) { funnel { messages } } }"
WEEK = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}}


async def told(
    database: Database, tenant: str, document: str, role: str = "administrator", **asked: Any
) -> OperationRecord:
    """The record of one operation."""
    heard: list[OperationRecord] = []
    context = factories.context(database, identity(tenant, role))
    context.record_operation = heard.append
    try:
        await schema.execute(document, context_value=context, **asked)
    finally:
        (operation,) = heard
    return operation


async def test_an_operation_is_told_with_who_asked_and_what_it_took(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent()])
    operation = await told(database, tenant, FUNNEL, variable_values={"f": WEEK})
    assert (operation.name, operation.field, operation.code) == ("Mine", "campaignAnalytics", "OK")
    assert operation.who == identity(tenant, "administrator")
    assert operation.cost
    assert operation.cost > 0
    assert [plan.split(":")[0] for plan in operation.plans] == ["department"]
    assert len(operation.statements) >= 2
    assert 0 < sum(ran.took for ran in operation.statements) <= operation.took


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ("{ viewer { id } __typename }", "viewer", "OK"),
        ("{ viewer { id } limits { longestRangeDays } }", "none", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer { id } exports { totalCount } }", "several", "OK"),
        ("{ __typename }", "__typename", "OK"),
        ("{ nobody }", "none", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nobody", "none", "GRAPHQL_PARSE_FAILED"),
        ('{ export(id: "x") { id } }', "export", "OK"),
        ("{ exports(first: 1000) { totalCount } }", "exports", "BAD_USER_INPUT"),
        ('{ campaignAnalytics(filter: {sentOn: {from: "x", to: "y"}}) { period { from } } }', "none", None),
    ],
)
async def test_the_field_and_the_code(
    database: Database, tenant: str, document: str, field: str, code: str | None
) -> None:
    operation = await told(database, tenant, document)
    assert operation.field == field
    assert operation.code == code if code else operation.code in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")


async def test_a_refused_operation_is_told_under_its_code(database: Database, tenant: str) -> None:
    agents = "{ agents { totalCount } }"
    assert (await told(database, tenant, agents, "agent")).code == "FORBIDDEN"
    foreign = {"f": WEEK | {"departmentIds": ["d9"]}}
    supervisor = await told(database, tenant, FUNNEL, "supervisor", variable_values=foreign)
    assert (supervisor.field, supervisor.code) == ("campaignAnalytics", "FORBIDDEN")


async def test_an_operation_that_does_not_exist_has_no_name(database: Database, tenant: str) -> None:
    heard: list[OperationRecord] = []
    context = factories.context(database, identity(tenant))
    context.record_operation = heard.append
    with pytest.raises(CannotGetOperationTypeError):
        await schema.execute("query Mine { viewer { id } }", context_value=context, operation_name="+56911112222")
    assert [(operation.name, operation.field, operation.code) for operation in heard] == [
        (None, "none", "BAD_USER_INPUT")
    ]


async def test_an_operation_that_nobody_waits_for_is_told_as_canceled(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[OperationRecord] = []
    context = factories.context(database, identity(tenant))
    context.record_operation = heard.append
    never = asyncio.Event()
    monkeypatch.setattr(context, "viewer", never.wait)  # the first thing that a field waits for
    running = asyncio.create_task(schema.execute(FUNNEL, variable_values={"f": WEEK}, context_value=context))
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [operation.code for operation in heard] == ["CANCELED"]
