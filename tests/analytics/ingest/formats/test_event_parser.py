"""Reading one event: what is accepted, and what it then says."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec import UNSET

from analytics.ingest.events import (
    AccountUpserted,
    AgentUpserted,
    Contact,
    DepartmentUpserted,
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
from tests.analytics.ingest.formats.platform_events import AT, SENT, TENANT, TYPES, raw, refused
from tests.support import strategies
from tests.support.paths import ROOT


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


def test_the_events_of_the_documentation_are_accepted() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    shown = [line for line in page.splitlines() if line.startswith('{"type":')]
    assert {json.loads(line)["type"] for line in shown} == set(TYPES) - {"member.removed"}
    for line in shown:
        assert isinstance(parse_event(line), PlatformEvent)
