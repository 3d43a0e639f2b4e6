"""Files of events, in the shapes people keep them in."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ingest.events import InvalidEventError, MemberAdded, MessageStatus, TenantUpserted
from analytics.ingest.formats.files import MAX_LINE_BYTES, ParsedLine, read_events, read_part, read_whatsapp

TENANT = b'{"type":"tenant.upserted","at":"2026-11-03T10:15:00-03:00"}'
MEMBER = b'{"type":"member.added","at":"2026-11-03T10:15:00Z","user_id":"u1","department_id":"d1"}'
BOM = b"\xef\xbb\xbf"


def shown(items: list[ParsedLine]) -> list[tuple[int, Any]]:
    return [
        (item.line, item.event.code if isinstance(item.event, InvalidEventError) else type(item.event))
        for item in items
    ]


# NDJSON


def read(text: bytes) -> list[ParsedLine]:
    return list(read_events(io.BytesIO(text)))


def test_every_line_is_an_event_or_says_why_not() -> None:
    items = read(b"\n".join([TENANT, b"nonsense", MEMBER, b"{}", TENANT]))
    assert shown(items) == [
        (1, TenantUpserted),
        (2, "INVALID_JSON"),
        (3, MemberAdded),
        (4, "INVALID_EVENT"),
        (5, TenantUpserted),
    ]
    assert [item.text for item in items] == [TENANT, b"nonsense", MEMBER, b"{}", TENANT]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b" \t\n"])
def test_lines_end_in_several_ways(end: bytes) -> None:
    items = read(TENANT + end + MEMBER + end)
    assert shown(items) == [(1, TenantUpserted), (2, MemberAdded)]
    assert [item.text for item in items] == [TENANT, MEMBER]


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert shown(read(b"\n\r\n" + TENANT + b"\n   \n" + MEMBER)) == [(3, TenantUpserted), (5, MemberAdded)]


@given(
    lines=st.lists(st.sampled_from([b"", b" ", b"\r", b"\t\x0b\x0c", b"nonsense ", b"\x85", b"\xa0", TENANT, MEMBER])),
    end=st.sampled_from([b"\n", b"\r\n", b""]),
    first=st.integers(1, 9),
)
def test_a_part_is_read_as_a_file_is(lines: list[bytes], end: bytes, first: int) -> None:
    part = b"\n".join(lines) + end
    assert [(item.line - first + 1, item.text, type(item.event)) for item in read_part(part, first)] == [
        (item.line, item.text, type(item.event)) for item in read(part)
    ]


def test_an_empty_file_has_no_events() -> None:
    assert read(b"") == read(b"\n\n") == []


def test_a_byte_order_mark_is_passed_over_at_the_start_only() -> None:
    assert shown(read(BOM + TENANT + b"\n" + BOM + MEMBER)) == [(1, TenantUpserted), (2, "INVALID_JSON")]


def test_a_line_that_is_too_long_does_not_stop_the_others() -> None:
    padded = TENANT[:-1] + b',"x":"' + b"x" * (MAX_LINE_BYTES - len(TENANT) - 7) + b'"}'
    assert len(padded) == MAX_LINE_BYTES
    longer = padded[:-2] + b'x"}'
    assert shown(read(b"\n".join([padded, longer, MEMBER]))) == [
        (1, TenantUpserted),
        (2, "TOO_LONG"),
        (3, MemberAdded),
    ]


# WhatsApp


def body(*wamids: str) -> dict[str, Any]:
    statuses = [{"id": wamid, "status": "read", "timestamp": "1697043223"} for wamid in wamids]
    value = {"metadata": {"phone_number_id": "1"}, "statuses": statuses}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def wamids(text: str | bytes) -> list[str | None]:
    items = list(read_whatsapp(io.BytesIO(text.encode() if isinstance(text, str) else text)))
    return [item.event.wamid for item in items if isinstance(item.event, MessageStatus)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("end", ["", "\n"])
def test_one_body_a_list_of_them_or_named_samples(indent: int | None, end: str) -> None:
    one, two = body("w1", "w2"), body("w3")
    for document, expected in (
        (one, ["w1", "w2"]),
        ([one, two], ["w1", "w2", "w3"]),
        ({"first": one, "second": two}, ["w1", "w2", "w3"]),
        ([], []),
    ):
        assert wamids(json.dumps(document, indent=indent) + end) == expected


def test_one_body_a_line() -> None:
    text = f"{json.dumps(body('w1'))}\n\n{json.dumps(body('w2', 'w3'))}\r\n"
    items = list(read_whatsapp(io.BytesIO(text.encode())))
    assert shown(items) == [(1, MessageStatus), (3, MessageStatus), (3, MessageStatus)]
    assert json.loads(items[0].text) == body("w1")


def test_a_line_that_is_no_body_does_not_stop_the_others() -> None:
    text = f"{json.dumps(body('w1'))}\nnonsense\n[1]\n{json.dumps(body('w2'))}\n"
    items = list(read_whatsapp(io.BytesIO(text.encode())))
    assert shown(items) == [(1, MessageStatus), (2, "INVALID_JSON"), (3, "INVALID_BODY"), (4, MessageStatus)]
    assert items[1].text == b"nonsense"


def test_a_problem_names_the_sample_it_is_in() -> None:
    text = json.dumps({"good": body("w1"), "bad": {"object": "page"}}, indent=1)
    items = list(read_whatsapp(io.BytesIO(text.encode())))
    assert isinstance(items[1].event, InvalidEventError)
    assert items[1].event.message.startswith("bad: ")
    items = list(read_whatsapp(io.BytesIO(json.dumps([body("w1"), None]).encode())))
    assert isinstance(items[1].event, InvalidEventError)
    assert items[1].event.message.startswith("[1]: ")


@pytest.mark.parametrize("text", [b"nonsense", b"{\n", b"\xff\xfe\xff"])
def test_a_file_that_is_not_json(text: bytes) -> None:
    assert shown(list(read_whatsapp(io.BytesIO(text)))) == [(1, "INVALID_JSON")]


def test_malformed_parts_are_items_of_their_own() -> None:
    broken = body("w1", "w2")
    del broken["entry"][0]["changes"][0]["value"]["statuses"][0]["status"]
    items = list(read_whatsapp(io.BytesIO(json.dumps(broken).encode())))
    assert shown(items) == [(1, "INVALID_BODY"), (1, MessageStatus)]
    assert json.loads(items[0].text) == broken


def test_a_blank_first_line_is_passed_over() -> None:
    text = f"\n{json.dumps(body('w1'))}\n{json.dumps(body('w2'))}\n"
    assert wamids(text) == ["w1", "w2"]


def test_a_file_that_is_nested_too_deeply_is_refused() -> None:
    (item,) = read_whatsapp(io.BytesIO(b"[" * 200_000))
    assert isinstance(item.event, InvalidEventError)
