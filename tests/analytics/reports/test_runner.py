"""Queries by example: ranges, ids, names and statements."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from analytics.domain.errors import TooManyMessagesError
from analytics.domain.measures.funnel import ZERO_COUNTS, total
from analytics.domain.query_spec import INCLUDED
from analytics.domain.time_zones import DAY, to_micros
from analytics.reports import availability, runner
from analytics.reports.maturing import Maturing, count_maturing
from analytics.reports.planner import Grouping
from analytics.storage.database import Database
from analytics.storage.tables import messages
from tests.analytics.reports.queries import GROUPINGS, SERIES, TABLES, counted, sends, sent, spec
from tests.support.ingest_helpers import Event, feed
from tests.support.sql.counter import reads


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL that readers ran, since the test began."""
    with reads(database) as seen:
        yield seen


@pytest.mark.parametrize("grouping", GROUPINGS)
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


@pytest.mark.parametrize("kind", [dimension.field for dimension in INCLUDED])
@pytest.mark.parametrize("ids", [frozenset[str](), frozenset({"unknown"}), frozenset({"'", '"]', "%", "\\"})])
async def test_no_ids_and_unknown_ids_select_nothing(
    database: Database, tenant: str, kind: str, ids: frozenset[str]
) -> None:
    named: dict[str, Any] = {kind: ids}
    await feed(database, tenant, [sent("m1")])
    assert await counted(database, spec(tenant, **named), Grouping.ACCOUNT) == {}


async def test_what_is_named_and_what_is_left_out_are_combined(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1"), sent("m2", department_id="d2"), sent("m3", agent_id="u2")])
    named: dict[str, Any] = {"departments": frozenset({"d1"}), "excluded_departments": frozenset({"d2"})}
    rows = await counted(database, spec(tenant, **named), Grouping.AGENT)
    assert rows.keys() == {("u1", "d1"), ("u2", "d1")}
    named |= {"agents": frozenset({"u1", "u2"}), "excluded_agents": frozenset({"u1"})}
    assert (await counted(database, spec(tenant, **named), Grouping.AGENT)).keys() == {("u2", "d1")}


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


@pytest.mark.parametrize("grouping", GROUPINGS)
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
    # Beside the state of the rollups, and whether there are too many messages to look at each.
    own = [statement for statement in seen[0] if "rollup_states" not in statement and "LIMIT" not in statement]
    assert len(own) == 1
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


@pytest.mark.parametrize("grouping", [Grouping.DEPARTMENT, Grouping.HOUR, Grouping.SEND_HOUR])
async def test_more_message_rows_than_may_be_looked_at_are_refused(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch, grouping: Grouping
) -> None:
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 3)
    await feed(database, tenant, [sent(f"m{n}") for n in range(4)])
    other_zone = spec(tenant, time_zone="Asia/Kathmandu")
    with pytest.raises(TooManyMessagesError, match=r"filter\.sentOn: this period has more than 3 messages"):
        await counted(database, other_zone, grouping)
