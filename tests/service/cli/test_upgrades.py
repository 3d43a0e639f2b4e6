"""An upgrade without a pause: a newer release's migration runs while this release serves, and stays behind it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from analytics.storage.database import Database
from tests.conftest import POSTGRESQL, empty_database
from tests.service.ingest.test_events import funnel, ndjson, post
from tests.support.factories import identity, message_sent, reply
from tests.support.servers.downloads import exported_rows
from tests.support.servers.server import Server, embudo, in_database, running

# What a next release could add.
EXPANDING = (
    "ALTER TABLE messages ADD COLUMN next_release TEXT",
    "CREATE INDEX messages_by_next_release ON messages (tenant_id, next_release)",
    "CREATE TABLE next_release (tenant_id VARCHAR PRIMARY KEY, note TEXT NOT NULL)",
    "UPDATE alembic_version SET version_num = 'of the next release'",
)
CLOSED = {"type": "message.status", "message_id": "m1", "status": "delivered", "at": "2026-11-02T12:00:05Z"}


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/embudo.db"
        return
    async with empty_database(POSTGRESQL) as url:
        yield url


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    """This release, serving."""
    with running(tmp_path, EMBUDO_DATABASE_URL=database_url) as server:
        yield server


async def expand(database: Database) -> None:
    """Migrate as the next release would."""
    async with database.write() as writer:
        for statement in EXPANDING:
            await writer.execute(text(statement))


async def version(database: Database) -> str:
    """Return the database's stored version."""
    async with database.read() as reader:
        row = await reader.first(text("SELECT version_num FROM alembic_version"))
    assert row is not None
    return str(row[0])


def test_the_code_goes_on_working_on_the_tables_of_the_next_release(server: Server, tenant: str) -> None:
    """With connections, prepared statements and processes from before the migration, and with new ones."""
    assert post(server, tenant, ndjson(message_sent("m1"), message_sent("m2"))).json()["accepted"] == 2
    assert funnel(server, tenant) == (2, 0)
    assert len(exported_rows(server, identity(tenant))) == 2

    in_database(server.database_url, expand)

    assert post(server, tenant, ndjson(message_sent("m3"), CLOSED, reply("m1"))).json()["accepted"] == 3
    assert funnel(server, tenant) == (3, 1)
    assert [row[6] for row in exported_rows(server, identity(tenant))] == ["m1", "m2", "m3"]
    server.stop()
    server.start()
    assert post(server, tenant, ndjson(message_sent("m4"), message_sent("m4"))).json()["duplicate"] == 1
    assert funnel(server, tenant) == (4, 1)
    assert len(exported_rows(server, identity(tenant))) == 4
    rollups = embudo(server.folder, "rollups", "check", "--tenant", tenant, env=server.settings)
    assert (rollups.returncode, rollups.stdout) == (0, b"")


def test_migrating_leaves_the_tables_of_a_newer_release_alone(server: Server, tenant: str) -> None:
    in_database(server.database_url, expand)
    done = embudo(server.folder, "migrate", env=server.settings)
    assert done.returncode == 0
    assert b"A newer release has migrated this database" in done.stderr
    assert in_database(server.database_url, version) == "of the next release"
    assert post(server, tenant, ndjson(message_sent("m1"))).json()["accepted"] == 1
    assert funnel(server, tenant) == (1, 0)
