"""The demo's template in trouble, and its holiday."""

from datetime import UTC, date, datetime

import pytest

from analytics.reports.annotations.template_health import load_health
from analytics.storage.database import Database
from analytics.storage.tables import annotations
from service.demo.events import DEMO_TENANT, demo_events
from service.demo.health import RECATEGORIZED, TROUBLED, add_health, last_holiday
from tests.support.ingest_helpers import feed

UNTIL = datetime(2026, 11, 18, 19, 40, tzinfo=UTC)


@pytest.fixture
async def demo(database: Database) -> Database:
    """A database with the demo's directory, and its health."""
    await feed(database, DEMO_TENANT, demo_events(0, 1, UNTIL))
    await add_health(database, UNTIL)
    return database


async def test_a_template_was_paused_twice_and_another_changes_its_category(demo: Database) -> None:
    async with demo.read() as reader:
        health = await load_health(reader, DEMO_TENANT)
    assert (health[TROUBLED].quality, health[TROUBLED].status) == ("RED", "APPROVED")
    assert [change.reason for change in health[TROUBLED].changes if change.after == "PAUSED"] == [
        "FIRST_PAUSE",
        "SECOND_PAUSE",
    ]
    assert [change.kind for change in health[RECATEGORIZED].changes] == ["CATEGORY_ANNOUNCED"]


async def test_there_is_a_note_of_the_last_holiday(demo: Database) -> None:
    async with demo.read() as reader:
        rows = await reader.rows(annotations.select().where(annotations.c.tenant_id == DEMO_TENANT))
    assert [(date.fromordinal(row.first_day), row.text) for row in rows] == [(date(2026, 11, 1), "Feriado")]
    assert last_holiday(datetime(2026, 9, 20, 12, tzinfo=UTC)) == date(2026, 9, 19)
