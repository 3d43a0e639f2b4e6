"""The part of errors that clients see: a code, a sentence that names the argument, and nothing of our insides."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from analytics.domain.limits import MAX_FILTER_IDS
from analytics.exports import requests
from analytics.storage.database import Database
from graphql_schema.extensions.fast_execution import MAX_VARIABLE_ERRORS
from graphql_schema.schema import schema
from resolvers import analytics as numbers
from tests.support import factories
from tests.support.factories import context, execute, identity, supervisor
from tests.support.ingest_helpers import feed

DAYS = {"from": "2026-11-02", "to": "2026-11-08"}
ANALYTICS = "campaignAnalytics(filter: %s) { %s }"


def literal(value: Any) -> str:
    """A value as it stands in a document."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def filter_of(**changes: Any) -> dict[str, Any]:
    return {"sentOn": DAYS, **changes}


def days(first: Any, last: Any) -> dict[str, Any]:
    return {"sentOn": {"from": first, "to": last}}


BAD_FILTERS = [
    ("no day", days("2026-02-30", "2026-11-08"), "from"),
    ("a week date", days("2026-W45-1", "2026-11-08"), "from"),
    ("an instant for a day", days("2026-11-02", "2026-11-08T00:00:00Z"), "to"),
    ("a naive time for a day", days("2026-11-02T10:00:00", "2026-11-08"), "from"),
    ("a number for a day", days(20261102, "2026-11-08"), "from"),
    ("an empty day", days("2026-11-02", ""), "to"),
    ("from after to", days("2026-11-09", "2026-11-08"), "sentOn"),
    ("over the cap", days("2020-01-01", "2026-11-08"), "sentOn"),
    ("before the calendar", days("0001-01-01", "0001-01-02"), "from"),
    ("after the calendar", days("2026-11-02", "9999-12-31"), "to"),
    ("an unknown zone", filter_of(timeZone="America/Valparaiso"), "timeZone"),
    ("an offset for a zone", filter_of(timeZone="-03:00"), "timeZone"),
    ("a path for a zone", filter_of(timeZone="../../etc/passwd"), "timeZone"),
    ("an empty zone", filter_of(timeZone=""), "timeZone"),
    ("too many ids", filter_of(agentIds=[f"u{n}" for n in range(1001)]), "agentIds"),
]
# The words of Python, of libraries and of our insides.
INSIDES = (
    "Traceback",
    "Error(",
    "ValueError",
    "isoformat",
    "<class",
    "NoneType",
    "zoneinfo",
    "analytics.",
    "object at",
)


def assert_refused(result: Any, argument: str) -> None:
    codes = [error.extensions["code"] for error in result.errors]
    assert codes == ["BAD_USER_INPUT"], result.errors
    (error,) = result.errors
    assert argument in error.message
    assert not any(word in error.message for word in INSIDES), error.message


@pytest.mark.parametrize(
    ("filter", "argument"), [case[1:] for case in BAD_FILTERS], ids=[case[0] for case in BAD_FILTERS]
)
@pytest.mark.parametrize("inline", [True, False], ids=["inline", "variable"])
async def test_a_bad_filter_is_refused_and_named(
    database: Database, tenant: str, filter: dict[str, Any], argument: str, inline: bool
) -> None:
    if inline:
        if "agentIds" in filter:
            pytest.skip("so long a document has too many tokens")
        document = "{ %s }" % (ANALYTICS % (literal(filter), "funnel { messages }"))
        result = await execute(database, identity(tenant), document)
    else:
        document = "query Q($filter: CampaignAnalyticsFilter!) { %s }" % (
            ANALYTICS % ("$filter", "funnel { messages }")
        )
        result = await execute(database, identity(tenant), document, {"filter": filter})
    assert_refused(result, argument)
    assert not result.data or result.data == {"campaignAnalytics": None}


@pytest.mark.parametrize("first", [-1, 201, 2_000_000])
@pytest.mark.parametrize("field", ["byAgent", "byDepartment", "byTemplate", "byAccount"])
async def test_a_page_over_the_cap_is_refused(database: Database, tenant: str, field: str, first: int) -> None:
    document = "query Q($filter: CampaignAnalyticsFilter!, $first: Int!) { %s }"
    inside = ANALYTICS % ("$filter", f"{field}(first: $first) {{ totalCount }}")
    result = await execute(database, identity(tenant), document % inside, {"filter": filter_of(), "first": first})
    assert_refused(result, "first")


@pytest.mark.parametrize("field", ["accounts", "agents", "departments", "templates", "exports"])
@pytest.mark.parametrize("arguments", ["first: 201", "first: -1", 'after: "forged"', 'after: ""', 'after: "ñ"'])
async def test_a_bad_page_of_a_list_is_refused(database: Database, tenant: str, field: str, arguments: str) -> None:
    result = await execute(database, identity(tenant), "{ %s(%s) { totalCount } }" % (field, arguments))  # noqa: UP031
    assert_refused(result, arguments.partition(":")[0])


async def test_a_cursor_of_another_list_or_order_is_refused(database: Database, tenant: str) -> None:
    await two_departments(database, tenant)
    document = """query Q($filter: CampaignAnalyticsFilter!, $after: String, $order: PerformanceOrder) {
      campaignAnalytics(filter: $filter) { byDepartment(first: 1, after: $after, orderBy: $order) {
        pageInfo { endCursor } } byAgent(first: 1) { pageInfo { endCursor } } } }"""
    found = (await factories.ask(database, identity(tenant), document, {"filter": filter_of()}))["campaignAnalytics"]
    own, other = (found[field]["pageInfo"]["endCursor"] for field in ("byDepartment", "byAgent"))
    for after, order in [
        (other, None),
        (own, {"field": "NAME"}),
        (own, {"field": "MESSAGES", "direction": "ASC"}),
        (own[:-2], None),
        (own + "AAAA", None),
    ]:
        asked = {"filter": filter_of(), "after": after, "order": order}
        assert_refused(await execute(database, identity(tenant), document, asked), "after")
    asked = {"filter": filter_of(), "after": own, "order": {"field": "MESSAGES"}}
    await factories.ask(database, identity(tenant), document, asked)


async def two_departments(database: Database, tenant: str) -> None:
    from_two = [factories.message_sent(f"m{n}", department_id=f"d{n}", agent_id=f"u{n}") for n in range(2)]
    await feed(database, tenant, from_two)


async def test_a_series_of_too_many_points_is_refused(database: Database, tenant: str) -> None:
    document = "query Q($filter: CampaignAnalyticsFilter!) { %s }"
    inside = ANALYTICS % ("$filter", "timeSeries(granularity: HOUR) { on }")
    result = await execute(database, identity(tenant), document % inside, {"filter": days("2026-01-01", "2026-12-31")})
    assert_refused(result, "granularity")


async def test_a_search_that_is_too_long_is_refused(database: Database, tenant: str) -> None:
    document = "query Q($search: String) { agents(search: $search) { totalCount } }"
    assert_refused(await execute(database, identity(tenant), document, {"search": "a" * 101}), "search")


@pytest.mark.parametrize("kind", ["accounts", "agents", "departments", "templates"])
async def test_the_names_of_too_many_ids_are_refused(database: Database, tenant: str, kind: str) -> None:
    document = f"query Q($ids: [ID!]) {{ {kind}(ids: $ids) {{ totalCount }} }}"
    most = [str(n) for n in range(MAX_FILTER_IDS + 1)]
    assert (await execute(database, identity(tenant), document, {"ids": most[:-1]})).errors is None
    assert_refused(await execute(database, identity(tenant), document, {"ids": most}), "ids")


@pytest.mark.parametrize(
    "variables", [{}, {"filter": None}, {"filter": {}}, {"filter": filter_of(agentIds=[None])}, {"filter": {"x": 1}}]
)
async def test_variables_that_do_not_fit_are_the_users(
    database: Database, tenant: str, variables: dict[str, Any]
) -> None:
    document = "query Q($filter: CampaignAnalyticsFilter!) { %s }" % (ANALYTICS % ("$filter", "funnel { messages }"))
    result = await execute(database, identity(tenant), document, variables)
    assert {error.extensions["code"] for error in result.errors} == {"BAD_USER_INPUT"}
    assert all("filter" in error.message and "None" not in error.message for error in result.errors)
    assert "{'" not in result.errors[0].message


@pytest.mark.parametrize(
    "variables",
    [
        {"filter": filter_of(**{f"agentId{n}": 1 for n in range(40)})},
        {"filter": filter_of(agentIds=[{}] * 1_000, templateIds=[{}] * 1_000)},
    ],
)
async def test_of_many_things_that_are_wrong_in_variables_the_first_are_told(
    database: Database, tenant: str, variables: dict[str, Any]
) -> None:
    document = "query Q($filter: CampaignAnalyticsFilter!) { %s }" % (ANALYTICS % ("$filter", "funnel { messages }"))
    result = await execute(database, identity(tenant), document, variables)
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"] * (MAX_VARIABLE_ERRORS + 1)
    assert "Too many errors" in result.errors[-1].message


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ viewer", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ limits { first(a: 1) } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ campaignAnalytics { funnel { messages } } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_document_that_cannot_be_run(database: Database, tenant: str, document: str, code: str) -> None:
    for _ in range(2):  # the second time from the caches
        result = await execute(database, identity(tenant), document)
        assert [error.extensions["code"] for error in result.errors] == [code]
        assert result.data is None


async def test_what_nobody_expected_is_masked_and_logged(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(numbers, "funnel", broken)
    document = "query Q($filter: CampaignAnalyticsFilter!) { viewer { id } %s }"
    inside = ANALYTICS % ("$filter", "funnel { messages }")
    with capture_logs() as logs:
        result = await execute(database, identity(tenant), document % inside, {"filter": filter_of()})
    (error,) = result.errors
    assert error.extensions["code"] == "INTERNAL_SERVER_ERROR"
    assert error.path == ["campaignAnalytics", "funnel"]
    assert "hunter2" not in str(error.formatted)
    assert result.data == {"viewer": {"id": "boss"}, "campaignAnalytics": None}
    (logged,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert "hunter2" in str(logged["exc_info"])


async def test_what_nobody_expected_in_a_subscription_is_masked_too(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(requests, "find", broken)
    stream: Any = await schema.subscribe(
        'subscription { exportUpdated(id: "x") { id } }', context_value=context(database, identity(tenant))
    )
    # As they are sent: what is masked after a result was handed over is masked too late.
    shown = [error.formatted async for result in stream for error in result.errors]
    assert "hunter2" not in str(shown)
    assert [error.get("extensions", {}).get("code") for error in shown] == ["INTERNAL_SERVER_ERROR"]


async def test_expected_errors_are_no_event(database: Database, tenant: str, caplog: pytest.LogCaptureFixture) -> None:
    document = "query Q($filter: CampaignAnalyticsFilter!) { %s }" % (ANALYTICS % ("$filter", "funnel { messages }"))
    with capture_logs() as logs:
        for who, filter, code in [
            (None, filter_of(), "UNAUTHENTICATED"),
            (identity(tenant, "agent"), filter_of(), "FORBIDDEN"),
            (supervisor(tenant), filter_of(departmentIds=["d1"]), "FORBIDDEN"),
            (identity(tenant), filter_of(timeZone="x"), "BAD_USER_INPUT"),
        ]:
            assert await factories.codes(database, who, document, {"filter": filter}) == [code]
        assert await factories.codes(database, identity(tenant), "{ nobody }") == ["GRAPHQL_VALIDATION_FAILED"]
    assert [entry for entry in logs if entry["log_level"] in ("error", "critical", "warning")] == []
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
