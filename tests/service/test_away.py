"""A database, or a node of it, that is dead or hangs: what clients, operators and probes are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from analytics.ingest.webhook_inbox import store
from analytics.migrations import migrate
from analytics.storage.database import Database
from tests.conftest import POSTGRESQL, empty_database
from tests.support.factories import identity, message_sent
from tests.support.ingest_helpers import feed
from tests.support.servers.proxies import Proxy, proxy_for
from tests.support.servers.server import Server, embudo, eventually, running
from tests.support.sql.nodes import How, nodes_of

TENANT = "acme"
METRICS = "a token for the metrics of the tests, long enough"
VIEW = '{ campaignAnalytics(filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}) { funnel { messages } } }'


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A migrated database of this test alone, with a tenant."""
    async with empty_database(POSTGRESQL) as url:
        async with Database(url) as database:
            await migrate(database)
            await feed(database, TENANT, [message_sent("m1")])
            await store(database, TENANT, b"{}", 0)
        yield url


@pytest.fixture
def away(url: str, tmp_path: Path) -> Iterator[tuple[Server, Proxy]]:
    """A service of that database, and what is between them."""
    at = make_url(url)
    with proxy_for(at.host or "127.0.0.1", at.port or 5432) as proxy:
        settings = {
            "EMBUDO_DATABASE_URL": at.set(port=proxy.port).render_as_string(hide_password=False),
            "EMBUDO_METRICS_TOKEN": METRICS,
        }
        with running(tmp_path, **settings) as server:
            yield server, proxy


@pytest.mark.parametrize("how", ["kill", "hang"])
def test_a_database_that_is_away_is_told_alike_everywhere(away: tuple[Server, Proxy], how: str) -> None:
    server, proxy = away

    def told() -> tuple[int, list[str], str]:
        ready = server.client.get("/readyz")
        metrics = server.client.get("/metrics", headers={"Authorization": f"Bearer {METRICS}"})
        up = [line for line in metrics.text.splitlines() if line.startswith("embudo_database_up ")]
        answer = server.post(identity(TENANT), VIEW)
        code = answer["errors"][0]["extensions"]["code"] if "errors" in answer else "OK"
        return ready.status_code, up, code

    assert told() == (200, ["embudo_database_up 1.0"], "OK")
    getattr(proxy, how)()
    assert told() == (503, ["embudo_database_up 0.0"], "UNAVAILABLE")
    proxy.recover()
    eventually(lambda: told() == (200, ["embudo_database_up 1.0"], "OK"))


@pytest.mark.parametrize(
    "command", [["import", "events.ndjson"], ["webhooks", "status"], ["rollups", "check"], ["rollups", "rebuild"]]
)
async def test_a_command_says_that_a_node_is_away(tmp_path: Path, url: str, command: list[str]) -> None:
    if command[0] == "import":
        events = tmp_path / command[1]
        events.write_text(json.dumps(message_sent("m2")))
        command = ["import", str(events)]
    async with nodes_of(url) as nodes:
        await nodes.lose(TENANT, How.DEAD)
        done = await asyncio.to_thread(embudo, tmp_path, *command, "--tenant", TENANT, env={"EMBUDO_DATABASE_URL": url})
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert b"connection to the remote node failed" in done.stderr
