"""The attacks of `make attack`, shortly: nothing is lost, nothing is kept, and the service goes on."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.attack import bodies, documents, refused, strangers
from tests.attack.memory import watching
from tests.support.factories import identity
from tests.support.servers.server import Server, running

pytestmark = pytest.mark.attack
SECONDS = 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that has answered once, with few connections to take."""
    with running(tmp_path_factory.mktemp("attacked"), EMBUDO_CONNECTIONS="100", EMBUDO_APPLIERS="1") as server:
        server.post(identity("acme"), "{ viewer { id } }")
        server.client.post("/v1/events", content=b"{}", headers=server.headers(identity("acme", "ingest")))
        yield server


@pytest.mark.parametrize("name", [name for name in strangers.ATTACKS if name != "nothing"])
def test_strangers_fill_no_memory_and_stop_nobody(server: Server, name: str) -> None:
    with watching(server.pid) as grown:
        strangers.ATTACKS[name](server, SECONDS)
    assert grown[0] < 20
    assert server.post(identity("acme"), "{ viewer { id } }")["data"] == {"viewer": {"id": "boss"}}
    assert "Traceback" not in (server.folder / "log").read_text()


async def test_documents_are_not_kept_without_end(server: Server) -> None:
    resident = await documents.run(server, documents=300)
    assert resident["after"] - resident["before"] < 60


SMALL = ["4,194,304 lines of x in 8 KB", "300,000 empty members", "deeply nested", "integers of 4,000,000 digits"]


@pytest.mark.parametrize("name", SMALL)
def test_bodies_fill_no_memory(server: Server, name: str) -> None:
    outcome = asyncio.run(bodies.send_all(server.url, server.headers(identity("acme", "ingest")), server.pid, name))
    assert 0 not in outcome.statuses
    assert outcome.api < 60 * bodies.MIB
    assert outcome.applier < 60 * bodies.MIB


@pytest.mark.parametrize("name", refused.REQUESTS)
async def test_refused_requests_have_codes_and_stop_nobody(server: Server, name: str) -> None:
    codes = await refused.run(server, SECONDS, refused.REQUESTS[name])
    assert set(codes) <= {refused.REQUESTS[name].code, "RATE_LIMITED"}
    assert codes[refused.REQUESTS[name].code] > 0
    assert server.post(identity("acme"), "{ viewer { id } }")["data"] == {"viewer": {"id": "boss"}}


async def test_refused_operations_of_websockets_stop_nobody(server: Server) -> None:
    types = await refused.subscribe(server, SECONDS)
    assert types["error"] > 0
    assert server.post(identity("acme"), "{ viewer { id } }")["data"] == {"viewer": {"id": "boss"}}
    assert "Traceback" not in (server.folder / "log").read_text()
