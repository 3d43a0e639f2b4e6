"""The oracle's replies: which message each answers, by hand."""

from typing import Any

import pytest

from tests.support.oracle import Oracle, shown_reply
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
    tenant,
    upsert,
)


def changed(at: str, old: dict[str, str], new: dict[str, str]) -> dict[str, Any]:
    return {"type": "contact.changed", "at": at, "old": old, "new": new}


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
