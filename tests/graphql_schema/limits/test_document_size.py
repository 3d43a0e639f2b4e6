"""Documents made to be dear are refused before anything is done for them, and ordinary ones are not."""

import time
from typing import Any

import pytest
from graphql import (
    GraphQLError,
    Lexer,
    Token,
    ValidationContext,
    get_introspection_query,
    parse,
)

from analytics.domain import limits
from analytics.domain.errors import UnauthenticatedError
from analytics.storage.database import Database
from graphql_schema.context import RequestPolicy
from graphql_schema.extensions.fast_execution import FastExecutionContext
from graphql_schema.limits.document_size import measure
from graphql_schema.schema import schema
from tests.support.factories import codes, context, execute, identity
from tests.support.graphql.view import DOCUMENT
from tests.support.sql.counter import reads


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The database of these tests is SQLite alone: documents are refused before any SQL is run."""
    return sqlite_database


def chain(count: int, spreads: int) -> str:
    """Fragments of which each spreads the next so often."""
    inside = [f"fragment f{n} on Limits {{ {f'...f{n + 1} ' * spreads} }}" for n in range(count)]
    return "{ limits { ...f0 } } " + " ".join(inside) + f" fragment f{count} on Limits {{ first }}"


def nested_types(times: int) -> str:
    """Introspection that goes round in a circle."""
    return "{ __schema { types { " + "fields { type { " * times + "name" + " } }" * times + " } } }"


OVERLAPPING = "{ limits { %s } }" % " ".join(["first"] * 900)  # noqa: UP031  braces are GraphQL's
TOO_LARGE = {
    "a bomb of fragments": chain(80, 2),
    "a bomb of wide fragments": chain(20, 20),
    "ten thousand aliases": "{ " + " ".join(f"a{n}: limits {{ first }}" for n in range(10_000)) + " }",
    "as many aliases as tokens allow": "{ " + " ".join(f"a{n}: __typename" for n in range(400)) + " }",
    "ten thousand directives": "{ limits " + "@include(if: true) " * 10_000 + "{ first } }",
    "as many directives as tokens allow": "{ limits " + "@include(if: true) " * 300 + "{ first } }",
    "unknown directives": "{ limits " + "@x " * 900 + "{ first } }",
    "deep fields": "{ a " * 150 + "}" * 150,
    "deeper fields": "{ a " * 5_000 + "}" * 5_000,
    "deep lists": '{ export(id: "x") { id } accounts(search: ' + "[" * 5_000 + ") { totalCount } }",
    "the same field": OVERLAPPING,
    "the same field in fragments": "{ limits { "
    + " ".join(f"...f{n}" for n in range(100))
    + " } } "
    + " ".join(f"fragment f{n} on Limits {{ first }}" for n in range(100)),
    "the same field inside the same field": "{ "
    + " ".join(["exports { nodes { id id id id id id id id id id id id } }"] * 40)
    + " }",
    "the schema in a circle": nested_types(6),
    "fragments that are not used": "{ limits { first } } "
    + " ".join(f"fragment f{n} on Limits {{ {'first ' * 60} }}" for n in range(25)),
    "fragments that spread each other": "{ "
    + " ".join(f"...f{n}" for n in range(41))
    + " } "
    + " ".join(f"fragment f{n} on Query {{ ...f{(n + 1) % 41} }}" for n in range(41)),
    "many fields that there are not": "{ limits { "
    + " ".join(f"tenantRequestsPerMinutt{n}" for n in range(201))
    + " } }",
    "an object of many fields": "{ campaignAnalytics(filter: {"
    + " ".join(f"departmentIdz{n}: 1" for n in range(51))
    + "}) { period { to } } }",
    "an object of many fields in a directive": "{ limits @include(if: {"
    + " ".join(f"a{n}: 1" for n in range(400))
    + "}) { first } }",
    "an object of many fields by default": "query ($f: CampaignAnalyticsFilter = {sentOn: {"
    + " ".join(f"a{n}: 1" for n in range(400))
    + "}}) { limits { first } }",
    "many tokens": "{ limits { first } } "
    + "#\n" * 10
    + " ".join(f"fragment f{n} on Limits {{ first }}" for n in range(1_000)),
}


@pytest.mark.parametrize("document", TOO_LARGE.values(), ids=TOO_LARGE.keys())
async def test_what_is_too_large_is_refused_before_it_costs_anything(
    database: Database, tenant: str, unknown: list[Any], document: str
) -> None:
    with reads(database) as seen:
        result = await execute(database, identity(tenant), document)
    (error,) = result.errors
    assert error.extensions["code"] in ("QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED")
    assert result.data is None
    assert (seen, unknown) == ([], [])  # no statement was run, and nothing validated


FILTERED = "query ($f: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $f) { period { to } } }"
DAYS = {"from": "2026-01-01", "to": "2026-01-02"}


@pytest.mark.parametrize(
    "variables",
    [
        {"f": {"sentOn": DAYS, "agentIds": ["1"] * 60_000}},
        {"f": {"sentOn": DAYS, "agentIds": [{}] * 60_000}},
        {"f": {"sentOn": DAYS, "agentIds": [["1"] * 100] * 60}},
        {"f": {f"k{n}": 1 for n in range(20_000)}},
        {"f": {"sentOn": {f"k{n}": 1 for n in range(51)}}},
        {f"v{n}": 1 for n in range(20_000)},
    ],
    ids=["ids", "no ids", "lists", "fields", "fewer fields", "variables"],
)
async def test_large_variables_are_refused_before_they_are_looked_at(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch, variables: dict[str, Any]
) -> None:
    coerced: list[Any] = []
    build = FastExecutionContext.build

    def counted(*given: Any, **options: Any) -> Any:
        coerced.append(given)
        return build(*given, **options)

    monkeypatch.setattr(FastExecutionContext, "build", counted)
    assert await codes(database, identity(tenant), FILTERED, variables) == ["QUERY_TOO_COMPLEX"]
    assert coerced == []
    full = {"f": {"sentOn": DAYS, **{kind: ["1"] * 1_000 for kind in ("agentIds", "templateIds", "accountIds")}}}
    assert await codes(database, identity(tenant), FILTERED, full) == []
    assert len(coerced) == 1


DIGITS = "9" * 5_000  # more than Python reads
LONG_INTEGERS = {
    "a page": "{ accounts(first: %s) { totalCount } }",
    "less than nothing": "{ accounts(first: -%s) { totalCount } }",
    "text": "{ accounts(search: %s) { totalCount } }",
    "an id": "{ export(id: %s) { id } }",
    "a day": "{ campaignAnalytics(filter: {sentOn: {from: %s, to: 1}}) { period { to } } }",
    "a list": "{ exports(status: [[[%s]]]) { totalCount } }",
    "a directive": "{ limits @skip(if: %s) { first } }",
    "a default": "query ($n: Int = %s) { accounts(first: $n) { totalCount } }",
    "a field that there is not": "{ nothing(first: %s) }",
    "a fragment": "{ ...f } fragment f on Query { ... { accounts(first: %s) { totalCount } } }",
}


@pytest.mark.parametrize("document", LONG_INTEGERS.values(), ids=LONG_INTEGERS.keys())
async def test_no_integer_is_too_long_to_be_refused(
    database: Database, tenant: str, unknown: list[Any], document: str
) -> None:
    result = await execute(database, identity(tenant), document % DIGITS)
    (error,) = result.errors
    assert (error.extensions["code"], unknown) == ("BAD_USER_INPUT", [])
    assert DIGITS[:100] not in error.message
    # One that Python reads is for the schema to refuse.
    assert "INTERNAL" not in str((await execute(database, identity(tenant), document % "99999999999")).errors)


# Each mistake is near many names of the schema.
MISTAKEN = {
    "types": "{ viewer { id } } "
    + " ".join(f"fragment f{n} on TemplatePerformanceConnectio{n} {{ a }}" for n in range(40)),
    "fields": "{ limits { " + " ".join(f"tenantRequestsPerMinutt{n}" for n in range(200)) + " } }",
    "input fields": "{ campaignAnalytics(filter: {"
    + " ".join(f"departmentIdz{n}: 1" for n in range(50))
    + "}) { period { to } } }",
    "arguments": "{ accounts(" + " ".join(f"afterfirst{n}: 1" for n in range(440)) + ") { totalCount } }",
    "types of variables": "query (" + " ".join(f"$a{n}: CampaignAnalyticsFiltes{n}" for n in range(280)) + ") { a }",
    "words of an enum": "{ exports(status: [" + " ".join(f"QUEUE{n}" for n in range(1_000)) + "]) { totalCount } }",
}


@pytest.mark.parametrize("document", MISTAKEN.values(), ids=MISTAKEN.keys())
async def test_the_second_mistake_ends_the_validation(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    """Each is searched among the names of the schema: a hundred of them took 0.7 s, for anyone who asked."""
    worded: list[GraphQLError] = []
    report = ValidationContext.report_error

    def counted(context: Any, error: GraphQLError) -> None:
        worded.append(error)
        report(context, error)

    monkeypatch.setattr(ValidationContext, "report_error", counted)
    for who in (identity(tenant, "ingest"), identity(tenant)):
        worded.clear()
        result = await execute(database, who, document)
        (error,) = result.errors
        assert error.extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert len(worded) == 2


LARGER = {
    "names": "{ " + "a " * 29 + "}",
    "the whole view": DOCUMENT,
    "comments": "{ __typename }" + "\n#" * 100,
    "a long comment": "{ __typename } #" + "x" * 1_000,
    "an endless text": '{ export(id: "' + "x" * 20_000 + '") { id } }',
    "nesting": "{ a" * 5_000,
    "the schema": get_introspection_query(),
}


@pytest.mark.parametrize("document", LARGER.values(), ids=LARGER.keys())
@pytest.mark.parametrize("known", [False, True])
async def test_of_strangers_only_small_documents_are_looked_at(
    database: Database, tenant: str, unknown: list[Any], monkeypatch: pytest.MonkeyPatch, document: str, known: bool
) -> None:
    if known:
        await execute(database, identity(tenant), document)
        unknown.clear()
    seen: list[Token] = []
    read = Lexer.read_next_token

    def counted(lexer: Lexer, at: int) -> Token:
        seen.append(read(lexer, at))
        return seen[-1]

    monkeypatch.setattr(Lexer, "read_next_token", counted)
    expired = UnauthenticatedError("The token has expired.")
    for who, message in ((None, "Send a token"), (expired, "has expired")):
        result = await execute(database, who, document)
        (error,) = result.errors
        assert (result.data, error.extensions["code"], unknown) == (None, "UNAUTHENTICATED", [])
        assert message in error.message
    assert len(seen) <= 2 * (limits.MAX_ANONYMOUS_TOKENS[1] + 2)


async def test_what_the_page_asks_first_says_that_the_token_has_expired(database: Database) -> None:
    document = "query Viewer { viewer { id name email role timeZone departments { id name } } limits { rangeDays } }"
    result = await execute(database, UnauthenticatedError("The token has expired."), document)
    assert result.data == {"viewer": None, "limits": None}
    assert {error.extensions["code"] for error in result.errors} == {"UNAUTHENTICATED"}


def test_a_walk_visits_every_fragment_once() -> None:
    """Twice as many levels of a bomb are twice the work, though they select 2^40 times as many fields."""

    def spent(levels: int) -> float:
        document = parse(chain(levels, 2))
        begun = time.process_time()
        assert measure(schema._schema, document).selections > 2**levels
        return time.process_time() - begun

    def least(levels: int) -> float:
        return min(spent(levels) for _ in range(5))

    assert least(80) < 40 * least(40)


ORDINARY = {
    "nothing but a name": "{ __typename }",
    "a fragment that spreads itself": "{ limits { ...f } } fragment f on Limits { ...f first }",
    "an unknown type": "{ limits { ...f } } fragment f on Nothing { first }",
    "an unknown field": "{ nothing { inside } }",
    "an unknown fragment": "{ limits { ...nothing } }",
    "only fragments": "fragment f on Limits { first }",
}


@pytest.mark.parametrize("document", ORDINARY.values(), ids=ORDINARY.keys())
def test_what_is_not_valid_is_measured_all_the_same(document: str) -> None:
    size = measure(schema._schema, parse(document))
    assert size.selections <= 4
    assert size.points <= 11  # `limits` reads


async def test_the_caps_are_told(database: Database, tenant: str) -> None:
    asked = context(database, identity(tenant))
    asked.policy = RequestPolicy(seconds=7, requests_per_minute=60, points_per_minute=5_000)
    document = """{ limits { bodyBytes documentCharacters documentTokens documentDepth documentAliases
      documentDirectives documentSelections documentFragments variableValues alikeSelections cost requestSeconds
      requestsPerMinute tenantRequestsPerMinute pointsPerMinute tenantPointsPerMinute } }"""
    result = await schema.execute(document, context_value=asked)
    assert result.data == {
        "limits": {
            "bodyBytes": limits.MAX_BODY_BYTES,
            "documentCharacters": limits.MAX_DOCUMENT_LENGTH,
            "documentTokens": limits.MAX_TOKENS,
            "documentDepth": limits.MAX_DEPTH,
            "documentAliases": limits.MAX_ALIASES,
            "documentDirectives": limits.MAX_DIRECTIVES,
            "documentSelections": limits.MAX_SELECTIONS,
            "documentFragments": limits.MAX_FRAGMENTS,
            "variableValues": limits.MAX_VARIABLE_VALUES,
            "alikeSelections": limits.MAX_MERGED_FIELDS,
            "cost": limits.MAX_COST,
            "requestSeconds": 7.0,
            "requestsPerMinute": 60,
            "pointsPerMinute": 5_000,
            "tenantPointsPerMinute": None,
            "tenantRequestsPerMinute": None,
        }
    }
