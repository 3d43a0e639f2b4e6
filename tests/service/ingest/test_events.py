"""Events over HTTP, with a real service: what is answered, what is refused, and what survives a kill."""

import gzip
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from analytics.domain.access import Identity
from tests.support.factories import identity, message_sent, reply, status
from tests.support.servers.server import PATIENCE, Server, eventually, running

FUNNEL = """{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) {
  funnel { messages responded { count } } } }"""
NOTHING = {"accepted": 0, "duplicate": 0, "superseded": 0, "ignored": 0, "rejected": 0, "errors": []}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("events")) as server:
        yield server


def platform(tenant: str) -> Identity:
    """The platform, which sends a tenant's events."""
    return Identity("platform", tenant, "INGEST")


def ndjson(*events: Any) -> bytes:
    """Events as they are sent; bytes are a line as it is."""
    return b"".join((e if isinstance(e, bytes) else json.dumps(e).encode()) + b"\n" for e in events)


def post(server: Server, tenant: str, body: Any, **headers: str) -> httpx.Response:
    signed = server.headers(platform(tenant)) | {name.replace("_", "-"): value for name, value in headers.items()}
    return server.client.post("/v1/events", content=body, headers=signed)


def funnel(server: Server, tenant: str) -> tuple[int, int]:
    """The tenant's messages, and how many were answered."""
    found = server.ask(identity(tenant), FUNNEL)["campaignAnalytics"]["funnel"]
    return found["messages"], found["responded"]["count"]


def test_what_became_of_each_line_is_answered(server: Server, tenant: str) -> None:
    sent = message_sent("m1")
    body = ndjson(sent, sent, b"", b"{", reply("m1"), status("m1", "played"), {"type": "message.sent"})
    answer = post(server, tenant, body)
    assert answer.status_code == 200
    said = answer.json()
    errors = said.pop("errors")
    assert said == {"accepted": 2, "duplicate": 1, "superseded": 0, "ignored": 1, "rejected": 2}
    assert [(error["line"], error["code"]) for error in errors] == [(4, "INVALID_JSON"), (7, "INVALID_EVENT")]
    assert errors[1]["message"] == "Object missing required field `at`."
    assert funnel(server, tenant) == (1, 1)
    again = post(server, tenant, body).json()
    assert (again["accepted"], again["duplicate"]) == (0, 3)


def test_a_body_may_be_packed_and_lack_its_last_newline(server: Server, tenant: str) -> None:
    body = gzip.compress(ndjson(*(message_sent(f"m{n}") for n in range(500)))[:-1])
    assert post(server, tenant, body, Content_Encoding="gzip").json() == NOTHING | {"accepted": 500}
    assert funnel(server, tenant) == (500, 0)
    assert post(server, tenant, b"").json() == NOTHING


def test_lines_are_numbered_through_the_whole_body(server: Server, tenant: str) -> None:
    filler = json.dumps(message_sent("m1") | {"filler": "x" * 1_000_000}).encode()
    lines = [filler] * 20 + [b"wrong"]  # more than one batch
    answer = post(server, tenant, ndjson(*lines)).json()
    assert answer["errors"] == [{"line": 21, "code": "INVALID_JSON", "message": "The line is not a JSON object."}]
    assert answer["accepted"] + answer["duplicate"] == 20


def test_a_body_of_invalid_lines_is_given_up(server: Server, tenant: str) -> None:
    """A few kilobytes that unpack into millions of lines, more than one batch of them."""
    first = [message_sent(f"m{n}") for n in range(100)]
    body = gzip.compress(ndjson(*first) + b"x\n" * (8 << 20) + ndjson(message_sent("m100")))
    answer = post(server, tenant, body, Content_Encoding="gzip")
    said = answer.json()
    assert (answer.status_code, said["error"]["code"]) == (422, "MOSTLY_INVALID")
    assert (said["accepted"], said["rejected"]) == (100, 10_000)
    assert [error["line"] for error in said["errors"]] == list(range(101, 10_101))
    assert funnel(server, tenant) == (100, 0)


def test_invalid_lines_among_valid_ones_are_counted(server: Server, tenant: str) -> None:
    body = ndjson(*[status("m1", "played"), b"x"] * 90_000)  # more than one batch
    assert len(body) > 8 << 20
    answer = post(server, tenant, body)
    said = answer.json()
    assert (answer.status_code, said["ignored"], said["rejected"]) == (200, 90_000, 90_000)
    assert [error["line"] for error in said["errors"]] == list(range(2, 20_001, 2))


@pytest.mark.parametrize("role", ["ADMINISTRATOR", "ANALYST", "SUPERVISOR", "AGENT"])
def test_only_the_platform_may_send(role: str, server: Server, tenant: str) -> None:
    signed = server.headers(Identity("u1", tenant, role))
    answer = server.client.post("/v1/events", content=ndjson(message_sent()), headers=signed)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert funnel(server, tenant) == (0, 0)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}])
def test_a_stranger_may_not(header: dict[str, str], server: Server) -> None:
    answer = server.client.post("/v1/events", content=ndjson(message_sent()), headers=header)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_platform_may_not_look(server: Server, tenant: str) -> None:
    answer = server.post(platform(tenant), FUNNEL)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_events_belong_to_the_tokens_tenant(server: Server, tenant: str) -> None:
    other = uuid4().hex
    post(server, tenant, ndjson(message_sent() | {"tenant": other, "tenant_id": other}))
    assert (funnel(server, tenant), funnel(server, other)) == ((1, 0), (0, 0))


def test_what_came_before_a_wrong_end_is_counted(server: Server, tenant: str) -> None:
    lines = [json.dumps(message_sent(f"m{n}") | {"filler": str(uuid4()) * 2_000}).encode() for n in range(200)]
    packed = gzip.compress(ndjson(*lines), 1)
    answer = post(server, tenant, packed[:-1000], Content_Encoding="gzip")
    assert answer.status_code == 400
    said = answer.json()
    assert said["error"]["code"] == "INVALID_GZIP"
    assert 0 < said["accepted"] == funnel(server, tenant)[0] < 200


def test_only_posting_is_answered(server: Server, tenant: str) -> None:
    answer = server.client.get("/v1/events", headers=server.headers(platform(tenant)))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


class Slow:
    """A request that was taken in, and whose body does not end yet."""

    def __init__(self, server: Server, tenant: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        head = {
            "Host": "x",
            "Transfer-Encoding": "chunked",
            "Expect": "100-continue",  # which is said when the body begins to be read
            **server.headers(platform(tenant)),
        }
        lines = ["POST /v1/events HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        assert self._socket.recv(1024).startswith(b"HTTP/1.1 100 ")

    def __enter__(self) -> "Slow":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def test_no_more_is_taken_in_than_can_be_worked_on(server: Server, tenant: str) -> None:
    body = ndjson(message_sent())
    with ExitStack() as slow:
        for _ in range(8):
            slow.enter_context(Slow(server, tenant))
        refused = post(server, tenant, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
        assert refused.headers["retry-after"].isdigit()
        other = uuid4().hex
        assert post(server, other, body).json()["accepted"] == 1  # there is room for other tenants
        for _ in range(8):
            slow.enter_context(Slow(server, other))
        busy = post(server, uuid4().hex, body)
        assert (busy.status_code, busy.json()["error"]["code"]) == (503, "BUSY")
        assert busy.headers["retry-after"].isdigit()
    eventually(lambda: post(server, tenant, body).status_code == 200)


def test_an_applier_that_dies_is_replaced_and_loses_nothing(server: Server, tenant: str) -> None:
    body = ndjson(*(message_sent(f"m{n}") for n in range(20_000)))
    post(server, tenant, ndjson(message_sent("first")))
    answers: list[httpx.Response] = []
    sending = threading.Thread(target=lambda: answers.append(post(server, tenant, body)))
    sending.start()
    for pid in eventually(lambda: server.children("service.ingest.process")):
        os.kill(pid, signal.SIGKILL)
    sending.join()
    (answer,) = answers
    if answer.status_code != 200:  # else it was done before it died
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    again = eventually(lambda: found if (found := post(server, tenant, body)).status_code == 200 else None).json()
    assert again["accepted"] + again["duplicate"] == 20_000
    assert funnel(server, tenant) == (20_001, 0)


def test_appliers_that_die_while_they_wait_are_replaced(server: Server, tenant: str) -> None:
    assert post(server, tenant, ndjson(message_sent("m1"))).status_code == 200
    for pid in server.children("service.ingest.process"):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not server.children("service.ingest.process"))
    eventually(lambda: post(server, tenant, ndjson(message_sent("m2"))).status_code == 200)
    assert funnel(server, tenant) == (2, 0)


def test_what_was_answered_survives_a_kill_and_nobody_is_left(tmp_path: Path, tenant: str) -> None:
    with running(tmp_path) as server:
        assert post(server, tenant, ndjson(message_sent())).json()["accepted"] == 1
        (applier,) = server.children("service.ingest.process")
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        eventually(lambda: not os.path.exists(f"/proc/{applier}"))  # noqa: PTH110 - of another process's table
        server.start()
        assert funnel(server, tenant) == (1, 0)


def test_the_database_being_away_is_told(tmp_path: Path, tenant: str) -> None:
    with running(tmp_path) as server:
        (server.folder / "embudo.db").unlink()
        answer = post(server, tenant, ndjson(message_sent()))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"].isdigit()
