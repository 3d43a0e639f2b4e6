"""The boundary of what is kept stands still, whatever zones a tenant goes through, and every message counts once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from structlog.testing import capture_logs

from analytics.domain import query_spec
from analytics.domain.errors import MessagesPurgedError, UnavailableError
from analytics.domain.measures.funnel import contribution
from analytics.domain.query_spec import AccessScope, QuerySpec, build_spec
from analytics.domain.time_zones import DAY, EPOCH_ORDINAL, HOUR, Zone, from_micros, to_micros, zone
from analytics.lifecycle import retention
from analytics.lifecycle.retention import delete_old_messages, preview
from analytics.lifecycle.tenant_removal import remove_tenant_rows
from analytics.reports import availability as states
from analytics.reports import runner
from analytics.reports.availability import DataAvailability
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.rollups import rebuild as rebuilding
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import sample_days, verify
from analytics.storage.database import Database, Writer
from analytics.storage.rollup_tables import COMPLETE, EDGE, TABLES
from analytics.storage.tables import messages
from tests.support import factories
from tests.support.factories import message_sent, reply, status
from tests.support.ingest_helpers import Event, feed

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WEST, EAST = "Etc/GMT+12", "Pacific/Kiritimati"  # 26 hours apart, the most there is
ZONES = ("UTC", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland", WEST, EAST)
YEAR = query_spec.MessageFilter(first=date(2026, 1, 1), last=date(2026, 12, 31))
# What does not depend on the zone.
TIMELESS = (
    Grouping.DEPARTMENT,
    Grouping.AGENT,
    Grouping.TEMPLATE,
    Grouping.ACCOUNT,
    Grouping.RESPONSE_TIME,
    Grouping.BOUNCE,
)
Days = dict[int, tuple[int, ...]]


def spec_of(tenant: str, name: str, filter: query_spec.MessageFilter = YEAR) -> QuerySpec:
    return build_spec(filter, AccessScope(tenant, None), tenant_time_zone=name, reply_window_days=7, now=to_micros(NOW))


async def numbers(
    database: Database, tenant: str, name: str, groupings: Sequence[Grouping] = (*TIMELESS, Grouping.DAY)
) -> dict[Grouping, Any]:
    async with database.read() as reader:
        return {
            one: await runner.run_aggregate(reader, AggregateQuery(spec_of(tenant, name), one)) for one in groupings
        }


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


async def state(database: Database, tenant: str) -> DataAvailability:
    async with database.read() as reader:
        found = await states.load(reader, tenant)
    assert found
    return found


async def size(database: Database, tenant: str) -> int:
    """Count the messages of a tenant."""
    async with database.read() as reader:
        row = await reader.first(select(func.count()).select_from(messages).where(messages.c.tenant_id == tenant))
    return row[0] if row else 0


async def copies(database: Database, tenant: str) -> int:
    """Count the rows that are copies of frozen days."""
    async with database.read() as reader:
        rows = [
            await reader.first(
                select(func.count()).select_from(table).where(table.c.tenant_id == tenant, table.c.period >= EDGE)
            )
            for table in TABLES
        ]
    return sum(row[0] for row in rows if row)


async def wrong(database: Database, tenant: str) -> list[str]:
    return [str(one) async for _, found in verify(database, tenant) for one in found]


async def drop(database: Database, tenant: str, now: datetime = NOW) -> int:
    return await delete_old_messages(database, tenant, 1, to_micros(now))


class Moving:
    """A tenant that moves from zone to zone."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database, self._tenant, self._at = database, tenant, factories.LONG_AGO

    async def to(self, name: str) -> None:
        self._at = factories.after(self._at, days=1)
        await feed(self._database, self._tenant, [factories.tenant(name, self._at)])


def sent_around(boundary: int, hours: range) -> list[Event]:
    """A message an hour around an instant, of two departments, with all that can follow."""
    events = []
    for n, hour in enumerate(hours):
        id, at = f"m{n:03}", from_micros(boundary + hour * HOUR).isoformat()
        contact = {"phone": f"+5690000{n:04}"}
        ticket = {"ticket": {"id": f"t{n}", "created": True}} if n % 5 == 0 else {}
        events.append(message_sent(id, at, department_id=f"d{n % 2}", contact=contact, **ticket))
        if n % 3 == 0:
            events.append(
                status(
                    id, "failed" if n % 2 else "read", factories.after(at, minutes=1), code=131026 if n % 2 else None
                )
            )
        if n % 4 == 0:
            events.append(reply(id, factories.after(at, hours=3), contact=contact))
    return events


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


async def moved(database: Database, tenant: str, first: str, *names: str) -> Moving:
    """A tenant with an hourly message around the first of October, whose older ones were dropped in its first zone."""
    moving = Moving(database, tenant)
    await moving.to(first)
    await feed(database, tenant, sent_around(zone(first).day_start(date(2026, 10, 1)), range(-60, 60)))
    assert await drop(database, tenant) == 60
    for name in names:
        await moving.to(name)
        await rebuild(database, tenant, anew=False)
    return moving


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


async def test_copies_are_neither_compared_nor_chosen_and_go_with_the_tenant(database: Database, tenant: str) -> None:
    await moved(database, tenant, EAST, "UTC")
    days = await sample_days(database, tenant, 10_000)
    assert (min(days), max(days)) == (date(2026, 10, 1), date(2026, 10, 2))
    checked = [day async for day, _ in verify(database, tenant)]
    assert checked == [date(2026, 10, 1), None]
    await remove_tenant_rows(database, tenant)
    assert await copies(database, tenant) == 0


async def test_a_wrong_count_of_a_day_beside_the_boundary_is_named(database: Database, tenant: str) -> None:
    await moved(database, tenant, WEST, EAST)
    async with database.write() as writer:
        for table in TABLES:
            day = table.c.period == date(2026, 10, 2).toordinal()
            await writer.execute(table.delete().where(table.c.tenant_id == tenant, day))
    assert any("day 2026-10-02" in line for line in await wrong(database, tenant))


# What can be read


@pytest.mark.parametrize(
    ("asked", "day"),
    [("UTC", "2026-10-01"), ("America/Santiago", "2026-10-01"), (EAST, "2026-10-02"), (WEST, "2026-10-01")],
)
async def test_what_needs_messages_begins_with_the_first_whole_day_of_its_own_zone(
    database: Database, tenant: str, asked: str, day: str
) -> None:
    await moved(database, tenant, "UTC", "America/Santiago")
    first, since = date.fromisoformat(day), (await state(database, tenant)).kept_since

    async def count(begins: date) -> int:
        filter = query_spec.MessageFilter(first=begins, last=YEAR.last, time_zone=asked)
        async with database.read() as reader:
            return await runner.count(reader, spec_of(tenant, "America/Santiago", filter))

    with pytest.raises(MessagesPurgedError, match=f"kept from {day} on"):
        await count(date.fromordinal(first.toordinal() - 1))
    assert await count(first) == 60 - (zone(asked).day_start(first) - since) // HOUR


async def test_while_the_counts_are_rebuilt_one_is_told_to_come_again(database: Database, tenant: str) -> None:
    moving = await moved(database, tenant, "UTC")
    await moving.to("America/Santiago")
    async with database.read() as reader:
        for grouping in (*TIMELESS, Grouping.DAY, Grouping.REPLY_HOUR):
            with pytest.raises(UnavailableError, match=r"being rebuilt\. Try again in a minute"):
                await runner.run_aggregate(reader, AggregateQuery(spec_of(tenant, "America/Santiago"), grouping))
        # What will be refused then too is refused now; what needs no dropped messages is answered.
        for other in (
            AggregateQuery(spec_of(tenant, "America/Santiago"), Grouping.HOUR),
            AggregateQuery(_in_utc(tenant), Grouping.DAY),
        ):
            with pytest.raises(MessagesPurgedError, match="2026-10-01"):
                await runner.run_aggregate(reader, other)
        kept = query_spec.MessageFilter(first=date(2026, 10, 1), last=YEAR.last)
        found = await runner.run_aggregate(
            reader, AggregateQuery(spec_of(tenant, "America/Santiago", kept), Grouping.DEPARTMENT)
        )
        assert sum(row.values[0] for row in found.values()) == 57
    await rebuild(database, tenant, anew=False)
    totals = (await numbers(database, tenant, "America/Santiago"))[Grouping.DEPARTMENT]
    assert sum(row.values[0] for row in totals.values()) == 120


def _in_utc(tenant: str) -> QuerySpec:
    """The year in another zone than the tenant's."""
    filter = query_spec.MessageFilter(first=YEAR.first, last=YEAR.last, time_zone="UTC")
    return spec_of(tenant, "America/Santiago", filter)


# What would be dropped


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
