"""Events that are refused: with which code and sentence."""

from typing import Any

import pytest

from tests.analytics.ingest.formats.platform_events import AT, SENT, TENANT, raw, refusal, refused


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
