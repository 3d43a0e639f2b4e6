import json
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from zoneinfo import ZoneInfo

import pytest

from service.demo.directory import AGENTS, DEPARTMENTS, TEMPLATES
from service.demo.events import DEMO_TENANT, PEOPLE, demo_events
from service.demo.outcomes import Event
from service.demo.texts import ERROR_TITLES, ODD_TEXTS, REFUSALS, RESPONSE_PROFILES

UNTIL = datetime(2026, 11, 18, 19, 40, tzinfo=UTC)
MESSAGES = 6_000


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(demo_events(MESSAGES, 7, UNTIL))


@pytest.fixture(scope="module")
def sends(events: list[Event]) -> list[Event]:
    return [event for event in events if event["type"] == "message.sent"]


@pytest.fixture(scope="module")
def facts(events: list[Event], sends: list[Event]) -> dict[str, list[str]]:
    """The statuses of each message of ours, in order of arrival."""
    ids = {event["message"].get("wamid"): event["message"]["id"] for event in sends}
    found: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event["type"] == "message.status":
            name = event.get("message_id") or ids.get(event["wamid"])
            if name:
                found[name].append(event["status"])
    return found


def replies(events: list[Event]) -> Iterator[Event]:
    return (event["reply"] for event in events if event["type"] == "message.reply")


def share(count: int, base: int) -> float:
    return count / base


def test_the_same_arguments_give_the_same_events(events: list[Event]) -> None:
    assert events == list(demo_events(MESSAGES, 7, UNTIL))
    assert events != list(demo_events(MESSAGES, 8, UNTIL))


@pytest.mark.parametrize("hour", [0, 3, 4, 11, 14, 23])
def test_nothing_happens_after_the_end(hour: int) -> None:
    until = UNTIL.replace(hour=hour)
    told = list(demo_events(500, 3, until))
    assert max(datetime.fromisoformat(event["at"]) for event in told) <= until
    assert sum(event["type"] == "message.sent" for event in told) == 500


def test_the_end_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        next(demo_events(1, 1, UNTIL.replace(tzinfo=None)))


def test_every_type_of_event_is_there_as_a_line_of_json(events: list[Event]) -> None:
    assert {event["type"] for event in events} == {
        "tenant.upserted",
        "department.upserted",
        "agent.upserted",
        "account.upserted",
        "template.upserted",
        "member.added",
        "member.removed",
        "message.sent",
        "message.status",
        "message.reply",
    }
    assert all(json.loads(json.dumps(event)) == event for event in events)
    assert all(datetime.fromisoformat(event["at"]).tzinfo for event in events)


def test_as_many_messages_as_asked_each_once(sends: list[Event]) -> None:
    assert len({event["message"]["id"] for event in sends}) == len(sends) == MESSAGES


def test_no_messages_leaves_the_directory() -> None:
    assert not any(event["type"].startswith("message.") for event in demo_events(0, 1, UNTIL))


def test_the_stream_covers_thirteen_months_and_is_roughly_in_order(events: list[Event]) -> None:
    instants = [datetime.fromisoformat(event["at"]) for event in events]
    assert timedelta(days=390) < max(instants) - min(instants) < timedelta(days=400)
    behind = [newest - at for newest, at in zip(accumulate(instants, max), instants, strict=True)]
    assert share(sum(gap > timedelta(hours=3) for gap in behind), len(behind)) < 0.05
    assert any(timedelta() < gap for gap in behind)


def test_memory_does_not_hold_the_history() -> None:
    tracemalloc.start()
    told = demo_events(1_000_000, 1, UNTIL)
    assert iter(told) is told
    assert len(list(islice(told, 5_000))) == 5_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_the_funnel_is_believable(facts: dict[str, list[str]]) -> None:
    delivered = {name for name, seen in facts.items() if {"delivered", "read"} & set(seen)}
    bounced = {name for name, seen in facts.items() if "failed" in seen} - delivered
    sent = {name for name in facts if name not in bounced}
    read = {name for name, seen in facts.items() if "read" in seen}
    assert 0.03 < share(len(bounced), MESSAGES) < 0.06
    assert 0.92 < share(len(delivered), len(sent)) < 0.96
    assert 0.70 < share(len(read), len(delivered)) < 0.82
    assert 0 < MESSAGES - len(facts) < 30


def test_a_quarter_or_so_of_the_messages_is_answered(events: list[Event], facts: dict[str, list[str]]) -> None:
    kinds = Counter(reply["kind"] for reply in replies(events))
    assert set(kinds) == {"text", "button", "interactive", "image", "audio", "sticker", "unsupported", "reaction"}
    assert 0.22 < share(kinds.total(), len(facts)) < 0.42


def test_replies_refer_in_every_way(events: list[Event], sends: list[Event]) -> None:
    phones = {event["message"]["contact"].get("phone") for event in sends}
    users = {event["message"]["contact"].get("id") for event in sends}
    ways = Counter(
        (
            reply["contact"].get("phone") in phones or reply["contact"].get("id") in users,
            "in_reply_to" in reply,
            "ticket_id" in reply,
        )
        for reply in replies(events)
    )
    assert set(ways) == {
        (True, False, False),
        (True, False, True),
        (True, True, False),
        (True, True, True),
    } | {(False, False, False)}


def test_customers_write_what_breaks_spreadsheets(events: list[Event]) -> None:
    texts = {reply["text"] for reply in replies(events)}
    assert texts >= set(ODD_TEXTS)
    assert {text[0] for text in ODD_TEXTS} >= set("=+-@")


def test_webhooks_repeat_and_come_in_any_order(events: list[Event], facts: dict[str, list[str]]) -> None:
    lines = Counter(json.dumps(event) for event in events if event["type"] in {"message.status", "message.reply"})
    assert 0.02 < share(sum(count > 1 for count in lines.values()), len(lines)) < 0.05
    orders = [tuple(dict.fromkeys(seen)) for seen in facts.values()]
    assert any(seen.index("delivered") < seen.index("sent") for seen in orders if {"delivered", "sent"} <= set(seen))
    assert any("read" in seen and "delivered" not in seen for seen in orders)
    assert any({"delivered", "failed"} <= set(seen) for seen in orders)
    assert any(seen.index("read") < seen.index("delivered") for seen in orders if {"read", "delivered"} <= set(seen))


def test_statuses_name_their_message_in_three_ways(events: list[Event]) -> None:
    keys = Counter(
        tuple(sorted({"message_id", "wamid", "account_id", "phone_number_id"} & set(event)))
        for event in events
        if event["type"] == "message.status"
    )
    assert set(keys) == {("message_id",), ("account_id", "wamid"), ("phone_number_id", "wamid")}
    assert share(keys["message_id",], keys.total()) < 0.25


def test_refused_messages_have_no_whatsapp_id(events: list[Event], sends: list[Event]) -> None:
    without = {event["message"]["id"] for event in sends if "wamid" not in event["message"]}
    failed = [event for event in events if event.get("status") == "failed"]
    refused = {event["message_id"] for event in failed if event["error"]["code"] in REFUSALS}
    assert refused
    assert refused <= without


def test_every_error_code_has_a_title() -> None:
    assert {code for habit in RESPONSE_PROFILES.values() for code in habit.errors} == set(ERROR_TITLES)
    assert set(ERROR_TITLES) > REFUSALS


def test_tickets_and_contacts(sends: list[Event]) -> None:
    tickets = Counter(event["message"].get("ticket", {}).get("created") for event in sends)
    contacts = Counter(json.dumps(event["message"]["contact"]) for event in sends)
    assert 0.77 < share(tickets[True], MESSAGES) < 0.83
    assert tickets[False]
    assert tickets[None]
    assert 3 < share(MESSAGES, len(contacts)) < 8
    assert any("phone" not in event["message"]["contact"] for event in sends)


def test_sends_follow_the_office_calendar(sends: list[Event]) -> None:
    zone = ZoneInfo("America/Santiago")
    local = [datetime.fromisoformat(event["at"]).astimezone(zone) for event in sends]
    weekdays = Counter(at.isoweekday() for at in local)
    hours = Counter(at.hour for at in local)
    days = Counter(at.date() for at in local)
    assert weekdays[1] > weekdays[5] > weekdays[6] > weekdays[7] > 0
    assert hours[10] > hours[14] < hours[16]
    assert not hours[3]
    assert days[date(2026, 4, 3)] + days[date(2026, 9, 18)] < days[date(2026, 4, 6)]
    assert sum(days[day] for day in days if day < date(2026, 5, 1)) < MESSAGES / 2


def test_only_those_in_force_are_used(sends: list[Event]) -> None:
    used = {kind: {event["message"][kind] for event in sends} for kind in ("department_id", "agent_id", "template_id")}
    assert used["department_id"] == {department.id for department in DEPARTMENTS}
    assert used["agent_id"] == {agent.id for agent in AGENTS}
    assert used["template_id"] == {template.id for template in TEMPLATES}
    last = {kind: {event["message"][kind] for event in sends[-900:]} for kind in used}
    assert "d8" not in last["department_id"]
    assert not {"u05", "u24", "u37"} & last["agent_id"]


def test_a_template_keeps_its_category_until_it_changes(sends: list[Event]) -> None:
    seen = [event["message"].get("template_category") for event in sends if event["message"]["template_id"] == "t12"]
    assert [category for category, _ in Counter(filter(None, seen)).most_common()] == ["UTILITY", "MARKETING"]


def test_people_can_sign_in_and_supervisors_have_departments(events: list[Event]) -> None:
    assert DEMO_TENANT == "demo"
    roles = Counter(person.role for person in PEOPLE)
    assert roles == {"administrator": 1, "analyst": 1, "supervisor": 2}
    members: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event["type"] == "member.added":
            members[event["user_id"]].add(event["department_id"])
        if event["type"] == "member.removed":
            members[event["user_id"]].remove(event["department_id"])
    assert members == {"p3": {"d1", "d6"}, "p4": {"d2"}}


def test_emails_are_plain_and_different() -> None:
    emails = [agent.email for agent in AGENTS] + [person.email for person in PEOPLE]
    assert len(set(emails)) == len(emails)
    assert all(email.isascii() and email == email.lower() and " " not in email for email in emails)
