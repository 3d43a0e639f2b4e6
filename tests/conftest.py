"""Fixtures: one empty database of each kind per test run; tests keep apart by using tenants of their own."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from analytics.migrations import migrate
from analytics.storage.citus.distribution import distribute
from analytics.storage.database import Database
from service.process_tuning import tune_garbage_collector
from tests.support.sql import citus, sqlite_speed
from tests.support.sql.clusters import create_database, drop_database, nodes_named

POSTGRESQL = os.environ.get("EMBUDO_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")

# The same examples on every machine; fewer of them in `make test-fast`; many and new ones in `make test-long`.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("fast", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=int(os.environ.get("EMBUDO_TEST_EXAMPLES", "1000")),
    derandomize=False,
)
PROFILE = os.environ.get("EMBUDO_TEST_PROFILE", "default")
settings.load_profile(PROFILE)


# A server with Citus: the tests of the database run on it too, distributed.
CITUS = os.environ.get("EMBUDO_TEST_CITUS_URL")
CITUS_NODES = nodes_named(os.environ.get("EMBUDO_TEST_CITUS_NODES", ""))


# Parameters of fixtures that are servers of their own.
SERVERS = {"postgresql", "citus", "redis", "rabbitmq", "bucket"}
# Tests of these folders start real processes, whatever they import.
FOLDERS = {"frontend": "browser", "soak": "process", "attack": "process"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tiers, and begin with the files that take longest: they are handed out one by one."""
    for item in items:
        for tier in _tiers(item):
            item.add_marker(tier)
    slowest = ("process", "browser")
    items.sort(key=lambda item: not any(item.get_closest_marker(tier) for tier in slowest))


def _tiers(item: pytest.Item) -> Iterator[str]:
    """The markers of a test: what it needs that a unit test does not. See pyproject.toml for their meaning."""
    folder = FOLDERS.get(item.path.relative_to(Path(__file__).parent).parts[0])
    module = getattr(item, "module", None)
    used = {getattr(value, "__module__", None) or "" for value in vars(module or item).values()}
    parameters = getattr(item, "callspec", None)
    if folder:
        yield folder
    elif any(name.startswith("tests.support.servers") for name in used):
        yield "process"
    kinds = set(map(str, parameters.params.values())) if parameters else set()
    own = "empty_database" in vars(module or item) and "sqlite" not in kinds
    if own or "tests.support.brokers" in used or not SERVERS.isdisjoint(kinds):
        yield "server"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a property without the threads of SQLite, and a third of its examples on a server: SQLite has them all.

    The rules are the same code on both, and 750 other tests run their SQL on a server too. `make test-long` has all
    examples on both.
    """
    test: Any = getattr(item, "obj", None)
    parameters = getattr(item, "callspec", None)
    on_server = parameters is not None and parameters.params.get("database") in SERVERS
    if not is_hypothesis_test(test):
        return (yield)
    if not on_server or PROFILE == "long":
        with sqlite_speed.without_threads():
            return (yield)
    # It is fixed when a test is decorated, for all its parameters, and Hypothesis has no other name for it.
    whole = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = settings(whole, max_examples=max(whole.max_examples // 3, 3))
    try:
        return (yield)
    finally:
        test._hypothesis_internal_use_settings = whole


def pytest_collection_finish() -> None:
    """Three thousand tests and all that they import are no garbage."""
    tune_garbage_collector()


KINDS = ["sqlite", "postgresql", *(["citus"] if CITUS else [])]


@pytest.fixture(scope="session")
async def databases(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Callable[[str], Coroutine[Any, Any, Database]]]:
    """Give the migrated database of a kind: one for the run, however often files ask for the one and the other."""
    async with AsyncExitStack() as stack:
        opened: dict[str, Database] = {}

        async def database_of(kind: str) -> Database:
            if kind not in opened:
                opened[kind] = await stack.enter_async_context(migrated_database(kind, tmp_path_factory))
            return opened[kind]

        yield database_of


@pytest.fixture(scope="session", params=KINDS)
async def database(
    request: pytest.FixtureRequest, databases: Callable[[str], Coroutine[Any, Any, Database]]
) -> Database:
    """A migrated database of each kind. PostgreSQL's tests skip visibly where no server runs, never in CI."""
    return await databases(request.param)


@asynccontextmanager
async def migrated_database(kind: str, folders: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database of a kind, with empty tables."""
    if kind == "sqlite":
        path = folders.mktemp("database") / "embudo.db"
        async with Database(f"sqlite+aiosqlite:///{path}") as opened:
            await migrate(opened)
            yield opened
        return
    async with empty_database(CITUS if CITUS and kind == "citus" else POSTGRESQL) as url, Database(url) as opened:
        await migrate(opened)
        if kind == "citus":
            await distribute(opened)
        yield opened


@pytest.fixture(scope="session")
async def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A migrated database, for modules whose tests would say the same on PostgreSQL: they call it `database`."""
    async with migrated_database("sqlite", tmp_path_factory) as opened:
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
    citus = server_url == CITUS
    nodes = CITUS_NODES if citus else []
    try:
        await create_database(server_url, name, nodes)
        yield f"{server_url.rpartition('/')[0].replace('postgresql://', 'postgresql+asyncpg://')}/{name}"
        # A daemon of Citus stays in each of its databases.
        await drop_database(server_url, name, nodes, force=citus)
    finally:
        await server.close()


@pytest.fixture
def without_threads() -> Iterator[None]:
    """Run SQLite's calls at once, for tests of thousands of reads that nothing else goes on beside."""
    with sqlite_speed.without_threads():
        yield


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test knows."""
    return uuid.uuid4().hex


citus.watch()
sqlite_speed.install()


@pytest.fixture(autouse=True)
def inside_citus() -> Iterator[None]:
    """Check that the statements that PostgreSQL ran would run on Citus too, see `tests.support.sql.citus`."""
    yield
    found = list(dict.fromkeys(citus.complaints))
    citus.complaints.clear()
    assert not found, "\n".join(found)
