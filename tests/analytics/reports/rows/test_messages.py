"""The messages behind a number are those that the rules say, in every order, a page at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import InvalidInputError, MessagesPurgedError
from analytics.domain.measures.funnel import FunnelStepName
from analytics.domain.message_conditions import MessageConditions, ReplyKind
from analytics.domain.query_spec import AccessScope, QuerySpec
from analytics.domain.time_zones import to_micros
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import availability
from analytics.reports.rows.messages import MessageOrder, MessageOrderField, read_messages
from analytics.storage.database import Database
from tests.analytics.reports.queries import scoped_cases, spec_of
from tests.support import oracle as rules
from tests.support import strategies
from tests.support.factories import MONDAY, after, message_sent, reply, status, ticket
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle, OracleMessage
from tests.support.sql.counter import reads

# The statuses of a step's messages, and of those that its rate is a share of.
ANY = {"PENDING", "FAILED", "SENT", "DELIVERED", "READ"}
STEPS = {
    "SENT": ({"SENT", "DELIVERED", "READ"}, ANY),
    "BOUNCED": ({"FAILED"}, ANY),
    "PENDING": ({"PENDING"}, ANY),
    "DELIVERED": ({"DELIVERED", "READ"}, {"SENT", "DELIVERED", "READ"}),
    "READ": ({"READ"}, {"DELIVERED", "READ"}),
}
KINDS = {
    ReplyKind.BUTTON: {"button", "interactive"},
    ReplyKind.TEXT: {"text"},
    ReplyKind.AUDIO: {"audio"},
    ReplyKind.OTHER: {"media"},
}
TEXTS = ("5691", "+56 9 1111", "56922222222", "DESK", "DESK-1", "DESK-10", "9999", "%___")


@st.composite
def conditions(draw: st.DrawFn) -> MessageConditions:
    """Conditions that do not contradict each other: one kind of number, perhaps with a text."""
    text = draw(st.none() | st.sampled_from(TEXTS))
    kind = draw(st.sampled_from(["step", "bounces", "time", "kinds", "button", "nothing"]))
    tickets = draw(st.none() | st.booleans())
    if kind == "step":
        step, reached = draw(st.sampled_from([*FunnelStepName])), draw(st.booleans())
        return MessageConditions(step=step, reached=reached, created_ticket=tickets, text=text)
    if kind == "bounces":
        codes = draw(st.frozensets(st.sampled_from([*strategies.CODES, NO_CODE])))
        return MessageConditions(bounce_codes=codes, created_ticket=tickets, text=text)
    if kind == "time":
        weekday, hour = draw(st.none() | st.integers(1, 7)), draw(st.none() | st.integers(0, 23))
        return MessageConditions(reply_weekday=weekday, reply_hour=hour, created_ticket=tickets, text=text)
    if kind == "kinds":
        return MessageConditions(reply_kinds=draw(st.frozensets(st.sampled_from([*KINDS]))), text=text)
    if kind == "button":
        return MessageConditions(button=draw(st.sampled_from(["yes", "no", "Sí, gracias"])), created_ticket=tickets)
    return MessageConditions(text=text, created_ticket=tickets)


def holds(where: MessageConditions, message: OracleMessage, known: Oracle, filter: rules.Filter) -> bool:
    """True if a message meets the conditions, by the rules alone."""
    wanted: list[bool] = []
    if where.step is FunnelStepName.RESPONDED:
        arrived = message.status in {"DELIVERED", "READ"}
        wanted.append(message.replied_at is not None if where.reached else arrived and message.replied_at is None)
    elif where.step is not None:
        reached, base = STEPS[where.step]
        wanted.append(message.status in (reached if where.reached else base - reached))
    if where.created_ticket is not None:
        wanted.append(message.ticket_created is where.created_ticket)
    if where.bounce_codes is not None:
        code = NO_CODE if message.bounce_code is None else message.bounce_code
        wanted.append(message.status == "FAILED" and code in where.bounce_codes)
    if where.reply_weekday is not None or where.reply_hour is not None:
        local = message.replied_at and message.replied_at.astimezone(
            rules.load_zone(filter.time_zone or known.time_zone)
        )
        wanted.append(
            local is not None
            and where.reply_weekday in (None, local.isoweekday())
            and where.reply_hour in (None, local.hour)
        )
    if where.reply_kinds is not None:
        words = set().union(*(KINDS[kind] for kind in where.reply_kinds))
        wanted.append(message.replied_at is not None and message.reply_kind in words)
    if where.button is not None:
        wanted.append(message.reply_button == where.button)
    if where.text is not None:
        digits = "".join(filter_digits(where.text)) if set(where.text) <= set("0123456789 +") else "no digits"
        phone = "".join(filter_digits(message.contact_phone or ""))
        wanted.append(
            message.id.startswith(where.text)
            or (message.ticket_key or "").startswith(where.text)
            or phone.startswith(digits)
        )
    return all(wanted)


def filter_digits(text: str) -> list[str]:
    return [character for character in text if character in "0123456789"]


def value_of(order: MessageOrder, message: OracleMessage) -> int | None:
    """Return the value that a message is ordered by, in microseconds."""
    sent = to_micros(message.sent_at)
    if order.field is MessageOrderField.SENT_AT:
        return sent
    if message.replied_at is None:
        return None
    replied = to_micros(message.replied_at)
    return replied if order.field is MessageOrderField.REPLIED_AT else replied - sent


def in_order(order: MessageOrder, chosen: list[OracleMessage]) -> list[str]:
    """Their ids in an order, those without the value last."""
    by_id = sorted(chosen, key=lambda message: message.id, reverse=order.descending)
    valued = [message for message in by_id if value_of(order, message) is not None]
    # Sorting is stable, also in reverse: equal ones stay by id.
    valued.sort(key=lambda message: value_of(order, message) or 0, reverse=order.descending)
    return [message.id for message in valued] + [message.id for message in by_id if value_of(order, message) is None]


async def all_pages(database: Database, spec: QuerySpec, order: MessageOrder, first: int) -> tuple[list[str], set[int]]:
    """The ids of all pages, and the totals that they named."""
    ids: list[str] = []
    totals, after = set(), None
    async with database.read() as reader:
        while True:
            page = await read_messages(reader, spec, order, first, after)
            ids += [row.id for row in page.rows]
            totals.add(page.total)
            if not page.has_next:
                return ids, totals
            after = page.positions[-1]


@given(
    case=scoped_cases(),
    where=st.none() | conditions(),
    field=st.sampled_from([*MessageOrderField]),
    descending=st.booleans(),
    first=st.integers(1, 5),
)
async def test_messages_are_what_the_rules_say(
    database: Database,
    case: tuple[list[Event], rules.Filter, frozenset[str] | None],
    where: MessageConditions | None,
    field: MessageOrderField,
    descending: bool,
    first: int,
) -> None:
    events, filter, scope = case
    tenant, known, order = uuid4().hex, Oracle(events), MessageOrder(field, descending)
    await feed(database, tenant, events)
    spec = spec_of(tenant, known, filter, scope)
    filter = replace(filter, departments=spec.departments)
    selected = known.select(filter)
    chosen = [message for message in selected if where is None or holds(where, message, known, filter)]
    ids, totals = await all_pages(database, replace(spec, where=where), order, first)
    assert ids == in_order(order, chosen)
    assert totals == {len(chosen)}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reached": False}, "where.reached: needs `where.step`."),
        (
            {"step": FunnelStepName.DELIVERED, "bounce_codes": frozenset({1})},
            "where.bounceCodes: messages of `where.step` have not bounced.",
        ),
        (
            {"step": FunnelStepName.RESPONDED, "reached": False, "reply_hour": 3},
            "where.repliedAt: the messages of the other conditions have no reply.",
        ),
        (
            {"bounce_codes": frozenset({1}), "reply_kinds": frozenset({ReplyKind.TEXT})},
            "where.replyKinds: the messages of the other conditions have no reply.",
        ),
        ({"reply_weekday": 0}, "where.repliedAt.weekday: must be between 1 and 7."),
        ({"reply_hour": 24}, "where.repliedAt.hour: must be between 0 and 23."),
        ({"text": "abc"}, "where.text: must have 4 to 100 characters."),
        ({"text": "x" * 101}, "where.text: must have 4 to 100 characters."),
        ({"bounce_codes": frozenset(range(1_001))}, "where.bounceCodes: at most 1000 codes may be named."),
    ],
)
def test_conditions_that_cannot_be_met_name_the_argument(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        MessageConditions(**fields)
    assert raised.value.message == message


def week(tenant: str, where: MessageConditions | None = None, zone: str = "UTC") -> QuerySpec:
    """The specification of the week of `MONDAY`."""
    return QuerySpec(
        scope=AccessScope(tenant, None),
        first=date(2026, 11, 2),
        last=date(2026, 11, 8),
        time_zone=zone,
        tenant_time_zone="UTC",
        reply_window_days=7,
        now=0,
        where=where,
    )


async def test_days_without_such_messages_are_not_looked_at(database: Database, tenant: str) -> None:
    sent = [message_sent(f"m{n}", after(MONDAY, hours=n)) for n in range(100)]
    await feed(database, tenant, [*sent, status("m50", "failed", after(MONDAY, hours=51), code=131026)])
    bounced = week(tenant, MessageConditions(step=FunnelStepName.BOUNCED))
    with reads(database) as statements:
        ids, _ = await all_pages(database, bounced, MessageOrder(), 50)
    assert ids == ["m50"]
    of_messages = [statement for statement in statements if "FROM messages" in statement]
    assert len(of_messages) == 1  # of one day alone


async def test_too_many_to_look_at_are_refused(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 5)
    sent = [message_sent(f"m{n}", after(MONDAY, hours=n), ticket=ticket(f"{n}")) for n in range(6)]
    await feed(database, tenant, [*sent, reply("m1", after(MONDAY, hours=7))])
    searched = week(tenant, MessageConditions(text="DESK-3"))
    with pytest.raises(InvalidInputError, match=r"^where: this period has more than 5 messages"):
        await all_pages(database, searched, MessageOrder(), 5)
    with pytest.raises(InvalidInputError, match="Choose fewer days"):
        await all_pages(database, week(tenant), MessageOrder(MessageOrderField.REPLIED_AT), 5)
    # What the rollups count needs no look at each.
    assert (await all_pages(database, week(tenant), MessageOrder(), 2))[1] == {6}
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 6)
    assert (await all_pages(database, searched, MessageOrder(), 5))[0] == ["m3"]


async def test_days_of_which_messages_were_dropped_are_not_listed(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent("m1", MONDAY)])
    async with database.read() as reader:
        assert (await read_messages(reader, week(tenant), MessageOrder(), 5, None)).total == 1
    await delete_old_messages(database, tenant, 1, to_micros(datetime(2027, 2, 20, tzinfo=UTC)))
    async with database.read() as reader:
        with pytest.raises(MessagesPurgedError):
            await read_messages(reader, week(tenant), MessageOrder(), 5, None)
