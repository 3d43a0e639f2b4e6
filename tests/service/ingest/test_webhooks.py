"""WhatsApp's webhooks, with a real service: the handshake, the signature, and what survives a kill."""

import asyncio
import json
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.requests import Request

from analytics.ingest.webhook_inbox import apply_pending, store
from analytics.storage.database import Database
from service.ingest import webhooks
from service.ingest.webhook_secrets import WebhookSecretStore
from service.telemetry.metrics import render_metrics
from tests.support import webhooks as whatsapp
from tests.support.factories import account, identity, message_sent
from tests.support.servers.server import PATIENCE, Server, embudo, eventually, running

APP, TOKEN = "the app's secret", "the token of the handshake"
SIGNATURE = "X-Hub-Signature-256"
FUNNEL = """{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) {
  funnel { read { count } responded { count } } } }"""


def write(path: Path, secrets: Any) -> None:
    """The file of secrets, replaced as an editor does it."""
    new = path.with_suffix(".new")
    new.write_text(secrets if isinstance(secrets, str) else json.dumps(secrets))
    new.replace(path)


def with_secrets(folder: Path) -> AbstractContextManager[Server]:
    """A service that WhatsApp may call for any tenant."""
    write(folder / "secrets.json", {"*": {"app_secret": APP, "verify_token": TOKEN}})
    return running(folder, EMBUDO_WEBHOOKS_FILE=str(folder / "secrets.json"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with with_secrets(tmp_path_factory.mktemp("webhooks")) as server:
        yield server


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A service that may be killed."""
    with with_secrets(tmp_path) as server:
        yield server


def post(server: Server, tenant: str, body: bytes, secret: str = APP) -> httpx.Response:
    signed = {SIGNATURE: whatsapp.signature(body, secret)}
    return server.client.post(f"/webhooks/whatsapp/{tenant}", content=body, headers=signed)


def kept(server: Server, tenant: str) -> list[tuple[bytes, bool]]:
    """The bodies kept of a tenant, and whether they were applied."""
    with closing(sqlite3.connect(server.folder / "embudo.db", timeout=30)) as connection:
        select = "SELECT body, applied_at IS NOT NULL FROM webhooks WHERE tenant_id = ? ORDER BY received_at"
        return connection.execute(select, (tenant,)).fetchall()


def steps(server: Server, tenant: str) -> tuple[int, int]:
    """Count the tenant's messages that were read, and those answered."""
    found = server.ask(identity(tenant), FUNNEL)["campaignAnalytics"]["funnel"]
    return found["read"]["count"], found["responded"]["count"]


def reached(server: Server, tenant: str, wanted: tuple[int, int]) -> Callable[[], bool]:
    return lambda: steps(server, tenant) == wanted


def test_a_subscription_is_confirmed(server: Server, tenant: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    answer = server.client.get(f"/webhooks/whatsapp/{tenant}", params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")


@pytest.mark.parametrize(
    "change", [{"hub.mode": "unsubscribe"}, {"hub.verify_token": "guessed"}, {"hub.verify_token": ""}]
)
def test_somebody_elses_subscription_is_not(change: dict[str, str], server: Server, tenant: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"} | change
    answer = server.client.get(f"/webhooks/whatsapp/{tenant}", params=asked)
    assert answer.status_code == 403
    assert "1158201444" not in answer.text


def test_what_whatsapp_says_is_counted_soon(server: Server, tenant: str) -> None:
    server.feed(tenant, [account(phone_number_id=whatsapp.NUMBER), message_sent("m1")])
    read = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])
    answer = post(server, tenant, read)
    assert (answer.status_code, answer.content) == (200, b"")
    eventually(reached(server, tenant, (1, 0)))
    reply = whatsapp.body(messages=[whatsapp.message("wamid.in", context={"id": "wamid.m1"})])
    for _ in range(3):  # Meta repeats itself
        assert post(server, tenant, reply).status_code == 200
    eventually(reached(server, tenant, (1, 1)))


def test_a_thousand_updates_come_in_one_body(server: Server, tenant: str) -> None:
    ids = [f"m{n}" for n in range(1000)]
    server.feed(tenant, [account(phone_number_id=whatsapp.NUMBER), *(message_sent(id) for id in ids)])
    post(server, tenant, whatsapp.body(statuses=[whatsapp.status(f"wamid.{id}", "read") for id in ids]))
    eventually(reached(server, tenant, (1000, 0)))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00", b'{"entry": 1}'])
def test_what_cannot_be_understood_is_kept_and_not_asked_for_again(body: bytes, server: Server, tenant: str) -> None:
    assert post(server, tenant, body).status_code == 200
    eventually(lambda: kept(server, tenant) == [(body, 1)])


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        whatsapp.signature(b"{}", "another app's secret"),
        whatsapp.signature(b"{} ", APP),
        whatsapp.signature(b"{}", APP).removeprefix("sha256="),
        whatsapp.signature(b"{}", APP).upper(),
        "sha256=é",
    ],
)
def test_what_is_not_signed_is_not_kept(signature: str | None, server: Server, tenant: str) -> None:
    headers = httpx.Headers({} if signature is None else {SIGNATURE: signature}, encoding="utf-8")
    answer = server.client.post(f"/webhooks/whatsapp/{tenant}", content=b"{}", headers=headers)
    assert answer.status_code == 403
    assert kept(server, tenant) == []


def test_a_body_larger_than_any_of_metas_is_refused(server: Server, tenant: str) -> None:
    assert post(server, tenant, b"x" * (4 * 2**20 + 1)).status_code == 413
    assert kept(server, tenant) == []


class Half:
    """A request of a stranger, of which only a part of the body comes."""

    def __init__(self, server: Server, tenant: str, part: bytes = b"{", signature: str = "sha256=" + "0" * 64) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        lines = (f"POST /webhooks/whatsapp/{tenant} HTTP/1.1", "Host: x", f"Content-Length: {2**22}")
        head = "\r\n".join([*lines, *([f"{SIGNATURE}: {signature}"] if signature else []), "", ""])
        self._socket.sendall(head.encode() + part)

    def __enter__(self) -> "Half":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def answer(self) -> bytes:
        """Return the response to a body that never ends."""
        return self._socket.recv(1024).partition(b"\r\n")[0]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 63, "sha1=" + "0" * 40])
def test_nothing_is_read_without_what_looks_like_a_signature(signature: str, server: Server, tenant: str) -> None:
    with Half(server, tenant, signature=signature) as half:
        assert half.answer() == b"HTTP/1.1 403 Forbidden"


def test_strangers_that_send_half_of_something_stop_nobody(server: Server, tenant: str) -> None:
    with ExitStack() as strangers:
        for n in range(webhooks.MAX_BODIES + 10):
            strangers.enter_context(Half(server, tenant if n % 2 else uuid4().hex))
        assert [post(server, tenant, b"{}").status_code for _ in range(3)] == [200] * 3


def test_the_oldest_give_way_when_too_much_comes_in(server: Server, tenant: str) -> None:
    part = bytes(4 * 2**20 - 1)
    with ExitStack() as strangers:
        halves = [
            strangers.enter_context(Half(server, tenant, part)) for _ in range(webhooks.MAX_ARRIVING_BYTES // len(part))
        ]
        assert post(server, tenant, bytes(len(part))).status_code == 200
        assert halves[0].answer() == b"HTTP/1.1 503 Service Unavailable"
        assert post(server, tenant, b"{}").status_code == 200


async def test_a_body_that_does_not_come_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(webhooks, "BODY_TIMEOUT", 0.05)
    headers = [(SIGNATURE.lower().encode(), whatsapp.signature(b"{}", APP).encode())]
    scope = {"type": "http", "method": "POST", "path_params": {"tenant": "acme"}, "headers": headers}
    async with Database("sqlite+aiosqlite:////nowhere/embudo.db") as nothing:
        endpoint = webhooks.WhatsAppWebhookEndpoint(nothing, WebhookSecretStore(None), lambda: None)
        answer = await endpoint.handle(Request(scope, receive))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_what_was_not_understood_is_in_the_metrics(database: Database, tenant: str) -> None:
    names = ("embudo_webhooks_rejected_total", "embudo_statuses_unknown_total")

    async def values() -> list[float]:
        lines = [
            line.split() for line in (await render_metrics(database, answers=True, shared=False)).decode().splitlines()
        ]
        return [float(line[1]) for name in names for line in lines if line[0] == name]

    before = await values()
    statuses = [whatsapp.status("wamid.m1", "played"), whatsapp.status("wamid.m1", "warning")]
    for n, body in enumerate((whatsapp.body(statuses=statuses), b"{")):
        await store(database, tenant, body, n)
    assert await apply_pending(database, tenant, 2) == 2
    assert [after - was for after, was in zip(await values(), before, strict=True)] == [1, 2]


@pytest.mark.parametrize("name", ["%00", "x" * 129])
def test_a_name_that_no_tenant_can_have_is_refused(name: str, server: Server) -> None:
    assert post(server, name, b"{}").status_code == 403


def test_what_was_answered_is_applied_after_a_kill(own: Server, tenant: str) -> None:
    own.feed(tenant, [account(phone_number_id=whatsapp.NUMBER), *(message_sent(f"m{n}") for n in range(50))])
    for n in range(50):
        assert post(own, tenant, whatsapp.body(statuses=[whatsapp.status(f"wamid.m{n}", "read")])).status_code == 200
    own.kill()
    assert len(kept(own, tenant)) == 50
    own.start()
    eventually(reached(own, tenant, (50, 0)))


def test_secrets_are_per_tenant_and_change_while_it_runs(own: Server, tenant: str) -> None:
    file, named = own.folder / "secrets.json", uuid4().hex
    write(file, {named: {"app_secret": ["old", "new"], "verify_token": "t"}})
    assert [post(own, named, b"{}", secret).status_code for secret in ("old", "new", APP)] == [200, 200, 403]
    assert [post(own, tenant, b"{}", secret).status_code for secret in ("old", "", APP)] == [403] * 3
    wrong_ones: list[Any] = ["{", {named: {"app_secret": "", "verify_token": "t"}}, {named: {"app_secret": []}}, []]
    for wrong in wrong_ones:
        write(file, wrong)
        assert post(own, named, b"{}", "new").status_code == 200
    assert "EMBUDO_WEBHOOKS_FILE" in (own.folder / "log").read_text()
    write(file, {named: {"app_secret": "new", "verify_token": "t"}})
    assert [post(own, named, b"{}", secret).status_code for secret in ("old", "new")] == [403, 200]
    file.unlink()
    assert post(own, named, b"{}", "new").status_code == 200


def test_a_database_that_does_not_answer_is_no_200(own: Server, tenant: str) -> None:
    (own.folder / "embudo.db").unlink()
    answer = post(own, tenant, b"{}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_bodies_are_counted_and_replayed_by_command(server: Server, tenant: str) -> None:
    post(server, tenant, whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")]))
    post(server, tenant, b"{}")
    eventually(lambda: [applied for _, applied in kept(server, tenant)] == [1, 1])
    told = embudo(server.folder, "webhooks", "status", "--tenant", tenant)
    assert told.stdout == b"0 waiting, 2 applied, 1 of them not wholly understood\n"
    named = embudo(server.folder, "webhooks", "status", "--tenant", tenant, "--rejected").stdout.decode()
    count, line = named.splitlines()
    assert count.encode() == told.stdout.strip()
    problem = "INVALID_BODY: Not a WhatsApp webhook body: it has no list `entry`."
    assert re.fullmatch(rf"[0-9a-f]{{32}} \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ {re.escape(problem)}", line)
    done = embudo(server.folder, "webhooks", "replay", "--tenant", tenant)
    assert b"2 bodies replayed" in done.stderr
    again = embudo(server.folder, "webhooks", "replay", "--tenant", tenant, "--rejected")
    assert b"1 bodies replayed" in again.stderr
    assert b'event="a webhook was not wholly understood"' in again.stderr
    assert again.stdout == b""
    never = ("--until", "2026-01-01")
    assert b"0 bodies replayed" in embudo(server.folder, "webhooks", "replay", "--tenant", tenant, *never).stderr
    assert embudo(server.folder, "webhooks", "status", "--tenant", tenant).stdout == told.stdout


def test_the_log_says_what_was_not_understood_and_how_many_are_named_is_bounded(own: Server, tenant: str) -> None:
    for body in (b"{}", b"{", b"[]"):
        post(own, tenant, body)
    eventually(lambda: [applied for _, applied in kept(own, tenant)] == [1, 1, 1])
    status = ("webhooks", "status", "--tenant", tenant, "--rejected")
    ids = [line.split()[0] for line in embudo(own.folder, *status).stdout.decode().splitlines()[1:]]
    assert len(ids) == 3
    newest = embudo(own.folder, *status, "--limit", "2").stdout.decode().splitlines()[1:]
    assert [line.split()[0] for line in newest] == ids[:2]
    lines = [line for line in (own.folder / "log").read_text().splitlines() if "not wholly understood" in line]
    assert sorted(line.split("body=")[1].split()[0] for line in lines) == sorted(ids)
    assert all("level=warning" in line and f"tenant={tenant}" in line for line in lines)


@pytest.mark.parametrize(
    "text", [None, "{", "[]", '{"acme": {"app_secret": "x"}}', '{"acme": {"app_secret": "", "verify_token": "x"}}']
)
def test_wrong_secrets_stop_the_start(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        write(tmp_path / "secrets.json", text)
    done = embudo(tmp_path, "serve", env={"EMBUDO_WEBHOOKS_FILE": str(tmp_path / "secrets.json")})
    assert done.returncode == 2
    assert b"EMBUDO_WEBHOOKS_FILE: " in done.stderr
