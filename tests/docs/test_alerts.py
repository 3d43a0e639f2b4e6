"""docs/alerts.yml: rules for Prometheus, of metrics that the service has and that docs/operations.md explains."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parents[2]
TOKEN = "t" * 32
# What a metric's name may end with in an expression, beyond the family's own name.
SUFFIXES = ("_bucket", "_count", "_sum")
# Prometheus' own, of each job that it scrapes.
OF_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(up|embudo_[a-z_]+)\b")


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """An alerting rule, with the keys that Prometheus knows."""

    alert: str
    expr: str
    labels: dict[str, str]
    annotations: dict[str, str]
    for_: str = msgspec.field(name="for", default="0s")


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """A group of rules."""

    name: str
    rules: list[Rule]


class File(msgspec.Struct, forbid_unknown_fields=True):
    """A file of rules."""

    groups: list[Group]


RULES = [
    rule
    for group in msgspec.yaml.decode((ROOT / "docs" / "alerts.yml").read_bytes(), type=File).groups
    for rule in group.rules
]


@pytest.fixture(scope="module")
async def families(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all metrics that a service with an empty database gives."""
    folder = tmp_path_factory.mktemp("alerts")
    url = f"sqlite+aiosqlite:///{folder / 'embudo.db'}"
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "service", "migrate"],
        cwd=ROOT,
        env={**os.environ, "EMBUDO_DATABASE_URL": url},
        check=True,
        capture_output=True,
        timeout=60,
    )
    secret = SecretStr(TOKEN)
    app = create_app(
        Settings(
            database_url=url,
            files_url=folder.as_uri(),
            broker_url="redis://127.0.0.1:1",  # where nobody listens: no worker is started
            token_secret=secret,
            metrics_token=secret,
        )
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return set(re.findall(r"^# TYPE (embudo_\S+)", answer.text, flags=re.MULTILINE))


def metrics(expression: str) -> set[str]:
    """The metrics that an expression names, labels and their values left out."""
    return set(METRIC.findall(re.sub(r"\{[^}]*\}", "", expression)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_a_rule_names_metrics_that_there_are(rule: Rule, families: set[str]) -> None:
    known = families | OF_PROMETHEUS | {family + suffix for family in families for suffix in SUFFIXES}
    assert metrics(rule.expr)
    assert metrics(rule.expr) <= known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_a_rule_can_be_read(rule: Rule) -> None:
    assert re.fullmatch(r"\d+[smh]", rule.for_)
    assert rule.labels["severity"] in ("page", "ticket")
    assert rule.annotations["summary"].endswith(".")
    for opening, closing in ("()", "{}", "[]"):
        assert rule.expr.count(opening) == rule.expr.count(closing)
    assert "\\|" not in rule.expr  # as a table of Markdown would want it


def test_operations_say_what_to_do_for_each() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    explained = re.findall(r"^\| `(Embudo\w+)` \|", page, flags=re.MULTILINE)
    assert explained == [rule.alert for rule in RULES]


def test_operations_explain_the_metrics_that_there_are(families: set[str]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    explained = set(re.findall(r"`(embudo_\w+)", page))
    assert {name for name in families if not name.endswith("_created")} == explained & families
    assert explained <= families
