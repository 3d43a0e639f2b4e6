"""Traces, set up as docs/operations.md says: by OpenTelemetry's own instrumentation, around a real service."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.factories import identity, message_sent, reply
from tests.support.paths import ROOT
from tests.support.servers.server import Server, eventually

GUIDE = (ROOT / "docs" / "operations.md").read_text()
# Printed instead of sent to a collector, as soon as they are over.
PRINTED = {"OTEL_TRACES_EXPORTER": "console", "OTEL_BSP_SCHEDULE_DELAY": "50", "PYTHONUNBUFFERED": "1"}
CALLER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
FUNNEL = """{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) { funnel { messages } } }"""


def launcher() -> str:
    """The guide's `traced.py`."""
    (found,) = re.findall(r"```python\n(.*?)```", GUIDE.partition("## Traces")[2], re.DOTALL)
    return str(found)


def variables() -> dict[str, str]:
    """The guide's environment variables."""
    return {name: value.strip("'") for name, value in re.findall(r"(OTEL_[A-Z_]+)=(\S+)", GUIDE)}


def spans(server: Server) -> list[dict[str, Any]]:
    """Return the output of each span so far."""
    printed = (server.folder / "log").read_text()
    return [json.loads(text) for text in re.findall(r"^\{$.*?^\}$", printed, re.DOTALL | re.MULTILINE)]


def test_requests_and_their_statements_are_spans_and_tell_no_secret(tmp_path: Path, tenant: str) -> None:
    (tmp_path / "traced.py").write_text(launcher())
    server = Server(tmp_path, **variables() | PRINTED, PYTHONPATH=str(ROOT))
    try:
        server.migrate()
        server.feed(tenant, [message_sent("m1", contact={"phone": "+56977778888"}), reply("m1", text="secreto")])
        server.start(program=[str(tmp_path / "traced.py")])
        server.client.get("/exports/abc/file?signature=of-a-link")
        server.client.get(f"/webhooks/whatsapp/{tenant}?hub.verify_token=of-meta")
        signed = server.headers(identity(tenant))
        answer = server.client.post("/graphql", json={"query": FUNNEL}, headers=signed | CALLER)
        assert answer.json()["data"]["campaignAnalytics"]["funnel"]["messages"] == 1

        (request,) = eventually(lambda: [each for each in spans(server) if each["name"] == "POST /graphql"])
        assert request["context"]["trace_id"].endswith("0af7651916cd43dd8448eb211c80319c")
        assert request["parent_id"].endswith("b7ad6b7169203331")
        assert request["attributes"]["http.route"] == "/graphql"
        assert request["attributes"]["http.response.header.x_request_id"] == [answer.headers["x-request-id"]]
        below = [each for each in spans(server) if each["parent_id"] == request["context"]["span_id"]]
        assert any("FROM rollup_" in each["attributes"].get("db.statement", "") for each in below)
        printed = (tmp_path / "log").read_text()
        for secret in ("of-a-link", "of-meta", signed["Authorization"].split()[1], "56977778888", "secreto"):
            assert secret not in printed
    finally:
        server.close()


def test_the_service_needs_none_of_it() -> None:
    """Python refuses to import a name that stands for None."""
    code = "import sys; sys.modules['opentelemetry'] = None; import service.app"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
