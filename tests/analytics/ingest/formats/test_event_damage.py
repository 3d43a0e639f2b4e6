"""Any bytes, text or JSON are an event or refused, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ingest.events import (
    InvalidEventError,
    PlatformEvent,
)
from analytics.ingest.formats.event_parser import parse_event
from tests.analytics.ingest.formats.platform_events import AT, SENT, TENANT, TYPES, raw, refusal
from tests.support import strategies

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


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
