"""WhatsApp Cloud API webhook bodies, read into the platform's own events.

A body holds several entries, each several changes, each several statuses and messages. What is not used is
ignored; what is used but malformed is reported with its place and does not stop the rest.
Source: Meta's webhook reference (fields `messages`, `template_category_update`, `message_template_status_update`).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from analytics.ingest.events import (
    LARGEST_CODE,
    LONGEST_NAME,
    AnyEvent,
    Contact,
    Inbound,
    InvalidEvent,
    MessageReply,
    MessageStatus,
    TemplateNotice,
    check,
    cleaned,
    digits,
)

# The kind of each of WhatsApp's message types; any other is a customer writing something we cannot show.
KINDS = {
    "text": "text",
    "button": "button",
    "interactive": "interactive",
    **dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), "media"),
    **dict.fromkeys(("location", "contacts", "order"), "media"),
    **dict.fromkeys(("system", "request_welcome", "ephemeral"), "system"),
    "reaction": "reaction",
    "revoke": "revoke",
    "edit": "edit",
}
# Where the text of a message stands, by its type (and for interactive ones the type inside).
TEXTS = {
    "text": "body",
    "button": "text",
    "button_reply": "title",
    "list_reply": "title",
    "nfm_reply": "body",
    "image": "caption",
    "video": "caption",
    "document": "caption",
}

# Digits of an error's code that is written as text; more are no code.
LONGEST_CODE = len(str(LARGEST_CODE))
LONGEST_SHOWN = 40  # characters of what is no time; a body may hold millions

Found = tuple[str, AnyEvent | InvalidEvent]


def read_body(body: Any) -> Iterator[Found]:
    """The events of one webhook body (parsed JSON), each with its place in the body.

    Raises `InvalidEvent` when it is no webhook body at all.
    """
    try:
        body = cleaned(body)
    except RecursionError:
        raise InvalidEvent("INVALID_BODY", "The body is nested too deeply.") from None
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise InvalidEvent("INVALID_BODY", "Not a WhatsApp webhook body: it has no list `entry`.")
    for e, entry in enumerate(body["entry"]):
        for c, change in enumerate(_items(entry, "changes")):
            place = f"entry[{e}].changes[{c}].value"
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict):
                yield from _read_change(str(change.get("field")), value, entry, place)


def _read_change(field: str, value: dict[str, Any], entry: Any, place: str) -> Iterator[Found]:
    match field:
        case "messages":
            for n, status in enumerate(_items(value, "statuses")):
                yield _read(f"{place}.statuses[{n}]", _status, status, value)
            for n, message in enumerate(_items(value, "messages")):
                yield _read(f"{place}.messages[{n}]", _reply, message, value)
        case "template_category_update" | "message_template_status_update":
            yield _read(place, _notice, value, entry)
        case _:
            return


def _items(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _read(place: str, reader: Callable[[Any, Any], AnyEvent], item: Any, around: Any) -> Found:
    try:
        event = reader(item, around)
        check(event)
    except InvalidEvent as error:
        return place, InvalidEvent(error.code, f"{place}: {error.message}")
    except (msgspec.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        return place, InvalidEvent("INVALID_BODY", f"{place}: {reason}.")
    return place, event


def _status(status: dict[str, Any], value: dict[str, Any]) -> MessageStatus:
    return msgspec.convert(
        {
            "type": "message.status",
            "at": _time(status["timestamp"]),
            "status": status["status"],
            "wamid": status["id"],
            "phone_number_id": value["metadata"]["phone_number_id"],
            "error": _error(next(iter(_items(status, "errors")), None)),
        },
        MessageStatus,
    )


def _error(error: Any) -> dict[str, Any] | None:
    """Why a message failed, as far as it can be used: an odd reason makes the failure no less a fact."""
    if not isinstance(error, dict) or not error:
        return None
    code, title = error.get("code"), error.get("title")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= LONGEST_CODE:
        code = int(code)
    usable = isinstance(code, int) and not isinstance(code, bool) and 0 <= code <= LARGEST_CODE
    return {"code": code if usable else None, "title": title[:LONGEST_NAME] if isinstance(title, str) else None}


def _reply(message: dict[str, Any], value: dict[str, Any]) -> MessageReply:
    type_ = str(message["type"])
    context = message.get("context") or {}
    inbound = {
        "wamid": message["id"],
        "phone_number_id": value["metadata"]["phone_number_id"],
        "in_reply_to": context.get("id"),
        "kind": KINDS.get(type_, "unsupported"),
        "text": _text(type_, message.get(type_)),
    }
    reply = msgspec.convert(inbound, Inbound)
    contact = _contact(message, value)
    return MessageReply(at=_time(message["timestamp"]), reply=msgspec.structs.replace(reply, contact=contact))


def _text(type_: str, content: Any) -> str | None:
    if not isinstance(content, dict):
        return None
    if type_ == "interactive":
        inner = str(content.get("type"))
        return _text(inner, content.get(inner)) if inner != "interactive" else None
    found = content.get(TEXTS.get(type_, ""))
    return found if isinstance(found, str) else None


def _contact(message: dict[str, Any], value: dict[str, Any]) -> Contact:
    """Who wrote: what the message says, completed by the one of the body's contacts that it is about."""
    phone, user_id = _text_of(message.get("from")), _text_of(message.get("from_user_id"))
    people = [person for person in _items(value, "contacts") if isinstance(person, dict)]
    for person in people:
        wa_id, known_as = _text_of(person.get("wa_id")), _text_of(person.get("user_id"))
        same_phone = phone is not None and phone == wa_id
        same_person = user_id is not None and user_id == known_as
        nobody_else = phone is None and user_id is None and len(people) == 1
        if same_phone or same_person or nobody_else:
            phone, user_id = phone or wa_id, user_id or known_as
            break
    return Contact(phone=phone if digits(phone) else None, id=user_id)


def _text_of(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _notice(value: dict[str, Any], entry: dict[str, Any]) -> TemplateNotice:
    category = value.get("new_category") or value.get("message_template_category")
    return msgspec.convert(
        {
            "type": "template.notice",
            "at": _time(entry["time"]),
            "meta_id": str(value.get("message_template_id") or ""),
            "name": str(value.get("message_template_name") or ""),
            "language": str(value.get("message_template_language") or ""),
            "category": str(category).upper() if category else None,
            "status": str(value["event"]).upper() if value.get("event") else None,
        },
        TemplateNotice,
    )


def _time(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        shown = repr(seconds)[:LONGEST_SHOWN]
        raise InvalidEvent("INVALID_BODY", f"{shown} is no time in unix seconds.") from None
