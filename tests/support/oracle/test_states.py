"""The oracle's states: facts, descriptions, attempts, accounts and memberships by hand."""

from typing import Any

import pytest

from tests.support.oracle import Oracle
from tests.support.oracle.events import (
    ANA,
    LAST,
    LATER,
    MONDAY,
    answered,
    at,
    correction,
    failed,
    message,
    reply,
    sent,
    status,
    upsert,
)


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
