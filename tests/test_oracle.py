"""Examples computed by hand: they prove the oracle, which then judges the service."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import Filter, Oracle
from tests.strategies import cases, events, orderings

MONDAY = "2026-11-02T12:00:00Z"
EVERYTHING = Filter(date(2000, 1, 1), date(2099, 12, 31))
ANA = {"phone": "+56 9 3333 4444"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sent(id: str = "m1", at: str = MONDAY, updated_at: str | None = None, **message: Any) -> dict[str, Any]:
    body = {"account_id": "a1", "department_id": "d1", "agent_id": "u1", "template_id": "t1", "contact": ANA}
    event = {"type": "message.sent", "at": at, "message": {"id": id, **body, **message}}
    return event | ({"updated_at": updated_at} if updated_at else {})


def status(status: str, at: str = MONDAY, **named: Any) -> dict[str, Any]:
    return {"type": "message.status", "at": at, "status": status, **(named or {"message_id": "m1"})}


def failed(code: int | None, at: str = MONDAY) -> dict[str, Any]:
    return status("failed", at, message_id="m1", **({} if code is None else {"error": {"code": code}}))


def reply(at: str, id: str | None = "r1", **fields: Any) -> dict[str, Any]:
    body = {"id": id, "account_id": "a1", "contact": ANA, "kind": "text", "text": "Sí", **fields}
    return {"type": "message.reply", "at": at, "reply": {k: v for k, v in body.items() if v is not None}}


def upsert(kind: str, id: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"{kind}.upserted", "at": at, kind: {"id": id, **fields}}


def tenant(**fields: Any) -> dict[str, Any]:
    return {"type": "tenant.upserted", "at": MONDAY, **fields}


def answered(*events: dict[str, Any]) -> dict[str, str | None]:
    """The rule of every message that has a reply."""
    return {m.id: m.reply_rule for m in Oracle(events).messages.values() if m.replied_at}


# State


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "PENDING"),
        (["deleted", "warning", "played"], "PENDING"),
        (["accepted"], "SENT"),
        (["sent"], "SENT"),
        (["read"], "READ"),
        (["failed"], "FAILED"),
        (["sent", "failed"], "FAILED"),
        (["failed", "delivered"], "DELIVERED"),
        (["read", "failed"], "READ"),
    ],
)
def test_status_is_the_furthest_fact(statuses: list[str], expected: str) -> None:
    assert Oracle([sent(), *map(status, statuses)]).messages["m1"].status == expected


def test_a_reply_delivers_and_repairs_but_does_not_read() -> None:
    oracle = Oracle([sent(wamid="w"), failed(1), reply("2026-11-03T12:00:00Z", in_reply_to="w")])
    assert oracle.messages["m1"].status == "DELIVERED"
    assert oracle.messages["m1"].bounce_code is None


def test_the_earliest_failure_keeps_its_code() -> None:
    later = "2026-11-02T12:00:01Z"
    assert Oracle([sent(), failed(5), failed(1, later)]).bounces(Oracle([sent()]).messages.values()) == {}
    for codes, expected in (([(5, MONDAY), (1, later)], 5), ([(5, MONDAY), (3, MONDAY), (None, MONDAY)], 3)):
        oracle = Oracle([sent(), *(failed(code, when) for code, when in codes)])
        assert oracle.bounces(oracle.messages.values()) == {expected: 1}
    oracle = Oracle([sent(), failed(None), failed(1, later)])
    assert oracle.bounces(oracle.messages.values()) == {None: 1}


def test_the_newest_description_wins_whole_and_equal_ones_are_merged() -> None:
    ticket = {"id": "9001", "created": True}
    first, second = (
        sent(wamid="w1", ticket=ticket),
        sent(at="2026-11-01T12:00:00Z", updated_at="2026-11-04T12:00:00Z"),
    )
    corrected = Oracle([second, first]).messages["m1"]
    assert (corrected.sent_at, corrected.wamid, corrected.ticket_created) == (
        at("2026-11-01T12:00:00Z"),
        None,
        False,
    )
    merged = Oracle([first, sent(wamid="w2", agent_id="u2")]).messages["m1"]
    assert (merged.wamid, merged.agent_id, merged.ticket_id, merged.ticket_created) == (
        "w2",
        "u2",
        "9001",
        True,
    )


def test_statuses_by_wamid_need_the_account() -> None:
    send = sent(wamid="w")
    number = upsert("account", "a1", MONDAY, phone_number_id="100")
    moved = upsert("account", "a1", "2026-11-09T00:00:00Z", phone_number_id="200")
    by_number = status("read", wamid="w", phone_number_id="100")
    for known, expected in [
        ([status("read", wamid="w", account_id="a1")], "READ"),
        ([status("read", wamid="w", account_id="a2")], "PENDING"),
        ([by_number], "PENDING"),
        ([by_number, number], "READ"),
        ([by_number, number, moved], "PENDING"),
        ([status("read", wamid="w", account_id="a1", message_id="m2")], "PENDING"),
    ]:
        assert Oracle([send, *known]).messages["m1"].status == expected


def test_membership_is_the_newest_statement() -> None:
    def member(verb: str, at: str, department: str) -> dict[str, Any]:
        return {"type": f"member.{verb}", "at": at, "user_id": "u9", "department_id": department}

    later = "2026-11-03T12:00:00Z"
    oracle = Oracle(
        [
            member("removed", MONDAY, "d1"),
            member("added", MONDAY, "d1"),
            member("added", later, "d2"),
            member("removed", MONDAY, "d2"),
        ]
    )
    assert oracle.members() == {"u9": {"d2"}}


def test_text_that_no_database_takes_is_replaced() -> None:
    oracle = Oracle([sent(), reply("2026-11-02T13:00:00Z", text="a\x00b\ud800c😀")])
    assert oracle.messages["m1"].reply_text == "a\ufffdb\ufffdc😀"


# Which message does a reply answer?

HOUR_LATER = "2026-11-02T13:00:00Z"


def test_exact_before_ticket_before_conversation() -> None:
    sends = (
        sent("m1", wamid="w", contact={"id": "x"}, ticket={"id": "9001"}),
        sent("m2", contact={"id": "x"}, ticket={"id": "9001"}),
        sent("m3"),
    )
    assert answered(*sends, reply(HOUR_LATER, in_reply_to="w", ticket_id="9001")) == {"m1": "EXACT"}
    assert answered(*sends, reply(HOUR_LATER, in_reply_to="?", ticket_id="9001")) == {"m2": "TICKET"}
    assert answered(*sends, reply(HOUR_LATER, in_reply_to="?", ticket_id="?")) == {"m3": "CONVERSATION"}
    assert answered(*sends, reply(HOUR_LATER, account_id="a2")) == {}


def test_exact_has_no_time_limit_and_prefers_its_account() -> None:
    assert answered(sent(wamid="w"), reply("2026-01-01T00:00:00Z", in_reply_to="w")) == {"m1": "EXACT"}
    sends = (
        sent("m1", wamid="w"),
        sent("m2", wamid="w", account_id="a2"),
        sent("m3", wamid="w", account_id="a2"),
    )
    assert answered(*sends, reply(HOUR_LATER, in_reply_to="w")) == {"m1": "EXACT"}
    assert answered(*sends, reply(HOUR_LATER, in_reply_to="w", account_id="a3")) == {"m3": "EXACT"}


@pytest.mark.parametrize(
    ("replied", "found"),
    [
        ("2026-11-02T12:00:00Z", True),  # before the send, in its second
        ("2026-11-02T11:59:59.999Z", False),
        ("2026-11-09T12:00:00.9Z", True),  # 7 days and 0.2 s later, in the window's last second
        ("2026-11-09T12:00:01Z", False),
    ],
)
def test_the_window_compares_whole_seconds(replied: str, found: bool) -> None:
    send = sent(at="2026-11-02T12:00:00.7Z")
    assert answered(send, reply(replied)) == ({"m1": "CONVERSATION"} if found else {})


def test_the_tenant_sets_the_window_which_is_not_the_tickets() -> None:
    send, week = sent(ticket={"id": "9001"}), "2026-11-09T12:00:00Z"
    assert answered(send, reply(week), tenant(reply_window_days=6)) == {}
    assert answered(send, reply(week, ticket_id="9001"), tenant(reply_window_days=0)) == {"m1": "TICKET"}


def test_the_latest_send_is_exact_to_the_microsecond_then_by_id() -> None:
    later = "2026-11-02T12:00:00.2Z"
    assert answered(sent("m2"), sent("m1", at=later), reply(MONDAY)) == {"m1": "CONVERSATION"}
    assert answered(sent("m1"), sent("m2"), reply(MONDAY)) == {"m2": "CONVERSATION"}


def test_sends_that_never_arrived_are_passed_over() -> None:
    sends = sent("m0"), sent("m1", wamid="w"), failed(1)
    conversation = reply(HOUR_LATER)
    assert answered(*sends, conversation) == {"m0": "CONVERSATION"}
    assert answered(*sends, conversation, status("read")) == {"m1": "CONVERSATION"}
    exact = reply("2026-11-02T14:00:00Z", "r2", in_reply_to="w")
    earliest = Oracle([*sends, conversation, exact]).messages["m1"]
    assert (earliest.reply_rule, earliest.replied_at) == ("CONVERSATION", at(HOUR_LATER))


def test_contacts_share_digits_or_an_id() -> None:
    for contact, found in [
        ({"phone": "56933334444"}, True),
        ({"phone": "+1", "id": "US.1"}, True),
        ({"phone": "+1"}, False),
        ({"id": "US.2"}, False),
    ]:
        send = sent(contact={**ANA, "id": "US.1"})
        assert bool(answered(send, reply(HOUR_LATER, contact=contact))) == found


def test_copies_of_a_reply_complete_each_other() -> None:
    platform = reply("2026-11-02T13:00:00.5Z", wamid="in", contact={"id": "?"}, text=None)
    webhook = reply(HOUR_LATER, id=None, wamid="in", in_reply_to="w", account_id=None, text="Sí")
    oracle = Oracle([sent(wamid="w"), platform, webhook])
    message = oracle.messages["m1"]
    assert (message.reply_rule, message.replied_at, message.reply_text) == ("EXACT", at(HOUR_LATER), "Sí")


def test_the_account_of_a_reply_may_be_its_phone_number() -> None:
    inbound = reply(HOUR_LATER, account_id=None, phone_number_id="100")
    assert answered(sent(), inbound) == {}
    assert answered(sent(), inbound, upsert("account", "a1", MONDAY, phone_number_id="100")) == {"m1": "CONVERSATION"}


@pytest.mark.parametrize("kind", ["reaction", "revoke", "edit", "system"])
def test_notices_are_not_replies(kind: str) -> None:
    assert answered(sent(), reply(HOUR_LATER, kind=kind)) == {}


def test_unsupported_is_a_reply_with_empty_text() -> None:
    assert Oracle([sent(), reply(HOUR_LATER, kind="unsupported", text=None)]).messages["m1"].reply_text == ""


def test_a_messages_reply_is_its_earliest_then_the_smaller_id() -> None:
    oracle = Oracle([sent(), reply(HOUR_LATER, "r2", text="two"), reply(HOUR_LATER, "r1", text="one")])
    assert oracle.messages["m1"].reply_text == "one"
    assert oracle.funnel(oracle.messages.values())["responded"] == (1, 0)


# Numbers


def test_funnel_counts_messages_and_the_tickets_they_created() -> None:
    created, joined = {"id": "9001", "created": True}, {"id": "9001", "created": False}
    oracle = Oracle(
        [
            sent("m1", ticket=created),
            sent("m2", ticket=joined, agent_id="u2"),
            sent("m3", ticket=created, department_id="d2"),
            status("read"),
            status("failed", message_id="m2"),
        ]
    )
    messages = oracle.select(EVERYTHING)
    assert oracle.funnel(messages) == {
        "messages": (3, 2),
        "sent": (1, 1),
        "bounced": (1, 0),
        "pending": (1, 1),
        "delivered": (1, 1),
        "read": (1, 1),
        "responded": (0, 0),
    }
    by = oracle.by(messages, "agent_id", "department_id")
    assert {key: funnel["messages"] for key, funnel in by.items()} == {
        ("u1", "d1"): (1, 1),
        ("u1", "d2"): (1, 1),
        ("u2", "d1"): (1, 0),
    }


def test_filters_are_anded_and_an_empty_list_selects_nothing() -> None:
    oracle = Oracle([sent("m2"), sent("m1"), sent("m3", agent_id="u2")])
    day = EVERYTHING.first, EVERYTHING.last
    for filter, expected in [
        (Filter(*day), ["m1", "m2", "m3"]),
        (Filter(*day, agents=frozenset({"u2", "?"})), ["m3"]),
        (Filter(*day, agents=frozenset({"u2"}), departments=frozenset({"d2"})), []),
        (Filter(*day, accounts=frozenset()), []),
    ]:
        assert [m.id for m in oracle.select(filter)] == expected


def test_days_are_those_of_the_tenants_zone_unless_the_filter_names_one() -> None:
    send, santiago = sent(at="2026-11-02T01:00:00Z"), tenant(time_zone="America/Santiago")
    first, second = date(2026, 11, 1), date(2026, 11, 2)
    assert Oracle([send]).select(Filter(second, second))
    assert Oracle([send, santiago]).select(Filter(first, first))
    assert Oracle([send, santiago]).select(Filter(second, second, "UTC"))


@pytest.mark.parametrize(
    ("zone", "day", "starts_at", "points"),
    [
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T01:00:00-03:00", 23),
        ("America/Santiago", date(2026, 4, 4), "2026-04-04T00:00:00-03:00", 25),
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            "2026-10-04T00:00:00+10:30",
            24,
        ),  # 02:00 to 02:30 is skipped
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-05T00:00:00+11:00", 25),  # 01:30 to 02:00 repeats
        ("Asia/Kathmandu", date(2026, 4, 5), "2026-04-05T00:00:00+05:45", 24),
    ],
)
def test_hours_of_a_day(zone: str, day: date, starts_at: str, points: int) -> None:
    oracle = Oracle([sent(at=starts_at)])
    series = oracle.series(Filter(day, day, zone), "HOUR")
    assert [on for _, on, _ in series] == [day] * points
    assert series[0][0] == at(starts_at)
    assert [funnel["messages"][0] for _, _, funnel in series] == [1] + [0] * (points - 1)
    assert [(starts, on) for starts, on, _ in oracle.series(Filter(day, day, zone), "DAY")] == [(at(starts_at), day)]


def test_a_repeated_hour_is_two_points() -> None:
    night = date(2026, 4, 4)
    oracle = Oracle([sent("m1", "2026-04-05T02:30:00Z"), sent("m2", "2026-04-05T03:30:00Z")])  # both at 23:30
    series = oracle.series(Filter(night, night, "America/Santiago"), "HOUR")
    assert [(starts, funnel["messages"][0]) for starts, _, funnel in series[-2:]] == [
        (at("2026-04-05T02:00:00Z"), 1),
        (at("2026-04-05T03:00:00Z"), 1),
    ]


def test_a_day_of_no_hours_is_an_empty_point() -> None:
    last, gone, first = date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31)
    oracle = Oracle([sent(at="2011-12-30T10:00:00Z")])  # the first instant of the 31st in Apia
    series = oracle.series(Filter(last, first, "Pacific/Apia"), "DAY")
    assert [(on, funnel["messages"][0]) for _, on, funnel in series] == [(last, 0), (gone, 0), (first, 1)]
    assert series[1][0] == series[2][0]
    assert oracle.series(Filter(gone, gone, "Pacific/Apia"), "HOUR") == []


def test_weeks_and_months_are_cut_to_the_range() -> None:
    oracle = Oracle([sent(at="2026-12-31T12:00:00Z"), sent("m2", at="2027-01-01T12:00:00Z")])
    range = Filter(date(2026, 12, 26), date(2027, 1, 5))
    weeks = [(on, funnel["messages"][0]) for _, on, funnel in oracle.series(range, "WEEK")]
    assert weeks == [(date(2026, 12, 26), 0), (date(2026, 12, 28), 2), (date(2027, 1, 4), 0)]
    months = [(on, funnel["messages"][0]) for _, on, funnel in oracle.series(range, "MONTH")]
    assert months == [(date(2026, 12, 26), 1), (date(2027, 1, 1), 1)]


def test_heatmap_and_hours_are_the_replys_own_for_messages_sent_in_the_range() -> None:
    monday = Filter(date(2026, 11, 2), date(2026, 11, 2), "America/Santiago")
    oracle = Oracle([sent(), reply("2026-11-04T02:10:00Z"), sent("m2", at="2026-11-01T12:00:00Z")])
    assert {cell: n for cell, n in oracle.heatmap(monday).items() if n} == {(2, 23): 1}
    assert {hour: n for hour, n in oracle.hours(monday).items() if n} == {23: 1}
    assert (len(oracle.heatmap(monday)), len(oracle.hours(monday))) == (168, 24)


def test_response_time_is_the_geometric_middle_of_a_nearest_rank_bin() -> None:
    def after(*seconds: float) -> tuple[int, float | None, float | None]:
        known = []
        for n, elapsed in enumerate(seconds):
            replied = (at(MONDAY) + timedelta(seconds=elapsed)).isoformat()
            known += [sent(f"m{n}", wamid=f"w{n}"), reply(replied, f"r{n}", in_reply_to=f"w{n}")]
        oracle = Oracle(known)
        return oracle.response_time(oracle.messages.values())

    first, second = 1.05**0.5, 1.05**1.5  # [1, 1.05) and [1.05, 1.1025)
    assert after() == (0, None, None)
    assert after(-5) == (1, 0.5, 0.5)
    assert after(0.999999, 1, 1.05) == (3, first, second)
    assert after(1.049999, 1.05) == (2, first, second)
    assert after(1.1024, *[1] * 9) == (10, first, first)


def test_maturing_ends_when_the_newest_is_old_enough() -> None:
    now = at("2026-11-09T12:00:00Z")
    edge, newest = sent("m1"), sent("m2", at="2026-11-08T12:00:00Z")
    assert Oracle([edge]).maturing(EVERYTHING, now) == (0, None)
    assert Oracle([edge, newest]).maturing(EVERYTHING, now) == (1, at("2026-11-15T12:00:00Z"))
    longer = Oracle([edge, newest, tenant(reply_window_days=10)])
    assert longer.maturing(EVERYTHING, now) == (2, at("2026-11-18T12:00:00Z"))
    shorter = Oracle([edge, newest, tenant(reply_window_days=1)])
    assert shorter.maturing(EVERYTHING, now) == (1, at("2026-11-15T12:00:00Z"))


def test_previous_is_as_many_days_just_before() -> None:
    oracle, agents = Oracle([]), frozenset({"u1"})
    week = Filter(date(2026, 3, 2), date(2026, 3, 8), agents=agents)
    assert oracle.previous(week) == Filter(date(2026, 2, 23), date(2026, 3, 1), agents=agents)


# Names


def test_names_now_and_then() -> None:
    old = upsert("agent", "u1", "2026-01-01T00:00:00Z", name="Ana")
    new = upsert("agent", "u1", "2026-06-01T00:00:00Z", name="Ana Díaz")
    oracle = Oracle([new, old, upsert("agent", "u1", "2026-06-01T00:00:00Z", active=False)])
    assert oracle.name("agent", "u1") == "Ana Díaz"
    names = [
        oracle.name_at("agent", "u1", at(f"{day}T00:00:00Z")) for day in ("2025-01-01", "2026-05-31", "2026-06-01")
    ]
    assert names == ["Ana", "Ana", "Ana Díaz"]
    assert (oracle.name("agent", "u2"), oracle.name_at("agent", "u2", at(MONDAY))) == ("u2", "u2")


def test_category_is_the_messages_own_or_the_newest_of_platform_and_whatsapp() -> None:
    known = [
        upsert("template", "t1", "2026-02-01T00:00:00Z", category="UTILITY", name="aviso", language="es"),
        {
            "type": "template.notice",
            "at": "2026-03-01T00:00:00Z",
            "meta_id": "1",
            "name": "aviso",
            "language": "es",
            "category": "MARKETING",
        },
    ]
    oracle = Oracle([*known, sent("m1"), sent("m2", template_category="AUTHENTICATION"), sent("m3", template_id="t2")])
    assert [m.template_category for m in oracle.messages.values()] == ["MARKETING", "AUTHENTICATION", "OTHER"]
    days = ("2026-01-01", "2026-02-28", "2026-03-01")
    assert [oracle.category_at("t1", at(f"{day}T00:00:00Z")) for day in days] == [
        "UTILITY",
        "UTILITY",
        "MARKETING",
    ]
    renamed = upsert("template", "t1", "2026-02-02T00:00:00Z", meta_id="2", category="UTILITY")
    assert Oracle([*known, renamed]).category_at("t1", at(MONDAY)) == "UTILITY"


# Properties


@settings(max_examples=50, deadline=None)
@given(data=st.data(), known=events(notices=True))
def test_any_order_with_any_repetition_gives_the_same(data: st.DataObject, known: list[dict[str, Any]]) -> None:
    again = data.draw(orderings(known))
    assert Oracle(json.loads(json.dumps(again))).messages == Oracle(known).messages


@settings(max_examples=50, deadline=None)
@given(cases())
def test_the_parts_add_up_to_the_whole(case: tuple[list[dict[str, Any]], Filter]) -> None:
    known, filter = case
    oracle = Oracle(known)
    messages = oracle.select(filter)
    whole = oracle.funnel(messages)
    count = {step: messages for step, (messages, _) in whole.items()}
    assert count["messages"] == count["sent"] + count["bounced"] + count["pending"]
    assert max(count["responded"], count["read"]) <= count["delivered"] <= count["sent"]
    assert sum(oracle.heatmap(filter).values()) == sum(oracle.hours(filter).values()) == count["responded"]
    assert sum(oracle.bounces(messages).values()) == count["bounced"]
    for granularity in ("HOUR", "DAY", "WEEK", "MONTH"):
        series = oracle.series(filter, granularity)
        starts = [start for start, _, _ in series]
        assert starts == sorted(set(starts))
        assert all(start.tzinfo is UTC for start in starts)
        for step, (messages_, tickets) in whole.items():
            assert (sum(f[step][0] for _, _, f in series), sum(f[step][1] for _, _, f in series)) == (
                messages_,
                tickets,
            )
