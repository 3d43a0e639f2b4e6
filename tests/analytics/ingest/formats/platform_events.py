"""Events of a platform as JSON, and reading them, for the tests of the parser."""

import json
from typing import Any

import pytest

from analytics.ingest.events import (
    InvalidEventError,
)
from analytics.ingest.formats.event_parser import parse_event

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
