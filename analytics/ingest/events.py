"""The platform's events as values; `formats.event_parser` parses them from JSON. Source: docs/events.md, "Events".

An optional key of a description is `UNSET` if absent, which states nothing; None is JSON's `null`, which states that
there is no value.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from analytics.domain.time_zones import to_micros

Id = Annotated[str, Meta(min_length=1, max_length=128)]
# Texts from Meta that are part of a key: no more bytes than our longest ids, see `MAX_KEY_LENGTH`. Meta's wamids have
# some 60, and names of templates at most 512.
Wamid = Annotated[str, Meta(min_length=1, max_length=512)]
MAX_NAME_LENGTH = 1024  # characters
Name = Annotated[str, Meta(max_length=MAX_NAME_LENGTH)]
MAX_CODE = 2**31 - 1
ReplyKind = Literal[
    "text", "button", "interactive", "form", "media", "image", "video", "audio", "document", "sticker", "location",
    "contact", "order", "unsupported", "reaction", "revoke", "edit", "system",
]  # fmt: skip
Text = Annotated[str, Meta(max_length=100_000)]
MAX_PAYLOAD_LENGTH = 256  # characters; WhatsApp's own limit for buttons, and more than that of lists
Payload = Annotated[str, Meta(max_length=MAX_PAYLOAD_LENGTH)]
MAX_BUTTON_INDEX = 99  # a template has at most ten
At = Annotated[datetime, Meta(tz=True)]

# Kinds of inbound messages that are not replies.
NOT_REPLIES = frozenset({"reaction", "revoke", "edit", "system"})

# Bytes in UTF-8 of a text that is part of a key: what 128 characters may have. PostgreSQL's indexes hold 2,704 bytes a
# row, and no key has more than five such texts.
MAX_KEY_LENGTH = 512

# Phones are compared by their digits, 5 to 20 of them.
NOT_DIGITS = re.compile(r"[^0-9]+")
MIN_DIGITS, MAX_DIGITS = 5, 20


# Characters kept at the beginning of an error's sentence, and as many at its end. The sentence may quote the line,
# which may be long; its end says where the error is.
QUOTED = 150


class InvalidEventError(Exception):
    """A line that cannot be accepted: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message if len(message) <= 2 * QUOTED else f"{message[:QUOTED]}…{message[-QUOTED:]}"


class Event(Struct, frozen=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """The base of all events, with the time when it happened, which has an offset."""

    at: At


class Description(Event, frozen=True, kw_only=True):
    """An event that states keys: for each key the statement with the newest `updated_at` (or `at`) is kept."""

    updated_at: At | None = None

    @property
    def stated_at(self) -> int:
        """The time of the statement, in microseconds."""
        return to_micros(self.updated_at or self.at)


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object inside an event."""


class TenantUpserted(Description, frozen=True, kw_only=True, tag="tenant.upserted"):
    """The tenant's own settings."""

    time_zone: Id | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    reply_window_days: Annotated[int, Meta(ge=0, le=3650)] | UnsetType | None = UNSET


class Department(Part, frozen=True, kw_only=True):
    """A department of the directory."""

    id: Id
    name: Name | UnsetType | None = UNSET
    active: bool | UnsetType | None = UNSET


class Agent(Part, frozen=True, kw_only=True):
    """An agent of the directory."""

    id: Id
    name: Name | UnsetType | None = UNSET
    active: bool | UnsetType | None = UNSET
    email: Name | UnsetType | None = UNSET


class Account(Part, frozen=True, kw_only=True):
    """A sender account of the directory."""

    id: Id
    name: Name | UnsetType | None = UNSET
    active: bool | UnsetType | None = UNSET
    phone: Name | UnsetType | None = UNSET
    phone_number_id: Id | UnsetType | None = UNSET  # `null` states nothing: an identifier is never taken away


class Template(Part, frozen=True, kw_only=True):
    """A template of the directory."""

    id: Id
    name: Name | UnsetType | None = UNSET
    active: bool | UnsetType | None = UNSET
    category: Name | UnsetType | None = UNSET
    language: Id | UnsetType | None = UNSET
    meta_id: Id | UnsetType | None = UNSET


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
    """WhatsApp's notice of a template's category, status or quality (only from webhooks).

    `announced_category` is the one that the template will have from `announced_for` on; `category` is always the one
    that it has. `title` tells pauses apart, and `disabled_at` is when the template is disabled.
    """

    meta_id: Annotated[str, Meta(max_length=128)] = ""
    name: Annotated[str, Meta(max_length=512)] = ""
    language: Annotated[str, Meta(max_length=128)] = ""
    category: Name | None = None
    status: Name | None = None
    quality: Name | None = None
    previous_quality: Name | None = None
    previous_category: Name | None = None
    announced_category: Name | None = None
    announced_for: At | None = None
    reason: Name | None = None
    title: Name | None = None
    disabled_at: At | None = None


class MemberAdded(Event, frozen=True, kw_only=True, tag="member.added"):
    """A user became a member of a department."""

    user_id: Id
    department_id: Id


class MemberRemoved(Event, frozen=True, kw_only=True, tag="member.removed"):
    """A user left a department."""

    user_id: Id
    department_id: Id


class ContactChanged(Event, frozen=True, kw_only=True, tag="contact.changed"):
    """A contact has another phone or id from now on (only from webhooks)."""

    old: "Contact"
    new: "Contact"


class Contact(Part, frozen=True, kw_only=True):
    """A customer: known by a phone, by WhatsApp's id of the person, or by both."""

    phone: Name | UnsetType | None = UNSET
    id: Id | UnsetType | None = UNSET


class Ticket(Part, frozen=True, kw_only=True):
    """The ticket that a message belongs to, and whether the message created it."""

    id: Id | UnsetType | None = UNSET
    key: Name | UnsetType | None = UNSET
    created: bool | UnsetType | None = UNSET


class Sent(Part, frozen=True, kw_only=True):
    """The message of a `message.sent`; a correction has only some of the keys."""

    id: Id
    account_id: Id | UnsetType = UNSET
    department_id: Id | UnsetType = UNSET
    agent_id: Id | UnsetType = UNSET
    template_id: Id | UnsetType = UNSET
    contact: Contact | UnsetType | None = UNSET
    template_category: Name | UnsetType | None = UNSET
    wamid: Wamid | UnsetType | None = UNSET  # `null` states nothing: an identifier is never taken away
    ticket: Ticket | UnsetType | None = UNSET


class MessageSent(Description, frozen=True, kw_only=True, tag="message.sent"):
    """An agent sent a template message; `at` is its send time."""

    message: Sent


class StatusError(Part, frozen=True, kw_only=True):
    """WhatsApp's reason for a failure."""

    code: Annotated[int, Meta(ge=0, le=MAX_CODE)] | None = None
    title: Name | None = None


class MessageStatus(Event, frozen=True, kw_only=True, tag="message.status"):
    """A status of a message, named by its id, or by its wamid and account."""

    status: Annotated[str, Meta(max_length=64)]
    message_id: Id | None = None
    wamid: Wamid | None = None
    account_id: Id | None = None
    phone_number_id: Id | None = None
    recipient: Contact | None = None
    error: StatusError | None = None


class Inbound(Part, frozen=True, kw_only=True):
    """The reply of a `message.reply`."""

    id: Id | None = None
    wamid: Wamid | None = None
    account_id: Id | None = None
    phone_number_id: Id | None = None
    contact: Contact | None = None
    ticket_id: Id | None = None
    in_reply_to: Wamid | None = None
    kind: ReplyKind = "text"
    text: Text | None = None  # of a button, its label
    button_payload: Payload | None = None  # what the sender gave to the button that was tapped
    button_index: Annotated[int, Meta(ge=0, le=MAX_BUTTON_INDEX)] | None = None  # its place in the template, from 0
    caption: Text | None = None
    group_id: Annotated[str, Meta(max_length=1024)] | None = None
    referral: bool | None = None  # it came through an advertisement


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
AnyEvent = PlatformEvent | TemplateNotice | ContactChanged


def digits(phone: str | UnsetType | None) -> str | None:
    """Return the digits of a phone, by which phones are compared; None if there are too few or too many."""
    number = NOT_DIGITS.sub("", phone) if phone else ""
    return number if MIN_DIGITS <= len(number) <= MAX_DIGITS else None
