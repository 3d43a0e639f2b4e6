"""GraphQL over HTTP, to the letter: all audits of graphql-http, and what they do not ask."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from analytics.storage.memory_cache import MemoryCache
from graphql_schema.context import RequestPolicy
from graphql_schema.schema import schema
from service.graphql import http
from service.graphql.endpoint import GraphQLDependencies, GraphQLEndpoint
from service.graphql.http import GRAPHQL_JSON, JSON, media_type
from service.graphql.persisted_documents import PersistedDocuments
from service.graphql.rate_limits import InMemoryTokenBuckets, RateLimiter, RateLimits
from tests.support.factories import identity
from tests.support.paths import ROOT
from tests.support.servers.server import Server, running

AUDITS = ROOT / "tests" / "service" / "audits"
# As many as graphql-http 1.23 has: fewer would mean that some were not run.
HOW_MANY = 61
NESTED = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service without data."""
    with running(tmp_path_factory.mktemp("http")) as server:
        yield server


@pytest.mark.parametrize("signed", [True, False], ids=["signed in", "anonymous"])
def test_every_audit_passes(server: Server, signed: bool) -> None:
    if not (shutil.which("node") and (AUDITS / "node_modules").exists()):
        assert not os.environ.get("CI"), "CI installs Node.js"
        pytest.skip("there is no Node.js with npm: `make install` installs the audits where there is one")
    token = [server.headers(identity("acme"))["Authorization"].removeprefix("Bearer ")] if signed else []
    run = subprocess.run(
        ["node", AUDITS / "run.mjs", f"{server.url}/graphql", *token], capture_output=True, timeout=120, check=True
    )
    audits = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(audits) == HOW_MANY
    assert [audit for audit in audits if audit["status"] != "ok"] == []


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a number": b"7",
    "a list": b"[1]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "text": b'"{ __typename }"',
    "null": b"null",
    "not UTF-8": b'{"query": "{ __typename } # \xff"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "nested": b"[" * NESTED,
    "nested variables": b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * NESTED + b"]" * NESTED + b"}}",
    "a number of a million digits": b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 100_000 + b"}}",
    "not a number": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "no query": b"{}",
    "an empty query": b'{"query": ""}',
    "a query that is none": b'{"query": {"a": 1}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_what_is_no_request_is_told_so(server: Server, body: bytes, accept: str) -> None:
    headers = {"Content-Type": JSON, "Accept": accept, **server.headers(identity("acme"))}
    answer = server.client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert codes(answer.json()) == ["BAD_USER_INPUT"]
    assert "data" not in answer.json()


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"]
)
def test_other_bodies_than_json_are_refused(server: Server, content_type: str) -> None:
    """A page of another site can send these without asking the browser: they must not do anything."""
    answer = server.client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"Content-Type": content_type}
    )
    assert (answer.status_code, codes(answer.json())) == (415, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("content_type", ["APPLICATION/JSON", "Application/Json; Charset=UTF-8"])
def test_media_types_are_the_same_in_any_case(server: Server, content_type: str) -> None:
    answer = server.client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"Content-Type": content_type}
    )
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{ __typename }", "operationName": "\ud800"},
        {"query": "{ __typename } # \ud800"},
        {"query": "{ \ud800 }"},
        {"query": '{ export(id: "\ud800") { id } }'},
        {"query": "query Q { __typename }", "operationName": "\ud800", "variables": {"\ud800": "\ud800"}},
        {"query": "{ __typename }", "documentId": "\ud800"},
        {"extensions": {"persistedQuery": {"sha256Hash": "\ud800"}}},
    ],
)
def test_half_a_character_is_no_failure(server: Server, asked: dict[str, Any]) -> None:
    headers = {**server.headers(identity("acme")), "Content-Type": JSON}
    answer = server.client.post("/graphql", content=json.dumps(asked).encode(), headers=headers)
    assert answer.status_code in (200, 400, 404)
    assert set(codes(answer.json())) <= {
        "BAD_USER_INPUT",
        "NOT_FOUND",
        "GRAPHQL_PARSE_FAILED",
        "PERSISTED_QUERY_NOT_SUPPORTED",
    }


@pytest.mark.parametrize(
    ("method", "options", "status"),
    [
        ("PUT", {}, 405),
        ("POST", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", {"content": b"{", "headers": {"Content-Type": JSON}}, 400),
        ("POST", {"json": {"query": "{ __typename }", "operationName": "Other"}}, 400),
        ("POST", {"json": {"documentId": "sha256:0"}}, 404),
        ("POST", {"json": {"query": " " * 262_144}}, 401),
    ],
)
def test_every_refusal_names_its_request(server: Server, method: str, options: Any, status: int) -> None:
    answer = server.client.request(method, "/graphql", **options)
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("token", [None, "Bearer x.y.z"])
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_who_has_no_token_is_told_so_whatever_they_ask_for(server: Server, token: str | None, accept: str) -> None:
    headers = {"Accept": accept} | ({"Authorization": token} if token else {})
    asked = {"query": "{ " + "limits { first } " * 50 + "}"}
    large = {"query": "{ __typename }", "variables": {"a": "x" * 20_000}}
    for answer in (
        server.client.post("/graphql", json=asked, headers=headers),
        server.client.get("/graphql", params=asked, headers=headers),
        server.client.post("/graphql", json=large, headers=headers),
    ):
        assert (answer.status_code, codes(answer.json())) == (401, ["UNAUTHENTICATED"])
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("method", "allowed"),
    [("PUT", "GET, POST"), ("DELETE", "GET, POST"), ("PATCH", "GET, POST"), ("HEAD", "GET, POST")],
)
def test_other_methods_are_not_allowed(server: Server, method: str, allowed: str) -> None:
    answer = server.client.request(method, "/graphql", params={"query": "{ __typename }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_mutation_does_not_come_by_get(server: Server) -> None:
    document = 'mutation { cancelExport(input: {id: "x"}) { userErrors { code } } }'
    answer = server.client.get("/graphql", params={"query": document}, headers=server.headers(identity("acme")))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_subscription_does_not_come_over_http(server: Server, method: str) -> None:
    asked = {"query": 'subscription { exportUpdated(id: "x") { id } }'}
    options: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
    answer = server.client.request(method, "/graphql", headers=server.headers(identity("acme")), **options)
    assert (answer.status_code, codes(answer.json())) == (400, ["BAD_USER_INPUT"])


TWO = "query One { __typename } query Two { limits { first } }"


@pytest.mark.parametrize(
    ("query", "name", "status"),
    [(TWO, None, 400), (TWO, "", 400), (TWO, "Three", 400), (TWO, "Two", 200), ("{ __typename }", None, 200)],
)
def test_it_must_be_clear_which_operation_is_meant(server: Server, query: str, name: str | None, status: int) -> None:
    headers = {**server.headers(identity("acme")), "Accept": GRAPHQL_JSON}
    answer = server.client.post("/graphql", json={"query": query, "operationName": name}, headers=headers)
    assert answer.status_code == status
    assert ("data" in answer.json()) == (status == 200)
    if name == "Two":
        assert answer.json()["data"] == {"limits": {"first": 200}}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/html", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.2, {JSON};q=0.9", JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, */*;q=0.1", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=much, {JSON}", JSON),
        (f"{JSON} ; v=1 ; Q = 0.5 , {GRAPHQL_JSON.upper()}", GRAPHQL_JSON),
        (f'{GRAPHQL_JSON};q="0.4", {JSON};q=0.5', JSON),
        (f"{GRAPHQL_JSON};q=0, {JSON};q=0", JSON),
        (";a=b," * 100 + GRAPHQL_JSON, GRAPHQL_JSON),
    ],
)
def test_the_media_type_is_the_one_that_is_wanted(accept: str, expected: str) -> None:
    assert media_type(accept) == expected


def test_who_accepts_graphql_json_first_gets_a_status_that_says_it(server: Server) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        answer = server.client.post("/graphql", json={"query": "{ nobody }"}, headers={"Accept": accept})
        assert (answer.status_code, codes(answer.json())) == (status, ["GRAPHQL_VALIDATION_FAILED"])
        assert "data" not in answer.json()


async def test_a_request_is_counted_when_it_is_run_and_not_when_its_context_is_made() -> None:
    one = RateLimiter(InMemoryTokenBuckets(), RateLimits(requests=1))
    dependencies = SimpleNamespace(
        allowed_origins=(),
        database=SimpleNamespace(readers=4, cache=MemoryCache()),
        rate_limiter=one,
        tokens=None,
        public_url="https://embudo.example",
        now=lambda: 0,
        export_queue=None,
        policy=RequestPolicy(),
        persisted_documents=PersistedDocuments(),
    )
    endpoint = GraphQLEndpoint(schema, cast(GraphQLDependencies, dependencies))
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "path": "/graphql",
        "headers": [(b"content-type", b"application/json")],
        "state": {"identity": identity("acme")},
    }
    statuses: list[int] = []

    async def body() -> Message:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    for _ in range(3):
        await endpoint.get_context(Request(scope), Response())
    for _ in range(2):
        await endpoint(scope, body, send)
    assert statuses == [400, 429]


async def test_a_body_is_not_waited_for_longer_than_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_TIMEOUT", 0.1)
    unlimited = RateLimiter(InMemoryTokenBuckets(), RateLimits())
    database = SimpleNamespace(readers=4)
    dependencies = SimpleNamespace(allowed_origins=(), database=database, rate_limiter=unlimited)
    endpoint = GraphQLEndpoint(schema, cast(GraphQLDependencies, dependencies))
    stranger = SimpleNamespace(
        identity=None, address="", policy=RequestPolicy(), seconds_left=30.0, unauthenticated=Exception()
    )
    monkeypatch.setattr(endpoint, "get_context", AsyncMock(return_value=stranger))
    sent: list[Message] = []

    async def trickle() -> Message:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    await endpoint({"type": "http", "method": "POST", "path": "/", "headers": headers, "state": {}}, trickle, send)
    assert sent[0]["status"] == 408
    assert b"0 seconds" in sent[1]["body"]


def test_a_long_list_of_media_types_is_not_read_to_its_end() -> None:
    """The parser takes time in the square of the length."""
    assert media_type("a/b;x=" + '";' * 5_000_000 + f",{GRAPHQL_JSON}") == JSON
    assert media_type(f"{GRAPHQL_JSON},a;x=" + '";' * 5_000_000) == GRAPHQL_JSON


@pytest.mark.parametrize(
    ("fields", "accepted", "encoding"),
    [
        (100, "gzip", "gzip"),
        (100, "gzip, deflate, br, zstd", "zstd"),  # as browsers say
        (100, "br, gzip;q=0.5", "br"),
        (100, "identity", None),
        (100, "zstd;q=0, br;q=0, *;q=0", None),
        (1, "gzip", None),
    ],
)
def test_long_answers_are_compressed(server: Server, fields: int, accepted: str, encoding: str | None) -> None:
    aliases = " ".join(f"alias_{number}: viewer {{ name role }}" for number in range(fields))
    headers = server.headers(identity("acme")) | {"Accept-Encoding": accepted}
    answer = server.client.post("/graphql", json={"query": f"{{ {aliases} }}"}, headers=headers)
    assert len(answer.json()["data"]) == fields
    assert answer.headers.get("Content-Encoding") == encoding
    assert ("Accept-Encoding" in answer.headers["Vary"]) is (fields > 1)
    if encoding:
        assert int(answer.headers["Content-Length"]) < len(answer.content) / 4


def test_values_are_counted_before_they_are_made() -> None:
    nested = "[" + "[]," * http.MAX_VALUES + "1]"
    assert http.count_values(nested) > http.MAX_VALUES
    assert http.count_values(nested.encode()) == http.count_values(nested)


def test_a_body_of_very_many_values_is_refused(server: Server) -> None:
    body = '{"query": "{ __typename }", "variables": {"a": [' + "0," * http.MAX_VALUES + "0]}}"
    headers = server.headers(identity("acme")) | {"Content-Type": "application/json"}
    answer = server.client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
