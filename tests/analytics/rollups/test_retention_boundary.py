"""The boundary of what is kept stands still, whatever zones a tenant goes through, and every message counts once."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from analytics.domain.measures.funnel import contribution
from analytics.domain.time_zones import DAY, EPOCH_ORDINAL, HOUR, Zone, from_micros, to_micros, zone
from analytics.lifecycle import retention
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import availability as states
from analytics.reports.availability import DataAvailability
from analytics.reports.planner import Grouping
from analytics.rollups import rebuild as rebuilding
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database, Writer
from analytics.storage.rollup_tables import COMPLETE
from analytics.storage.tables import messages
from tests.analytics.rollups.zones import (
    EAST,
    NOW,
    TIMELESS,
    WEST,
    Moving,
    copies,
    drop,
    moved,
    numbers,
    sent_around,
    size,
    state,
    wrong,
)
from tests.support import factories
from tests.support.factories import message_sent, status
from tests.support.ingest_helpers import feed

ZONES = ("UTC", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland", WEST, EAST)
Days = dict[int, tuple[int, ...]]


async def by_day(database: Database, tenant: str, name: str) -> Days:
    """The funnel of each day, as rollups have it."""
    found = (await numbers(database, tenant, name, [Grouping.DAY]))[Grouping.DAY]
    return {day: counts.values for (day,), counts in found.items()}


async def expected(database: Database, tenant: str, frozen: Days, local: Zone) -> Days:
    """The frozen counts, and those of the kept rows on their days of a zone."""
    since = (await state(database, tenant)).kept_since
    columns = messages.c.sent_at, messages.c.status, messages.c.reply_id, messages.c.ticket_created
    async with database.read() as reader:
        rows = await reader.rows(select(*columns).where(messages.c.tenant_id == tenant, messages.c.sent_at >= since))
    days = dict(frozen)
    for sent_at, stands, reply_id, created in rows:
        day = local.local(sent_at) // DAY + EPOCH_ORDINAL
        added = contribution(stands, reply_id is not None, created)
        days[day] = tuple(map(sum, zip(days.get(day, (0,) * len(added)), added, strict=True)))
    return days


async def frozen_days(database: Database, tenant: str, name: str) -> Days:
    """The counts that were dropped in a zone, as long as the rollups are of that zone."""
    kept_from = (await state(database, tenant)).kept_from or 0
    return {day: row for day, row in (await by_day(database, tenant, name)).items() if day < kept_from}


@pytest.mark.parametrize("first", ["UTC", WEST, EAST])
async def test_a_change_of_zone_loses_no_message(database: Database, tenant: str, first: str) -> None:
    boundary = zone(first).day_start(date(2026, 10, 1))
    moving = Moving(database, tenant)
    await moving.to(first)
    await feed(database, tenant, sent_around(boundary, range(-60, 60)))
    before = await numbers(database, tenant, first)
    assert await drop(database, tenant) == 60
    dropped = await state(database, tenant)
    assert (dropped.kept_from, dropped.kept_since) == (date(2026, 10, 1).toordinal(), boundary)
    frozen = await frozen_days(database, tenant, first)
    for name in ("America/Santiago", EAST, WEST, EAST, "Asia/Kathmandu", WEST, "UTC", first):
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
        assert await by_day(database, tenant, name) == await expected(database, tenant, frozen, zone(name))
        found = await numbers(database, tenant, name)
        assert [found[one] for one in TIMELESS] == [before[one] for one in TIMELESS]
        assert await wrong(database, tenant) == []
        assert await drop(database, tenant) == 0
        assert await size(database, tenant) == 60
        assert (await state(database, tenant)).kept_since == boundary
    assert await numbers(database, tenant, first) == before


# Hours from the boundary; one of them is before it, so that there is one.
AROUND = st.lists(st.integers(-54, 54), max_size=12).map(lambda hours: [-55, *hours])
STEPS = st.lists(
    st.sampled_from(ZONES) | st.sampled_from(("read", "failed")) | st.just("anew") | st.just("drop"), max_size=8
)


@settings(max_examples=15)  # each is a whole history, read in many ways
@given(first=st.sampled_from(ZONES), hours=AROUND, steps=STEPS, data=st.data())
async def test_whatever_zones_a_tenant_goes_through_it_is_as_if_it_had_stayed(
    database: Database, first: str, hours: list[int], steps: list[str], data: st.DataObject
) -> None:
    boundary = zone(first).day_start(date(2026, 10, 1))
    events = [message_sent(f"m{n}", from_micros(boundary + hour * HOUR).isoformat()) for n, hour in enumerate(hours)]
    kept = [f"m{n}" for n, hour in enumerate(hours) if hour >= 0]
    moved, stayed = uuid4().hex, uuid4().hex
    moving = Moving(database, moved)
    await moving.to(first)
    await feed(database, moved, events)
    await feed(database, stayed, [factories.tenant(first), *events])
    assert [await drop(database, tenant) for tenant in (moved, stayed)] == [len(hours) - len(kept)] * 2
    here, start, frozen = first, await state(database, moved), await frozen_days(database, moved, first)
    for step in (*steps, first):
        if step in ZONES:
            here = step
            await moving.to(step)
        elif step == "anew":
            await rebuild(database, moved, anew=True)
        elif step == "drop":
            assert await drop(database, moved) == 0
        elif kept:
            later = [
                status(
                    data.draw(st.sampled_from(kept)), step, factories.after(from_micros(boundary).isoformat(), days=9)
                )
            ]
            await feed(database, moved, later)
            await feed(database, stayed, later)
        await rebuild(database, moved, anew=False)
        assert await by_day(database, moved, here) == await expected(database, moved, frozen, zone(here))
        assert await wrong(database, moved) == []
    end = await state(database, moved)
    assert (end.kept_from, end.kept_since) == (start.kept_from, start.kept_since)
    assert await numbers(database, moved, first) == await numbers(database, stayed, first)


async def test_other_rules_for_the_same_zone_change_no_count(database: Database, tenant: str) -> None:
    await moved(database, tenant, EAST, WEST)
    before = await numbers(database, tenant, WEST)
    found = await state(database, tenant)
    async with database.write() as writer:
        older = DataAvailability(f"{WEST} of another release", COMPLETE, found.kept_from, found.kept_since)
        await states.save(writer, tenant, older)
    await rebuild(database, tenant, anew=False)
    assert await numbers(database, tenant, WEST) == before
    assert await wrong(database, tenant) == []


async def test_frozen_days_that_are_empty_are_copied_too(database: Database, tenant: str) -> None:
    """Otherwise what is counted on them later would be taken for frozen."""
    moving = Moving(database, tenant)
    await moving.to(EAST)
    boundary = zone(EAST).day_start(date(2026, 10, 1))
    await feed(database, tenant, sent_around(boundary, range(-100, -90)))
    await feed(database, tenant, [message_sent("kept", from_micros(boundary).isoformat())])
    assert await drop(database, tenant) == 10
    for name in (WEST, "UTC", WEST, EAST):
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
        days = await by_day(database, tenant, name)
        assert sum(row[0] for row in days.values()) == 11
        assert days[zone(name).local(boundary) // DAY + EPOCH_ORDINAL][0] == 1


async def test_a_drop_that_is_in_progress_counts_nothing_twice(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = Moving(database, tenant)
    await moving.to(WEST)
    boundary = zone(WEST).day_start(date(2026, 10, 1))
    await feed(database, tenant, sent_around(boundary, range(-60, 60)))
    before = await numbers(database, tenant, WEST)

    async def cut_off(*_: Any) -> int:
        raise ConnectionError("the process was killed")

    with monkeypatch.context() as patched:
        patched.setattr(retention, "_drop_some", cut_off)
        with pytest.raises(ConnectionError):
            await drop(database, tenant)
    frozen = await frozen_days(database, tenant, WEST)
    for name in (EAST, "UTC"):
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
        assert await size(database, tenant) == 120
        assert await by_day(database, tenant, name) == await expected(database, tenant, frozen, zone(name))
        assert await wrong(database, tenant) == []
    assert await delete_old_messages(database, tenant, None, to_micros(NOW)) == 60
    await moving.to(WEST)
    await rebuild(database, tenant, anew=False)
    assert await numbers(database, tenant, WEST) == before


async def test_a_rebuild_that_is_interrupted_goes_on(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = await moved(database, tenant, EAST)
    frozen = await frozen_days(database, tenant, EAST)
    await moving.to(WEST)
    step, steps = rebuilding._step, 0

    async def interrupted(writer: Writer, tenant: str) -> date | None:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise ConnectionError("the process was killed")
        return await step(writer, tenant)

    monkeypatch.setattr(rebuilding, "STEP", 1)
    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "_step", interrupted)
        with pytest.raises(ConnectionError):
            await rebuild(database, tenant, anew=False)
    boundary = from_micros((await state(database, tenant)).kept_since).isoformat()
    await feed(
        database, tenant, [message_sent("new", boundary), status("m061", "read", factories.after(boundary, days=2))]
    )
    await rebuild(database, tenant, anew=False)
    assert await by_day(database, tenant, WEST) == await expected(database, tenant, frozen, zone(WEST))
    assert await wrong(database, tenant) == []


async def test_the_boundary_moves_on_with_later_months_and_freezes_what_was_counted(
    database: Database, tenant: str
) -> None:
    moving = await moved(database, tenant, EAST, WEST)
    before = await by_day(database, tenant, WEST)
    assert await copies(database, tenant)
    assert await drop(database, tenant, datetime(2026, 12, 20, tzinfo=UTC)) == 60
    assert await copies(database, tenant) == 0
    found = await state(database, tenant)
    assert found.kept_since == zone(WEST).day_start(date(2026, 11, 1))
    for name in (EAST, "UTC", WEST):
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
        assert await by_day(database, tenant, name) == before
    assert await wrong(database, tenant) == []
