"""The outlook: how many messages would be dropped, before they are."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from analytics.domain.time_zones import to_micros
from analytics.lifecycle import retention
from analytics.lifecycle.retention import preview
from analytics.storage.database import Database
from tests.analytics.rollups.zones import NOW, drop, sent_around, size, state
from tests.support import factories
from tests.support.ingest_helpers import feed


async def test_the_outlook_says_what_would_be_dropped_and_changes_nothing(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told(months: int | None) -> tuple[Any, ...]:
        async with database.read() as reader:
            found = await preview(reader, tenant, months, to_micros(NOW))
        assert found.zone.name == "UTC"
        return found.kept_from, found.dropped_before, found.messages, found.left, found.ready

    await feed(database, tenant, sent_around(to_micros(datetime(2026, 10, 1, tzinfo=UTC)), range(-60, 60)))
    assert await told(None) == (None, None, 0, 0, True)
    assert await told(1) == (None, date(2026, 10, 1), 60, 0, True)
    assert await told(12) == (None, None, 0, 0, True)
    assert await size(database, tenant) == 120

    async def cut_off(*_: Any) -> int:
        raise ConnectionError("the process was killed")

    with monkeypatch.context() as patched:
        patched.setattr(retention, "_drop_some", cut_off)
        with pytest.raises(ConnectionError):
            await drop(database, tenant)
    assert await told(1) == (date(2026, 10, 1), None, 0, 60, True)
    await drop(database, tenant)
    assert await told(None) == (date(2026, 10, 1), None, 0, 0, True)
    other = uuid4().hex
    async with database.read() as reader:
        nothing = await preview(reader, other, 1, to_micros(NOW))
    assert (nothing.kept_from, nothing.further, nothing.messages) == (None, None, 0)


async def test_the_outlook_counts_what_waits_for_a_rebuild(database: Database, tenant: str) -> None:
    await feed(database, tenant, sent_around(to_micros(datetime(2026, 10, 1, tzinfo=UTC)), range(-60, 60)))
    await feed(database, tenant, [factories.tenant("America/Santiago")])
    async with database.read() as reader:
        found = await preview(reader, tenant, 1, to_micros(NOW))
    assert (found.messages, found.ready, found.zone.name) == (63, False, "America/Santiago")


async def test_how_many_messages_are_dropped_is_said_before(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(database, tenant, sent_around(to_micros(datetime(2026, 10, 1, tzinfo=UTC)), range(-60, 60)))

    async def cut_off(*_: Any) -> None:
        raise ConnectionError("the process was killed")

    with capture_logs() as logs, monkeypatch.context() as patched:
        patched.setattr(retention, "_move", cut_off)
        with pytest.raises(ConnectionError):
            await drop(database, tenant)
    said = {"tenant": tenant, "messages": 60, "sent_before": "2026-10-01", "time_zone": "UTC"}
    assert logs == [{"event": "dropping messages", "log_level": "warning", **said}]
    assert (await state(database, tenant)).kept_from is None
    await drop(database, tenant)
    with capture_logs() as logs:
        await drop(database, tenant)
    assert logs == []
