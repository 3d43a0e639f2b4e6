"""The workload as the platform would send it: NDJSON in the order of time, about 3.6 events a message."""

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from analytics.domain.time_zones import from_micros
from benchmarks.workload.messages import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, Sent, messages

START = "2025-10-01T00:00:00Z"
REPLY_WINDOW_DAYS = 7
PREFIXES = {"department": "d", "agent": "u", "account": "a", "template": "t"}


def directory() -> Iterator[dict[str, Any]]:
    """The company, and everything that messages refer to."""
    yield {
        "type": "tenant.upserted",
        "at": START,
        "time_zone": "UTC",
        "name": "Bench",
        "reply_window_days": REPLY_WINDOW_DAYS,
    }
    for kind, count in (("department", DEPARTMENTS), ("agent", AGENTS), ("account", ACCOUNTS), ("template", TEMPLATES)):
        for n in range(count):
            entity = {"id": f"{PREFIXES[kind]}{n}", "name": f"{kind} {n:03}"}
            extra = {"phone_number_id": f"pn{n}", "phone": f"+5622{n:07}"} if kind == "account" else {}
            yield {"type": f"{kind}.upserted", "at": START, kind: entity | extra}


def _of(sent: Sent) -> Iterator[tuple[int, dict[str, Any]]]:
    account = f"a{sent.account}"
    body: dict[str, Any] = {
        "id": sent.id,
        "wamid": sent.wamid,
        "account_id": account,
        "department_id": f"d{sent.department}",
        "agent_id": f"u{sent.agent}",
        "template_id": f"t{sent.template}",
        "template_category": "UTILITY",
        "contact": {"phone": sent.contact},
    }
    if sent.ticket:
        body["ticket"] = {"id": f"t{sent.id}", "key": f"DESK-{sent.id}", "created": True}
    yield sent.sent_at, {"type": "message.sent", "message": body}
    # WhatsApp's `sent` is left out where `delivered` follows at once, as platforms do: 3.6 events a message.
    facts = (("sent", sent.accepted_at if sent.delivered_at is None or sent.agent % 3 else None),)
    for status, at in (*facts, ("delivered", sent.delivered_at), ("read", sent.read_at), ("failed", sent.failed_at)):
        if at is not None:
            event = {"type": "message.status", "wamid": sent.wamid, "account_id": account, "status": status}
            yield at, event | ({"error": {"code": sent.code}} if status == "failed" else {})
    if sent.replied_at is not None:
        reply = {"id": f"r{sent.id}", "account_id": account, "contact": {"phone": sent.contact}, "text": sent.reply}
        yield sent.replied_at, {"type": "message.reply", "reply": reply | {"kind": "text"}}


def lines(count: int, of: int) -> Iterator[bytes]:
    """The first `count` messages of a year of `of`, a line an event, in the order of time."""
    for event in directory():
        yield msgspec.json.encode(event)
    waiting: list[tuple[int, int, dict[str, Any]]] = []
    number = 0
    for sent in islice(messages(of), count):
        while waiting and waiting[0][0] <= sent.sent_at:
            yield _line(*heapq.heappop(waiting))
        for at, event in _of(sent):
            number += 1
            heapq.heappush(waiting, (at, number, event))
    while waiting:
        yield _line(*heapq.heappop(waiting))


def _line(at: int, _number: int, event: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"at": from_micros(at).isoformat(), **event})
