"""People in tests: events that do not contradict each other about who somebody is, and wamids that hold phones."""

from base64 import b64encode
from typing import Any

from tests.support.strategies import Event

FIRST, SECOND = "56911111111", "56922222222"


def wamid(phone: str, tail: str = "x") -> str:
    """A wamid as WhatsApp makes them, with the phone in it."""
    head = b"\x1c\x18" + bytes([len(phone)]) + phone.encode()
    return "wamid." + b64encode(head + b"\x15\x02\x00\x11\x18\x12" + tail.encode()).decode()


# Some of the drawn wamids hold a phone, others say nothing.
WAMIDS = {
    "wamid.out1": wamid(FIRST, "out1"),
    "wamid.out3": wamid(SECOND, "out3"),
    "wamid.in1": wamid(FIRST, "in1"),
}


def words(contact: dict[str, str]) -> str:
    """Make a text that can be recognised as somebody's."""
    return f"words of {' '.join(filter(None, contact.values()))}"


def agreeing(events: list[Event]) -> list[Event]:
    """The events, but all statements of one time about one message name one person, and so do copies of one reply.

    Of statements that contradict each other at the same time the greater value wins, which a pseudonym cannot know.
    """
    said: dict[Any, dict[str, Any]] = {}
    for event in events:
        _agreeing(event, said)
    return [_agreeing(event, said) for event in events]


def _agreeing(event: Event, said: dict[Any, dict[str, Any]]) -> Event:
    match event:
        case {"type": "message.sent", "message": message}:
            key = message["id"], event.get("updated_at", event["at"])
            return event | {"message": _one(key, message, said, ("wamid",))}
        case {"type": "message.reply", "reply": reply}:
            one = _one(reply.get("wamid", reply.get("id")), reply, said, ("in_reply_to",))
            one |= {"wamid": WAMIDS.get(reply["wamid"], reply["wamid"])} if "wamid" in reply else {}
            return event | {"reply": one | {"text": words(one.get("contact") or {})}}
        case {"type": "message.status", "wamid": named}:
            return event | {"wamid": WAMIDS.get(named, named)}
        case _:
            return event


def _one(key: Any, body: dict[str, Any], said: dict[Any, dict[str, Any]], named: tuple[str, ...]) -> dict[str, Any]:
    """A body with the contact and the wamid that were said first under its key, if any were: a send needs a contact."""
    first = said.setdefault(key, {})
    named_too = [name for name in ("contact", *named) if name in body]
    for name in named_too:
        if name not in first or not _names_anything(first[name]):
            first[name] = body[name]
    rest = {name: value for name, value in body.items() if name not in named}
    return rest | {name: WAMIDS.get(first[name], first[name]) if name in named else first[name] for name in named_too}


def _names_anything(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else value is not None
