"""Messages and notices in WhatsApp's webhook bodies: who wrote what, and as an answer to which message."""

import json
from typing import Any

import pytest

from analytics.ingest.events import (
    Contact,
    ContactChanged,
    MessageReply,
    MessageStatus,
)
from analytics.ingest.formats.whatsapp import read_body
from tests.analytics.ingest.formats.whatsapp_bodies import (
    AT,
    NUMBER,
    PERSON,
    body,
    events,
    message,
    replied,
    status,
    value,
)


@pytest.mark.parametrize(
    ("type_", "content", "kind", "text"),
    [
        ("text", {"body": "Sí"}, "text", "Sí"),
        ("button", {"text": "Pagar", "payload": "p"}, "button", "Pagar"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Sí"}}, "button", "Sí"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Uno"}}, "button", "Uno"),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}},
            "form",
            None,
        ),
        ("interactive", {"type": "product_list"}, "interactive", None),
        ("image", {"id": "1", "caption": "mira"}, "image", "mira"),
        ("image", {"id": "1"}, "image", None),
        ("video", {"id": "1", "caption": "mira"}, "video", "mira"),
        ("document", {"id": "1", "caption": "doc"}, "document", "doc"),
        ("audio", {"id": "1", "voice": True}, "audio", None),
        ("voice", {"id": "1"}, "audio", None),
        ("sticker", {"id": "1"}, "sticker", None),
        ("location", {"latitude": 1.0}, "location", None),
        ("contacts", [{"name": {}}], "contact", None),
        ("order", {"catalog_id": "1"}, "order", None),
        ("unsupported", None, "unsupported", None),
        ("something_new", {"body": "x"}, "unsupported", None),
        ("reaction", {"message_id": "wamid.out", "emoji": "👍"}, "reaction", None),
        ("revoke", {"original_message_id": "w"}, "revoke", None),
        ("edit", {"message": {}}, "edit", None),
        ("system", {"body": "changed number"}, "system", None),
    ],
)
def test_the_kind_and_text_of_every_type(type_: str, content: Any, kind: str, text: str | None) -> None:
    found = replied(message(type_) | {type_: content})
    assert (found.kind, found.text) == (kind, text)


@pytest.mark.parametrize(
    ("context", "referred"),
    [
        ({"from": "1", "id": "wamid.out"}, "wamid.out"),
        ({"forwarded": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_reply_refers_to_its_context(context: Any, referred: str | None) -> None:
    assert replied(message(context=context)).in_reply_to == referred


def test_a_reply_is_known_by_its_own_id_and_number() -> None:
    found = replied(message())
    assert (found.id, found.wamid, found.phone_number_id, found.account_id) == (None, "wamid.in", NUMBER, None)
    assert found.ticket_id is None


def test_who_wrote_is_known_by_phone_and_by_the_id_that_goes_with_it() -> None:
    other = {"wa_id": "1", "user_id": "US.999"}
    assert replied(message()).contact == Contact(phone="972987654321")
    assert replied(message(), contacts=[PERSON]).contact == Contact(phone="972987654321", id="US.134")
    assert replied(message(), contacts=[other, PERSON]).contact == Contact(phone="972987654321", id="US.134")
    assert replied(message(), contacts=[other]).contact == Contact(phone="972987654321")
    own = replied(message(from_user_id="US.7"), contacts=[PERSON])
    assert own.contact == Contact(phone="972987654321", id="US.7")


def test_who_has_a_username_may_come_without_a_phone() -> None:
    hidden = {key: value for key, value in message().items() if key != "from"}
    person = {"profile": {"username": "ana"}, "user_id": "US.134"}
    assert replied(hidden, contacts=[person]).contact == Contact(id="US.134")
    assert replied(hidden | {"from_user_id": "US.134"}).contact == Contact(id="US.134")
    assert replied(hidden).contact == Contact()


def test_a_person_may_have_another_number_at_whatsapp_than_the_one_that_wrote() -> None:
    both = events(body(value(messages=[message()], contacts=[{"wa_id": "5215512345678", "user_id": "MX.1"}])))
    contacts = [event.reply.contact for event in both if isinstance(event, MessageReply)]
    assert contacts == [Contact(phone="972987654321"), Contact(phone="5215512345678", id="MX.1")]
    two = [message(), message(id="wamid.in2")]
    assert len(events(body(value(messages=two, contacts=[{"wa_id": "5215512345678"}])))) == 4
    others = [message(), message(id="wamid.in2") | {"from": "56922222222"}]
    assert len(events(body(value(messages=others, contacts=[{"wa_id": "5215512345678"}])))) == 2


def test_odd_ids_of_a_body_lose_nothing() -> None:
    numbered = value(statuses=[status(recipient_user_id="x" * 129)]) | {"metadata": {"phone_number_id": int(NUMBER)}}
    [event] = events(body(numbered))
    assert isinstance(event, MessageStatus)
    assert (event.phone_number_id, event.recipient) == (NUMBER, Contact(phone="972987654321"))
    assert replied(message(context={"id": ""})).in_reply_to is None


def test_words_in_a_group_and_from_an_ad_are_told_apart() -> None:
    assert replied(message(group_id="120363")).group_id == "120363"
    assert replied(message(referral={"source_id": "ad"})).referral is True
    found = replied(message())
    assert (found.group_id, found.referral) == (None, None)


FORM = {"nombre": "Ana", "talla": 4, "flow_token": "secret", "nested": {"a": [1]}, "Token_2": "x"}


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (json.dumps(FORM), 'nombre: Ana; talla: 4; nested: {"a": [1]}'),
        (json.dumps({"flow_token": "secret"}), None),
        ("{", None),
        ("[1]", None),
        (None, None),
        (json.dumps({"a": "nul\x00"}), "a: nul\ufffd"),
        (json.dumps({"a": "x" * 20_000}), "a: " + "x" * 9_997),
    ],
)
def test_the_answers_of_a_form_are_kept_only_where_that_is_wanted(response: str | None, text: str | None) -> None:
    sent = message("interactive") | {"interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": response}}}
    for forms, kept in ((False, None), (True, text)):
        [(_, event)] = read_body(body(value(messages=[sent])), forms=forms)
        assert isinstance(event, MessageReply)
        assert (event.reply.kind, event.reply.text) == ("form", kept)


# People who change


def system(**fields: Any) -> dict[str, Any]:
    return message("system") | {"system": {"body": "…", **fields}}


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        (
            {"type": "user_changed_number", "wa_id": "5215512345678"},
            Contact(phone="972987654321"),
            Contact(phone="5215512345678"),
        ),
        (
            {"type": "user_changed_number", "new_wa_id": "5215512345678"},
            Contact(phone="972987654321"),
            Contact(phone="5215512345678"),
        ),
        (
            {"type": "user_changed_number", "wa_id": "5215512345678", "user_id": "MX.2", "previous_user_id": "MX.1"},
            Contact(phone="972987654321", id="MX.1"),
            Contact(phone="5215512345678", id="MX.2"),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "MX.2", "previous_user_id": "MX.1"},
            Contact(phone="972987654321", id="MX.1"),
            Contact(id="MX.2"),
        ),
    ],
)
def test_a_notice_that_a_person_has_another_phone_or_id(fields: dict[str, Any], old: Contact, new: Contact) -> None:
    assert events(body(value(messages=[system(**fields)]))) == [ContactChanged(at=AT, old=old, new=new)]


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "customer_identity_changed"},
        {"type": "user_changed_number"},
        {"type": "user_changed_user_id", "parent_user_id": "MX.ENT.1"},
        {},
    ],
)
def test_other_notices_say_nothing(fields: dict[str, Any]) -> None:
    assert replied(system(**fields)).kind == "system"


def test_a_person_is_not_taken_for_another() -> None:
    two = [{"user_id": "US.1"}, {"user_id": "US.2"}]
    anonymous = message(from_user_id=None) | {"from": None}
    assert replied(anonymous, contacts=two).contact == Contact()
    seventh = message(from_user_id="US.7") | {"from": None}
    assert replied(seventh, contacts=[{"wa_id": "12345", "user_id": "US.8"}]).contact == Contact(id="US.7")
