"""The sources of the numbers: shown to administrators who ask, and to nobody else."""

import pytest

from analytics.storage.database import Database
from graphql_schema.schema import schema
from tests.support.factories import context, identity, message_sent
from tests.support.ingest_helpers import feed

DOCUMENT = '{ campaignAnalytics(filter: {sentOn: {from: "2026-01-01", to: "2026-02-03"}}) { %s } }'


@pytest.mark.parametrize(
    ("selection", "plan"),
    [
        ("funnel { messages }", "department: rollup_funnel_department: 1 months, 3 days"),
        ("timeSeries { on }", "day: rollup_funnel_tenant: 34 days"),
        ("timeSeries(granularity: HOUR) { on }", "hour: messages"),
    ],
)
async def test_administrators_are_told_the_plan(database: Database, tenant: str, selection: str, plan: str) -> None:
    await feed(database, tenant, [message_sent("m1", "2026-01-05T12:00:00Z")])
    asked = context(database, identity(tenant))
    asked.include_plan = True
    result = await schema.execute(DOCUMENT % selection, context_value=asked)
    assert (result.errors, (result.extensions or {}).get("plan")) == (None, [plan])


@pytest.mark.parametrize(("role", "wants"), [("administrator", False), ("analyst", True), ("supervisor", True)])
async def test_nobody_else_is(database: Database, tenant: str, role: str, wants: bool) -> None:
    asked = context(database, identity(tenant, role=role))
    asked.include_plan = wants
    result = await schema.execute(DOCUMENT % "funnel { messages }", context_value=asked)
    assert result.errors is None
    assert "plan" not in (result.extensions or {})
