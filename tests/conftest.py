"""Fixtures: one empty database of each kind per test run; tests keep apart by using tenants of their own."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from analytics.database import Database
from analytics.distribution import distribute
from analytics.migrations import migrate
from service.garbage import tune_garbage_collector
from tests import citus

POSTGRESQL = os.environ.get("EMBUDO_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")

# The same examples on every machine in CI; more of them, and new ones, when asked for.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=int(os.environ.get("EMBUDO_TEST_EXAMPLES", "1000")),
    derandomize=False,
)
settings.load_profile(os.environ.get("EMBUDO_TEST_PROFILE", "default"))


# A server with Citus: the tests of the database run on it too, distributed.
CITUS = os.environ.get("EMBUDO_TEST_CITUS_URL")
# Its other nodes, host:port with commas between them, with the same role. Without any, the one node has all shards.
CITUS_NODES = [node.strip() for node in os.environ.get("EMBUDO_TEST_CITUS_NODES", "").split(",") if node.strip()]


def pytest_collection_finish() -> None:
    """Three thousand tests and all that they import are no garbage."""
    tune_garbage_collector()


@pytest.fixture(scope="session", params=["sqlite", "postgresql", *(["citus"] if CITUS else [])])
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A migrated database of each kind. PostgreSQL's tests skip visibly where no server runs, never in CI."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("database") / "embudo.db"
        async with Database(f"sqlite+aiosqlite:///{path}") as opened:
            await migrate(opened)
            yield opened
        return
    async with (
        empty_database(CITUS if CITUS and request.param == "citus" else POSTGRESQL) as url,
        Database(url) as opened,
    ):
        await migrate(opened)
        if request.param == "citus":
            await distribute(opened)
        yield opened


@asynccontextmanager
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """The URL of a database of its own on a server. Skips visibly where no server answers, fails in CI."""
    name = f"embudo_test_{uuid.uuid4().hex}"
    try:
        server = await asyncpg.connect(server_url)
    except OSError:
        if os.environ.get("CI") or server_url == CITUS:
            raise
        pytest.skip("no PostgreSQL server at EMBUDO_TEST_POSTGRESQL_URL")
    nodes = CITUS_NODES if server_url == CITUS else []
    # A daemon of Citus stays in each of its databases.
    forced = "WITH (FORCE)" if server_url == CITUS else ""
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        for node in nodes:
            await _execute(_on(server_url, node), f'CREATE DATABASE "{name}"')
            await _execute(_on(server_url, node, name), "CREATE EXTENSION citus")
        if nodes:
            await _join(f"{server_url.rpartition('/')[0]}/{name}", nodes)
        yield f"{server_url.rpartition('/')[0].replace('postgresql://', 'postgresql+asyncpg://')}/{name}"
        await server.execute(f'DROP DATABASE "{name}" {forced}')
        for node in nodes:
            await _execute(_on(server_url, node), f'DROP DATABASE "{name}" {forced}')
    finally:
        await server.close()


async def _join(coordinator: str, nodes: list[str]) -> None:
    """Make a cluster of a database: Citus knows its nodes by database, and one on each node must have its name."""
    at = make_url(coordinator)
    connection = await asyncpg.connect(coordinator)
    try:
        await connection.execute("CREATE EXTENSION citus")
        await connection.execute("SELECT citus_set_coordinator_host($1::text, $2::int)", at.host, at.port or 5432)
        for node in nodes:
            host, _, port = node.rpartition(":")
            await connection.execute("SELECT citus_add_node($1::text, $2::int)", host, int(port))
    finally:
        await connection.close()


def _on(server_url: str, node: str, database: str | None = None) -> str:
    """The URL of a node, with the role of the coordinator's."""
    host, _, port = node.rpartition(":")
    url = make_url(server_url).set(host=host, port=int(port))
    return (url if database is None else url.set(database=database)).render_as_string(hide_password=False)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test knows."""
    return uuid.uuid4().hex


citus.watch()


@pytest.fixture(autouse=True)
def inside_citus() -> Iterator[None]:
    """What PostgreSQL was asked is what Citus would run too, see `tests.citus`."""
    yield
    found = list(dict.fromkeys(citus.complaints))
    citus.complaints.clear()
    assert not found, "\n".join(found)
