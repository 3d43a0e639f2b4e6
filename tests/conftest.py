"""Fixtures: one empty database of each kind per test run; tests keep apart by using tenants of their own."""

import os
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from analytics.database import Database
from analytics.migrations import migrate

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


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A migrated database of each kind. PostgreSQL's tests skip visibly where no server runs, never in CI."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("database") / "embudo.db"
        async with Database(f"sqlite+aiosqlite:///{path}") as opened:
            await migrate(opened)
            yield opened
        return
    name = f"embudo_test_{uuid.uuid4().hex}"
    try:
        server = await asyncpg.connect(POSTGRESQL)
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL server at EMBUDO_TEST_POSTGRESQL_URL")
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        url = POSTGRESQL.rpartition("/")[0].replace("postgresql://", "postgresql+asyncpg://")
        async with Database(f"{url}/{name}") as opened:
            await migrate(opened)
            yield opened
        await server.execute(f'DROP DATABASE "{name}"')
    finally:
        await server.close()


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test knows."""
    return uuid.uuid4().hex
