"""Messages of old months are dropped, and no number that rollups give changes by it; what needs rows is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from analytics.domain import query_spec
from analytics.domain.errors import InvalidInputError
from analytics.domain.query_spec import AccessScope, QuerySpec, build_spec
from analytics.domain.time_zones import to_micros, zone
from analytics.ingest.outcomes import Outcome
from analytics.lifecycle import retention
from analytics.lifecycle.retention import delete_old_messages, first_kept
from analytics.reports import availability as states
from analytics.reports import runner
from analytics.reports.maturing import count_maturing
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import Rows
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import sample_days, verify
from analytics.storage.database import Database, Writer
from analytics.storage.rollup_tables import FIRST_WEEK, ROLLUPS
from analytics.storage.tables import messages, receipts, replies
from tests.support import factories, oracle, strategies
from tests.support.factories import message_sent, reply, status
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FROM_ROLLUPS = [grouping for grouping in Grouping if grouping not in (Grouping.HOUR, Grouping.CATEGORY)]
ALL = query_spec.MessageFilter(first=date(2026, 1, 1), last=date(2026, 12, 31))


def spec_of(tenant: str, filter: query_spec.MessageFilter = ALL, zone: str = "UTC") -> QuerySpec:
    return build_spec(filter, AccessScope(tenant, None), tenant_time_zone=zone, reply_window_days=7, now=to_micros(NOW))


async def numbers(database: Database, spec: QuerySpec) -> dict[Grouping, Rows]:
    filtered = {dimension.column for dimension, _ in spec.filtered()}
    # By agents and accounts, send times are read from message rows.
    left_out = () if filtered <= {"template_id", "department_id"} else (Grouping.SEND_HOUR,)
    async with database.read() as reader:
        return {
            grouping: await runner.run_aggregate(reader, AggregateQuery(spec, grouping))
            for grouping in FROM_ROLLUPS
            if grouping not in left_out
        }


async def drop(database: Database, tenant: str, months: int | None = 1, now: datetime = NOW) -> int:
    return await delete_old_messages(database, tenant, months, to_micros(now))


async def state(database: Database, tenant: str) -> states.DataAvailability:
    async with database.read() as reader:
        found = await states.load(reader, tenant)
    assert found
    return replace(found, version=None, directory_version=None)  # transactions give others


async def sizes(database: Database, tenant: str) -> tuple[int, int, int]:
    """Count the messages, receipts and replies."""
    async with database.read() as reader:
        found = [
            await reader.first(select(func.count()).select_from(table).where(table.c.tenant_id == tenant))
            for table in (messages, receipts, replies)
        ]
    return found[0][0], found[1][0], found[2][0]  # type: ignore[index]  # a count is always there


async def wrong(database: Database, tenant: str) -> list[str]:
    return [str(one) async for _, found in verify(database, tenant) for one in found]


@pytest.fixture
def kept_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Sets the first day to keep, which otherwise is that of a month."""
    return lambda day: monkeypatch.setattr(retention, "first_kept", lambda *_: day)


# Which days are kept


@pytest.mark.parametrize(
    ("months", "now", "window", "first"),
    [
        (1, "2026-11-20T12:00:00Z", 7, "2026-10-01"),
        (12, "2026-11-20T12:00:00Z", 7, "2025-11-01"),
        (1, "2026-01-01T02:59:00Z", 7, "2025-11-01"),  # still December in Santiago
        (1, "2026-01-01T03:00:00Z", 7, "2025-12-01"),
        (1, "2026-11-20T12:00:00Z", 60, "2026-09-01"),  # messages of September may still be answered
        (9999, "2026-11-20T12:00:00Z", 7, "1970-01-01"),
    ],
)
def test_whole_months_are_kept_and_whatever_may_still_change(months: int, now: str, window: int, first: str) -> None:
    at = to_micros(datetime.fromisoformat(now))
    mature = at - query_spec.finality_window(window)
    assert first_kept(zone("America/Santiago"), months, mature, at) == date.fromisoformat(first)


# Numbers


@settings(max_examples=15)  # each is a whole history, read in many ways
@given(data=st.data())
async def test_dropping_changes_no_number(
    database: Database, data: st.DataObject, kept_from: Callable[[date], None]
) -> None:
    events, filter = data.draw(strategies.cases())
    night = data.draw(st.sampled_from(strategies.NIGHTS))
    day = night.date() + timedelta(days=data.draw(st.integers(-2, 9)))
    kept_from(day)
    tenant, known = uuid4().hex, Oracle(json.loads(json.dumps(events)))
    await feed(database, tenant, events)
    await rebuild(database, tenant, anew=False)
    wanted = query_spec.MessageFilter(**{**vars(filter), "time_zone": None})
    asked = [spec_of(tenant, one, known.time_zone) for one in (ALL, wanted)]
    before = [await numbers(database, spec) for spec in asked]

    local, sent = zone(known.time_zone), [to_micros(message.sent_at) for message in known.messages.values()]
    since = local.day_start(day)
    assert await drop(database, tenant) == sum(at < since for at in sent)
    assert [await numbers(database, spec) for spec in asked] == before
    assert await wrong(database, tenant) == []

    one_side = [event for event in events if not _moved_over(event, events, since)]
    await feed(database, tenant, data.draw(strategies.orderings(one_side)))
    assert [await numbers(database, spec) for spec in asked] == before
    await rebuild(database, tenant, anew=True)
    assert [await numbers(database, spec) for spec in asked] == before
    assert await wrong(database, tenant) == []


def _moved_over(event: Event, events: list[Event], since: int) -> bool:
    """Return True if descriptions of the event's message place it on both sides of an instant."""
    sends = [one for one in events if one["type"] == "message.sent"]
    if event["type"] != "message.sent":
        return False
    same = [one for one in sends if one["message"]["id"] == event["message"]["id"]]
    return len({to_micros(datetime.fromisoformat(one["at"])) < since for one in same}) > 1


@settings(max_examples=15)
@given(data=st.data())
async def test_in_another_zone_what_is_kept_is_exact_and_nothing_is_lost(
    database: Database, data: st.DataObject, kept_from: Callable[[date], None]
) -> None:
    events, _ = data.draw(strategies.cases())
    kept_from(data.draw(st.sampled_from(strategies.NIGHTS)).date() + timedelta(days=data.draw(st.integers(-1, 8))))
    tenant = uuid4().hex
    await feed(database, tenant, events)
    await rebuild(database, tenant, anew=False)
    dropped = await drop(database, tenant)
    first = await state(database, tenant)
    later = "2030-01-01T00:00:00Z"
    for other in data.draw(
        st.lists(st.sampled_from((*strategies.ZONES, "Pacific/Kiritimati")), min_size=1, max_size=3)
    ):
        later = factories.after(later, days=1)
        await feed(database, tenant, [factories.tenant(other, later)])
        await rebuild(database, tenant, anew=False)
        found = await numbers(database, spec_of(tenant, zone=other))
        assert sum(row.values[0] for row in found[Grouping.DEPARTMENT].values()) == len(Oracle(events).messages)
        assert sum(row.values[0] for row in found[Grouping.DAY].values()) == len(Oracle(events).messages)
        assert await wrong(database, tenant) == []
    assert await state(database, tenant) == replace(first, zone_rules=zone(other).rules_version)
    if dropped:
        assert first.kept_from is not None
        # From here on days hold no dropped messages, and all that are kept.
        whole = max(date.fromordinal(first.kept_from), zone(other).first_whole_day(first.kept_since))
        kept = query_spec.MessageFilter(first=whole, last=ALL.last)
        rules = Oracle([*events, factories.tenant(other, later)])
        days = {
            (day.toordinal(),): total["messages"][0]
            for _, day, total in rules.series(oracle.Filter(kept.first, kept.last), "DAY")
            if total["messages"][0]
        }
        found = await numbers(database, spec_of(tenant, kept, other))
        assert {key: counts.values[0] for key, counts in found[Grouping.DAY].items()} == days


# Three months of messages


def history() -> list[Event]:
    """A send on the first of each of four months, and one late the evening before, each with all that can follow."""
    events = []
    for month in (8, 9, 10, 11):
        for n, at in enumerate((f"2026-{month:02}-01T00:00:00Z", f"2026-{month:02}-01T12:00:00Z")):
            id = f"m{month}{n}"
            sent = factories.after(at, hours=-1) if n == 0 else at
            events += [
                message_sent(id, sent, contact={"phone": f"+569{month:04}{n:04}"}),
                status(id, "read", factories.after(sent, minutes=5)),
                {**status("", "delivered", sent), "message_id": None, "wamid": f"wamid.{id}", "account_id": "a1"},
                reply(id, factories.after(sent, hours=2), contact={"phone": f"+569{month:04}{n:04}"}),
            ]
    return events


async def test_messages_go_with_their_receipts_and_replies(database: Database, tenant: str) -> None:
    await feed(database, tenant, history())
    assert await sizes(database, tenant) == (8, 16, 8)
    assert await drop(database, tenant, months=None) == 0
    assert await drop(database, tenant) == 5
    # The reply of the last of September came in October: it is kept, so that it finds nothing else to answer.
    assert await sizes(database, tenant) == (3, 6, 4)
    async with database.read() as reader:
        assert await states.first_retained_day(reader, tenant, zone("UTC")) == date(2026, 10, 1)
    assert await drop(database, tenant) == 0
    assert await drop(database, tenant, now=NOW + timedelta(days=20)) == 2
    assert await sizes(database, tenant) == (1, 2, 2)
    assert await drop(database, tenant) == 0, "the boundary never moves back"
    assert (await state(database, tenant)).kept_from == date(2026, 11, 1).toordinal()


async def test_a_drop_that_was_interrupted_goes_on(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(database, tenant, history())
    before = await numbers(database, spec_of(tenant))
    step, steps = retention._drop_some, 0

    async def interrupted(writer: Writer, tenant: str) -> int:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise ConnectionError("the process was killed")
        return await step(writer, tenant)

    monkeypatch.setattr(retention, "STEP", 2)
    with monkeypatch.context() as patched:
        patched.setattr(retention, "_drop_some", interrupted)
        with pytest.raises(ConnectionError):
            await drop(database, tenant)
    assert (await state(database, tenant)).kept_from == date(2026, 10, 1).toordinal()
    assert (await sizes(database, tenant))[0] == 6
    assert await wrong(database, tenant) == []
    await feed(database, tenant, [status("m90", "failed", "2026-10-02T00:00:00Z"), *history()])
    await rebuild(database, tenant, anew=True)
    assert await drop(database, tenant, months=None) == 3
    assert await numbers(database, spec_of(tenant)) == before
    assert await wrong(database, tenant) == []


async def test_nothing_is_dropped_while_rollups_are_being_built(database: Database, tenant: str) -> None:
    await feed(database, tenant, history())
    await feed(database, tenant, [factories.tenant("America/Santiago")])
    assert await drop(database, tenant) == 0
    await rebuild(database, tenant, anew=False)
    assert await drop(database, tenant) == 5


async def test_late_events_are_rejected_and_statuses_of_later_wait_as_orphans(database: Database, tenant: str) -> None:
    await feed(database, tenant, history())
    await drop(database, tenant)
    before = await numbers(database, spec_of(tenant))
    late, kept = "2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z"
    outcomes = await feed(
        database,
        tenant,
        [
            message_sent("new", late),
            status("m90", "failed", late),
            reply("m90", late, id="new"),
            status("m90", "deleted", late),
            status("m90", "failed", kept),
            *history(),
        ],
    )
    assert outcomes[:5] == [Outcome.REJECTED] * 3 + [Outcome.IGNORED, Outcome.ACCEPTED]
    assert set(outcomes[5:]) == {Outcome.REJECTED, Outcome.DUPLICATE}
    assert await numbers(database, spec_of(tenant)) == before


async def test_a_reply_to_what_was_dropped_finds_nothing_else(database: Database, tenant: str) -> None:
    answered = message_sent("m1", "2026-09-30T23:00:00Z", ticket={"id": "9001"})
    other = message_sent("m2", "2026-10-01T01:00:00Z", ticket={"id": "9002"})
    written = reply("", "2026-10-01T02:00:00Z", id="r1", in_reply_to=None, ticket_id="9001")
    await feed(database, tenant, [answered, other, written])
    before = await numbers(database, spec_of(tenant))
    assert await drop(database, tenant) == 1
    await feed(database, tenant, [written | {"reply": written["reply"] | {"text": "again", "contact": None}}])
    await feed(database, tenant, [status("m2", "failed", "2026-10-01T03:00:00Z")])
    await feed(database, tenant, [status("m2", "read", "2026-10-01T03:00:00Z"), written])
    async with database.read() as reader:
        found = await reader.first(select(messages.c.reply_id).where(messages.c.tenant_id == tenant))
    assert found == (None,)
    after = await numbers(database, spec_of(tenant))
    assert after[Grouping.REPLY_HOUR] == before[Grouping.REPLY_HOUR]


# What needs rows


@pytest.mark.parametrize("needs", ["hours", "zone", "export", "count"])
async def test_what_needs_rows_is_refused_beyond_the_boundary(database: Database, tenant: str, needs: str) -> None:
    await feed(database, tenant, history())
    await drop(database, tenant)

    async def asked(first: date) -> Any:
        filter = query_spec.MessageFilter(
            first=first, last=ALL.last, time_zone="America/Santiago" if needs == "zone" else None
        )
        spec = spec_of(tenant, filter)
        async with database.read() as reader:
            if needs == "export":
                return [page async for page in runner.stream_messages(reader, spec)]
            if needs == "count":
                return await runner.count(reader, spec)
            return await runner.run_aggregate(
                reader, AggregateQuery(spec, Grouping.HOUR if needs == "hours" else Grouping.DEPARTMENT)
            )

    with pytest.raises(InvalidInputError, match="2026-10-01"):
        await asked(date(2026, 9, 30))
    assert await asked(date(2026, 10, 1))


async def test_what_may_still_change_is_counted_as_before(database: Database, tenant: str) -> None:
    await feed(database, tenant, history())
    window = [factories.tenant("UTC", reply_window_days=60)]
    await feed(database, tenant, window)
    spec = build_spec(ALL, AccessScope(tenant, None), tenant_time_zone="UTC", reply_window_days=60, now=to_micros(NOW))
    async with database.read() as reader:
        before = await count_maturing(reader, spec)
    assert await drop(database, tenant) == 3
    async with database.read() as reader:
        assert await count_maturing(reader, spec) == before
    assert before.messages


async def test_checks_compare_what_has_messages_and_weeks_and_months(database: Database, tenant: str) -> None:
    await feed(database, tenant, history())
    await drop(database, tenant)
    days = await sample_days(database, tenant, 1000)
    assert min(days) == date(2026, 10, 1)
    checked = [day async for day, _ in verify(database, tenant, [date(2026, 9, 30), date(2026, 10, 1)])]
    assert checked == [date(2026, 10, 1)]
    department = next(rollup.table for rollup in ROLLUPS if rollup.long)
    async with database.write() as writer:
        months = (department.c.tenant_id == tenant, department.c.period < FIRST_WEEK)
        await writer.execute(department.delete().where(*months))
    assert any("month 2026-08-01" in line for line in await wrong(database, tenant))
