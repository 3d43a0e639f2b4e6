"""An installation of an earlier release, hit by what that release lost, gets its numbers back.

`releases/0.1.0.json` holds the rows that this release wrote of one tenant: messages by an account that was deactivated
later, by an event without its phone number id. From then on it found none of what WhatsApp had said of them.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, select

from analytics.domain.message_status import Status
from analytics.ingest.reprocessing import derive_again, is_outdated
from analytics.migrations import configuration, migrate
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from analytics.storage.tables import messages
from tests.conftest import POSTGRESQL, empty_database
from tests.support.factories import MONDAY, after, message_sent
from tests.support.ingest_helpers import feed

WRITTEN = json.loads((Path(__file__).parent / "releases" / "0.1.0.json").read_text(encoding="utf-8"))
NEWEST_THEN = "0004"


@pytest.fixture(params=["sqlite", "postgresql"])
async def hit(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database as the earlier release left it, brought up to date."""
    if request.param == "sqlite":
        async with Database(f"sqlite+aiosqlite:///{tmp_path}/embudo.db") as opened:
            await _written(opened)
            yield opened
        return
    async with empty_database(POSTGRESQL) as url, Database(url) as opened:
        await _written(opened)
        yield opened


async def _written(database: Database) -> None:
    await database.run_sync(lambda connection: command.upgrade(configuration(connection), NEWEST_THEN))
    await database.run_sync(_insert)
    await migrate(database)


def _insert(connection: Connection) -> None:
    for name, rows in WRITTEN.items():
        table = Table(name, MetaData(), autoload_with=connection)
        for row in rows:
            connection.execute(table.insert().values(**row))


async def _found(database: Database) -> dict[str, tuple[str, str | None, int | None]]:
    async with database.read() as reader:
        rows = await reader.rows(select(messages).where(messages.c.tenant_id == "acme"))
    return {row.id: (Status(row.status).name, row.reply_text, row.failed_code) for row in rows}


async def test_what_was_counted_once_comes_back(hit: Database) -> None:
    assert set((await _found(hit)).values()) == {("PENDING", None, None), ("READ", None, None)}
    async with hit.read() as reader:
        assert await is_outdated(reader) == ["acme"]
    await derive_again(hit, "acme", 0)
    assert await _found(hit) == {
        "m1": ("READ", None, None),
        "m2": ("FAILED", None, 131026),
        "m3": ("DELIVERED", "hola", None),
        "m4": ("READ", None, None),
    }
    assert [found async for _, found in verify(hit, "acme") if found] == []
    async with hit.read() as reader:
        assert await is_outdated(reader) == []
        rows = {row.id: row for row in await reader.rows(select(messages).where(messages.c.tenant_id == "acme"))}
    assert rows["m1"].delivered_at - rows["m1"].sent_at == 60_000_000
    # What it wrote is no correction of what is said from now on.
    await feed(hit, "acme", [message_sent("m1", updated_at=after(MONDAY, days=30), department_id="d2")])
    assert (await _found(hit))["m1"] == ("READ", None, None)
