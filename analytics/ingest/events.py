"""The platform's events, one JSON object per line. Source: events."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from analytics.errors import InvalidInput
from analytics.texts import clean
from analytics.zones import FIRST_DAY, LAST_DAY, instant, zone

Id = Annotated[str, Meta(min_length=1, max_length=128)]
# What comes from Meta and is part of a key: no more bytes than our longest ids, see `LONGEST_KEY`. Meta's own have some
# 60, and names of templates at most 512.
Wamid = Annotated[str, Meta(min_length=1, max_length=512)]
LONGEST_NAME = 1024  # characters
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
LARGEST_CODE = 2**31 - 1
Reply_Kind = Literal["text", "button", "interactive", "media", "unsupported", "reaction", "revoke", "edit", "system"]
At = Annotated[datetime, Meta(tz=True)]

# Kinds of inbound message that are not a customer answering.
NOT_REPLIES = frozenset({"reaction", "revoke", "edit", "system"})

# Bytes in UTF-8 of a text that is part of a key: what 128 characters may have. PostgreSQL's indexes hold 2,704 bytes a
# row, and no key has more than five such texts.
LONGEST_KEY = 512

# How a phone is compared: by its digits, 5 to 20 of them.
NOT_DIGITS = re.compile(r"[^0-9]+")
FEWEST_DIGITS, MOST_DIGITS = 5, 20


class InvalidEvent(Exception):
    """A line that cannot be accepted: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Event(Struct, frozen=True, tag_field="type", kw_only=True):
    """What all events have: when it happened, with an offset."""

    at: At


class Description(Event, frozen=True, kw_only=True):
    """An event that is a whole statement: of two, the one with the newer `updated_at` (or `at`) holds."""

    updated_at: At | None = None

    @property
    def stated_at(self) -> int:
        """When it was stated, in microseconds."""
        return instant(self.updated_at or self.at)


class TenantUpserted(Description, frozen=True, kw_only=True, tag="tenant.upserted"):
    """The company's own settings."""

    time_zone: Id | None = None
    name: Name | None = None
    reply_window_days: Annotated[int, Meta(ge=0, le=3650)] | None = None


class Department(Struct, frozen=True, kw_only=True):
    """A department of the directory."""

    id: Id
    name: Name | None = None
    active: bool | None = None


class Agent(Struct, frozen=True, kw_only=True):
    """An agent of the directory."""

    id: Id
    name: Name | None = None
    active: bool | None = None
    email: Name | None = None


class Account(Struct, frozen=True, kw_only=True):
    """A sender account of the directory."""

    id: Id
    name: Name | None = None
    active: bool | None = None
    phone: Name | None = None
    phone_number_id: Id | None = None


class Template(Struct, frozen=True, kw_only=True):
    """A template of the directory."""

    id: Id
    name: Name | None = None
    active: bool | None = None
    category: Name | None = None
    language: Id | None = None
    meta_id: Id | None = None


class DepartmentUpserted(Description, frozen=True, kw_only=True, tag="department.upserted"):
    """A version of a department."""

    department: Department


class AgentUpserted(Description, frozen=True, kw_only=True, tag="agent.upserted"):
    """A version of an agent."""

    agent: Agent


class AccountUpserted(Description, frozen=True, kw_only=True, tag="account.upserted"):
    """A version of a sender account."""

    account: Account


class TemplateUpserted(Description, frozen=True, kw_only=True, tag="template.upserted"):
    """A version of a template."""

    template: Template


class TemplateNotice(Event, frozen=True, kw_only=True, tag="template.notice"):
    """What WhatsApp says of a template's category or status (only from webhooks)."""

    meta_id: Annotated[str, Meta(max_length=128)] = ""
    name: Annotated[str, Meta(max_length=512)] = ""
    language: Annotated[str, Meta(max_length=128)] = ""
    category: Name | None = None
    status: Name | None = None


class MemberAdded(Event, frozen=True, kw_only=True, tag="member.added"):
    """A user became a member of a department."""

    user_id: Id
    department_id: Id


class MemberRemoved(Event, frozen=True, kw_only=True, tag="member.removed"):
    """A user left a department."""

    user_id: Id
    department_id: Id


class Contact(Struct, frozen=True, kw_only=True):
    """A customer: known by a phone, by WhatsApp's id of the person, or by both."""

    phone: Annotated[str, Meta(max_length=64)] | None = None
    id: Id | None = None


class Ticket(Struct, frozen=True, kw_only=True):
    """The ticket that a message belongs to, and whether the message created it."""

    id: Id
    key: Name | None = None
    created: bool | None = None


class Sent(Struct, frozen=True, kw_only=True):
    """The message of a `message.sent`."""

    id: Id
    account_id: Id
    department_id: Id
    agent_id: Id
    template_id: Id
    contact: Contact
    template_category: Name | None = None
    wamid: Wamid | None = None
    ticket: Ticket | None = None


class MessageSent(Description, frozen=True, kw_only=True, tag="message.sent"):
    """An agent sent a template message; `at` is its send time."""

    message: Sent


class StatusError(Struct, frozen=True, kw_only=True):
    """WhatsApp's reason for a failure."""

    code: Annotated[int, Meta(ge=0, le=LARGEST_CODE)] | None = None
    title: Name | None = None


class MessageStatus(Event, frozen=True, kw_only=True, tag="message.status"):
    """A status of a message, named by its id, or by its wamid and account."""

    status: Annotated[str, Meta(max_length=64)]
    message_id: Id | None = None
    wamid: Wamid | None = None
    account_id: Id | None = None
    phone_number_id: Id | None = None
    error: StatusError | None = None


class Inbound(Struct, frozen=True, kw_only=True):
    """The reply of a `message.reply`."""

    id: Id | None = None
    wamid: Wamid | None = None
    account_id: Id | None = None
    phone_number_id: Id | None = None
    contact: Contact | None = None
    ticket_id: Id | None = None
    in_reply_to: Wamid | None = None
    kind: Reply_Kind = "text"
    text: Annotated[str, Meta(max_length=100_000)] | None = None


class MessageReply(Event, frozen=True, kw_only=True, tag="message.reply"):
    """A customer wrote."""

    reply: Inbound


PlatformEvent = (
    TenantUpserted
    | DepartmentUpserted
    | AgentUpserted
    | AccountUpserted
    | TemplateUpserted
    | MemberAdded
    | MemberRemoved
    | MessageSent
    | MessageStatus
    | MessageReply
)
AnyEvent = PlatformEvent | TemplateNotice

_decoder = msgspec.json.Decoder(PlatformEvent)


def digits(phone: str | None) -> str | None:
    """The digits of a phone, by which phones are compared; None where there are too few or too many."""
    found = NOT_DIGITS.sub("", phone) if phone else ""
    return found if FEWEST_DIGITS <= len(found) <= MOST_DIGITS else None


def parse_event(line: bytes | str) -> PlatformEvent:
    """One event from its JSON text. Raises `InvalidEvent` that says what is wrong and where."""
    if isinstance(line, str):
        line = line.encode("utf-8", "surrogatepass")
    try:
        if not line.isascii():
            line.decode("utf-8")  # the decoder below passes over what it does not need
        event = _decoder.decode(line) if rb"\u0000" not in line else _decode_cleaned(line)
    except RecursionError:
        raise InvalidEvent("INVALID_JSON", "The line is nested too deeply.") from None
    except msgspec.ValidationError as error:
        raise InvalidEvent("INVALID_EVENT", f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        event = _decode_cleaned(line)
    check(event)
    return event


def _decode_cleaned(line: bytes) -> PlatformEvent:
    """The slow way, for text that no database can hold: U+0000 and lone surrogates become U+FFFD."""
    try:
        event: PlatformEvent = msgspec.convert(
            cleaned(json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)), PlatformEvent
        )
    except msgspec.ValidationError as error:
        raise InvalidEvent("INVALID_EVENT", f"{error}.") from None
    except UnicodeDecodeError:
        raise InvalidEvent("INVALID_JSON", "The line is not UTF-8.") from None
    except RecursionError:
        raise InvalidEvent("INVALID_JSON", "The line is nested too deeply.") from None
    except ValueError:
        raise InvalidEvent("INVALID_JSON", "The line is not a JSON object.") from None
    return event


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def cleaned(value: Any) -> Any:
    """A JSON value whose texts hold neither U+0000 nor lone surrogates."""
    match value:
        case str():
            return clean(value)
        case list():
            return [cleaned(item) for item in value]
        case dict():
            return {cleaned(key): cleaned(item) for key, item in value.items()}
        case _:
            return value


def check(event: AnyEvent) -> None:
    """What the types cannot say. Raises `InvalidEvent`."""
    _check_calendar("at", event.at)
    if isinstance(event, Description) and event.updated_at is not None:
        _check_calendar("updated_at", event.updated_at)
    if further := CHECKS.get(type(event)):
        further(event)


def _check_tenant(event: TenantUpserted) -> None:
    try:
        zone(event.time_zone or "UTC")
    except InvalidInput as error:
        raise _invalid(f"{error.message.rstrip('.')} - at `$.time_zone`") from None


def _check_sent(event: MessageSent) -> None:
    contact = event.message.contact
    _check_phone(contact, "$.message.contact.phone")
    if contact.phone is None and contact.id is None:
        raise _invalid("contact needs a phone or an id - at `$.message.contact`")
    _check_key(event.message.wamid, "$.message.wamid")


def _check_status(event: MessageStatus) -> None:
    by_wamid = event.wamid and (event.account_id or event.phone_number_id)
    if not event.message_id and not by_wamid:
        raise _invalid("needs message_id, or wamid with account_id or phone_number_id - at `$`")
    _check_key(event.wamid, "$.wamid")


def _check_reply(event: MessageReply) -> None:
    reply = event.reply
    if not reply.id and not reply.wamid:
        raise _invalid("reply needs an id or a wamid - at `$.reply`")
    if reply.contact:
        _check_phone(reply.contact, "$.reply.contact.phone")
    _check_key(reply.wamid, "$.reply.wamid")
    _check_key(reply.in_reply_to, "$.reply.in_reply_to")


def _check_notice(event: TemplateNotice) -> None:
    _check_key(event.name, "$.name")


def _check_key(text: str | None, place: str) -> None:
    if text and not text.isascii() and len(text.encode()) > LONGEST_KEY:
        raise _invalid(f"must have at most {LONGEST_KEY} bytes in UTF-8 - at `{place}`")


def _check_phone(contact: Contact, place: str) -> None:
    if contact.phone is not None and digits(contact.phone) is None:
        raise _invalid(f"phone needs {FEWEST_DIGITS} to {MOST_DIGITS} digits - at `{place}`")


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


def _invalid(message: str) -> InvalidEvent:
    return InvalidEvent("INVALID_EVENT", f"{message}.")
