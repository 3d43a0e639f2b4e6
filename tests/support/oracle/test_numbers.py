"""The oracle's numbers by hand, and what must hold of any events."""

import json
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.oracle import Filter, Oracle
from tests.support.oracle.events import MONDAY, at, reply, sent, status, tenant
from tests.support.strategies import cases, events, orderings

EVERYTHING = Filter(date(2000, 1, 1), date(2099, 12, 31))


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
