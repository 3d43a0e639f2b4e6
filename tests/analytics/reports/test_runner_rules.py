"""Queries give what the rules say of the same events, and every way of counting gives the same sum."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.funnel import METRICS, FunnelCounts, total
from analytics.domain.measures.response_times import quantile
from analytics.domain.measures.time_buckets import hour_buckets
from analytics.domain.time_zones import to_micros
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.reports import runner
from analytics.reports.maturing import Maturing, count_maturing
from analytics.reports.planner import Grouping
from analytics.reports.runner import Rows
from analytics.storage.database import Database
from tests.analytics.reports.queries import GROUPINGS, SERIES, TABLES, counted, scoped_cases, sends, spec_of
from tests.support import oracle as rules
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle, OracleMessage


def funnel(counts: FunnelCounts) -> rules.Funnel:
    return {m.slug: (counts.step(m.slug).count, counts.step(m.slug).tickets) for m in METRICS}


def funnels(rows: Rows) -> dict[tuple[Any, ...], rules.Funnel]:
    return {key: funnel(counts) for key, counts in rows.items()}


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
    found = {grouping: await counted(database, spec, grouping) for grouping in GROUPINGS}

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
    sent = {(hour // 24 + 1, hour % 24): counts.values for (hour,), counts in found[Grouping.SEND_HOUR].items()}
    assert sent == {cell: counts for cell, counts in known.send_times(seen).items() if any(counts)}
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
