"""The message that a reply answers: each rule by hand."""

from typing import Any

import pytest

from analytics.domain.message_status import Status
from analytics.domain.time_zones import SECOND
from analytics.ingest.merging.accounts import Accounts, Claim
from analytics.ingest.merging.contacts import Change
from analytics.ingest.merging.records import Message, Reply
from analytics.ingest.reply_matching import ReplyMatch
from tests.analytics.ingest.reply_matching.matching import ACCOUNTS, TEN, WEEK, attribute, reply, send


def failed(id: str = "m1", seconds: float = 0, **fields: Any) -> Message:
    return send(id, seconds, receipt_status=Status.FAILED, status=Status.FAILED, **fields)


def answer(sends: list[Message], *replies: Reply, window: int = WEEK) -> tuple[str, str] | None:
    """Return the message that the first of the replies answers."""
    return attribute(sends, replies, ACCOUNTS, window).get(replies[0].id)


# The rules


def test_a_reply_answers_what_it_refers_to() -> None:
    sends = [send("m1"), send("m2", 30, ticket_id="9")]
    assert answer(sends, reply(in_reply_to="w-m1", ticket_id="9")) == ("m1", "EXACT")


def test_a_reference_holds_at_any_time_from_anyone_and_for_a_send_that_failed() -> None:
    odd: dict[str, Any] = {"contact_digits": "1", "account_id": "a2", "in_reply_to": "w-m1"}
    assert answer([send("m1")], reply(seconds=-100, **odd)) == ("m1", "EXACT")
    assert answer([send("m1")], reply(seconds=9 * WEEK, **odd)) == ("m1", "EXACT")
    assert answer([failed("m1")], reply(**odd)) == ("m1", "EXACT")


def test_a_reference_to_what_is_not_known_leaves_the_other_rules() -> None:
    assert answer([send("m1")], reply(in_reply_to="w-m9")) == ("m1", "CONVERSATION")
    assert answer([send("m1", ticket_id="9")], reply(in_reply_to="w-m9", ticket_id="9")) == ("m1", "TICKET")


@pytest.mark.parametrize(
    ("account", "number", "found"),
    [("a1", None, "m1"), ("a2", None, "m2"), (None, "100001", "m1"), (None, "100002", "m2"), ("a3", None, "m2")],
)
def test_of_two_sends_with_one_wamid_the_replys_account_decides(
    account: str | None, number: str | None, found: str
) -> None:
    sends = [send("m1", wamid="w"), send("m2", 5, wamid="w", account_id="a2")]
    referring = reply(in_reply_to="w", account_id=account, phone_number_id=number)
    assert answer(sends, referring) == (found, "EXACT")


def test_else_a_reply_answers_the_latest_send_of_its_ticket() -> None:
    elsewhere = {"account_id": "a2", "contact_digits": "1", "ticket_id": "9"}
    sends = [send("m1", 0, **elsewhere), send("m2", 10, **elsewhere), send("m3", 20), send("m4", 61, ticket_id="9")]
    assert answer(sends, reply(ticket_id="9")) == ("m2", "TICKET")
    assert answer(sends, reply(ticket_id="8")) == ("m3", "CONVERSATION")


def test_a_ticket_has_no_window() -> None:
    assert answer([send(ticket_id="9")], reply(seconds=9 * WEEK, ticket_id="9"), window=0) == ("m1", "TICKET")


def test_else_a_reply_answers_the_latest_send_of_its_conversation() -> None:
    sends = [
        send("m1"),
        send("m2", 10),
        send("m3", 20, account_id="a2"),
        send("m4", 30, contact_digits="56922222222"),
        send("m5", 90),
    ]
    assert answer(sends, reply()) == ("m2", "CONVERSATION")
    assert answer(sends, reply(account_id=None, phone_number_id="100001")) == ("m2", "CONVERSATION")
    assert answer(sends, reply(account_id="a2")) == ("m3", "CONVERSATION")
    assert answer(sends, reply(contact_digits="56922222222")) == ("m4", "CONVERSATION")
    assert answer(sends, reply(account_id="a3")) is None
    assert answer(sends, reply(account_id=None, phone_number_id="100009")) is None
    assert answer(sends, reply(contact_digits=None)) is None


def test_an_account_named_counts_and_not_its_number() -> None:
    assert answer([send("m1", account_id="a2")], reply(account_id="a1", phone_number_id="100002")) is None


def test_a_number_belongs_to_the_account_that_claimed_it_last() -> None:
    at = {account: TEN + seconds * SECOND for account, seconds in (("a1", 0), ("a2", 100))}
    both = Accounts([Claim("100001", at[account], account) for account in at])
    sends = [send("m1"), send("m2", 10, account_id="a2")]
    for seconds, found in ((50, "m1"), (99, "m1"), (100, "m2"), (5000, "m2")):
        by_number = reply(seconds=seconds, account_id=None, phone_number_id="100001")
        assert attribute(sends, [by_number], both) == {"r1": ReplyMatch(found, "CONVERSATION")}
    # Before anybody claimed it: whoever did first, at one time the greater id.
    assert [both.owner("100001", at["a1"] - 1), both.owner("100009", 0)] == ["a1", None]
    assert Accounts([Claim("1", 5, "a1"), Claim("1", 5, "a2"), Claim("1", 9, "a1")]).owner("1", 0) == "a2"


def test_what_was_said_in_a_group_answers_nothing() -> None:
    assert answer([send(ticket_id="9")], reply(in_group=True, in_reply_to="w-m1", ticket_id="9")) is None


def test_what_came_through_an_ad_answers_only_what_it_refers_to() -> None:
    assert answer([send(ticket_id="9")], reply(from_ad=True, ticket_id="9")) is None
    assert answer([send()], reply(from_ad=True, in_reply_to="w-m1")) == ("m1", "EXACT")


def test_an_earlier_attempt_can_be_referred_to() -> None:
    retried = send("m1", earlier_wamids='["w-old"]')
    assert answer([retried], reply(in_reply_to="w-old", account_id="a2")) == ("m1", "EXACT")
    sends = [retried, send("m2", 5, wamid="w-old", account_id="a2")]
    assert answer(sends, reply(in_reply_to="w-old")) == ("m1", "EXACT")
    assert answer(sends, reply(in_reply_to="w-old", account_id="a3")) == ("m2", "EXACT")


def test_a_contact_is_also_known_by_what_whatsapp_calls_it() -> None:
    mexican = send(contact_digits="525512345678", recipients='["p:5215512345678","u:MX.1"]')
    for names in ({"contact_digits": "5215512345678"}, {"contact_digits": None, "contact_id": "MX.1"}):
        assert answer([mexican], reply(**names)) == ("m1", "CONVERSATION")
    written = reply(contact_digits="1", further_names='["u:MX.1"]')
    assert answer([mexican], written) == ("m1", "CONVERSATION")


def test_a_new_name_is_the_old_ones_from_its_time_on() -> None:
    moved = [Change("p:2", "p:56911111111", TEN + 100 * SECOND), Change("p:3", "p:2", TEN + 200 * SECOND)]
    for seconds, digits, found in ((99, "2", False), (100, "2", True), (150, "3", False), (200, "3", True)):
        written = reply(seconds=seconds, contact_digits=digits)
        assert bool(attribute([send()], [written], changes=moved)) is found
    # The old name does not become the new one: somebody else may have it by now.
    assert attribute([send(contact_digits="2")], [reply(seconds=300)], changes=moved) == {}


@pytest.mark.parametrize(
    ("sent", "written", "found"),
    [
        (0, 0, True),
        (0, WEEK, True),
        (0, WEEK + 1, False),
        (0, -1, False),
        # Whole seconds, as WhatsApp gives them.
        (0.7, 0, True),
        (0.7, 0.2, True),
        (0.999999, -0.000001, False),
        (0.7, WEEK, True),
        (0, WEEK + 0.999999, True),
        (0.999999, WEEK + 1, False),
    ],
)
def test_both_ends_of_the_window_are_inside_it(sent: float, written: float, found: bool) -> None:
    assert (answer([send("m1", sent)], reply(seconds=written)) is not None) is found


def test_a_window_of_no_days_holds_the_second_of_the_send() -> None:
    assert answer([send("m1", 0.9)], reply(seconds=0), window=0) == ("m1", "CONVERSATION")
    assert answer([send("m1")], reply(seconds=1), window=0) is None


def test_whole_seconds_hold_for_tickets_too() -> None:
    other = {"ticket_id": "9", "account_id": "a2"}
    assert answer([send("m1", 0.7, **other)], reply(seconds=0, ticket_id="9")) == ("m1", "TICKET")
    assert answer([send("m1", 1, **other)], reply(seconds=0.9, ticket_id="9")) is None


def test_of_equal_send_times_the_greater_id_is_the_later() -> None:
    assert answer([send("m10"), send("m9"), send("M99")], reply()) == ("m9", "CONVERSATION")
    tickets = [send("\uff5e", ticket_id="9"), send("\U0001f600", ticket_id="9")]  # by code point, not UTF-16
    assert answer(tickets, reply(ticket_id="9")) == ("\U0001f600", "TICKET")


def test_inside_a_second_the_later_send_is_the_later() -> None:
    assert answer([send("m9", 0.1), send("m1", 0.8)], reply(seconds=0.5)) == ("m1", "CONVERSATION")


@pytest.mark.parametrize("status", [Status.PENDING, Status.SENT, Status.DELIVERED, Status.READ])
def test_only_a_send_that_never_arrived_is_passed_over(status: Status) -> None:
    sends = [send("m1", ticket_id="9"), send("m2", 10, ticket_id="9", receipt_status=status)]
    assert answer(sends, reply()) == ("m2", "CONVERSATION")
    assert answer([*sends, failed("m3", 20, ticket_id="9")], reply()) == ("m2", "CONVERSATION")
    assert answer([*sends, failed("m3", 20, ticket_id="9")], reply(ticket_id="9")) == ("m2", "TICKET")


def test_a_send_that_was_passed_over_in_a_ticket_leaves_the_conversation() -> None:
    assert answer([send("m1"), failed("m2", 10, ticket_id="9")], reply(ticket_id="9")) == ("m1", "CONVERSATION")
    assert answer([failed("m1"), failed("m2", 10)], reply()) is None


def test_a_quoting_reply_proves_that_a_failed_send_arrived() -> None:
    sends = [send("m1"), failed("m2", 10)]
    quoting = reply("r2", 5000, in_reply_to="w-m2", contact_digits="1")
    assert answer(sends, reply(), quoting) == ("m2", "CONVERSATION")
    # … but not that another one did, of the same wamid, which it does not answer.
    twice = [send("m1"), failed("m2", 10, wamid="w"), failed("m3", 20, wamid="w", account_id="a2")]
    assert answer(twice, reply(account_id="a2"), reply("r2", in_reply_to="w")) is None


def test_two_contacts_are_the_same_by_phone_or_by_id() -> None:
    # The second is the first and the third, which are not each other.
    first: dict[str, Any] = {"contact_digits": "56911111111", "contact_id": None}
    second: dict[str, Any] = {"contact_digits": "56911111111", "contact_id": "CL.1"}
    third: dict[str, Any] = {"contact_digits": None, "contact_id": "CL.1"}
    sends = [send("m1", 0, **first), send("m3", 10, **third)]
    assert answer(sends, reply(**first)) == ("m1", "CONVERSATION")
    assert answer(sends, reply(**third)) == ("m3", "CONVERSATION")
    assert answer(sends, reply(**second)) == ("m3", "CONVERSATION")
    assert answer([send("m2", **second)], reply(**first)) == ("m2", "CONVERSATION")
    assert answer([send("m2", **second)], reply(**third)) == ("m2", "CONVERSATION")
    # One shared key is enough, though the other differs.
    assert answer([send(contact_id="CL.2")], reply(contact_id="CL.1")) == ("m1", "CONVERSATION")


def test_contacts_without_any_key_are_not_the_same() -> None:
    nobody: dict[str, Any] = {"contact_digits": None, "contact_id": None}
    assert answer([send(**nobody)], reply(**nobody)) is None


def test_a_phone_is_not_an_id() -> None:
    assert answer([send(contact_digits=None, contact_id="56911111111")], reply()) is None


def test_nothing_is_answered_by_nothing() -> None:
    assert attribute([], [reply()], ACCOUNTS, WEEK) == {}
    assert attribute([send()], [], ACCOUNTS, WEEK) == {}
