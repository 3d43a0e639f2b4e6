"""Examples computed by hand: they prove the oracle, which then judges the service."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.oracle import Filter, Oracle, OracleMessage, shown_reply
from tests.support.strategies import cases, events, orderings

MONDAY = "2026-11-02T12:00:00Z"
EVERYTHING = Filter(date(2000, 1, 1), date(2099, 12, 31))
ANA = {"phone": "+56 9 3333 4444"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sent(id: str = "m1", at: str = MONDAY, updated_at: str | None = None, **message: Any) -> dict[str, Any]:
    body = {"account_id": "a1", "department_id": "d1", "agent_id": "u1", "template_id": "t1", "contact": ANA}
    event = {"type": "message.sent", "at": at, "message": {"id": id, **body, **message}}
    return event | ({"updated_at": updated_at} if updated_at else {})


def correction(updated_at: str, id: str = "m1", at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    return {"type": "message.sent", "at": at, "updated_at": updated_at, "message": {"id": id, **fields}}


def status(status: str, at: str = MONDAY, **named: Any) -> dict[str, Any]:
    return {"type": "message.status", "at": at, "status": status, **(named or {"message_id": "m1"})}


def failed(code: int | None, at: str = MONDAY) -> dict[str, Any]:
    return status("failed", at, message_id="m1", **({} if code is None else {"error": {"code": code}}))


def reply(at: str, id: str | None = "r1", **fields: Any) -> dict[str, Any]:
    body = {"id": id, "account_id": "a1", "contact": ANA, "kind": "text", "text": "Sí", **fields}
    return {"type": "message.reply", "at": at, "reply": {k: v for k, v in body.items() if v is not None}}


def upsert(kind: str, id: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"{kind}.upserted", "at": at, kind: {"id": id, **fields}}


def tenant(at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    return {"type": "tenant.upserted", "at": at, **fields}


def changed(at: str, old: dict[str, str], new: dict[str, str]) -> dict[str, Any]:
    return {"type": "contact.changed", "at": at, "old": old, "new": new}


def message(*events: dict[str, Any], id: str = "m1") -> OracleMessage:
    return Oracle(events).messages[id]


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


@pytest.mark.parametrize(
    ("failures", "code"),
    [
        ([(5, MONDAY), (1, "2026-11-02T12:00:01Z")], 5),
        ([(5, MONDAY), (3, MONDAY), (None, MONDAY)], 3),
        ([(None, MONDAY), (4, "2026-11-02T12:00:01Z"), (1, "2026-11-02T12:00:02Z")], 4),
        ([(None, MONDAY)], None),
    ],
)
def test_the_earliest_failure_that_has_a_code_gives_it(
    failures: list[tuple[int | None, str]], code: int | None
) -> None:
    for some in (failures, failures[::-1]):
        oracle = Oracle([sent(), *(failed(code, when) for code, when in some)])
        assert oracle.bounces(oracle.messages.values()) == {code: 1}
        assert oracle.messages["m1"].failed_at == at(MONDAY)


def test_a_failure_of_a_delivered_message_is_no_bounce() -> None:
    delivered = message(sent(), failed(5), status("delivered"))
    assert (delivered.bounce_code, delivered.failed_at) == (None, at(MONDAY))


def test_each_fact_has_its_earliest_time() -> None:
    times = [f"2026-11-02T12:00:0{second}Z" for second in range(7)]
    words = ["deleted", "sent", "accepted", "read", "read", "delivered", "failed"]
    known = message(sent(), *map(status, words, times))
    assert (known.accepted_at, known.read_at) == (at(times[1]), at(times[3]))
    assert (known.delivered_at, known.failed_at) == (at(times[5]), at(times[6]))
    answered = message(sent(wamid="w"), reply(MONDAY, in_reply_to="w"))
    assert (answered.status, answered.delivered_at, answered.read_at) == ("DELIVERED", None, None)


LATER, LAST = "2026-11-04T12:00:00Z", "2026-11-05T12:00:00Z"
TICKET = {"id": "9001", "key": "DESK-1", "created": True}


def test_a_correction_changes_the_keys_that_it_has() -> None:
    first = sent(wamid="w1", template_category="UTILITY", ticket=TICKET)
    for known in ([first, correction(LATER, agent_id="u2")], [correction(LATER, agent_id="u2"), first]):
        corrected = message(*known)
        assert (corrected.agent_id, corrected.account_id, corrected.department_id) == ("u2", "a1", "d1")
        assert (corrected.wamid, corrected.template_category) == ("w1", "UTILITY")
        assert (corrected.ticket_id, corrected.ticket_key, corrected.ticket_created) == ("9001", "DESK-1", True)
        assert corrected.contact_phone == ANA["phone"]


def test_each_key_is_that_of_its_newest_statement() -> None:
    newer, older = correction(LAST, agent_id="u3"), correction(LATER, agent_id="u2", department_id="d2")
    assert (message(sent(), newer, older).agent_id, message(sent(), newer, older).department_id) == ("u3", "d2")
    whole = sent(at="2026-11-01T12:00:00Z", updated_at=LATER)
    assert message(whole, sent(agent_id="u2")).agent_id == "u1"
    assert message(whole, sent()).sent_at == at("2026-11-01T12:00:00Z")


def test_null_takes_away_and_for_an_object_each_of_its_keys() -> None:
    first = sent(template_category="UTILITY", ticket=TICKET)
    bare = message(first, correction(LATER, template_category=None, ticket=None, contact=None))
    assert (bare.template_category, bare.contact_phone) == ("OTHER", None)
    assert (bare.ticket_id, bare.ticket_key, bare.ticket_created) == (None, None, False)
    half = message(first, correction(LATER, ticket={"key": None}), correction(LAST, ticket={}))
    assert (half.ticket_id, half.ticket_key, half.ticket_created) == ("9001", None, True)
    again = message(first, correction(LATER, ticket=None), correction(LAST, ticket={"key": "DESK-2"}))
    assert (again.ticket_id, again.ticket_key, again.ticket_created) == (None, "DESK-2", False)


@pytest.mark.parametrize(
    ("field", "key", "values", "greater"),
    [
        ("agent_id", "agent_id", ["u1", "u2"], "u2"),
        ("agent_id", "agent_id", ["\U0001f600", "\uff5e"], "\U0001f600"),  # by code point, not by UTF-16
        ("template_category", "template_category", [None, "AUTHENTICATION"], "AUTHENTICATION"),
        ("contact_phone", "contact", [{"phone": "+9"}, {"phone": "1"}, None], "1"),
        ("ticket_created", "ticket", [{"created": False}, {"created": True}, None], True),
    ],
)
def test_at_the_same_time_the_greater_value_wins_and_any_before_null(
    field: str, key: str, values: list[Any], greater: Any
) -> None:
    events = [correction(LATER, **{key: value}) for value in values]
    assert {getattr(message(sent(), *some), field) for some in (events, events[::-1])} == {greater}


def test_a_message_is_there_once_what_it_needs_is_known() -> None:
    parts = [
        correction(LATER, account_id="a1", agent_id="u1", wamid="w"),
        correction(LAST, department_id="d1"),
        status("read"),
        reply(LAST, in_reply_to="w"),
    ]
    assert Oracle(parts).messages == {}
    known = message(*parts, correction(MONDAY, template_id="t1"))
    assert (known.status, known.reply_rule, known.wamid) == ("READ", "EXACT", "w")


# What identifies


def test_a_wamid_is_taken_away_only_by_another_one() -> None:
    first = sent(wamid="w1")
    assert message(first, correction(LATER, wamid=None)).wamid == "w1"
    assert message(first, correction(LATER, wamid="w0"), correction(LAST, wamid=None)).wamid == "w0"
    assert message(first, sent(wamid="w2"), sent(wamid="w0")).wamid == "w2"


def test_a_retry_is_what_its_newest_wamid_was_told() -> None:
    known = [sent(wamid="w1"), sent(wamid="w0"), correction(LATER, wamid="w2")]
    for wamid, expected in (("w1", "PENDING"), ("w0", "PENDING"), ("w2", "READ")):
        assert message(*known, status("read", wamid=wamid, account_id="a1")).status == expected
    # By its id the message itself is named, whichever attempt it was.
    assert message(*known, status("read", wamid="w1", message_id="m1")).status == "READ"


def test_a_reply_to_an_earlier_attempt_is_one_to_the_message() -> None:
    retried = sent(wamid="w1"), failed(1), correction(LATER, wamid="w2")
    for wamid in ("w1", "w2"):
        assert answered(*retried, reply(MONDAY, in_reply_to=wamid)) == {"m1": "EXACT"}
    later = sent("m2", at=LATER, wamid="w1")
    assert answered(*retried, later, reply(LAST, in_reply_to="w1")) == {"m2": "EXACT"}
    earlier = sent("m0", at="2026-11-01T12:00:00Z", wamid="w1")
    assert answered(*retried, earlier, reply(LAST, in_reply_to="w1")) == {"m1": "EXACT"}
    elsewhere = sent("m2", at=LATER, wamid="w1", account_id="a2")
    assert answered(*retried, elsewhere, reply(LAST, in_reply_to="w1")) == {"m1": "EXACT"}


def test_statuses_by_wamid_need_the_account() -> None:
    send = sent(wamid="w")
    by_number = status("read", wamid="w", phone_number_id="100")
    both = status("read", wamid="w", phone_number_id="100", account_id="a2")
    number = upsert("account", "a1", MONDAY, phone_number_id="100")
    for known, expected in [
        ([status("read", wamid="w", account_id="a1")], "READ"),
        ([status("read", wamid="w", account_id="a2")], "PENDING"),
        ([by_number], "PENDING"),
        ([by_number, number], "READ"),
        ([by_number, upsert("account", "a1", LAST, phone_number_id="100")], "READ"),
        ([both, number], "PENDING"),
        ([status("read", wamid="w", account_id="a1", message_id="m2")], "PENDING"),
    ]:
        assert Oracle([send, *known]).messages["m1"].status == expected


def test_every_number_that_an_account_had_still_finds_it() -> None:
    known = [sent(wamid="w"), status("read", LAST, wamid="w", phone_number_id="100")]
    had = upsert("account", "a1", MONDAY, phone_number_id="100")
    for later in (
        upsert("account", "a1", LATER, phone_number_id="200"),
        upsert("account", "a1", LATER, phone_number_id=None),
        upsert("account", "a1", LATER, name="Acme"),
    ):
        assert message(*known, had, later).status == "READ"
    # Said at one time, only the greater was ever there.
    assert message(*known, had, upsert("account", "a1", MONDAY, phone_number_id="200")).status == "PENDING"
    assert message(*known, had, upsert("account", "a1", MONDAY, phone_number_id="099")).status == "READ"


@pytest.mark.parametrize(
    ("told", "claims", "owner"),
    [
        ("2026-11-03T00:00:00Z", [("a1", MONDAY), ("a2", LATER)], "a1"),
        (LATER, [("a1", MONDAY), ("a2", LATER)], "a2"),
        (LAST, [("a1", MONDAY), ("a2", LATER)], "a2"),
        (LAST, [("a1", MONDAY), ("a2", MONDAY), ("a1", LATER)], "a1"),
        (LAST, [("a1", MONDAY), ("a2", MONDAY)], "a2"),
        (MONDAY, [("a1", LATER), ("a2", LAST)], "a1"),
        (MONDAY, [("a1", LATER), ("a2", LATER)], "a2"),
    ],
)
def test_a_number_is_that_of_who_claimed_it_last_before_else_first(
    told: str, claims: list[tuple[str, str]], owner: str
) -> None:
    sends = sent("m1", wamid="w"), sent("m2", wamid="w", account_id="a2")
    directory = [upsert("account", id, when, phone_number_id="100") for id, when in claims]
    by_number = {"wamid": "w", "phone_number_id": "100"}
    oracle = Oracle([*sends, *directory, status("read", told, **by_number)])
    assert {m.account_id for m in oracle.messages.values() if m.status == "READ"} == {owner}
    inbound = reply(told, account_id=None, phone_number_id="100")
    answers = Oracle([*sends, *directory, inbound]).messages.values()
    assert {m.account_id for m in answers if m.replied_at} == {owner}


def test_each_status_has_the_account_of_its_own_time() -> None:
    known = [
        sent(wamid="w"),
        upsert("account", "a1", MONDAY, phone_number_id="100"),
        upsert("account", "a2", LATER, phone_number_id="100"),
        status("delivered", MONDAY, wamid="w", phone_number_id="100"),
        status("read", LAST, wamid="w", phone_number_id="100"),
    ]
    assert message(*known).status == "DELIVERED"


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
        ({"phone": "+5", "id": "US.1"}, True),
        ({"phone": "+56955556666"}, False),
        ({"id": "US.2"}, False),
        ({"id": "56933334444"}, False),  # an id is no phone
    ]:
        send = sent(contact={**ANA, "id": "US.1"})
        assert bool(answered(send, reply(HOUR_LATER, contact=contact))) == found


@pytest.mark.parametrize(
    ("phone", "found"),
    [
        ("12345", True),
        ("+1 (23) 456 7890 1234 5678 90", True),  # 20 digits
        ("1234", False),
        ("123456789012345678901", False),
        ("56911112222 / 56933334444", False),
        ("sin numero", False),
        ("", False),
    ],
)
def test_a_mistyped_phone_is_kept_as_text_and_is_no_name(phone: str, found: bool) -> None:
    mistyped = {"phone": phone}
    known = message(sent(contact=mistyped), reply(HOUR_LATER, contact=mistyped))
    assert (known.contact_phone, known.replied_at is not None) == (phone, found)
    called = status("sent", message_id="m1", recipient=mistyped)
    assert bool(answered(sent(), called, reply(HOUR_LATER, contact=mistyped))) == found
    notice = changed(MONDAY, ANA, mistyped)
    assert bool(answered(sent(), notice, reply(HOUR_LATER, contact=mistyped))) == found


def test_a_contact_is_what_the_newest_description_says() -> None:
    known = [sent(), correction(LATER, contact={"phone": "+56955556666", "id": "US.1"})]
    assert answered(*known, reply(HOUR_LATER)) == {}
    assert answered(*known, reply(HOUR_LATER, contact={"phone": "56955556666"})) == {"m1": "CONVERSATION"}
    assert answered(*known, reply(HOUR_LATER, contact={"id": "US.1"})) == {"m1": "CONVERSATION"}


CALLED = {"phone": "5493334444", "id": "AR.1"}  # as WhatsApp calls whom we dialled as ANA


@pytest.mark.parametrize("contact", [ANA, {"phone": "+5493334444"}, {"id": "AR.1"}])
@pytest.mark.parametrize("word", ["accepted", "sent", "delivered", "read"])
def test_a_contact_is_also_known_as_whatsapp_calls_it(contact: dict[str, str], word: str) -> None:
    inbound = reply(HOUR_LATER, contact=contact)
    for named in ({"message_id": "m1"}, {"wamid": "w", "account_id": "a1"}):
        called = status(word, LAST, **named, recipient=CALLED)
        assert answered(sent(wamid="w"), called, inbound) == {"m1": "CONVERSATION"}


def test_only_statuses_of_the_message_name_its_contact() -> None:
    inbound = reply(HOUR_LATER, contact=CALLED)
    for called, found in [
        (status("deleted", message_id="m1", recipient=CALLED), False),
        (status("sent", message_id="m2", recipient=CALLED), False),
        (status("sent", wamid="w2", account_id="a2", recipient=CALLED), False),
        (status("sent", wamid="w2", account_id="a1", recipient=CALLED), True),
        (status("sent", wamid="w1", account_id="a1", recipient=CALLED), True),  # an earlier attempt
        (status("failed", wamid="w1", account_id="a1", recipient=CALLED), True),
        (status("failed", wamid="w2", account_id="a1", recipient=CALLED), False),  # it never arrived
    ]:
        assert bool(answered(sent(wamid="w1"), correction(LATER, wamid="w2"), called, inbound)) == found


def test_a_number_that_whatsapp_gives_is_a_name_by_the_account_of_its_time() -> None:
    claims = [upsert("account", id, when, phone_number_id="1") for id, when in (("a1", MONDAY), ("a2", LATER))]
    for when, found in ((MONDAY, True), (LATER, False)):
        called = status("sent", when, wamid="w", phone_number_id="1", recipient=CALLED)
        assert bool(answered(sent(wamid="w"), *claims, called, reply(HOUR_LATER, contact=CALLED))) == found


def test_a_notice_ties_the_old_name_to_the_new_one_from_its_time_on() -> None:
    new = {"phone": "+56977778888"}
    for when, found in ((HOUR_LATER, True), ("2026-11-02T13:00:00.1Z", False)):
        assert bool(answered(sent(), changed(when, ANA, new), reply(HOUR_LATER, contact=new))) == found
    # Back from the new one to the old one it ties nothing.
    assert answered(sent(contact=new), changed(MONDAY, ANA, new), reply(HOUR_LATER)) == {}


def test_every_old_name_is_tied_to_every_new_one() -> None:
    notice = changed(MONDAY, {**ANA, "id": "US.1"}, {"phone": "+56977778888", "id": "US.2"})
    for old in (ANA, {"id": "US.1"}):
        for new in ({"phone": "56977778888"}, {"id": "US.2"}):
            assert answered(sent(contact=old), notice, reply(HOUR_LATER, contact=new)) == {"m1": "CONVERSATION"}


def test_notices_chain_in_any_order_of_their_times() -> None:
    second, third = {"phone": "+56977778888"}, {"id": "US.3"}
    inbound = reply(HOUR_LATER, contact=third)
    for first_at, second_at, found in [
        (MONDAY, HOUR_LATER, True),
        (HOUR_LATER, MONDAY, True),
        (MONDAY, LATER, False),
        (LATER, MONDAY, False),
    ]:
        notices = changed(first_at, ANA, second), changed(second_at, second, third)
        assert bool(answered(sent(), *notices, inbound)) == found
    # What WhatsApp calls a contact may be the old name.
    called = status("sent", message_id="m1", recipient=second)
    assert answered(sent(), called, changed(MONDAY, second, third), inbound) == {"m1": "CONVERSATION"}


def test_names_of_messages_are_not_tied_by_notices() -> None:
    """Two names that became one are not each other's: only a reply is looked up by older names."""
    new = {"phone": "+56977778888"}
    notices = changed(MONDAY, ANA, new), changed(MONDAY, {"id": "US.1"}, new)
    assert answered(sent(), *notices, reply(HOUR_LATER, contact={"id": "US.1"})) == {}


def test_copies_of_a_reply_complete_each_other() -> None:
    platform = reply("2026-11-02T13:00:00.5Z", wamid="in", contact={"id": "?"}, text=None)
    webhook = reply(HOUR_LATER, id=None, wamid="in", in_reply_to="w", account_id=None, text="Sí")
    oracle = Oracle([sent(wamid="w"), platform, webhook])
    message = oracle.messages["m1"]
    assert (message.reply_rule, message.replied_at, message.reply_text) == ("EXACT", at(HOUR_LATER), "Sí")


def test_of_what_copies_say_otherwise_the_greater_counts() -> None:
    sends = (
        sent("m1", ticket={"id": "1"}),
        sent("m2", ticket={"id": "2"}),
        sent("m3", wamid="w3"),
        sent("m4", wamid="w4"),
    )

    def copies(*fields: dict[str, Any]) -> dict[str, str | None]:
        return answered(*sends, *(reply(HOUR_LATER, contact={"id": "?"}, **some) for some in fields))

    assert copies({"ticket_id": "1"}, {"ticket_id": "2"}, {}) == {"m2": "TICKET"}
    assert copies({"in_reply_to": "w3"}, {"in_reply_to": "w4"}, {}) == {"m4": "EXACT"}
    texts = [reply(HOUR_LATER, text=text) for text in ("a", "b", None)]
    assert message(sent(), *texts).reply_text == "b"
    accounts = [reply(HOUR_LATER, account_id=id) for id in ("a2", "a1")]
    assert answered(sent(), *accounts) == {}
    numbers = [reply(HOUR_LATER, account_id=None, phone_number_id=number) for number in ("1", "2")]
    had = [upsert("account", "a1", MONDAY, phone_number_id="1"), upsert("account", "a2", MONDAY, phone_number_id="2")]
    assert answered(sent("m1"), sent("m2", account_id="a2"), *had, *numbers) == {"m2": "CONVERSATION"}


def test_a_reply_has_the_names_of_all_its_copies() -> None:
    copies = [
        reply(HOUR_LATER, contact=contact) for contact in (ANA, {"phone": "+99999", "id": "US.9"}, {"id": "US.1"})
    ]
    for contact in (ANA, {"phone": "99999"}, {"id": "US.1"}, {"id": "US.9"}):
        assert answered(sent(contact=contact), *copies) == {"m1": "CONVERSATION"}


def test_the_earliest_time_of_the_copies_decides_which_notices_came_before() -> None:
    new = {"phone": "+56977778888"}
    copies = reply(LATER, contact=new), reply(HOUR_LATER, contact={})
    assert answered(sent(), changed(HOUR_LATER, ANA, new), *copies) == {"m1": "CONVERSATION"}
    assert answered(sent(), changed(LATER, ANA, new), *copies) == {}


@pytest.mark.parametrize(
    ("kinds", "merged"),
    [
        (["unsupported", "text"], "text"),
        (["unsupported", None], "text"),
        (["media", "text"], "media"),
        (["media", "interactive"], "media"),
        (["media", "image"], "image"),
        (["interactive", "form"], "form"),
        (["interactive", "button"], "button"),
        (["button", "audio"], "button"),
        ([None], "text"),
        (["reaction", "unsupported"], "unsupported"),
    ],
)
def test_of_the_kinds_of_copies_the_one_that_says_most_counts(kinds: list[str | None], merged: str) -> None:
    copies = [reply(HOUR_LATER, kind=kind) for kind in kinds]
    assert message(sent(), *copies).reply_kind == message(sent(), *reversed(copies)).reply_kind == merged


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker", "location", "contact", "order"])
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"text": None, "caption": "la boleta"}, "la boleta"),
        ({"text": "Sí", "caption": "la boleta"}, "Sí"),
        ({"text": "", "caption": "la boleta"}, ""),
        ({"text": None}, None),
    ],
)
def test_a_caption_is_the_text_of_what_has_no_other(kind: str, fields: dict[str, Any], text: str | None) -> None:
    known = message(sent(), reply(HOUR_LATER, kind=kind, **fields))
    assert (known.reply_kind, known.reply_text) == (kind, text)


def test_nothing_said_in_a_group_is_an_answer() -> None:
    assert answered(sent(wamid="w"), reply(HOUR_LATER, in_reply_to="w", group_id="g")) == {}
    copies = reply(HOUR_LATER, in_reply_to="w"), reply(HOUR_LATER, group_id="g")
    assert answered(sent(wamid="w"), *copies) == {}
    # So it does not show that a send arrived either.
    failed_last = sent("m0"), sent("m1", wamid="w"), failed(1)
    assert answered(*failed_last, *copies, reply(HOUR_LATER, "r2")) == {"m0": "CONVERSATION"}


def test_what_came_through_an_ad_answers_only_what_it_refers_to() -> None:
    send = sent(wamid="w", ticket={"id": "9001"})
    assert answered(send, reply(HOUR_LATER, referral=True, ticket_id="9001")) == {}
    assert answered(send, reply(HOUR_LATER, referral=True, in_reply_to="w")) == {"m1": "EXACT"}
    assert answered(send, reply(HOUR_LATER, referral=False)) == {"m1": "CONVERSATION"}
    assert answered(send, reply(HOUR_LATER), reply(HOUR_LATER, referral=True)) == {}


def test_the_account_of_a_reply_may_be_its_phone_number() -> None:
    inbound = reply(HOUR_LATER, account_id=None, phone_number_id="100")
    assert answered(sent(), inbound) == {}
    assert answered(sent(), inbound, upsert("account", "a1", MONDAY, phone_number_id="100")) == {"m1": "CONVERSATION"}


@pytest.mark.parametrize("kind", ["reaction", "revoke", "edit", "system"])
def test_notices_are_not_replies_and_say_nothing(kind: str) -> None:
    assert answered(sent(), reply(HOUR_LATER, kind=kind)) == {}
    about = reply(MONDAY, kind=kind, in_reply_to="w", group_id="g", text="later?")
    known = message(sent(wamid="w"), about, reply(HOUR_LATER))
    assert (known.reply_rule, known.replied_at, known.reply_text) == ("CONVERSATION", at(HOUR_LATER), "Sí")


def test_unsupported_is_a_reply_with_empty_text() -> None:
    for fields in ({"text": None}, {"text": "This message is not supported"}, {"text": None, "caption": "x"}):
        known = message(sent(), reply(HOUR_LATER, kind="unsupported", **fields))
        assert (known.reply_kind, known.reply_text) == ("unsupported", "")
    copies = reply(HOUR_LATER, kind="unsupported", text="zzz"), reply(HOUR_LATER)
    assert message(sent(), *copies).reply_text == "Sí"


@pytest.mark.parametrize(
    ("kind", "text", "spanish", "english"),
    [
        ("text", "Sí, gracias", "Sí, gracias", "Sí, gracias"),
        ("text", None, "[Texto]", "[Text]"),
        ("text", " \n", "[Texto]", "[Text]"),
        ("button", "Pagar", "Pagar", "Pagar"),
        ("button", "", "[Botón]", "[Button]"),
        ("interactive", "Opción 1", "Opción 1", "Opción 1"),
        ("interactive", None, "[Interactivo]", "[Interactive]"),
        ("form", None, "[Formulario]", "[Form]"),
        ("image", " la boleta ", "[Imagen]  la boleta ", "[Image]  la boleta "),
        ("image", " ", "[Imagen]", "[Image]"),
        ("audio", None, "[Audio]", "[Audio]"),
        ("video", "mira", "[Video] mira", "[Video] mira"),
        ("sticker", None, "[Sticker]", "[Sticker]"),
        ("document", "contrato.pdf", "[Documento] contrato.pdf", "[Document] contrato.pdf"),
        ("location", "Casa", "[Ubicación] Casa", "[Location] Casa"),
        ("contact", None, "[Contacto]", "[Contact]"),
        ("order", None, "[Pedido]", "[Order]"),
        ("media", "la boleta", "[Archivo] la boleta", "[File] la boleta"),
        ("unsupported", "", "[No compatible]", "[Unsupported]"),
        (None, "Sí", "Sí", "Sí"),
        (None, "", "[Respuesta]", "[Reply]"),
    ],
)
def test_a_file_always_says_that_there_was_a_reply(
    kind: str | None, text: str | None, spanish: str, english: str
) -> None:
    assert (shown_reply(kind, text, "ES"), shown_reply(kind, text, "EN")) == (spanish, english)


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


DAYS = ("2025-01-01", "2026-02-01", "2026-02-28", "2026-03-01", "2026-06-01", "2026-09-01")


def day(text: str) -> str:
    return f"{text}T00:00:00Z"


def named(oracle: Oracle, kind: str, id: str) -> list[str]:
    return [oracle.name_at(kind, id, at(day(text))) for text in DAYS]


def test_names_now_and_then() -> None:
    old = upsert("agent", "u1", "2026-02-01T00:00:00Z", name="Ana")
    new = upsert("agent", "u1", "2026-06-01T00:00:00Z", name="Ana Díaz")
    oracle = Oracle([new, old, upsert("agent", "u1", "2026-06-01T00:00:00Z", active=False)])
    assert oracle.name("agent", "u1") == "Ana Díaz"
    assert named(oracle, "agent", "u1") == ["Ana", "Ana", "Ana", "Ana", "Ana Díaz", "Ana Díaz"]
    assert (oracle.name("agent", "u2"), oracle.name_at("agent", "u2", at(MONDAY))) == ("u2", "u2")


def test_a_version_is_all_that_was_stated_up_to_its_time() -> None:
    known = [
        upsert("agent", "u1", day("2026-02-01"), email="ana@acme.cl"),
        upsert("agent", "u1", day("2026-03-01"), name="Ana", active=False),
        upsert("agent", "u1", day("2026-06-01"), active=None),
        upsert("agent", "u1", day("2026-09-01"), name=None),
    ]
    oracle = Oracle(known)
    assert named(oracle, "agent", "u1") == ["u1", "u1", "u1", "Ana", "Ana", "u1"]
    assert oracle.name("agent", "u1") == "u1"
    newest = oracle._newest("agent", "u1")  # what is shown besides names, see `graphql_schema.view`
    assert (newest["email"], newest.get("active", True)) == ("ana@acme.cl", True)
    corrected = upsert("agent", "u1", day("2026-02-01"), name="Eva") | {"updated_at": day("2026-06-01")}
    assert named(Oracle([*known[:2], corrected]), "agent", "u1")[-2:] == ["Eva", "Eva"]


@pytest.mark.parametrize(
    ("later", "zone", "days", "name"),
    [
        ({"name": "Acme SpA"}, "America/Santiago", 3, "Acme SpA"),
        ({"reply_window_days": 0}, "America/Santiago", 0, "Acme"),
        ({"time_zone": None, "reply_window_days": None}, "UTC", 7, "Acme"),
    ],
)
def test_each_setting_of_a_tenant_is_its_newest_and_null_the_default(
    later: dict[str, Any], zone: str, days: int, name: str
) -> None:
    oracle = Oracle([tenant(LATER, **later), tenant(time_zone="America/Santiago", reply_window_days=3, name="Acme")])
    assert (oracle.time_zone, oracle.reply_window, oracle.name("tenant", "")) == (zone, timedelta(days=days), name)


def test_settings_of_one_time_are_the_greater_and_any_before_null() -> None:
    both = tenant(reply_window_days=None, time_zone="UTC"), tenant(reply_window_days=0, time_zone="America/Lima")
    oracle = Oracle(both)
    assert (oracle.time_zone, oracle.reply_window) == ("UTC", timedelta(0))


def template(when: str, id: str = "t1", **fields: Any) -> dict[str, Any]:
    return upsert("template", id, day(when), **fields)


def notice(when: str, category: str | None = "MARKETING", **named: Any) -> dict[str, Any]:
    said = {} if category is None else {"category": category}
    return {"type": "template.notice", "at": day(when), **said, **named}


def categories(*events: dict[str, Any], id: str = "t1") -> list[str]:
    oracle = Oracle(events)
    return [oracle.category_at(id, at(day(text))) for text in DAYS]


def test_a_messages_own_category_goes_before_all() -> None:
    known = [template("2026-02-01", category="UTILITY", meta_id="1"), notice("2026-03-01", meta_id="1")]
    sends = sent("m1"), sent("m2", template_category="authentication"), sent("m3", template_id="t2")
    taken = sent("m4", template_category="AUTHENTICATION"), correction(LATER, "m4", template_category=None)
    oracle = Oracle([*known, *sends, *taken])
    assert [m.template_category for m in oracle.messages.values()] == [
        "MARKETING",
        "AUTHENTICATION",
        "OTHER",
        "MARKETING",
    ]


def test_metas_categories_follow_the_platforms() -> None:
    first, second = template("2026-02-01", category="utility", meta_id="1"), template("2026-03-01", category=None)
    third = template("2026-06-01", category="AUTHENTICATION")
    utility, authentication, marketing = ["UTILITY"], ["AUTHENTICATION"], ["MARKETING"]
    assert categories(first) == utility * 6
    assert categories(first, second) == utility * 3 + ["OTHER"] * 3
    assert categories(first, third) == utility * 4 + authentication * 2
    assert categories(second, third) == ["OTHER"] * 4 + authentication * 2
    # What the platform says from Meta's first word on, it says of what Meta knows better.
    noticed = notice("2026-03-01", meta_id="1")
    assert categories(first, third, noticed) == utility * 3 + marketing * 3
    assert categories(first, third, noticed, notice("2026-06-01", "UTILITY", meta_id="1")) == (
        utility * 3 + marketing + utility * 2
    )
    assert categories(first, second, noticed) == utility * 3 + marketing * 3
    assert categories(first, notice("2026-02-01", "MARKETING", meta_id="1")) == marketing * 6
    assert categories(first, notice("2026-03-01", None, meta_id="1", status="PAUSED"), third) == (
        utility * 4 + authentication * 2
    )
    early = notice("2026-02-01", meta_id="1"), notice("2026-02-28", "UTILITY", meta_id="1")
    assert categories(template("2026-06-01", category="AUTHENTICATION", meta_id="1"), *early) == (
        marketing * 2 + utility * 4
    )
    both = notice("2026-06-01", "AUTHENTICATION", meta_id="1"), notice("2026-06-01", "MARKETING", meta_id="1")
    assert categories(first, *both) == utility * 4 + marketing * 2
    assert categories(template("2026-06-01", meta_id="1"), notice("2026-03-01", meta_id="1")) == marketing * 6


@pytest.mark.parametrize(
    ("known", "noticed", "found"),
    [
        # by Meta's id where both have one
        ({"meta_id": "1"}, {"meta_id": "1"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"meta_id": "1", "name": "x", "language": "en"}, True),
        (
            {"meta_id": "2", "name": "aviso", "language": "es"},
            {"meta_id": "1", "name": "aviso", "language": "es"},
            False,
        ),
        # else by name and language where both have both
        ({"name": "aviso", "language": "es"}, {"meta_id": "1", "name": "aviso", "language": "es"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"name": "aviso", "language": "es"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"meta_id": "", "name": "aviso", "language": "es"}, True),
        ({"name": "aviso", "language": "es"}, {"name": "aviso", "language": "en"}, False),
        ({"name": "aviso", "language": "es"}, {"name": "x", "language": "es"}, False),
        # else by a name that no other template has
        ({"name": "aviso"}, {"name": "aviso", "language": "es"}, True),
        ({"name": "aviso", "language": "es"}, {"meta_id": "1", "name": "aviso", "language": ""}, True),
        ({"name": "aviso"}, {"name": "x"}, False),
        ({"name": "twice"}, {"name": "twice"}, False),
        # else by nothing
        ({"language": "es"}, {"language": "es"}, False),
        ({"meta_id": "1"}, {"name": "aviso", "language": "es"}, False),
        ({"name": None, "meta_id": None}, {"name": "", "meta_id": ""}, False),
        ({}, {}, False),
    ],
)
def test_a_notice_names_a_template_by_what_both_have(
    known: dict[str, Any], noticed: dict[str, Any], found: bool
) -> None:
    others = template("2026-02-01", "t2", name="twice"), template("2026-02-01", "t3", meta_id="3", language="es")
    events = [*others, template("2026-02-01", category="UTILITY", **known), notice("2025-01-01", **noticed)]
    assert set(categories(*events)) == {"MARKETING" if found else "UTILITY"}


@pytest.mark.parametrize(
    ("later", "found"),
    [({"name": "saludo"}, False), ({"language": None}, True), ({"meta_id": "1"}, True), ({"active": False}, True)],
)
def test_a_notice_names_a_template_as_its_newest_version_says(later: dict[str, Any], found: bool) -> None:
    known = template("2026-02-01", category="UTILITY", name="aviso", language="es")
    noticed = notice("2026-03-01", name="aviso", language="es")
    assert categories(known, template("2026-06-01", **later), noticed)[-1] == ("MARKETING" if found else "UTILITY")


def test_a_name_is_one_templates_when_the_others_have_other_names_now() -> None:
    known, noticed = template("2026-02-01", category="UTILITY", name="aviso"), notice("2026-03-01", name="aviso")
    other = template("2026-02-01", "t2", name="aviso")
    assert categories(known, other, noticed)[-1] == "UTILITY"
    assert categories(known, other, template("2026-06-01", "t2", name="saludo"), noticed)[-1] == "MARKETING"


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
