"""Headers of every response, the origins that may call, and the limits of requests; over real HTTP."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from service.web.middleware import ResponseHeadersMiddleware
from tests.support.factories import identity
from tests.support.servers.server import Server, embudo, running

FRIEND = "https://desk.example"
TEXT = "query Mine { __typename }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with a friend, few requests and some documents."""
    folder = tmp_path_factory.mktemp("headers")
    (folder / "documents.json").write_text(json.dumps({HASH: TEXT}))
    with running(
        folder,
        EMBUDO_ALLOWED_ORIGINS=f"{FRIEND}, http://localhost:5173",
        EMBUDO_REQUESTS_PER_MINUTE="30",
        EMBUDO_POINTS_PER_MINUTE="1000",
        EMBUDO_DOCUMENTS=str(folder / "documents.json"),
        EMBUDO_PUBLIC_URL="https://embudo.example",
    ) as server:
        yield server


PAGES = ("/", "/graphiql")


@pytest.mark.parametrize("path", [*PAGES, "/graphql", "/healthz", "/readyz", "/nothing", "/exports/x/file"])
def test_every_answer_has_them(server: Server, path: str) -> None:
    headers = server.client.get(path).headers
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    assert headers["x-content-type-options"] == "nosniff"
    # Where the pages are built, their policy's frame-ancestors says who else may frame them.
    assert headers["x-frame-options"] in (("DENY", "SAMEORIGIN") if path in PAGES else ("DENY",))
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "set-cookie" not in headers
    if not headers["content-type"].startswith("text/html"):
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "no-store" in headers["cache-control"]


@pytest.mark.parametrize(
    ("given", "kept"), [("0123abcd-from-a-proxy", True), ("short", False), ("x" * 65, False), ('a"b c=d 12345', False)]
)
def test_a_proxys_request_id_is_kept_if_it_is_harmless(server: Server, given: str, kept: bool) -> None:
    answer = server.client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) == kept


def test_an_error_names_its_request(server: Server, tenant: str) -> None:
    headers = {**server.headers(identity(tenant)), "X-Request-ID": "0123-abcd-4567"}
    answer = server.client.post("/graphql", json={"query": "{ nobody }"}, headers=headers).json()
    assert answer["errors"][0]["extensions"]["requestId"] == "0123-abcd-4567"


async def test_what_nobody_expected_is_masked_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("password=hunter2")

    sent = []

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [(b"x-request-id", b"0123-abcd-4567")]}
    await ResponseHeadersMiddleware(broken)(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    shown = str(sent)
    assert "hunter2" not in shown
    assert "0123-abcd-4567" in shown
    assert "INTERNAL_SERVER_ERROR" in shown
    logged = capsys.readouterr()
    assert "hunter2" in logged.out + logged.err
    assert "0123-abcd-4567" in logged.out + logged.err


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (FRIEND, True),
        ("http://localhost:5173", True),
        ("https://evil.example", False),
        (FRIEND + ".evil.example", False),
        ("http://desk.example", False),
        ("null", False),
    ],
)
def test_pages_of_the_list_may_call(server: Server, origin: str, allowed: bool) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for answer in (
        server.client.options("/graphql", headers=asked),
        server.client.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": origin}),
    ):
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in answer.headers
        assert "origin" in answer.headers["vary"].lower()


def admitted(ask: Callable[[], httpx.Response]) -> tuple[list[httpx.Response], httpx.Response]:
    """The answers until one says that it was one too many, and that one. The slower they are, the more get in."""
    answers: list[httpx.Response] = []
    while (answer := ask()).status_code != 429:
        answers.append(answer)
        assert len(answers) < 100
    return answers, answer


def test_too_many_requests_are_told_when_to_come_back(server: Server, tenant: str) -> None:
    headers = server.headers(identity(tenant))
    answers, answer = admitted(
        lambda: server.client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    )
    assert len(answers) >= 30
    assert {each.status_code for each in answers} == {200}
    assert 1 <= int(answer.headers["retry-after"]) <= 3
    assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert server.ask(identity(tenant, id="other"), "{ limits { requestsPerMinute } }") == {
        "limits": {"requestsPerMinute": 30}
    }


FUNNEL = '{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) { funnel { messages } } }'


def test_dear_requests_are_counted_by_their_points(server: Server, tenant: str) -> None:
    asked = {"query": FUNNEL.replace("{ campaign", "{ b: campaign", 1).replace("11-08", "11-09")[:-1] + FUNNEL[1:]}
    answers, answer = admitted(
        lambda: server.client.post("/graphql", json=asked, headers=server.headers(identity(tenant)))
    )
    cost = answers[0].json()["extensions"]["cost"]["requested"]
    assert 1_000 // cost <= len(answers) < 20  # so it is not their number
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    # What costs little may still be asked for.
    assert server.ask(identity(tenant), "{ limits { pointsPerMinute } }") == {"limits": {"pointsPerMinute": 1_000}}


def test_what_is_no_request_is_counted_too(server: Server, tenant: str) -> None:
    headers = server.headers(identity(tenant))
    answers, _ = admitted(lambda: server.client.put("/graphql", headers=headers))
    assert len(answers) >= 30
    assert {each.status_code for each in answers} == {405}
    assert server.client.post("/graphql", content=b"x", headers=headers).status_code == 429


def test_a_large_body_is_not_read(server: Server, tenant: str) -> None:
    headers = server.headers(identity(tenant))
    for size, status in ((200_000, 200), (262_145, 413)):
        body = json.dumps({"query": "{ __typename }", "variables": {"a": "x" * size}})
        for content in (body.encode(), (part.encode() for part in (body[:100_000], body[100_000:]))):  # in pieces too
            answer = server.client.post(
                "/graphql", content=content, headers={**headers, "Content-Type": "application/json"}
            )
            assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"documentId": f"sha256:{HASH}"}, 200),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}}, 200),
        ({"query": TEXT}, 200),
        ({"documentId": "sha256:" + "0" * 64}, 404),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, 200),
        ({"documentId": 7}, 400),
        ({"extensions": {"persistedQuery": 7}}, 400),
    ],
)
def test_documents_are_known_by_their_hash(server: Server, tenant: str, asked: dict[str, object], status: int) -> None:
    answer = server.client.post("/graphql", json=asked, headers=server.headers(identity(tenant)))
    assert answer.status_code == status
    if "0" * 64 in str(asked):
        assert answer.json()["errors"][0]["extensions"]["code"] in ("NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED")
    elif status == 200:
        assert answer.json()["data"] == {"__typename": "Query"}
    by_get = server.client.get(
        "/graphql", params={"documentId": f"sha256:{HASH}"}, headers=server.headers(identity(tenant))
    )
    assert by_get.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (None, "cannot be read"),
        ("{", "not JSON"),
        ("[]", "object"),
        (json.dumps({"0" * 64: TEXT}), "SHA-256"),
        (json.dumps({hashlib.sha256(b"{ nothing }").hexdigest(): "{ nothing }"}), "Cannot query field"),
        (json.dumps({hashlib.sha256(b"{").hexdigest(): "{"}), "Syntax Error"),
    ],
)
def test_a_manifest_that_cannot_be_used_stops_the_start(tmp_path: Path, manifest: str | None, says: str) -> None:
    path = tmp_path / "documents.json"
    if manifest is not None:
        path.write_text(manifest)
    done = embudo(tmp_path, "serve", env={"EMBUDO_DOCUMENTS": str(path)})
    assert done.returncode == 2
    assert b"EMBUDO_DOCUMENTS" in done.stderr
    assert says in " ".join(done.stderr.decode().split())
