"""Whatever is sent, the answer is one of the contract: a code for each error, and never one of ours.

Schemathesis makes operations from the live schema; what no schema allows is made here.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from analytics.domain.access import Identity
from analytics.domain.query_spec import DIMENSIONS
from graphql_schema.schema import schema
from resolvers.pagination import encode
from tests.support import factories
from tests.support.factories import identity, member, message_sent, reply, status
from tests.support.graphql.view import DOCUMENT
from tests.support.servers.server import Server, running

TENANT = "fuzzed"
PEOPLE = [identity(TENANT), identity(TENANT, "supervisor", "s1"), identity(TENANT, "analyst", "eye")]
CODES = {
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "BAD_USER_INPUT",
    "NOT_FOUND",
    "QUERY_TOO_COMPLEX",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
}
INSIDES = ("Traceback", "Error(", "SELECT ", "sqlalchemy", "sqlite", "<class", "NoneType", "None", "object at")
FUZZ = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)

days = st.dates().map(str)
zones = st.sampled_from(["America/Santiago", "UTC", "Asia/Kathmandu", "Pacific/Apia"])
schemathesis.graphql.scalar("Date", days.map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")))
schemathesis.graphql.scalar("TimeZone", zones.map(nodes.String))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with a little of everything, which counts no requests."""
    with running(
        tmp_path_factory.mktemp("fuzz"),
        EMBUDO_REQUESTS_PER_MINUTE="0",
        EMBUDO_TENANT_REQUESTS_PER_MINUTE="0",
        EMBUDO_POINTS_PER_MINUTE="0",
        EMBUDO_TENANT_POINTS_PER_MINUTE="0",
        EMBUDO_BROKER_URL="redis://127.0.0.1:1",
    ) as server:
        events = [factories.tenant(), factories.department(), factories.agent(), factories.account()]
        events += [
            factories.template(),
            member("s1", "d1"),
            message_sent("m1"),
            message_sent("m2"),
            status("m2"),
            reply(),
        ]
        server.feed(TENANT, events)
        yield server


@pytest.fixture(scope="module")
def api(server: Server) -> Any:
    """The schema as the service shows it to an administrator."""
    return schemathesis.graphql.from_url(f"{server.url}/graphql", headers=server.headers(PEOPLE[0]))


def check(server: Server, who: Identity | None, body: bytes) -> None:
    """Send a body; the answer must be one of the contract."""
    headers = {"Content-Type": "application/json", **(server.headers(who) if who else {})}
    answer = server.client.post("/graphql", content=body, headers=headers)
    assert answer.status_code in (200, 400, 404, 413, *([] if who else [401])), answer.text
    told = answer.json()
    for error in told.get("errors", []):
        assert error["extensions"]["code"] in CODES, error
        assert not any(word in error["message"] for word in INSIDES), error
    assert "data" in told or told["errors"]


OPERATIONS = [(root, name) for root in ("Query", "Mutation") for name in schema._schema.type_map[root].fields]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("root", "name"), OPERATIONS)
@FUZZ
@given(data=st.data())
def test_operations_of_the_live_schema(server: Server, api: Any, root: str, name: str, data: st.DataObject) -> None:
    case = data.draw(api[root][name].as_strategy())
    for who in PEOPLE:
        check(server, who, json.dumps({"query": case.body}).encode())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | days | zones,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ids = st.lists(st.text(max_size=10) | anything, max_size=3) | anything
filters = st.fixed_dictionaries(
    {"sentOn": st.fixed_dictionaries({"from": days | anything, "to": days | anything}) | anything},
    optional={
        "timeZone": zones | anything,
        **{dimension.argument: ids for dimension in DIMENSIONS},
        "other": anything,
    },
)
orders = st.fixed_dictionaries({"field": st.sampled_from(["NAME", "SENT_RATE"]) | anything}) | anything


def body(**asked: Any) -> bytes:
    """JSON as any client could send it: lone surrogates too."""
    return json.dumps(asked).encode()


@FUZZ
@given(filter=filters | anything, order=orders)
def test_variables_of_any_kind(server: Server, filter: Any, order: Any) -> None:
    for who in PEOPLE:
        check(server, who, body(query=DOCUMENT, variables={"filter": filter, "order": order}))


@FUZZ
@given(first=anything, after=anything, search=anything, id=anything)
def test_pages_of_any_kind(server: Server, first: Any, after: Any, search: Any, id: Any) -> None:
    document = """query Q($first: Int!, $after: String, $search: String, $id: ID!) {
      agents(first: $first, after: $after, search: $search) { totalCount edges { cursor } }
      exports(first: $first, after: $after) { totalCount nodes { id } } export(id: $id) { id } }"""
    check(
        server, PEOPLE[0], body(query=document, variables={"first": first, "after": after, "search": search, "id": id})
    )


@FUZZ
@given(filter=filters | anything, name=st.text() | anything, key=anything, format=anything)
def test_exports_of_any_kind(server: Server, filter: Any, name: Any, key: Any, format: Any) -> None:
    document = """mutation M($input: CreateExportInput!) { createExport(input: $input) {
      export { id name filter { departmentIds } } userErrors { field code message } } }"""
    asked = {"name": name, "filter": filter, "idempotencyKey": key, "format": format}
    check(server, PEOPLE[1], body(query=document, variables={"input": asked}))


@FUZZ
@given(
    query=st.text() | anything,
    variables=anything,
    operation_name=anything,
    extensions=anything,
    document_id=anything,
    who=st.sampled_from([None, *PEOPLE]),
)
def test_requests_of_any_kind(server: Server, who: Identity | None, **asked: Any) -> None:
    names = {"operation_name": "operationName", "document_id": "documentId"}
    check(server, who, body(**{names.get(name, name): value for name, value in asked.items()}))


@FUZZ
@given(st.binary(max_size=200) | st.text(alphabet='{}[]"\\:,u0dDnull ').map(str.encode))
def test_bodies_of_any_kind(server: Server, body: bytes) -> None:
    check(server, PEOPLE[0], body)


half = st.text(st.characters(categories=["Cs", "Ll", "Cc"]), max_size=4)
positions = st.lists(anything | half | st.integers(-(2**80), 2**80), max_size=5) | anything


@FUZZ
@given(position=positions, first=st.integers(0, 3))
def test_cursors_with_a_right_check_sum(server: Server, position: Any, first: int) -> None:
    lists = {"exports": "exports", "agents": "agents", "byAgent": "byAgent MESSAGES DESC"}
    variables = {name: encode(of, position) for name, of in lists.items()}
    document = """query Q($exports: String, $agents: String, $byAgent: String, $first: Int!) {
      exports(first: $first, after: $exports) { totalCount } agents(first: $first, after: $agents) { totalCount }
      campaignAnalytics(filter: {sentOn: {from: "2026-11-01", to: "2026-11-09"}}) {
        byAgent(first: $first, after: $byAgent) { totalCount } } }"""
    check(server, PEOPLE[0], body(query=document, variables={**variables, "first": first}))


@FUZZ
@given(text=half, digits=st.integers(1, 6_000), sign=st.sampled_from(["", "-"]))
def test_half_characters_and_long_integers(server: Server, text: str, digits: int, sign: str) -> None:
    number = sign + "9" * digits
    for query in (
        f"query ($n: Int = {number}) {{ accounts(first: $n) {{ totalCount }} }}",
        f"{{ accounts(first: {number}, search: {number}) {{ totalCount }} }}",
        f"{{ __typename }} # {text}",
    ):
        check(server, PEOPLE[0], body(query=query, operationName=text, variables={text: text}))
        check(server, None, body(query=query))


def test_nothing_of_it_was_unexpected(server: Server) -> None:
    """Last: what clients are not told, the log has."""
    log = (server.folder / "log").read_text()
    assert "masked error" not in log
    assert "Traceback" not in log
