"""Parsing of the platform's events from JSON, one object a line.

Unknown keys are ignored. A known key in the wrong object is an error: ignoring it would silently lose its value.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from msgspec import UNSET, UnsetType

from analytics.domain.errors import InvalidInputError
from analytics.domain.text import sanitize
from analytics.domain.time_zones import FIRST_DAY, LAST_DAY, zone
from analytics.ingest.events import (
    MAX_CODE,
    MAX_KEY_LENGTH,
    MAX_NAME_LENGTH,
    AnyEvent,
    Contact,
    Description,
    Event,
    InvalidEventError,
    MessageReply,
    MessageSent,
    MessageStatus,
    Part,
    PlatformEvent,
    TemplateNotice,
    TenantUpserted,
)

REQUIRED = ("account_id", "department_id", "agent_id", "template_id", "contact")
# Keys that foreign objects often have too, so that they are no error anywhere: an event's own id, a message's type.
COMMON_KEYS = frozenset({"id", "type"})
# Ids for which an empty text means the same as absence.
OPTIONAL_IDS = frozenset({"wamid", "in_reply_to", "phone_number_id", "ticket_id", "meta_id"})
PEOPLE = frozenset({"contact", "recipient"})
# Digits of an error's code that is written as text; more are no code.
MAX_CODE_LENGTH = len(str(MAX_CODE))

_decoder = msgspec.json.Decoder(PlatformEvent)


class _Keys(dict[str, "_Keys | None"]):
    """The keys of an object in an event, with the keys of the objects inside it."""

    def everywhere(self) -> set[str]:
        """Return the keys of the object and of all objects inside it."""
        return set(self).union(*(inner.everywhere() for inner in self.values() if inner))

    def path_of(self, name: str, path: str = "$") -> str | None:
        """Return the path of the object to which a key belongs."""
        if name in self:
            return path
        paths = (inner.path_of(name, f"{path}.{key}") for key, inner in self.items() if inner)
        return next(filter(None, paths), None)


def _keys_of(type_: type) -> _Keys:
    return _Keys({field.encode_name: _inner(field.type) for field in msgspec.structs.fields(type_)})


def _inner(type_: Any) -> _Keys | None:
    parts = [part for part in (type_, *get_args(type_)) if isinstance(part, type) and issubclass(part, Part)]
    return _keys_of(parts[0]) if parts else None


# The keys of each type of event.
_KEYS: Mapping[str, _Keys] = {
    str(type_.__struct_config__.tag): _Keys(_keys_of(type_), type=None) for type_ in get_args(PlatformEvent)
}
# Objects that senders wrongly expect around the keys of an event: a tenant's keys are directly in the event.
_WRAPPERS = {"tenant.upserted": "tenant"}
# Keys of other types of events, or of webhooks, with the path of the key that has their meaning in this type.
_ALTERNATIVE_NAMES = {
    "message.sent": {"ticket_id": "$.message.ticket.id", "ticket_key": "$.message.ticket.key"},
    "message.status": {"contact": "$.recipient", "errors": "$.error"},
    "message.reply": {"ticket": "$.reply.ticket_id"},
}


def parse_event(line: bytes | str) -> PlatformEvent:
    """Parse one event from its JSON text. Raises `InvalidEventError`, which says what is wrong and where."""
    if isinstance(line, str):
        line = line.encode("utf-8", "surrogatepass")
    try:
        if not line.isascii():
            line.decode("utf-8")  # the decoder below does not check texts that it skips
        event = _decoder.decode(line) if rb"\u0000" not in line else _decode_slowly(line)
    except RecursionError:
        raise InvalidEventError("INVALID_JSON", "The line is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        event = _decode_slowly(line)
    check(event)
    return event


def _decode_slowly(line: bytes) -> PlatformEvent:
    """Decode a line that the fast decoder rejects: one with unknown keys or U+0000, or an invalid one."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        event: PlatformEvent = msgspec.convert(sanitize_values(_without_unknown_keys(value)), PlatformEvent)
    except msgspec.ValidationError as error:
        raise InvalidEventError("INVALID_EVENT", f"{error}.") from None
    except UnicodeDecodeError:
        raise InvalidEventError("INVALID_JSON", "The line is not UTF-8.") from None
    except RecursionError:
        raise InvalidEventError("INVALID_JSON", "The line is nested too deeply.") from None
    except ValueError:
        raise InvalidEventError("INVALID_JSON", "The line is not a JSON object.") from None
    return event


def _without_unknown_keys(value: Any) -> Any:
    """Return a JSON event without unknown keys. Raises `InvalidEventError` for a known key in the wrong object."""
    if not isinstance(value, dict):
        return type(value)()  # rejected for its type, whatever it contains
    type_ = value.get("type")
    keys = _KEYS.get(type_) if isinstance(type_, str) else None
    if keys is None:
        return {name: value[name] for name in ("type",) if name in value}
    if isinstance(value.get(wrapper := _WRAPPERS.get(str(type_), "")), dict):
        raise _invalid(f"the keys of `{wrapper}` belong beside `type` - at `$.{wrapper}`")
    paths = {name: keys.path_of(name) for name in keys.everywhere() - COMMON_KEYS}
    return _repair(_select_keys(value, keys, _ALTERNATIVE_NAMES.get(str(type_), {}) | paths, "$"))


def _select_keys(value: dict[str, Any], keys: _Keys, paths: Mapping[str, str | None], path: str) -> dict[str, Any]:
    for name in sorted(value.keys() - keys.keys()):
        if name in paths:
            raise _invalid(f"`{name}` belongs at `{paths[name]}`, not here - at `{path}.{name}`")
    return {
        name: _select_keys(value[name], inner, paths, f"{path}.{name}")
        if inner and isinstance(value[name], dict)
        else value[name]
        for name, inner in keys.items()
        if name in value
    }


def _repair(value: dict[str, Any]) -> dict[str, Any]:
    """Remove or convert values that must not reject the event: empty ids, an odd error code or title."""
    for holder in (value, *(inner for inner in value.values() if isinstance(inner, dict))):
        for name in OPTIONAL_IDS & holder.keys():
            if holder[name] == "":
                del holder[name]
        for name in PEOPLE & holder.keys():
            if isinstance(person := holder[name], dict) and person.get("id") == "":
                del person["id"]
    if isinstance(error := value.get("error"), dict):
        code, title = error.get("code"), error.get("title")
        if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= MAX_CODE_LENGTH:
            error["code"] = int(code)
        if isinstance(title, str):
            error["title"] = title[:MAX_NAME_LENGTH]
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def sanitize_values(value: Any) -> Any:
    """Return a JSON value with texts without U+0000 and lone surrogates."""
    match value:
        case str():
            return sanitize(value)
        case list():
            return [sanitize_values(item) for item in value]
        case dict():
            return {sanitize_values(key): sanitize_values(item) for key, item in value.items()}
        case _:
            return value


def check(event: AnyEvent) -> None:
    """Check the rules that types cannot express. Raises `InvalidEventError`."""
    _check_calendar("at", event.at)
    if isinstance(event, Description) and event.updated_at is not None:
        _check_calendar("updated_at", event.updated_at)
    if further := CHECKS.get(type(event)):
        further(event)


def _check_tenant(event: TenantUpserted) -> None:
    try:
        zone(event.time_zone or "UTC")
    except InvalidInputError as error:
        raise _invalid(f"{error.message.rstrip('.')} - at `$.time_zone`") from None


def _check_sent(event: MessageSent) -> None:
    sent = event.message
    _check_key(sent.wamid, "$.message.wamid")
    if event.updated_at is not None:
        return
    for name in REQUIRED:
        if getattr(sent, name) is UNSET:
            hint = "only a correction, which has an `updated_at`, may leave it out"
            raise _invalid(f"Object missing required field `{name}` - at `$.message` ({hint})")
    if not isinstance(sent.contact, Contact) or not (_is_stated(sent.contact.phone) or _is_stated(sent.contact.id)):
        raise _invalid("contact needs a phone or an id - at `$.message.contact`")
    if sent.ticket and not _is_stated(sent.ticket.id):
        raise _invalid("Object missing required field `id` - at `$.message.ticket`")


def _is_stated(value: object) -> bool:
    return value is not UNSET and value is not None


def _check_status(event: MessageStatus) -> None:
    by_wamid = event.wamid and (event.account_id or event.phone_number_id)
    if not event.message_id and not by_wamid:
        raise _invalid("needs message_id, or wamid with account_id or phone_number_id - at `$`")
    _check_key(event.wamid, "$.wamid")


def _check_reply(event: MessageReply) -> None:
    reply = event.reply
    if not reply.id and not reply.wamid:
        raise _invalid("reply needs an id or a wamid - at `$.reply`")
    _check_key(reply.wamid, "$.reply.wamid")
    _check_key(reply.in_reply_to, "$.reply.in_reply_to")


def _check_notice(event: TemplateNotice) -> None:
    _check_key(event.name, "$.name")


def _check_key(text: str | UnsetType | None, path: str) -> None:
    if text and not text.isascii() and len(text.encode()) > MAX_KEY_LENGTH:
        raise _invalid(f"must have at most {MAX_KEY_LENGTH} bytes in UTF-8 - at `{path}`")


CHECKS: dict[type[Event], Callable[[Any], None]] = {
    TenantUpserted: _check_tenant,
    MessageSent: _check_sent,
    MessageStatus: _check_status,
    MessageReply: _check_reply,
    TemplateNotice: _check_notice,
}


def _check_calendar(name: str, at: datetime) -> None:
    # Years at the very ends cannot be moved to UTC: compare the naive local date first.
    if not FIRST_DAY.year < at.year <= LAST_DAY.year and not FIRST_DAY <= _utc_date(at) <= LAST_DAY:
        raise _invalid(f"{name} must lie between {FIRST_DAY} and {LAST_DAY} - at `$.{name}`")


def _utc_date(at: datetime) -> Any:
    try:
        return at.astimezone(UTC).date()
    except OverflowError:
        return at.date()


def _invalid(message: str) -> InvalidEventError:
    return InvalidEventError("INVALID_EVENT", f"{message}.")
