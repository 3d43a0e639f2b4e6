"""The records of requests: in the log and in `/metrics`; over real HTTP, by one process and by several."""

import asyncio
import io
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import AsyncMock

import httpx
import pytest
from prometheus_client.parser import text_fd_to_metric_families
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from service.server.processes import serve
from service.settings import ConfigurationError, Settings
from service.telemetry.recorder import TelemetryMiddleware
from tests.support.factories import identity, message_sent, reply
from tests.support.servers.server import Server, eventually, running

FUNNEL = """query Mine {
  campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) {
    funnel { messages } byAgent { totalCount }
  }
}"""
TOKEN = "a token of the tests for whoever scrapes"
SIGNED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service whose metrics have a token."""
    with running(tmp_path_factory.mktemp("observed"), EMBUDO_METRICS_TOKEN=TOKEN) as server:
        yield server


def metrics(server: Server) -> dict[str, float]:
    """The samples by name and labels, as `name{label="value"}`."""
    answer = server.client.get("/metrics", headers=SIGNED)
    assert answer.status_code == 200
    return {
        sample.name + (str(sorted(sample.labels.items())) if sample.labels else ""): sample.value
        for family in text_fd_to_metric_families(io.StringIO(answer.text))
        for sample in family.samples
    }


def logged(server: Server) -> str:
    return (server.folder / "log").read_text()


def line_of(server: Server, request_id: str) -> str:
    """The one line about a request, which is written once its answer is out."""
    (line,) = eventually(lambda: [line for line in logged(server).splitlines() if request_id in line])
    return line


def counted(field: str, code: str) -> str:
    return "embudo_graphql_operations_total" + str([("code", code), ("field", field)])


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {TOKEN}s"}])
def test_metrics_are_for_whoever_has_the_token(server: Server, given: dict[str, str]) -> None:
    assert server.client.get("/metrics", headers=given).status_code == 401


def test_without_a_token_there_are_no_metrics_unless_it_is_a_demo(tmp_path: Path) -> None:
    with running(tmp_path) as plain:
        assert plain.client.get("/metrics").status_code == 404
    with running(tmp_path, EMBUDO_DEMO="true") as demo:
        assert "embudo_database_up 1.0" in demo.client.get("/metrics").text


def test_operations_are_counted_by_field_and_code(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1")])
    before = metrics(server)
    server.ask(identity(tenant), FUNNEL)
    server.post(None, "{ limits { first } }")
    after = metrics(server)
    for name in (counted("campaignAnalytics", "OK"), counted("limits", "UNAUTHENTICATED")):
        assert after[name] == before.get(name, 0) + 1
    planned = "embudo_plans_total" + str([("grouping", "agent"), ("table", "rollup_funnel_agent")])
    assert after[planned] == before.get(planned, 0) + 1
    assert after["embudo_sql_seconds_count"] > before["embudo_sql_seconds_count"]


def test_the_memory_of_counts_is_measured(server: Server, tenant: str) -> None:
    for number in range(2):  # there is a version of the data from the second batch on
        server.feed(tenant, [message_sent(f"m{number}")])
    before = metrics(server)["embudo_counts_cache_bytes"]
    for _ in range(2):
        server.ask(identity(tenant), FUNNEL)
    assert metrics(server)["embudo_counts_cache_bytes"] > before
    assert metrics(server)["embudo_plans_total" + str([("grouping", "agent"), ("table", "memory")])] >= 1


def test_metrics_say_nothing_that_came_from_outside(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1", contact={"phone": "+56977778888"}), reply("m1", text="secreto")])
    server.ask(identity(tenant), FUNNEL)
    with suppress(httpx.HTTPError):
        server.client.request("TENANT" + tenant[:8].upper(), f"/{tenant}")
    text = server.client.get("/metrics", headers=SIGNED).text
    for secret in (tenant, "Mine", "56977778888", "secreto", tenant[:8].upper()):
        assert secret not in text


def test_a_refused_token_is_in_the_log_by_its_reason_only(server: Server) -> None:
    token = server.headers(identity("acme"))["Authorization"]
    headers = {"Authorization": token[:-4] + "AAAA", "X-Request-ID": "refused-token-1"}
    assert server.client.post("/graphql", json={"query": "{ limits { first } }"}, headers=headers).status_code == 200
    line = line_of(server, "refused-token-1")
    assert "code=UNAUTHENTICATED" in line
    assert "token_refused=signature" in line
    assert token[-40:-4] not in (server.folder / "log").read_text()


def test_an_operation_is_one_line_of_the_log_with_who_and_what_it_took(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1", contact={"phone": "+56977778888"}), reply("m1", text="secreto")])
    token = server.headers(identity(tenant))
    answer = server.client.post("/graphql", json={"query": FUNNEL}, headers={**token, "X-Request-ID": "from-a-proxy-1"})
    assert answer.status_code == 200
    line = line_of(server, "from-a-proxy-1")
    for part in ("event=operation", "operation=Mine", "field=campaignAnalytics", "code=OK", f"tenant={tenant}"):
        assert part in line
    assert re.search(r"viewer=\S+ ", line + " ")
    assert re.search(r" ms=\d+\.\d", line)
    assert int(re.findall(r"statements=(\d+)", line)[0]) > 0
    assert int(re.findall(r"cost=(\d+)", line)[0]) > 0
    everything = logged(server)
    for secret in ("56977778888", "secreto", token["Authorization"].split()[1]):
        assert secret not in everything


def test_a_download_is_logged_without_its_signature(server: Server) -> None:
    server.client.get("/exports/abc/file?signature=very-secret", headers={"X-Request-ID": "a-download-1"})
    assert "route=/exports/{id}/file" in line_of(server, "a-download-1")
    assert "very-secret" not in logged(server)


def test_how_exports_webhooks_and_rollups_stand_comes_from_the_database(server: Server, tenant: str) -> None:
    server.feed(tenant, [message_sent("m1")])
    create = """mutation { createExport(input: {
      name: "x", filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}
    }) { export { id } } }"""
    server.ask(identity(tenant), create)
    completed = "embudo_exports_ended" + str([("failure", ""), ("status", "COMPLETED")])
    eventually(lambda: metrics(server).get(completed))
    found = metrics(server)
    assert found["embudo_database_up"] == 1
    assert found["embudo_export_queue_age_seconds"] >= 0
    assert found["embudo_export_seconds" + str([("quantile", "0.5")])] > 0
    assert found["embudo_webhooks_waiting"] == 0
    # The worker has looked at the tenant's rollups soon after it started, and found nothing.
    assert found["embudo_rollup_drift_rows"] == 0


def test_several_processes_count_together_and_know_each_others_links(tmp_path: Path, tenant: str) -> None:
    server = Server(tmp_path, EMBUDO_METRICS_TOKEN=TOKEN)
    try:
        server.migrate()
        server.start("--workers", "2", program=["-m", "service"])  # libraries read a variable of theirs at import
        server.feed(tenant, [message_sent("m1")])
        for _ in range(20):
            with httpx.Client(base_url=server.url, timeout=30) as new:  # another connection may be another process
                asked = new.post("/graphql", json={"query": FUNNEL}, headers=server.headers(identity(tenant)))
                assert asked.json()["data"]["campaignAnalytics"]["funnel"]["messages"] == 1
        assert [metrics(server)[counted("campaignAnalytics", "OK")] for _ in range(5)] == [20.0] * 5
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
    finally:
        server.close()


def test_several_processes_need_a_key_for_their_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBUDO_TOKEN_SECRET", raising=False)
    monkeypatch.setenv("EMBUDO_TOKEN_JWKS_URL", "https://login.example/keys")
    with pytest.raises(ConfigurationError, match="EMBUDO_LINK_SECRET"):
        serve(Settings.read(), workers=2)


@pytest.mark.parametrize(("has_gone", "status"), [(True, 499), (False, 500)])
async def test_a_client_that_has_gone_is_no_error_of_the_service(has_gone: bool, status: int) -> None:
    closed = asyncio.Event()

    async def unanswered(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        if has_gone:
            closed.set()

    scope = {"type": "http", "method": "GET", "path": "/", "state": {"closed": closed}}
    with capture_logs() as lines:
        await TelemetryMiddleware(unanswered)(scope, AsyncMock(), AsyncMock())
    assert [line["status"] for line in lines] == [status]


@pytest.mark.parametrize(("error", "status"), [(ClientDisconnect(), 499), (ZeroDivisionError(), 500)])
async def test_a_fault_is_one_also_when_the_client_has_gone(error: Exception, status: int) -> None:
    closed = asyncio.Event()
    closed.set()

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    scope = {"type": "http", "method": "GET", "path": "/", "state": {"closed": closed}}
    with capture_logs() as lines, pytest.raises(type(error)):
        await TelemetryMiddleware(failing)(scope, AsyncMock(), AsyncMock())
    assert [line["status"] for line in lines] == [status]
