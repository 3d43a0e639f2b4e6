"""Queries give what the rules say of the same events, and every way of counting gives the same sum."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from analytics.domain.measures.funnel import METRICS, ZERO_COUNTS, FunnelCounts, total
from analytics.domain.measures.response_times import quantile
from analytics.domain.measures.time_buckets import hour_buckets
from analytics.domain.query_spec import AccessScope, MessageFilter, QuerySpec, build_spec
from analytics.domain.time_zones import DAY, to_micros
from analytics.reports import runner
from analytics.reports.maturing import Maturing, count_maturing
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import MessageBatch, Rows
from analytics.storage.database import Database
from analytics.storage.rollup_tables import NO_CODE
from analytics.storage.tables import messages
from tests.support import oracle as rules
from tests.support import strategies
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle, OracleMessage
from tests.support.sql.counter import reads

NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)
TABLES = (Grouping.DEPARTMENT, Grouping.AGENT, Grouping.TEMPLATE, Grouping.ACCOUNT)
SERIES = (Grouping.DAY, Grouping.HOUR)


def funnel(counts: FunnelCounts) -> rules.Funnel:
    return {m.slug: (counts.step(m.slug).count, counts.step(m.slug).tickets) for m in METRICS}


def funnels(rows: Rows) -> dict[tuple[Any, ...], rules.Funnel]:
    return {key: funnel(counts) for key, counts in rows.items()}


def spec_of(tenant: str, known: Oracle, filter: rules.Filter, departments: frozenset[str] | None = None) -> QuerySpec:
    return build_spec(
        MessageFilter(**asdict(filter)),
        AccessScope(tenant, departments),
        tenant_time_zone=known.time_zone,
        reply_window_days=known.reply_window // timedelta(days=1),
        now=to_micros(NOON),
    )


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL that readers ran, since the test began."""
    with reads(database) as seen:
        yield seen


async def counted(database: Database, spec: QuerySpec, grouping: Grouping) -> Rows:
    async with database.read() as reader:
        return await runner.run_aggregate(reader, AggregateQuery(spec, grouping))


async def sends(database: Database, spec: QuerySpec) -> list[SimpleNamespace]:
    async with database.read() as reader:
        return [
            SimpleNamespace(**asdict(named) | dict(zip(MessageBatch._fields[1:-1], own, strict=True)))
            async for page in runner.stream_messages(reader, spec)
            for named, *own in zip(*page[:-1], strict=True)
        ]


@st.composite
def scoped_cases(draw: st.DrawFn) -> tuple[list[Event], rules.Filter, frozenset[str] | None]:
    """Events, a filter, and a scope that the filter stays within; the filter as narrowed to it."""
    events, filter = draw(strategies.cases(notices=True))
    scope = draw(st.none() | st.frozensets(st.sampled_from(strategies.DEPARTMENTS)))
    if scope is not None and filter.departments is not None:
        filter = replace(filter, departments=filter.departments & scope)
    return events, filter, scope


@given(case=scoped_cases())
async def test_counts_are_what_the_rules_say(
    database: Database, case: tuple[list[Event], rules.Filter, frozenset[str] | None]
) -> None:
    events, filter, scope = case
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    spec = spec_of(tenant, known, filter, scope)
    seen = replace(filter, departments=spec.departments)
    selected = known.select(seen)
    found = {grouping: await counted(database, spec, grouping) for grouping in Grouping}

    for grouping, keys in {
        Grouping.DEPARTMENT: ["department_id"],
        Grouping.AGENT: ["agent_id", "department_id"],
        Grouping.TEMPLATE: ["template_id", "department_id"],
        Grouping.ACCOUNT: ["account_id"],
    }.items():
        assert funnels(found[grouping]) == known.by(selected, *keys)

    by_day = {(on.toordinal(),): sum for _, on, sum in known.series(seen, "DAY") if sum["messages"][0]}
    assert funnels(found[Grouping.DAY]) == by_day
    by_hour = {to_micros(start): sum for start, _, sum in known.series(seen, "HOUR") if sum["messages"][0]}
    hours = hour_buckets(spec.zone, spec.starts_at, spec.ends_at)
    assert {hours[key].starts_at: funnel(counts) for key, counts in found[Grouping.HOUR].items()} == by_hour

    cells = {(hour // 24 + 1, hour % 24): counts.values[0] for (hour,), counts in found[Grouping.REPLY_HOUR].items()}
    assert cells == {cell: replies for cell, replies in known.heatmap(seen).items() if replies}
    histogram = {bin: counts.values[0] for (bin,), counts in found[Grouping.RESPONSE_TIME].items()}
    assert (
        sum(histogram.values()),
        quantile(histogram, Fraction(1, 2)),
        quantile(histogram, Fraction(9, 10)),
    ) == known.response_time(selected)
    bounces = {
        None if code == NO_CODE else code: counts.values[0] for (code,), counts in found[Grouping.BOUNCE].items()
    }
    assert bounces == known.bounces(selected)


@given(case=scoped_cases())
async def test_everything_adds_up_to_the_same(
    database: Database, case: tuple[list[Event], rules.Filter, frozenset[str] | None]
) -> None:
    events, filter, scope = case
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    spec = spec_of(tenant, known, filter, scope)
    sums = {total((await counted(database, spec, grouping)).values()) for grouping in (*TABLES, *SERIES)}
    assert len(sums) == 1
    sum_ = sums.pop()
    async with database.read() as reader:
        assert await runner.count(reader, spec) == sum_.step("messages").count
    rows = await sends(database, spec)
    assert len(rows) == sum_.step("messages").count
    statuses = Counter(row.status for row in rows)
    assert statuses["FAILED"] == sum_.step("bounced").count
    assert statuses["PENDING"] == sum_.step("pending").count
    assert statuses["READ"] == sum_.step("read").count
    assert statuses["READ"] + statuses["DELIVERED"] == sum_.step("delivered").count
    assert sum(row.ticket_id is not None for row in rows) >= sum_.step("messages").tickets


def _shown(known: Oracle, zone: ZoneInfo, message: OracleMessage) -> tuple[Any, ...]:
    at = message.sent_at
    return (
        message.id,
        at.astimezone(zone).replace(tzinfo=UTC, microsecond=0).timestamp(),
        known.name_at("template", message.template_id, at),
        message.template_category,
        known.name_at("department", message.department_id, at),
        known.name_at("agent", message.agent_id, at),
        known.name_at("account", message.account_id, at),
        message.contact_phone,
        message.status,
        message.ticket_id,
        message.ticket_key,
        message.reply_text,
    )


@given(case=scoped_cases())
async def test_exported_rows_are_what_the_rules_say(
    database: Database, case: tuple[list[Event], rules.Filter, frozenset[str] | None]
) -> None:
    events, filter, scope = case
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    spec = spec_of(tenant, known, filter, scope)
    selected = known.select(replace(filter, departments=spec.departments))
    zone = ZoneInfo(filter.time_zone or known.time_zone)
    assert [
        (
            send.message_id,
            send.sent_at,
            send.template_name,
            send.template_category,
            send.department_name,
            send.agent_name,
            send.account_name,
            send.recipient_phone,
            send.status,
            send.ticket_id,
            send.ticket_key,
            send.reply_text,
        )
        for send in await sends(database, spec)
    ] == [_shown(known, zone, message) for message in selected]


@given(case=scoped_cases(), hours=st.integers(-10 * 24, 30 * 24))
async def test_maturing_is_what_the_rules_say(
    database: Database, case: tuple[list[Event], rules.Filter, frozenset[str] | None], hours: int
) -> None:
    events, filter, scope = case
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    now = datetime(filter.first.year, filter.first.month, filter.first.day, tzinfo=UTC) + timedelta(hours=hours)
    spec = replace(spec_of(tenant, known, filter, scope), now=to_micros(now))
    messages, until = known.maturing(replace(filter, departments=spec.departments), now)
    async with database.read() as reader:
        found = await count_maturing(reader, spec)
    assert found == Maturing(messages, None if until is None else to_micros(until))


# By hand


def sent(id: str, at: str = "2026-09-07T10:00:00-03:00", **message: Any) -> Event:
    fields = {
        "id": id,
        "account_id": "a1",
        "department_id": "d1",
        "agent_id": "u1",
        "template_id": "t1",
        "contact": {"phone": "+56911111111"},
    }
    return {"type": "message.sent", "at": at, "message": fields | message}


def spec(tenant: str, first: date = date(2026, 9, 7), last: date = date(2026, 9, 7), **rest: Any) -> QuerySpec:
    filter = MessageFilter(first=first, last=last, **rest)
    return build_spec(
        filter,
        AccessScope(tenant, None),
        tenant_time_zone="America/Santiago",
        reply_window_days=7,
        now=to_micros(NOON),
    )


@pytest.mark.parametrize("grouping", Grouping)
async def test_a_tenant_without_events_counts_nothing(database: Database, tenant: str, grouping: Grouping) -> None:
    assert await counted(database, spec(tenant), grouping) == {}


async def test_nothing_selected_is_nothing_maturing(database: Database, tenant: str) -> None:
    async with database.read() as reader:
        assert await count_maturing(reader, spec(tenant)) == Maturing(0, None)


async def test_a_message_belongs_to_the_first_and_the_last_instant_of_its_local_day(
    database: Database, tenant: str
) -> None:
    # 2026-09-06 starts at 01:00 in Santiago: 00:59:59.999999 the day before is UTC 03:59:59.999999.
    await feed(
        database,
        tenant,
        [
            sent("before", at="2026-09-06T03:59:59.999999Z"),
            sent("first", at="2026-09-06T04:00:00Z"),
            sent("last", at="2026-09-07T02:59:59.999999Z"),
            sent("after", at="2026-09-07T03:00:00Z"),
        ],
    )
    day = date(2026, 9, 6)
    assert [row.message_id for row in await sends(database, spec(tenant, day, day))] == ["first", "last"]
    assert set(await counted(database, spec(tenant, day, day), Grouping.DAY)) == {(day.toordinal(),)}


async def test_rows_are_ordered_by_time_then_id(database: Database, tenant: str) -> None:
    later = "2026-09-07T10:00:01-03:00"
    await feed(database, tenant, [sent("a", at=later), sent("b"), sent("B"), sent("\uff5e"), sent("\U0001f600")])
    rows = await sends(database, spec(tenant))
    assert [row.message_id for row in rows] == ["B", "b", "\uff5e", "\U0001f600", "a"]


async def test_a_row_shows_everything_as_it_was_when_sent(database: Database, tenant: str) -> None:
    before, after = "2026-09-01T00:00:00Z", "2026-09-30T00:00:00Z"
    events: list[Event] = []
    for at, word in ((before, "old"), (after, "new")):
        events += [
            {"type": "department.upserted", "at": at, "department": {"id": "d1", "name": f"{word} ventas"}},
            {"type": "agent.upserted", "at": at, "agent": {"id": "u1", "name": f"{word} ana", "email": f"{word}@acme"}},
            {"type": "account.upserted", "at": at, "account": {"id": "a1", "name": f"{word} acme", "phone": word}},
            {
                "type": "template.upserted",
                "at": at,
                "template": {"id": "t1", "name": f"{word} pago", "category": "UTILITY"},
            },
        ]
    ticket = {"id": "9001", "key": "DESK-9001", "created": True}
    await feed(
        database,
        tenant,
        [
            *events,
            sent("m1", wamid="w1", template_category="MARKETING", ticket=ticket),
            {
                "type": "message.reply",
                "at": "2026-09-07T13:30:00Z",
                "reply": {"id": "r1", "account_id": "a1", "in_reply_to": "w1", "text": "Sí, gracias"},
            },
        ],
    )
    async with database.write() as writer:
        of_it = (messages.c.tenant_id == tenant, messages.c.id == "m1")
        await writer.execute(update(messages).where(*of_it).values(reply_kind="button"))
    [row] = await sends(database, spec(tenant))
    assert vars(row) == {
        "template_name": "old pago",
        "template_category": "MARKETING",
        "sent_at": datetime(2026, 9, 7, 10, tzinfo=UTC).timestamp(),  # 10:00 on the clock of UTC-3
        "department_name": "old ventas",
        "agent_email": "old@acme",
        "agent_name": "old ana",
        "message_id": "m1",
        "recipient_phone": "+56911111111",
        "status": "DELIVERED",
        "ticket_id": "9001",
        "ticket_key": "DESK-9001",
        "account_phone": "old",
        "account_name": "old acme",
        "reply_text": "Sí, gracias",
        "reply_kind": "button",
        "agent_id": "u1",
        "template_id": "t1",
        "template_language": None,
    }


async def test_what_is_unknown_bears_its_id(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1")])
    [row] = await sends(database, spec(tenant))
    names = row.template_name, row.department_name, row.agent_name, row.account_name
    assert names == ("t1", "d1", "u1", "a1")
    assert (row.template_category, row.agent_email, row.account_phone) == ("OTHER", None, None)


async def test_replies_long_after_the_range_stand_at_their_own_hour(database: Database, tenant: str) -> None:
    """In other offsets than the sends have: Santiago is at -03:00 in September and at -04:00 in April."""
    await feed(
        database,
        tenant,
        [
            sent("m1", wamid="w1"),
            sent("m2", wamid="w2"),
            {
                "type": "message.reply",
                "at": "2027-06-02T03:30:00Z",  # Tuesday 23:30 at -04:00
                "reply": {"id": "r1", "account_id": "a1", "in_reply_to": "w1"},
            },
            {
                "type": "message.reply",
                "at": "2026-05-03T05:15:00Z",  # before its message: Sunday 01:15 at -04:00
                "reply": {"id": "r2", "account_id": "a1", "in_reply_to": "w2"},
            },
        ],
    )
    found = await counted(database, spec(tenant), Grouping.REPLY_HOUR)
    assert {key: counts.values[0] for key, counts in found.items()} == {(24 + 23,): 1, (6 * 24 + 1,): 1}


@pytest.mark.parametrize("first", [date(1970, 1, 2), date(2199, 12, 31)])
async def test_the_ends_of_the_calendar_can_be_asked_for(database: Database, tenant: str, first: date) -> None:
    at = f"{first}T12:00:00Z"
    reply = {"id": "r1", "account_id": "a1", "in_reply_to": "w1"}
    await feed(database, tenant, [sent("m1", at=at, wamid="w1"), {"type": "message.reply", "at": at, "reply": reply}])
    asked = spec(tenant, first, first)
    for grouping in (*TABLES, *SERIES):
        assert total((await counted(database, asked, grouping)).values()).step("responded").count == 1
    [(hour,)] = await counted(database, asked, Grouping.REPLY_HOUR)
    assert hour // 24 == first.weekday()


async def test_another_tenants_rows_are_never_counted(database: Database, tenant: str) -> None:
    other = uuid4().hex
    await feed(database, other, [sent("m1"), sent("m2")])
    await feed(database, tenant, [sent("m1")])
    assert [row.message_id for row in await sends(database, spec(tenant))] == ["m1"]
    found = await counted(database, spec(tenant), Grouping.DEPARTMENT)
    assert found[("d1",)].step("messages").count == 1


async def test_two_copies_of_a_message_in_two_filters_of_one_kind_count_once(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1"), sent("m2", agent_id="u2"), sent("m3", template_id="t2")])
    both = spec(tenant, agents=frozenset({"u1", "u2"}), templates=frozenset({"t1"}))
    assert [row.message_id for row in await sends(database, both)] == ["m1", "m2"]


@pytest.mark.parametrize("kind", ["templates", "accounts", "departments", "agents"])
@pytest.mark.parametrize("ids", [frozenset[str](), frozenset({"unknown"}), frozenset({"'", '"]', "%", "\\"})])
async def test_no_ids_and_unknown_ids_select_nothing(
    database: Database, tenant: str, kind: str, ids: frozenset[str]
) -> None:
    named: dict[str, Any] = {kind: ids}
    await feed(database, tenant, [sent("m1")])
    assert await counted(database, spec(tenant, **named), Grouping.ACCOUNT) == {}


async def test_ids_of_any_characters_can_be_named(database: Database, tenant: str) -> None:
    odd = ["'", '"]', "%", "\\", "ñ", "\U0001f600", "1", "null", "a,b"]
    await feed(database, tenant, [sent(f"m{n}", template_id=id) for n, id in enumerate(odd)])
    for n, id in enumerate(odd):
        rows = await sends(database, spec(tenant, templates=frozenset({id})))
        assert [row.message_id for row in rows] == [f"m{n}"]


async def test_a_thousand_ids_can_be_named(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1", template_id="t500"), sent("m2", template_id="t1000")])
    ids = frozenset(f"t{n}" for n in range(1000))
    assert [row.message_id for row in await sends(database, spec(tenant, templates=ids))] == ["m1"]


@pytest.mark.parametrize("grouping", Grouping)
async def test_a_query_is_one_statement_however_many_rows(
    database: Database, tenant: str, statements: list[str], grouping: Grouping
) -> None:
    seen = []
    for number in (1, 60):
        events = [sent(f"m{n}", wamid=f"w{n}", agent_id=f"u{n}") for n in range(number)]
        failed = {"type": "message.status", "at": "2026-09-07T14:00:00Z", "status": "failed"}
        events += [failed | {"message_id": f"m{n}"} for n in range(0, number, 2)]
        reply = {"type": "message.reply", "at": "2026-09-07T14:00:00Z"}
        events += [
            reply | {"reply": {"id": f"r{n}", "account_id": "a1", "in_reply_to": f"w{n}"}} for n in range(0, number, 3)
        ]
        await feed(database, tenant, events)
        statements.clear()
        await counted(database, spec(tenant), grouping)
        seen.append([statement for statement in statements if statement.startswith("SELECT")])
    assert len([statement for statement in seen[0] if "rollup_states" not in statement]) == 1
    assert seen[0] == seen[1]


async def test_an_export_reads_the_same_statements_however_many_rows(
    database: Database, tenant: str, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.storage.database.PARTITION", 7)  # several partitions
    seen = []
    for number in (1, 60):
        await feed(database, tenant, [sent(f"m{n}", agent_id=f"u{n}", template_id=f"t{n}") for n in range(number)])
        statements.clear()
        assert len(await sends(database, spec(tenant))) == number
        seen.append([statement for statement in statements if "SELECT" in statement])
    assert seen[0] == seen[1]


async def test_the_newest_words_for_an_error_code_are_shown(database: Database, tenant: str) -> None:
    def failed(at: str, code: int, title: str) -> Event:
        error = {"code": code, "title": title}
        return {"type": "message.status", "at": at, "message_id": "m1", "status": "failed", "error": error}

    newest, oldest = "2026-09-08T00:00:00Z", "2026-09-07T00:00:00Z"
    await feed(database, tenant, [failed(newest, 131026, "new"), failed(oldest, 131026, "old"), failed(oldest, 1, "x")])
    async with database.read() as reader:
        assert await runner.reported_titles(reader, spec(tenant)) == {131026: "new", 1: "x"}
        assert await runner.reported_titles(reader, spec(uuid4().hex)) == {}
        # They may be about a message of any department.
        assert await runner.reported_titles(reader, replace(spec(tenant), departments=frozenset({"d1"}))) == {}


async def test_maturing_counts_what_was_sent_after_the_window_and_not_at_it(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1", at="2026-09-01T12:00:00Z"), sent("m2", at="2026-09-01T12:00:00.000001Z")])
    asked = spec(tenant, date(2026, 9, 1))
    newest = to_micros(datetime(2026, 9, 1, 12, tzinfo=UTC)) + 1
    async with database.read() as reader:
        assert await count_maturing(reader, asked) == Maturing(1, newest + 7 * DAY)
        # WhatsApp repeats webhooks for seven days, whatever the reply window.
        short = replace(asked, reply_window_days=0)
        assert await count_maturing(reader, short) == Maturing(1, newest + 7 * DAY)
        longer = replace(asked, reply_window_days=8)
        assert await count_maturing(reader, longer) == Maturing(2, newest + 8 * DAY)


def test_no_rows_sum_to_nothing() -> None:
    assert total([]) == ZERO_COUNTS
