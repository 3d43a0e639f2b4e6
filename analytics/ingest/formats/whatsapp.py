"""WhatsApp Cloud API webhook bodies, read into the platform's own events.

A body holds several entries, each several changes, each several statuses and messages. What is not used is
ignored; what is used but malformed is reported with its place and does not stop the rest.
Source: Meta's webhook reference (fields `messages`, `template_category_update`, `message_template_status_update`).
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from analytics.ingest.events import (
    MAX_CODE,
    MAX_NAME_LENGTH,
    AnyEvent,
    Contact,
    ContactChanged,
    Inbound,
    InvalidEventError,
    MessageReply,
    MessageStatus,
    TemplateNotice,
    digits,
)
from analytics.ingest.formats.event_parser import check, cleaned
from analytics.ingest.merging.aliases import names_of

# The kind of each of WhatsApp's message types (of interactive ones, of the type inside); any other is a customer
# writing something we cannot show.
KINDS = {
    **{kind: kind for kind in ("text", "button", "interactive", "image", "video", "audio", "document", "sticker")},
    **{kind: kind for kind in ("location", "order", "reaction", "revoke", "edit")},
    "voice": "audio",
    "contacts": "contact",
    **dict.fromkeys(("system", "request_welcome", "ephemeral"), "system"),
}
INNER_KINDS = {"button_reply": "button", "list_reply": "button", "nfm_reply": "form"}
# Where the text of a message stands, by its type (and for interactive ones the type inside).
TEXTS = {
    "text": "body",
    "button": "text",
    "button_reply": "title",
    "list_reply": "title",
    "image": "caption",
    "video": "caption",
    "document": "caption",
}
# System messages that say that a person is called otherwise from now on.
CHANGES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})

MAX_ID_LENGTH = 128  # characters of a person's id
MAX_GROUP_LENGTH = 1024  # characters of a group's id; only that there is one is looked at
MAX_FORM_LENGTH = 10_000  # characters of a form's answers that are kept
# Digits of an error's code that is written as text; more are no code.
MAX_CODE_LENGTH = len(str(MAX_CODE))
MAX_SHOWN_LENGTH = 40  # characters of what is no time; a body may hold millions

Found = tuple[str, AnyEvent | InvalidEventError]


def read_body(body: Any, *, forms: bool = False) -> Iterator[Found]:
    """The events of one webhook body (parsed JSON), each with its place in the body.

    With `forms` the answers of a form are a reply's text, else nothing of them is kept. Raises `InvalidEventError` when
    it is no webhook body at all.
    """
    try:
        body = cleaned(body)
    except RecursionError:
        raise InvalidEventError("INVALID_BODY", "The body is nested too deeply.") from None
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise InvalidEventError("INVALID_BODY", "Not a WhatsApp webhook body: it has no list `entry`.")
    for e, entry in enumerate(body["entry"]):
        for c, change in enumerate(_items(entry, "changes")):
            place = f"entry[{e}].changes[{c}].value"
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict):
                yield from _read_change(str(change.get("field")), value, entry, place, forms)


def _read_change(field: str, value: dict[str, Any], entry: Any, place: str, forms: bool) -> Iterator[Found]:
    match field:
        case "messages":
            for n, status in enumerate(_items(value, "statuses")):
                yield _read(f"{place}.statuses[{n}]", _status, status, value)
            for n, message in enumerate(_items(value, "messages")):
                yield from _read_message(f"{place}.messages[{n}]", message, value, forms)
        case "template_category_update" | "message_template_status_update":
            yield _read(place, _notice, value, entry)
        case _:
            return


def _read_message(place: str, message: Any, value: dict[str, Any], forms: bool) -> Iterator[Found]:
    """Read a message; yield it twice where WhatsApp has another name for the person beside the phone."""
    read = _read(place, _inbound, message, value)
    if isinstance(read[1], MessageReply) and forms and read[1].reply.kind == "form":
        answers = _answers(message["interactive"]["nfm_reply"])
        read = place, msgspec.structs.replace(read[1], reply=msgspec.structs.replace(read[1].reply, text=answers))
    yield read
    if isinstance(event := read[1], MessageReply) and (further := _further_names(event, message, value)):
        yield place, msgspec.structs.replace(event, reply=msgspec.structs.replace(event.reply, contact=further))


def _items(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _read(place: str, reader: Callable[[Any, Any], AnyEvent], item: Any, around: Any) -> Found:
    try:
        event = reader(item, around)
        check(event)
    except InvalidEventError as error:
        return place, InvalidEventError(error.code, f"{place}: {error.message}")
    except (msgspec.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        return place, InvalidEventError("INVALID_BODY", f"{place}: {reason}.")
    return place, event


def _status(status: dict[str, Any], value: dict[str, Any]) -> MessageStatus:
    return msgspec.convert(
        {
            "type": "message.status",
            "at": _time(status["timestamp"]),
            "status": status["status"],
            "wamid": status["id"],
            "phone_number_id": _number(value),
            "recipient": _recipient(status, value),
            "error": _error(next(iter(_items(status, "errors")), None)),
        },
        MessageStatus,
    )


def _error(error: Any) -> dict[str, Any] | None:
    """Why a message failed, as far as it can be used: an odd reason makes the failure no less a fact."""
    if not isinstance(error, dict) or not error:
        return None
    code, title = error.get("code"), error.get("title")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= MAX_CODE_LENGTH:
        code = int(code)
    usable = isinstance(code, int) and not isinstance(code, bool) and 0 <= code <= MAX_CODE
    return {"code": code if usable else None, "title": title[:MAX_NAME_LENGTH] if isinstance(title, str) else None}


def _number(value: dict[str, Any]) -> Any:
    """The phone number id that a part of a body is about; some write it as a number."""
    number = value["metadata"]["phone_number_id"]
    return str(number) if isinstance(number, int) else number


def _recipient(status: dict[str, Any], value: dict[str, Any]) -> dict[str, Any] | None:
    """The recipient of a status, by WhatsApp's own names: often not the phone that was dialled."""
    if status.get("recipient_type") == "group":
        return None
    return _person(_text_of(status.get("recipient_id")), _text_of(status.get("recipient_user_id")), value)


def _inbound(message: dict[str, Any], value: dict[str, Any]) -> MessageReply | ContactChanged:
    type_ = str(message["type"])
    if type_ == "system" and (changed := _changed(message)):
        return changed
    context, group = message.get("context") or {}, message.get("group_id")
    content = message.get(type_)
    inner = str(content.get("type")) if type_ == "interactive" and isinstance(content, dict) else ""
    inbound = {
        "wamid": message["id"],
        "phone_number_id": _number(value),
        "in_reply_to": context.get("id") or None,
        "kind": INNER_KINDS.get(inner) or KINDS.get(type_, "unsupported"),
        "text": _text(type_, content),
        "contact": _person(_text_of(message.get("from")), _text_of(message.get("from_user_id")), value),
        "group_id": None if group is None else str(group)[:MAX_GROUP_LENGTH],
        "referral": bool(message.get("referral")) or None,
    }
    return MessageReply(at=_time(message["timestamp"]), reply=msgspec.convert(inbound, Inbound))


def _changed(message: dict[str, Any]) -> ContactChanged | None:
    """The notice that somebody has another phone or id, if it says from which to which."""
    system = message.get("system")
    if not isinstance(system, dict) or system.get("type") not in CHANGES:
        return None
    new_id, old_id = _text_of(system.get("user_id")), _text_of(system.get("previous_user_id"))
    new = _named(_text_of(system.get("wa_id")) or _text_of(system.get("new_wa_id")), new_id)
    old = _named(_text_of(message.get("from")), old_id or _text_of(message.get("from_user_id")))
    if old.get("id") == new.get("id"):
        old.pop("id", None)
    if not old or not new:
        return None
    changed = {"type": "contact.changed", "at": _time(message["timestamp"]), "old": old, "new": new}
    return msgspec.convert(changed, ContactChanged)


def _text(type_: str, content: Any) -> str | None:
    if not isinstance(content, dict):
        return None
    if type_ == "interactive":
        inner = str(content.get("type"))
        return _text(inner, content.get(inner)) if inner != "interactive" else None
    found = content.get(TEXTS.get(type_, ""))
    return found if isinstance(found, str) else None


def _answers(form: Any) -> str | None:
    """The fields of a form and their values, without tokens: those are no answers, and open things."""
    try:
        fields = json.loads(form["response_json"])
        told = [(name, value) for name, value in fields.items() if "token" not in name.lower()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = [f"{name}: {value if isinstance(value, str) else json.dumps(value)}" for name, value in told]
    return cleaned("; ".join(texts)[:MAX_FORM_LENGTH]) or None


def _person(phone: str | None, user_id: str | None, value: dict[str, Any]) -> dict[str, Any]:
    """A person, completed by the one of the body's contacts that it is about."""
    people = [person for person in _items(value, "contacts") if isinstance(person, dict)]
    for person in people:
        wa_id, known_as = _text_of(person.get("wa_id")), _text_of(person.get("user_id"))
        same_phone = phone is not None and phone == wa_id
        same_person = user_id is not None and user_id == known_as
        nobody_else = phone is None and user_id is None and len(people) == 1
        if same_phone or same_person or nobody_else:
            phone, user_id = phone or wa_id, user_id or known_as
            break
    return _named(phone, user_id)


def _named(phone: str | None, user_id: str | None) -> dict[str, str]:
    known = user_id if user_id and len(user_id) <= MAX_ID_LENGTH else None
    named = {"phone": phone if digits(phone) else None, "id": known}
    return {key: name for key, name in named.items() if name is not None}


def _further_names(event: MessageReply, message: dict[str, Any], value: dict[str, Any]) -> Contact | None:
    """Further names of the writer: those of the body's only contact, where one person wrote all of its messages."""
    people = [person for person in _items(value, "contacts") if isinstance(person, dict)]
    writers = {str(each.get("from")) for each in _items(value, "messages") if isinstance(each, dict)}
    if len(people) != 1 or len(writers) != 1 or message.get("group_id"):
        return None
    wa_id, user_id = _text_of(people[0].get("wa_id")), _text_of(people[0].get("user_id"))
    own = event.reply.contact.id if event.reply.contact else UNSET
    if not digits(wa_id) or (own and user_id and own != user_id):
        return None  # nobody that WhatsApp knows by a phone, or somebody else
    contact = msgspec.convert(_named(wa_id, user_id), Contact)
    return contact if names_of(contact) - names_of(event.reply.contact) else None


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
        shown = repr(seconds)[:MAX_SHOWN_LENGTH]
        raise InvalidEventError("INVALID_BODY", f"{shown} is no time in unix seconds.") from None
