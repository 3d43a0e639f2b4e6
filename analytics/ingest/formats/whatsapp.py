"""WhatsApp Cloud API webhook bodies, read into the platform's own events.

A body has several entries, each with several changes, each with several statuses and messages. Unused parts are
ignored; a malformed status or message is reported with its path and does not stop the others.
Source: Meta's webhook reference (field `messages`); `template_notices` reads the fields about templates.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from analytics.ingest.events import (
    MAX_CODE,
    MAX_NAME_LENGTH,
    MAX_PAYLOAD_LENGTH,
    AnyEvent,
    Contact,
    ContactChanged,
    Inbound,
    InvalidEventError,
    MessageReply,
    MessageStatus,
    digits,
)
from analytics.ingest.formats.event_parser import check, sanitize_values
from analytics.ingest.formats.template_notices import NOTICE_FIELDS, read_notice
from analytics.ingest.formats.unix_time import parse_time
from analytics.ingest.merging.aliases import names_of

# The kind of reply for each of WhatsApp's message types (for interactive messages: of the type inside). A message of
# any other type is a reply of kind "unsupported".
KINDS = {
    **{kind: kind for kind in ("text", "button", "interactive", "image", "video", "audio", "document", "sticker")},
    **{kind: kind for kind in ("location", "order", "reaction", "revoke", "edit")},
    "voice": "audio",
    "contacts": "contact",
    **dict.fromkeys(("system", "request_welcome", "ephemeral"), "system"),
}
INNER_KINDS = {"button_reply": "button", "list_reply": "button", "nfm_reply": "form"}
# The key of a message's text, by its type (for interactive messages: by the type inside).
TEXTS = {
    "text": "body",
    "button": "text",
    "button_reply": "title",
    "list_reply": "title",
    "image": "caption",
    "video": "caption",
    "document": "caption",
}
# The key of a button's payload, by the type of the message (for interactive messages: by the type inside).
PAYLOADS = {"button": "payload", "button_reply": "id", "list_reply": "id"}
# Types of system messages about a contact's new phone or id.
CONTACT_CHANGE_TYPES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})

MAX_ID_LENGTH = 128  # characters of a person's id
MAX_GROUP_LENGTH = 1024  # characters of a group's id; only its presence matters
MAX_FORM_LENGTH = 10_000  # characters of a form's answers that are kept
# Digits of an error's code that is written as text; more are no code.
MAX_CODE_LENGTH = len(str(MAX_CODE))

ParsedItem = tuple[str, AnyEvent | InvalidEventError]


def read_body(body: Any, *, forms: bool = False) -> Iterator[ParsedItem]:
    """Yield the events of one webhook body (parsed JSON), each with its path in the body.

    With `forms` the answers of a form become a reply's text; otherwise they are dropped. Raises `InvalidEventError` if
    the value is not a webhook body at all.
    """
    try:
        body = sanitize_values(body)
    except RecursionError:
        raise InvalidEventError("INVALID_BODY", "The body is nested too deeply.") from None
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise InvalidEventError("INVALID_BODY", "Not a WhatsApp webhook body: it has no list `entry`.")
    for e, entry in enumerate(body["entry"]):
        for c, change in enumerate(_items(entry, "changes")):
            path = f"entry[{e}].changes[{c}].value"
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict):
                yield from _read_change(str(change.get("field")), value, entry, path, forms)


def _read_change(field: str, value: dict[str, Any], entry: Any, path: str, forms: bool) -> Iterator[ParsedItem]:
    match field:
        case "messages":
            part = _Part(value)
            for n, status in enumerate(_items(value, "statuses")):
                yield _read(f"{path}.statuses[{n}]", _status, status, part)
            for n, message in enumerate(_items(value, "messages")):
                yield from _read_message(f"{path}.messages[{n}]", message, part, forms)
        case _ if field in NOTICE_FIELDS:
            yield _read(path, read_notice, value, entry)
        case _:
            return


class _Part:
    """A part of a body with statuses and messages, and its contacts and phone number id, read once for all of them."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value
        people = [person for person in _items(value, "contacts") if isinstance(person, dict)]
        self._people = [(_text_or_none(person.get("wa_id")), _text_or_none(person.get("user_id"))) for person in people]
        self._index_by_name: dict[tuple[str, str], int] = {}  # the first contact with a phone, or an id
        for n, (wa_id, user_id) in enumerate(self._people):
            for kind, name in (("phone", wa_id), ("id", user_id)):
                if name is not None:
                    self._index_by_name.setdefault((kind, name), n)
        writers = {str(each.get("from")) for each in _items(value, "messages") if isinstance(each, dict)}
        # The body's only contact, phone and id, where one person wrote all of its messages.
        self.only_writer = self._people[0] if len(self._people) == len(writers) == 1 else None

    @property
    def number(self) -> Any:
        """The phone number id of the part; some senders write it as a number. Raises KeyError or TypeError."""
        number = self._value["metadata"]["phone_number_id"]
        return str(number) if isinstance(number, int) else number

    def person(self, phone: str | None, user_id: str | None) -> dict[str, Any]:
        """Return a person's phone and id; a missing one is taken from the first contact with the other."""
        own_names = [("phone", phone), ("id", user_id)]
        indexes = [
            self._index_by_name[kind, name]
            for kind, name in own_names
            if name is not None and (kind, name) in self._index_by_name
        ]
        if phone is None and user_id is None and len(self._people) == 1:
            indexes = [0]  # the only contact
        if indexes:
            wa_id, known_as = self._people[min(indexes)]
            phone, user_id = phone or wa_id, user_id or known_as
        return _contact_names(phone, user_id)


def _read_message(path: str, message: Any, part: _Part, forms: bool) -> Iterator[ParsedItem]:
    """Parse a message; yield it twice if the body has further names of its writer."""
    item = _read(path, _inbound, message, part)
    if isinstance(item[1], MessageReply) and forms and item[1].reply.kind == "form":
        answers = _answers(message["interactive"]["nfm_reply"])
        item = path, msgspec.structs.replace(item[1], reply=msgspec.structs.replace(item[1].reply, text=answers))
    yield item
    if isinstance(event := item[1], MessageReply) and (other_names := _further_names(event, message, part)):
        yield path, msgspec.structs.replace(event, reply=msgspec.structs.replace(event.reply, contact=other_names))


def _items(holder: Any, name: str) -> list[Any]:
    items = holder.get(name) if isinstance(holder, dict) else None
    return items if isinstance(items, list) else []


def _read(path: str, reader: Callable[[Any, Any], AnyEvent], item: Any, context: Any) -> ParsedItem:
    try:
        event = reader(item, context)
        check(event)
    except InvalidEventError as error:
        return path, InvalidEventError(error.code, f"{path}: {error.message}")
    except (msgspec.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        return path, InvalidEventError("INVALID_BODY", f"{path}: {reason}.")
    return path, event


def _status(status: dict[str, Any], part: _Part) -> MessageStatus:
    return msgspec.convert(
        {
            "type": "message.status",
            "at": parse_time(status["timestamp"]),
            "status": status["status"],
            "wamid": status["id"],
            "phone_number_id": part.number,
            "recipient": _recipient(status, part),
            "error": _error(next(iter(_items(status, "errors")), None)),
        },
        MessageStatus,
    )


def _error(error: Any) -> dict[str, Any] | None:
    """Return the usable part of a failure's reason: an odd reason must not reject the failure."""
    if not isinstance(error, dict) or not error:
        return None
    code, title = error.get("code"), error.get("title")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= MAX_CODE_LENGTH:
        code = int(code)
    usable = isinstance(code, int) and not isinstance(code, bool) and 0 <= code <= MAX_CODE
    return {"code": code if usable else None, "title": title[:MAX_NAME_LENGTH] if isinstance(title, str) else None}


def _recipient(status: dict[str, Any], part: _Part) -> dict[str, Any] | None:
    """Return the recipient of a status by WhatsApp's own names, which often differ from the phone that was dialled."""
    if status.get("recipient_type") == "group":
        return None
    return part.person(_text_or_none(status.get("recipient_id")), _text_or_none(status.get("recipient_user_id")))


def _inbound(message: dict[str, Any], part: _Part) -> MessageReply | ContactChanged:
    type_ = str(message["type"])
    if type_ == "system" and (changed := _contact_change(message)):
        return changed
    context, group = message.get("context") or {}, message.get("group_id")
    content = message.get(type_)
    inner = str(content.get("type")) if type_ == "interactive" and isinstance(content, dict) else ""
    inbound = {
        "wamid": message["id"],
        "phone_number_id": part.number,
        "in_reply_to": context.get("id") or None,
        "kind": INNER_KINDS.get(inner) or KINDS.get(type_, "unsupported"),
        "text": _text(type_, content),
        "button_payload": _payload(type_, content),
        "contact": part.person(_text_or_none(message.get("from")), _text_or_none(message.get("from_user_id"))),
        "group_id": None if group is None else str(group)[:MAX_GROUP_LENGTH],
        "referral": bool(message.get("referral")) or None,
    }
    return MessageReply(at=parse_time(message["timestamp"]), reply=msgspec.convert(inbound, Inbound))


def _contact_change(message: dict[str, Any]) -> ContactChanged | None:
    """Return the change of a contact's phone or id, if a system message has both the old and the new one."""
    system = message.get("system")
    if not isinstance(system, dict) or system.get("type") not in CONTACT_CHANGE_TYPES:
        return None
    new_id, old_id = _text_or_none(system.get("user_id")), _text_or_none(system.get("previous_user_id"))
    new = _contact_names(_text_or_none(system.get("wa_id")) or _text_or_none(system.get("new_wa_id")), new_id)
    old = _contact_names(_text_or_none(message.get("from")), old_id or _text_or_none(message.get("from_user_id")))
    if old.get("id") == new.get("id"):
        old.pop("id", None)
    if not old or not new:
        return None
    changed = {"type": "contact.changed", "at": parse_time(message["timestamp"]), "old": old, "new": new}
    return msgspec.convert(changed, ContactChanged)


def _text(type_: str, content: Any) -> str | None:
    if not isinstance(content, dict):
        return None
    if type_ == "interactive":
        inner = str(content.get("type"))
        return _text(inner, content.get(inner)) if inner != "interactive" else None
    text = content.get(TEXTS.get(type_, ""))
    return text if isinstance(text, str) else None


def _payload(type_: str, content: Any) -> str | None:
    """Return the payload of the button that was tapped; one that is too long, or none, is left out."""
    if not isinstance(content, dict):
        return None
    if type_ == "interactive":
        inner = str(content.get("type"))
        return _payload(inner, content.get(inner)) if inner != "interactive" else None
    payload = content.get(PAYLOADS.get(type_, ""))
    return payload if isinstance(payload, str) and len(payload) <= MAX_PAYLOAD_LENGTH else None


def _answers(form: Any) -> str | None:
    """Return the fields and values of a form as text, without tokens: those are credentials, not answers."""
    try:
        fields = json.loads(form["response_json"])
        answers = [(name, value) for name, value in fields.items() if "token" not in name.lower()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = [f"{name}: {value if isinstance(value, str) else json.dumps(value)}" for name, value in answers]
    return sanitize_values("; ".join(texts)[:MAX_FORM_LENGTH]) or None


def _contact_names(phone: str | None, user_id: str | None) -> dict[str, str]:
    usable_id = user_id if user_id and len(user_id) <= MAX_ID_LENGTH else None
    names = {"phone": phone if digits(phone) else None, "id": usable_id}
    return {key: name for key, name in names.items() if name is not None}


def _further_names(event: MessageReply, message: dict[str, Any], part: _Part) -> Contact | None:
    """Return further names of the writer: those of the body's only contact, if one person wrote all its messages."""
    if part.only_writer is None or message.get("group_id"):
        return None
    wa_id, user_id = part.only_writer
    own = event.reply.contact.id if event.reply.contact else UNSET
    if not digits(wa_id) or (own and user_id and own != user_id):
        return None  # a contact without a phone, or another person
    contact = msgspec.convert(_contact_names(wa_id, user_id), Contact)
    return contact if names_of(contact) - names_of(event.reply.contact) else None


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
