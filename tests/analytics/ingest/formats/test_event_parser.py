"""Reading one event: what is accepted, and what is refused with which code and sentence."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from analytics.ingest.events import (
    AccountUpserted,
    AgentUpserted,
    Contact,
    DepartmentUpserted,
    InvalidEventError,
    MemberAdded,
    MemberRemoved,
    MessageReply,
    MessageSent,
    MessageStatus,
    PlatformEvent,
    StatusError,
    TemplateUpserted,
    TenantUpserted,
    digits,
)
from analytics.ingest.formats.event_parser import parse_event
from tests.support import strategies
from tests.support.paths import ROOT

AT = "2026-11-03T10:15:00-03:00"
TENANT: dict[str, Any] = {"type": "tenant.upserted", "at": AT}
SENT: dict[str, Any] = {
    "id": "m1",
    "account_id": "a1",
    "department_id": "d1",
    "agent_id": "u1",
    "template_id": "t1",
    "contact": {"phone": "+56933334444"},
}


def tenant(**fields: Any) -> PlatformEvent:
    return parse_event(json.dumps(TENANT | fields))


def sent(**fields: Any) -> MessageSent:
    event = parse_event(json.dumps({"type": "message.sent", "at": AT, "message": SENT | fields}))
    assert isinstance(event, MessageSent)
    return event


def status(**fields: Any) -> PlatformEvent:
    return parse_event(json.dumps({"type": "message.status", "at": AT, "status": "read", **fields}))


def reply(**fields: Any) -> PlatformEvent:
    return parse_event(json.dumps({"type": "message.reply", "at": AT, "reply": fields}))


def refusal(line: bytes | str) -> tuple[str, str]:
    with pytest.raises(InvalidEventError) as refused:
        parse_event(line)
    return refused.value.code, refused.value.message


def refused(event: Any) -> str:
    """The sentence with which a JSON value is refused as an event."""
    code, message = refusal(json.dumps(event))
    assert code == "INVALID_EVENT"
    assert message.endswith(".")
    return message


def raw(tail: bytes) -> bytes:
    return b'{"type":"tenant.upserted","at":"2026-11-03T10:15:00-03:00",' + tail + b"}"


# What is accepted


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        ({"type": "tenant.upserted", "time_zone": "America/Santiago", "reply_window_days": 7}, TenantUpserted),
        (
            {"type": "department.upserted", "department": {"id": "d1", "active": True}},
            DepartmentUpserted,
        ),
        ({"type": "agent.upserted", "agent": {"id": "u7", "name": "Ana", "email": "ana@acme.cl"}}, AgentUpserted),
        ({"type": "account.upserted", "account": {"id": "a1", "phone_number_id": "1122334455667"}}, AccountUpserted),
        ({"type": "template.upserted", "template": {"id": "t3", "category": "UTILITY"}}, TemplateUpserted),
        ({"type": "member.added", "user_id": "u9", "department_id": "d1"}, MemberAdded),
        ({"type": "member.removed", "user_id": "u9", "department_id": "d1"}, MemberRemoved),
        ({"type": "message.sent", "message": SENT}, MessageSent),
        ({"type": "message.status", "message_id": "m1", "status": "delivered"}, MessageStatus),
        ({"type": "message.reply", "reply": {"id": "r1", "account_id": "a1"}}, MessageReply),
    ],
)
def test_every_type_with_keys_that_are_not_known(event: dict[str, Any], type_: type) -> None:
    assert type(parse_event(json.dumps(event | {"at": AT, "unknown": {"deep": [1, None]}}))) is type_


def test_null_says_that_there_is_none_and_absence_says_nothing() -> None:
    message = sent(wamid=None, ticket=None, template_category=None, contact={"phone": None, "id": "US.1"}).message
    assert (message.wamid, message.ticket, message.template_category) == (None, None, None)
    assert message.contact == Contact(phone=None, id="US.1")
    assert sent().message.ticket is UNSET
    assert tenant(updated_at=None) == tenant()
    assert tenant(time_zone=None) != tenant()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"department_id": "d2"},
        {"contact": {"id": "US.1"}},
        {"contact": None},
        {"ticket": {"key": "DESK-1"}},
        {"ticket": {"created": None}},
        {"wamid": "w2"},
    ],
)
def test_a_correction_may_say_only_what_changed(changes: dict[str, Any]) -> None:
    correction = {"type": "message.sent", "at": AT, "updated_at": AT, "message": {"id": "m1"} | changes}
    assert isinstance(parse_event(json.dumps(correction)), MessageSent)


def test_a_correction_cannot_take_away_what_every_message_has() -> None:
    for key in ("account_id", "department_id", "agent_id", "template_id"):
        correction = {"type": "message.sent", "at": AT, "updated_at": AT, "message": {"id": "m1", key: None}}
        assert f"`$.message.{key}`" in refused(correction)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            {"type": "message.sent", "message": SENT | {"updated_at": AT}},
            "`updated_at` belongs at `$`, not here - at `$.message.updated_at`.",
        ),
        (
            {"type": "message.sent", "message": SENT, "wamid": "w"},
            "`wamid` belongs at `$.message`, not here - at `$.wamid`.",
        ),
        (
            {"type": "message.sent", "message": SENT | {"contact": {"id": "x", "ticket": {"id": "9"}}}},
            "`ticket` belongs at `$.message`, not here - at `$.message.contact.ticket`.",
        ),
        (
            {"type": "agent.upserted", "agent": {"id": "u1"}, "active": False},
            "`active` belongs at `$.agent`, not here - at `$.active`.",
        ),
        (
            {"type": "account.upserted", "account": {"id": "a1", "at": AT}},
            "`at` belongs at `$`, not here - at `$.account.at`.",
        ),
        (
            {"type": "message.status", "message_id": "m1", "status": "failed", "code": 131026},
            "`code` belongs at `$.error`, not here - at `$.code`.",
        ),
        (
            {"type": "message.reply", "reply": {"id": "r1"}, "text": "Hola"},
            "`text` belongs at `$.reply`, not here - at `$.text`.",
        ),
        (
            {"type": "message.sent", "message": SENT | {"ticket_id": "9"}},
            "`ticket_id` belongs at `$.message.ticket.id`, not here - at `$.message.ticket_id`.",
        ),
        (
            {"type": "message.status", "message_id": "m1", "status": "failed", "errors": [{"code": 1}]},
            "`errors` belongs at `$.error`, not here - at `$.errors`.",
        ),
        (
            {"type": "tenant.upserted", "tenant": {"time_zone": "UTC"}},
            "the keys of `tenant` belong beside `type` - at `$.tenant`.",
        ),
    ],
)
def test_a_known_key_in_a_wrong_place_is_refused(event: dict[str, Any], sentence: str) -> None:
    assert refused(event | {"at": AT}) == sentence


def test_an_id_and_a_type_of_anybodys_own_are_no_misplaced_keys() -> None:
    event = {"type": "message.sent", "at": AT, "id": "event-1", "message": SENT | {"type": "template"}}
    assert isinstance(parse_event(json.dumps(event)), MessageSent)


@pytest.mark.parametrize("night", strategies.NIGHTS)
def test_offsets_are_moved_to_utc(night: datetime) -> None:
    for hours in (-12, -4.5, 0, 5.75, 14):
        text = night.astimezone(timezone(timedelta(hours=hours))).isoformat()
        assert tenant(at=text).at == night
        assert tenant(updated_at=text).stated_at == tenant(at=text).stated_at  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["2026-11-03T13:15:00Z", "2026-11-03T13:15:00z", "2026-11-03T13:15:00.000000+00:00"])
def test_utc_can_be_written_in_several_ways(text: str) -> None:
    assert tenant(at=text).at == datetime(2026, 11, 3, 13, 15, tzinfo=UTC)


def test_microseconds_are_kept() -> None:
    assert tenant(at="2026-11-03T13:15:00.123456Z").at.microsecond == 123456


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z", "1970-06-01T00:00:00+14:00"])
def test_the_ends_of_the_calendar(at: str) -> None:
    assert tenant(at=at).at == datetime.fromisoformat(at)


def test_the_last_of_two_equal_keys_counts() -> None:
    event = parse_event(raw(b'"name":"first","name":"second"'))
    assert isinstance(event, TenantUpserted)
    assert event.name == "second"


@pytest.mark.parametrize("id", ["x", "x" * 128, "\U0001f600" * 128, " ", "'\"\\"])
def test_ids_of_up_to_128_characters(id: str) -> None:
    assert sent(id=id).message.id == id


@pytest.mark.parametrize("wamid", ["x" * 512, "é" * 256, "\U0001f600" * 128])
def test_whatsapps_ids_of_up_to_512_bytes(wamid: str) -> None:
    assert sent(wamid=wamid).message.wamid == wamid
    assert status(wamid=wamid, account_id="a1") is not None
    assert reply(wamid=wamid, in_reply_to=wamid) is not None


@pytest.mark.parametrize("wamid", ["x" * 513, "é" * 257, "\U0001f600" * 129])
def test_longer_ones_of_whatsapp_are_refused(wamid: str) -> None:
    for event in (
        {"type": "message.sent", "at": AT, "message": SENT | {"wamid": wamid}},
        {"type": "message.status", "at": AT, "status": "read", "wamid": wamid, "account_id": "a1"},
        {"type": "message.reply", "at": AT, "reply": {"wamid": wamid}},
        {"type": "message.reply", "at": AT, "reply": {"id": "r1", "in_reply_to": wamid}},
    ):
        assert "512" in refused(event)


@pytest.mark.parametrize(
    "phone",
    [
        "12345",
        "+1 (2) 3-4.5",
        "56933334444",
        "",
        "1234",
        "1" * 21,
        "sin numero",
        "56911112222 / 56933334444",
        "１２３４５６",
    ],
)
def test_phones_are_kept_as_sent_whatever_they_are(phone: str) -> None:
    assert sent(contact={"phone": phone}).message.contact == Contact(phone=phone)
    written = reply(id="r1", contact={"phone": phone})
    assert isinstance(written, MessageReply)
    assert written.reply.contact == Contact(phone=phone)


@pytest.mark.parametrize(
    ("phone", "compared"),
    [
        ("+56 9 3333-4444", "56933334444"),
        ("0056933334444", "0056933334444"),
        ("1234", None),
        ("12345", "12345"),
        ("1" * 20, "1" * 20),
        ("1" * 21, None),
        ("", None),
        (None, None),
        ("１２３４５", None),  # other scripts' digits are not the same phone
        ("٠١٢٣٤٥", None),
    ],
)
def test_phones_are_compared_by_their_digits(phone: str | None, compared: str | None) -> None:
    assert digits(phone) == compared


@pytest.mark.parametrize("named", [{"message_id": "m1"}, {"wamid": "w", "account_id": "a1"}])
def test_a_status_names_its_message_in_one_of_three_ways(named: dict[str, str]) -> None:
    assert isinstance(status(**named), MessageStatus)
    assert isinstance(status(wamid="w", phone_number_id="100001"), MessageStatus)


def test_a_status_of_any_word_is_read() -> None:
    event = status(message_id="m1", status="held_for_quality_assessment")
    assert isinstance(event, MessageStatus)
    assert event.status == "held_for_quality_assessment"


def test_a_reply_is_a_text_unless_it_says_otherwise() -> None:
    event = reply(wamid="w")
    assert isinstance(event, MessageReply)
    assert event.reply.kind == "text"


@pytest.mark.parametrize(
    ("error", "code", "title"),
    [({"code": "131026"}, 131026, None), ({"code": 1, "title": "x" * 2000}, 1, "x" * 1024)],
)
def test_an_odd_reason_makes_a_failure_no_less_a_fact(error: Any, code: int, title: str | None) -> None:
    event = status(message_id="m1", error=error)
    assert isinstance(event, MessageStatus)
    assert event.error == StatusError(code=code, title=title)


def test_an_empty_id_says_no_more_than_its_absence() -> None:
    assert sent(wamid="", contact={"phone": "56933334444", "id": ""}) == sent(contact={"phone": "56933334444"})
    assert reply(id="r1", in_reply_to="", wamid="", ticket_id="") == reply(id="r1")
    assert status(message_id="m1", recipient={"id": ""}) == status(message_id="m1", recipient={})
    assert "`$.message.id`" in refused({"type": "message.sent", "at": AT, "message": SENT | {"id": ""}})


# Text that no database can hold


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (rb"nul\u0000", "nul\ufffd"),
        (rb"\u0000\u0000", "\ufffd\ufffd"),
        (rb"lone\ud800", "lone\ufffd"),
        (rb"\udc00low", "\ufffdlow"),
        (rb"\udc00\ud800", "\ufffd\ufffd"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"\ud83d\ude00 \ud83d", "\U0001f600 \ufffd"),
        (rb"\ud83d\ude00 \u0000", "\U0001f600 \ufffd"),
        (rb"\\u0000", r"\u0000"),
        (rb"\\ud800", r"\ud800"),
        ("😀 ñ".encode(), "😀 ñ"),
        (rb"\t\n\u0001", "\t\n\x01"),
    ],
)
def test_nul_and_lone_surrogates_are_replaced(written: bytes, kept: str) -> None:
    event = parse_event(raw(b'"name":"' + written + b'"'))
    assert isinstance(event, TenantUpserted)
    assert event.name == kept


def test_an_id_is_cleaned_like_any_text() -> None:
    assert sent(id="m\x00", ticket={"id": "9\ud800"}).message.id == "m\ufffd"


# What is refused


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"{",
        b"}",
        b'{"type":',
        b"nonsense",
        b"{'type': 'x'}",
        raw(b'"name":"a\x01"'),
        raw(b'"name":"a"') + b"x",
    ],
)
def test_what_is_not_json(line: bytes) -> None:
    assert refusal(line) == ("INVALID_JSON", "The line is not a JSON object.")


@pytest.mark.parametrize("text", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
def test_what_is_not_utf8(text: bytes) -> None:
    assert refusal(raw(b'"name":"' + text + b'"')) == ("INVALID_JSON", "The line is not UTF-8.")


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", [], [TENANT]])
def test_what_is_no_object(value: Any) -> None:
    assert "Expected `object`" in refused(value)


@pytest.mark.parametrize("type_", [None, 1, "", "tenant", "TENANT.UPSERTED", "template.notice", ["tenant.upserted"]])
def test_a_type_that_does_not_exist(type_: Any) -> None:
    assert "`$.type`" in refused(TENANT | {"type": type_})


def test_no_type_and_no_time() -> None:
    assert "missing required field `type`" in refused({"at": AT})
    assert "missing required field `at`" in refused({"type": "tenant.upserted"})


@pytest.mark.parametrize("key", ["at", "updated_at"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03T10:15:00",  # naive
        "2026-11-03",
        "2026-02-30T00:00:00Z",
        "2026-11-03T24:00:00Z",
        "2026-11-03T10:15:60Z",
        "2026-11-03T10:15:00+24:00",
        "10000-01-01T00:00:00Z",
        "-2026-01-01T00:00:00Z",
        "yesterday",
        "",
        1_800_000_000,
        1.5,
        True,
        [],
    ],
)
def test_what_is_no_instant(key: str, text: Any) -> None:
    assert f"`$.{key}`" in refused(TENANT | {key: text})


@pytest.mark.parametrize("key", ["at", "updated_at"])
@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",  # cannot be moved to UTC at all
        "9999-12-31T23:59:59-12:00",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00+01:00",
        "2200-01-01T12:00:00Z",
        "3026-11-03T10:15:00Z",
    ],
)
def test_an_instant_beyond_the_calendar(key: str, text: str) -> None:
    assert refused(TENANT | {key: text}) == f"{key} must lie between 1970-01-01 and 2199-12-31 - at `$.{key}`."


@pytest.mark.parametrize("value", [None, True, 7, 7.0, ["m1"], {"id": "m1"}])
@pytest.mark.parametrize("key", ["id", "account_id", "department_id", "agent_id", "template_id"])
def test_ids_are_strings(key: str, value: Any) -> None:
    event = {"type": "message.sent", "at": AT, "message": SENT | {key: value}}
    assert f"`$.message.{key}`" in refused(event)


@pytest.mark.parametrize("id", ["", "x" * 129])
def test_ids_are_1_to_128_characters_long(id: str) -> None:
    assert "`$.message.id`" in refused({"type": "message.sent", "at": AT, "message": SENT | {"id": id}})
    assert "`$.user_id`" in refused({"type": "member.added", "at": AT, "user_id": id, "department_id": "d1"})
    ticket = SENT | {"ticket": {"id": id}}
    assert "`$.message.ticket.id`" in refused({"type": "message.sent", "at": AT, "message": ticket})


@pytest.mark.parametrize("key", sorted(SENT))
def test_what_a_send_cannot_do_without(key: str) -> None:
    message = {name: value for name, value in SENT.items() if name != key}
    assert f"missing required field `{key}` - at `$.message`" in refused(
        {"type": "message.sent", "at": AT, "message": message}
    )


@pytest.mark.parametrize("contact", [{}, {"phone": None}, {"phone": None, "id": None}, {"name": "Ana"}])
def test_a_send_needs_a_contact(contact: Any) -> None:
    message = refused({"type": "message.sent", "at": AT, "message": SENT | {"contact": contact}})
    assert message == "contact needs a phone or an id - at `$.message.contact`."


@pytest.mark.parametrize("named", [{}, {"wamid": "w"}, {"account_id": "a1"}, {"phone_number_id": "1"}, {"id": "m1"}])
def test_a_status_needs_a_message(named: dict[str, str]) -> None:
    message = refused({"type": "message.status", "at": AT, "status": "read", **named})
    assert message == "needs message_id, or wamid with account_id or phone_number_id - at `$`."


def test_a_reply_needs_an_id() -> None:
    message = refused({"type": "message.reply", "at": AT, "reply": {"account_id": "a1", "text": "hi"}})
    assert message == "reply needs an id or a wamid - at `$.reply`."


def test_a_reply_of_an_unknown_kind() -> None:
    assert "`$.reply.kind`" in refused({"type": "message.reply", "at": AT, "reply": {"id": "r1", "kind": "played"}})


@pytest.mark.parametrize("days", [-1, 3651, 1.5, "7", True, 10**30])
def test_a_reply_window_is_a_number_of_days(days: Any) -> None:
    assert "`$.reply_window_days`" in refused(TENANT | {"reply_window_days": days})


@pytest.mark.parametrize("code", ["13102x", "-1", "", "9" * 5000, 2**31, -(2**31) - 1, True])
def test_an_error_code_is_a_number(code: Any) -> None:
    event = {"type": "message.status", "at": AT, "status": "failed", "message_id": "m1", "error": {"code": code}}
    assert "`$.error.code`" in refused(event)


@pytest.mark.parametrize("active", ["true", 1, 0, [], "no"])
def test_active_is_a_truth_value(active: Any) -> None:
    event = {"type": "agent.upserted", "at": AT, "agent": {"id": "u1", "active": active}}
    assert "`$.agent.active`" in refused(event)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "america/santiago", "../etc/passwd", "localtime", ""])
def test_a_time_zone_that_does_not_exist(zone: str) -> None:
    assert "`$.time_zone`" in refused(TENANT | {"time_zone": zone})


def test_a_place_is_named_in_cleaned_text_too() -> None:
    line = raw(b'"name":"\\u0000","reply_window_days":"7"')
    assert refusal(line) == ("INVALID_EVENT", "Expected `int | null`, got `str` - at `$.reply_window_days`.")


def test_nesting_that_is_too_deep_beside_text_to_clean() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert refusal(raw(b'"name":"\\u0000","x":' + deep))[0] == "INVALID_JSON"


# Whatever comes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TYPES = [
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
]


def read(line: bytes | str) -> None:
    try:
        event = parse_event(line)
    except InvalidEventError as error:
        refusal = error
    else:
        assert isinstance(event, PlatformEvent)
        return
    assert refusal.code in ("INVALID_EVENT", "INVALID_JSON")
    assert refusal.message.endswith(".")


@given(st.binary())
def test_any_bytes_are_an_event_or_refused(line: bytes) -> None:
    read(line)


@given(st.text(st.characters(codec=None)))
def test_any_text_is_an_event_or_refused(line: str) -> None:
    read(line)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(TYPES), "at": st.just(AT) | JSON},
        optional={
            key: JSON | st.just(SENT) | st.fixed_dictionaries({"id": JSON}, optional={"contact": JSON, "active": JSON})
            for key in ("message", "reply", "agent", "department", "account", "template", "status", "user_id", "error")
        },
    )
)
def test_any_json_is_an_event_or_refused(event: dict[str, Any]) -> None:
    read(json.dumps(event))


@given(data=st.data())
def test_any_damage_to_an_event_is_an_event_or_refused(data: st.DataObject) -> None:
    events, _ = data.draw(strategies.cases())
    line = bytearray(json.dumps(data.draw(st.sampled_from(events)) if events else TENANT).encode())
    for place in data.draw(st.lists(st.integers(0, len(line) - 1), min_size=1, max_size=3)):
        line[place] = data.draw(st.integers(0, 255))
    read(bytes(line))


@pytest.mark.parametrize("inside", [b"[" * 100_000, b'{"x":' * 100_000])
def test_deep_nesting_is_refused(inside: bytes) -> None:
    assert refusal(raw(b'"x":' + inside)) == ("INVALID_JSON", "The line is nested too deeply.")


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b'"\xff"'])
def test_what_is_not_json_is_refused_in_a_key_that_is_not_used_too(value: bytes) -> None:
    assert refusal(raw(b'"x":' + value))[0] == "INVALID_JSON"


def test_the_events_of_the_documentation_are_accepted() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    shown = [line for line in page.splitlines() if line.startswith('{"type":')]
    assert {json.loads(line)["type"] for line in shown} == set(TYPES) - {"member.removed"}
    for line in shown:
        assert isinstance(parse_event(line), PlatformEvent)
