"""The rows of the tables: agents over all departments, messages over time, response times."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.storage.database import Database
from tests.graphql_schema.test_analytics import office
from tests.support import strategies
from tests.support.factories import ask, identity
from tests.support.graphql.view import funnel, variables
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle
from tests.support.sql.counter import reads

DETAILS = "messagesOverTime(granularity: $by) responseTime { responses median p90 }"
TABLES = (
    "byAgent(first: 40) { nodes { agent { id } department { id } DETAILS } }",
    "byAgentTotal(first: 40) { nodes { agent { id } departments { id } funnel { messages responded { count rate } } "
    "DETAILS } }",
    "byDepartment(first: 40) { nodes { department { id } DETAILS } }",
    "byTemplate(first: 40) { nodes { template { id } DETAILS } }",
    "byAccount(first: 40) { nodes { account { id } DETAILS } }",
)
DOCUMENTS = [
    "query Rows($filter: CampaignAnalyticsFilter!, $by: DayGranularity!) { campaignAnalytics(filter: $filter) { "
    + table.replace("DETAILS", DETAILS)
    + " } }"
    for table in TABLES
]
KEYS = {
    "byAgent": ("agent_id", "department_id"),
    "byAgentTotal": ("agent_id",),
    "byDepartment": ("department_id",),
    "byTemplate": ("template_id",),
    "byAccount": ("account_id",),
}
Key = tuple[str, ...]


def told(row: dict[str, Any], keys: Key) -> tuple[Key, list[int], tuple[Any, ...]]:
    """A row's key, its messages over time and its response times."""
    times = row["responseTime"]
    key = tuple(row[key.removesuffix("_id")]["id"] for key in keys)
    return key, row["messagesOverTime"], (times["responses"], times["median"], times["p90"])


@given(case=strategies.cases(notices=True, by_template=True), by=st.sampled_from(["DAY", "WEEK", "MONTH"]))
async def test_the_rows_are_what_the_oracle_computes(
    database: Database, case: tuple[list[dict[str, Any]], Filter], by: Any
) -> None:
    events, filter = case
    oracle, tenant = Oracle(events), uuid4().hex
    await feed(database, tenant, events)
    asked = {"filter": variables(filter)["filter"], "by": by}
    page: dict[str, Any] = {}
    for document in DOCUMENTS:
        page |= (await ask(database, identity(tenant), document, asked))["campaignAnalytics"]
    chosen = oracle.select(filter)
    points = oracle.series(filter, by)
    for table, keys in KEYS.items():
        expected = []
        for key in oracle.by(chosen, *keys):
            of_row = [message for message in chosen if tuple(getattr(message, name) for name in keys) == key]
            over_time = _over_time(oracle, filter, points, of_row)
            expected.append((key, over_time, oracle.response_time(of_row)))
        assert sorted(told(row, keys) for row in page[table]["nodes"]) == sorted(expected), table
    totals = {row["agent"]["id"]: row for row in page["byAgentTotal"]["nodes"]}
    for (agent,), steps in oracle.by(chosen, "agent_id").items():
        numbers = funnel(steps)
        shown = {"count": numbers["responded"]["count"], "rate": numbers["responded"]["rate"]}
        assert totals[agent]["funnel"] == {"messages": numbers["messages"], "responded": shown}
        used = {message.department_id for message in chosen if message.agent_id == agent}
        assert {department["id"] for department in totals[agent]["departments"]} == used


def _over_time(oracle: Oracle, filter: Filter, points: list[Any], of_row: list[Any]) -> list[int]:
    """The messages of a row in each point of a series."""
    zone = oracle._zone(filter)
    days = [on for _, on, _ in points]
    counts = [0] * len(days)
    for message in of_row:
        day = message.sent_at.astimezone(zone).date()
        counts[max(index for index, on in enumerate(days) if on <= day)] += 1
    return counts


@pytest.mark.parametrize("table", KEYS)
async def test_the_details_of_a_page_are_read_at_once(database: Database, tenant: str, table: str) -> None:
    await feed(database, tenant, office())
    document = (
        "query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) { %s { nodes { %s } } } }"
    )
    counted = []
    for first in (1, 3):
        asked = {"filter": {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}}}
        with reads(database) as statements:
            details = "messagesOverTime responseTime { median }"
            await ask(database, identity(tenant), document % (f"{table}(first: {first})", details), asked)
        counted.append(len(statements))
    assert counted[0] == counted[1]
