"""WhatsApp's webhook bodies: every shape that Meta sends, what is malformed, and whatever else comes."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ingest.events import (
    AnyEvent,
    Contact,
    ContactChanged,
    Inbound,
    InvalidEventError,
    MessageReply,
    MessageStatus,
    StatusError,
    TemplateNotice,
)
from analytics.ingest.formats.whatsapp import read_body
from tests.support.paths import SHARED

SAMPLES = SHARED / "data" / "whatsapp"
AT = datetime(2023, 10, 11, 16, 53, 43, tzinfo=UTC)
SECONDS = "1697043223"
NUMBER = "1122334455667"
PERSON = {"profile": {"name": "Test"}, "wa_id": "972987654321", "user_id": "US.134"}


def body(*values: dict[str, Any], field: str = "messages", time: int = 1697043223) -> dict[str, Any]:
    changes = [{"field": field, "value": value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "time": time, "changes": changes}]}


def value(**items: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **items}


def events(of: Any) -> list[AnyEvent]:
    found = [event for _, event in read_body(of)]
    assert not [event for event in found if isinstance(event, InvalidEventError)]
    return [event for event in found if not isinstance(event, InvalidEventError)]


def problem(of: Any) -> str:
    [(_, event)] = list(read_body(of))
    assert isinstance(event, InvalidEventError)
    return event.message


def status(**fields: Any) -> dict[str, Any]:
    return {"id": "wamid.out", "status": "delivered", "timestamp": SECONDS, "recipient_id": "972987654321"} | fields


def message(type_: str = "text", content: Any = None, **fields: Any) -> dict[str, Any]:
    said = {"body": "Sí, gracias"} if content is None else content
    return {"from": "972987654321", "id": "wamid.in", "timestamp": SECONDS, "type": type_, type_: said} | fields


def replied(of: dict[str, Any], **around: Any) -> Inbound:
    [event] = events(body(value(messages=[of], **around)))
    assert isinstance(event, MessageReply)
    assert event.at == AT
    return event.reply


# Statuses


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "played", "deleted", "warning"])
def test_a_status_names_its_message_by_wamid_and_number(word: str) -> None:
    assert events(body(value(statuses=[status(status=word)]))) == [
        MessageStatus(
            at=AT, status=word, wamid="wamid.out", phone_number_id=NUMBER, recipient=Contact(phone="972987654321")
        )
    ]


def test_a_failure_keeps_the_first_errors_code_and_title() -> None:
    errors = [{"code": 131026, "title": "Message undeliverable", "message": "…"}, {"code": 1, "title": "other"}]
    [event] = events(body(value(statuses=[status(status="failed", errors=errors)])))
    assert isinstance(event, MessageStatus)
    assert event.error == StatusError(code=131026, title="Message undeliverable")


@pytest.mark.parametrize(
    ("error", "code", "title"),
    [
        ({"code": "131026", "title": "x"}, 131026, "x"),
        ({"code": 2**31 - 1}, 2**31 - 1, None),
        ({"code": 2**31}, None, None),
        ({"code": "9" * 5000}, None, None),
        ({"code": -1}, None, None),
        ({"code": "-1"}, None, None),
        ({"code": "²"}, None, None),
        ({"code": True}, None, None),
        ({"code": 1.5}, None, None),
        ({"code": {}, "title": []}, None, None),
        ({"code": 1, "title": "é" * 5000}, 1, "é" * 1024),
    ],
)
def test_an_odd_reason_makes_a_failure_no_less_a_fact(error: Any, code: int | None, title: str | None) -> None:
    [event] = events(body(value(statuses=[status(status="failed", errors=[error])])))
    assert isinstance(event, MessageStatus)
    assert (event.status, event.error) == ("failed", StatusError(code=code, title=title))


@pytest.mark.parametrize("errors", [[], None, [None], [{}], ["131026"], [131026], "131026"])
def test_a_failure_may_give_no_reason(errors: Any) -> None:
    [event] = events(body(value(statuses=[status(status="failed", errors=errors)])))
    assert isinstance(event, MessageStatus)
    assert event.error is None


@pytest.mark.parametrize(
    "more",
    [
        {"pricing": {"billable": True}, "conversation": {"id": "c", "expiration_timestamp": 1697043223}},
        {"biz_opaque_callback_data": "m100"},
    ],
)
def test_what_a_status_says_besides_is_not_used(more: dict[str, Any]) -> None:
    assert events(body(value(statuses=[status(**more)]))) == events(body(value(statuses=[status()])))


@pytest.mark.parametrize(
    ("named", "recipient"),
    [
        ({"recipient_id": "5215512345678"}, Contact(phone="5215512345678")),
        ({"recipient_user_id": "MX.1"}, Contact(phone="972987654321", id="MX.1")),
        ({"recipient_id": None, "recipient_user_id": "MX.1"}, Contact(id="MX.1")),
        ({"recipient_id": "no phone"}, Contact()),
        ({"recipient_id": None}, Contact()),
        ({"recipient_id": "group", "recipient_type": "group", "recipient_participant_id": "5215512345678"}, None),
    ],
)
def test_a_status_says_what_whatsapp_calls_the_person(named: dict[str, Any], recipient: Contact | None) -> None:
    [event] = events(body(value(statuses=[status(**named)])))
    assert isinstance(event, MessageStatus)
    assert event.recipient == recipient


def test_the_bodys_contact_completes_the_person_of_a_status() -> None:
    [event] = events(body(value(statuses=[status()], contacts=[PERSON])))
    assert isinstance(event, MessageStatus)
    assert event.recipient == Contact(phone="972987654321", id="US.134")


# Replies


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


# Templates


@pytest.mark.parametrize("id", [1689, "1689"])
def test_a_category_update_is_a_notice_at_the_entrys_time(id: Any) -> None:
    update = {
        "message_template_id": id,
        "message_template_name": "pago",
        "message_template_language": "es_CL",
        "previous_category": "UTILITY",
        "new_category": "marketing",
    }
    assert events(body(update, field="template_category_update")) == [
        TemplateNotice(at=AT, meta_id="1689", name="pago", language="es_CL", category="MARKETING")
    ]


def test_a_status_update_is_a_notice_of_a_status() -> None:
    update = {
        "event": "PAUSED",
        "message_template_id": 1689,
        "message_template_name": "pago",
        "message_template_language": "es",
    }
    assert events(body(update, field="message_template_status_update")) == [
        TemplateNotice(at=AT, meta_id="1689", name="pago", language="es", status="PAUSED")
    ]
    told = update | {"message_template_category": "UTILITY"}
    [event] = events(body(told, field="message_template_status_update"))
    assert isinstance(event, TemplateNotice)
    assert (event.category, event.status) == ("UTILITY", "PAUSED")


# Bodies


def test_all_of_a_body_is_read_in_its_order() -> None:
    two = value(statuses=[status(id="w1"), status(id="w2")], messages=[message(id="w3")])
    several = {
        "entry": [*body(two, value(statuses=[status(id="w4")]))["entry"], *body(value(messages=[message()]))["entry"]]
    }
    found = list(read_body(several))
    assert [place for place, _ in found] == [
        "entry[0].changes[0].value.statuses[0]",
        "entry[0].changes[0].value.statuses[1]",
        "entry[0].changes[0].value.messages[0]",
        "entry[0].changes[1].value.statuses[0]",
        "entry[1].changes[0].value.messages[0]",
    ]
    assert [e.wamid for _, e in found if isinstance(e, MessageStatus)] == ["w1", "w2", "w4"]


@pytest.mark.parametrize("field", ["account_update", "message_template_quality_update", "user_preferences", "", None])
def test_fields_that_are_not_used_say_nothing(field: Any) -> None:
    assert events(body(value(statuses=[{"broken": True}]), field=field)) == []


@pytest.mark.parametrize("of", [None, [], "entry", 1, {}, {"entry": None}, {"entry": {}}, {"object": "page"}])
def test_what_is_no_body_at_all(of: Any) -> None:
    with pytest.raises(InvalidEventError) as refused:
        list(read_body(of))
    assert refused.value.code == "INVALID_BODY"


@pytest.mark.parametrize("entry", [[], [None], [{}], [{"changes": None}], [{"changes": [None, {}, {"value": 1}]}]])
def test_an_empty_body_says_nothing(entry: Any) -> None:
    assert events({"entry": entry}) == []


@pytest.mark.parametrize("key", ["id", "status", "timestamp"])
def test_what_a_status_lacks_is_told_with_its_place_and_stops_nothing(key: str) -> None:
    broken = {name: value for name, value in status().items() if name != key}
    found = list(read_body(body(value(statuses=[broken, status()]))))
    assert isinstance(found[0][1], InvalidEventError)
    assert found[0][1].message == f"entry[0].changes[0].value.statuses[0]: lacks '{key}'."
    assert isinstance(found[1][1], MessageStatus)


@pytest.mark.parametrize("key", ["id", "type", "timestamp"])
def test_what_a_message_lacks_is_told_with_its_place(key: str) -> None:
    broken = {name: value for name, value in message().items() if name != key}
    assert problem(body(value(messages=[broken]))) == f"entry[0].changes[0].value.messages[0]: lacks '{key}'."


@pytest.mark.parametrize(
    "seconds",
    [
        "",
        "soon",
        None,
        [],
        "1e9",
        "9" * 30,
        "-99999999999999",
        10**400,
        float("inf"),
        "-1",
        "9999999999999",
        "NaN",
        "x" * 200,
    ],
)
def test_what_is_no_time(seconds: Any) -> None:
    said = problem(body(value(statuses=[status(timestamp=seconds)])))
    assert said.startswith("entry[0].changes[0].value.statuses[0]: ")
    assert len(said) < 120


def test_a_time_may_be_a_number() -> None:
    assert events(body(value(statuses=[status(timestamp=int(SECONDS))]))) == events(body(value(statuses=[status()])))


@pytest.mark.parametrize("id", ["", "w" * 513, None, 1, ["w"]])
def test_an_id_that_cannot_be_kept(id: Any) -> None:
    assert "`$.wamid`" in problem(body(value(statuses=[status(id=id)]))) or id is None


def test_text_is_cleaned() -> None:
    assert replied(message(content={"body": "a\x00b\ud800"})).text == "a\ufffdb\ufffd"


# Samples of others


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of WhatsApp bodies beside the repository")
def test_every_sample_is_understood() -> None:
    files = sorted(SAMPLES.glob("*.json"))
    assert files
    kinds = set()
    for file in files:
        for of in json.loads(file.read_text(encoding="utf-8")).values():
            kinds |= {type(event) for event in events(of)}
    assert kinds == {MessageStatus, MessageReply, TemplateNotice, ContactChanged}


# Whatever comes

BODY = body(
    value(
        contacts=[PERSON],
        statuses=[status(status="failed", errors=[{"code": 1, "title": "x"}])],
        messages=[
            message(context={"id": "wamid.out"}),
            message("interactive", {"type": "button_reply", "button_reply": {"title": "Sí"}}),
        ],
    )
)
NOTICE = body(
    {"message_template_id": 1, "new_category": "UTILITY", "event": "PAUSED"}, field="template_category_update"
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def places(of: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    return [path, *(place for key, inner in inside for place in places(inner, (*path, key)))]


def read(of: Any) -> None:
    try:
        found = list(read_body(of))
    except InvalidEventError as error:
        refusal = error
    else:
        assert all(place.startswith("entry[") for place, _ in found)
        return
    assert refusal.code == "INVALID_BODY"


@given(data=st.data(), junk=st.lists(JUNK, min_size=1, max_size=3), of=st.sampled_from([BODY, NOTICE]))
def test_any_damage_to_a_body_is_told_and_nothing_else(data: st.DataObject, junk: list[Any], of: Any) -> None:
    damaged = copy.deepcopy(of)
    for piece in junk:
        *way, last = data.draw(st.sampled_from(places(damaged)[1:] or [("entry",)]))
        around = damaged
        for key in way:
            around = around[key]
        around[last] = piece
    read(damaged)


@given(JUNK)
def test_any_json_is_a_body_or_refused(of: Any) -> None:
    read(of)
    read({"entry": of})
    read(body({"statuses": of, "messages": of, "metadata": of, "contacts": of}))


def test_a_person_is_not_taken_for_another() -> None:
    two = [{"user_id": "US.1"}, {"user_id": "US.2"}]
    anonymous = message(from_user_id=None) | {"from": None}
    assert replied(anonymous, contacts=two).contact == Contact()
    seventh = message(from_user_id="US.7") | {"from": None}
    assert replied(seventh, contacts=[{"wa_id": "12345", "user_id": "US.8"}]).contact == Contact(id="US.7")


def test_a_name_longer_than_any_is_refused() -> None:
    update = {"message_template_name": "名" * 5000, "new_category": "UTILITY"}
    assert "512" in problem(body(update, field="template_category_update"))


def test_a_body_that_is_nested_too_deeply_is_refused() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(InvalidEventError, match="deep"):
        list(read_body({"entry": [], "x": deep}))
