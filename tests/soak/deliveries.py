"""Requests with a tenant's events: NDJSON of the platform and webhooks of WhatsApp, shuffled and repeated."""

import gzip
import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.soak.tenants import Event, TenantData
from tests.support import webhooks

# How often an event is sent, and how many travel together: each of these is as likely.
TIMES = (1, 1, 2, 2, 3, 5)
LINES = (1, 1, 1, 5, 20, 100)
UPDATES = (1, 1, 1, 1, 5, 50)
PACKED = 0.3  # of the platform's bodies


class Delivery(NamedTuple):
    """A body to be sent: whose, whether by WhatsApp, its bytes, whether they are gzip, and how many events it holds."""

    tenant: str
    whatsapp: bool
    body: bytes
    packed: bool
    events: int


def deliveries(data: TenantData, seed: int) -> list[Delivery]:
    """All bodies of a tenant, in the order of chance. The same arguments give the same ones."""
    rng = Random(f"{seed} {data.tenant}")
    repeated = [event for event in data.events for _ in range(rng.choice(TIMES))]
    rng.shuffle(repeated)
    ways: dict[bool, list[Event]] = {False: [], True: []}
    for event in repeated:
        ways[_by_whatsapp(rng, event)].append(event)
    made = [_platform(rng, data.tenant, events) for events in _cut(rng, ways[False], LINES)]
    made += [Delivery(data.tenant, True, _webhook(e), False, len(e)) for e in _cut(rng, ways[True], UPDATES)]
    rng.shuffle(made)
    return made


def _by_whatsapp(rng: Random, event: Event) -> bool:
    """Decide by chance if an event comes from WhatsApp: what only WhatsApp says does, what both may say mostly."""
    said = event.get("reply", event)
    return event["type"] in ("template.notice", "contact.changed") or ("phone_number_id" in said and rng.random() < 0.7)


def _cut(rng: Random, events: list[Event], sizes: tuple[int, ...]) -> Iterator[list[Event]]:
    start = 0
    while start < len(events):
        size = rng.choice(sizes)
        yield events[start : start + size]
        start += size


def _platform(rng: Random, tenant: str, events: list[Event]) -> Delivery:
    body, packed = b"".join(json.dumps(event).encode() + b"\n" for event in events), rng.random() < PACKED
    return Delivery(tenant, False, gzip.compress(body, 1, mtime=0) if packed else body, packed, len(events))


def _webhook(events: list[Event]) -> bytes:
    """A body of the Cloud API with an entry for each event."""
    entries = [
        {"id": "1", "time": int(webhooks.seconds(event["at"])), "changes": [WRITTEN[event["type"]](event)]}
        for event in events
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def _messages(number: str, kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"field": "messages", "value": {"metadata": {"phone_number_id": number}, kind: [item]}}


def _status(event: Event) -> dict[str, Any]:
    errors = {"errors": [event["error"]]} if "error" in event else {}
    recipient = {"recipient_id": event.get("recipient", {}).get("phone", "").lstrip("+")}
    status = webhooks.status(event["wamid"], event["status"], event["at"], **errors, **recipient)
    return _messages(event["phone_number_id"], "statuses", status)


def _reply(event: Event) -> dict[str, Any]:
    reply = event["reply"]
    contact = {"from": reply["contact"].get("phone", "").lstrip("+"), "from_user_id": reply["contact"].get("id")}
    message = {
        "id": reply["wamid"],
        "timestamp": webhooks.seconds(event["at"]),
        **{key: value for key, value in contact.items() if value},
        **({"context": {"id": reply["in_reply_to"]}} if "in_reply_to" in reply else {}),
        **({"group_id": reply["group_id"]} if "group_id" in reply else {}),
        **({"referral": {"source_type": "ad"}} if "referral" in reply else {}),
        **_content(reply["kind"], reply["text"]),
    }
    return _messages(reply["phone_number_id"], "messages", message)


def _content(kind: str, text: str) -> dict[str, Any]:
    contents: dict[str, tuple[str, Any]] = {
        "text": ("text", {"body": text}),
        "button": ("button", {"text": text}),
        "image": ("image", {"caption": text}),
    }
    type, content = contents.get(kind, (kind, {}))
    return {"type": type, type: content}


def _notice(event: Event) -> dict[str, Any]:
    value = {
        "message_template_id": int(event["meta_id"]),
        "message_template_name": event["name"],
        "message_template_language": event["language"],
        "new_category": event["category"],
    }
    return {"field": "template_category_update", "value": value}


def _contact_changed(event: Event) -> dict[str, Any]:
    message = {
        "id": f"wamid.changed{event['at']}",
        "from": event["old"]["phone"].lstrip("+"),
        "timestamp": webhooks.seconds(event["at"]),
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": event["new"]["phone"].lstrip("+")},
    }
    return _messages("1", "messages", message)


WRITTEN = {
    "contact.changed": _contact_changed,
    "message.status": _status,
    "message.reply": _reply,
    "template.notice": _notice,
}
