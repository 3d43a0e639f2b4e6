"""WhatsApp's webhook bodies: statuses, notices about templates, and every shape that Meta sends."""

import json
from typing import Any

import pytest

from analytics.ingest.events import (
    Contact,
    ContactChanged,
    MessageReply,
    MessageStatus,
    StatusError,
    TemplateNotice,
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
from tests.support.paths import SHARED

SAMPLES = SHARED / "data" / "whatsapp"


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
        TemplateNotice(
            at=AT,
            meta_id="1689",
            name="pago",
            language="es_CL",
            category="MARKETING",
            previous_category="UTILITY",
        )
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


@pytest.mark.parametrize("field", ["account_update", "user_preferences", "", None])
def test_fields_that_are_not_used_say_nothing(field: Any) -> None:
    assert events(body(value(statuses=[{"broken": True}]), field=field)) == []


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
