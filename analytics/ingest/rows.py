"""The rows that ingest works on, in the order of their tables' columns, and how two of them merge.

Every merge is commutative, associative and idempotent, so that any order of the same events, with any
repetition, gives the same rows. Source: semantics, "State is a pure function of the set of events".
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from analytics.ingest.events import (
    NOT_REPLIES,
    AnyEvent,
    Contact,
    MessageReply,
    MessageSent,
    MessageStatus,
    digits,
)
from analytics.states import Status, receipt_status
from analytics.zones import instant

T = TypeVar("T", int, str, bool)


class Message(Struct, frozen=True):
    """A row of `messages`, without its tenant."""

    id: str
    described_at: int
    sent_at: int
    account_id: str
    department_id: str
    agent_id: str
    template_id: str
    template_category: str | None
    wamid: str | None
    contact_phone: str | None
    contact_digits: str | None
    contact_id: str | None
    ticket_id: str | None
    ticket_key: str | None
    ticket_created: bool
    receipt_status: int = Status.PENDING
    failed_code: int | None = None
    reply_id: str | None = None
    replied_at: int | None = None
    reply_text: str | None = None
    response_bin: int | None = None
    status: int = Status.PENDING

    @property
    def undelivered(self) -> bool:
        """It failed, and no status says that it arrived."""
        return self.receipt_status == Status.FAILED


class Receipt(Struct, frozen=True):
    """A row of `receipts`: what the statuses under one name said."""

    ref: str
    channel: str
    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    failed_code: int | None = None
    received_at: int = 0
    claimed: bool = False


# What a reply answers when that was dropped, after the time that messages are kept: it is never decided again.
DROPPED = ""


class Reply(Struct, frozen=True):
    """A row of `replies`."""

    id: str
    at: int
    account_id: str | None
    phone_number_id: str | None
    contact_digits: str | None
    contact_id: str | None
    ticket_id: str | None
    in_reply_to: str | None
    text: str | None
    received_at: int
    message_id: str | None = None
    rule: str | None = None


# The fields of a description beside the phone: replaced as a whole by a newer one, merged one by one with an equal one.
DESCRIBED = (
    "sent_at",
    "account_id",
    "department_id",
    "agent_id",
    "template_id",
    "template_category",
    "wamid",
    "contact_id",
    "ticket_id",
    "ticket_key",
    "ticket_created",
)
SAID = ("account_id", "phone_number_id", "contact_digits", "contact_id", "ticket_id", "in_reply_to", "text")

# Which column of a receipt a status fills; any other status changes nothing.
FACTS = {
    "accepted": "accepted_at",
    "sent": "accepted_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
}


def channel(message_id: str | None, account_id: str | None, phone_number_id: str | None) -> str:
    """What makes a status's reference unique: nothing for our own ids, else the account or Meta's number."""
    if message_id:
        return ""
    return f"a:{account_id}" if account_id else f"p:{phone_number_id}"


def greatest(a: T | None, b: T | None) -> T | None:
    """The greater of two values, of which an absent one loses."""
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)


def earliest(a: int | None, b: int | None) -> int | None:
    """The earlier of two times, of which an absent one loses."""
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)


class Said(NamedTuple):
    """What a batch says of messages: each with the place of its event in the batch."""

    sent: list[tuple[int, Message]]
    statuses: list[tuple[int, MessageStatus]]
    written: list[tuple[int, Reply]]

    def without(self, places: set[int]) -> "Said":
        """The same but for some events."""
        return Said(
            [(n, message) for n, message in self.sent if n not in places],
            [(n, status) for n, status in self.statuses if n not in places],
            [(n, reply) for n, reply in self.written if n not in places],
        )


def said_in(events: Iterable[tuple[int, AnyEvent]], received: Sequence[int]) -> Said:
    """What numbered events say of messages. Words for statuses that are unknown, and what is no reply, say nothing."""
    said = Said([], [], [])
    for n, event in events:
        if isinstance(event, MessageStatus):
            if event.status in FACTS:
                said.statuses.append((n, event))
        elif isinstance(event, MessageSent):
            said.sent.append((n, described(event)))
        elif isinstance(event, MessageReply) and (reply := inbound(event, received[n])):
            said.written.append((n, reply))
    return said


def described(event: MessageSent) -> Message:
    """The row that a `message.sent` describes."""
    sent, ticket = event.message, event.message.ticket
    return Message(
        id=sent.id,
        described_at=event.stated_at,
        sent_at=instant(event.at),
        account_id=sent.account_id,
        department_id=sent.department_id,
        agent_id=sent.agent_id,
        template_id=sent.template_id,
        template_category=sent.template_category.upper() if sent.template_category else None,
        wamid=sent.wamid,
        contact_phone=sent.contact.phone,
        contact_digits=digits(sent.contact.phone),
        contact_id=sent.contact.id,
        ticket_id=ticket.id if ticket else None,
        ticket_key=ticket.key if ticket else None,
        ticket_created=bool(ticket and ticket.created),
    )


def merge_messages(known: Message, new: Message) -> Message:
    """The row after one more description; `known` itself when that changes nothing."""
    if new.described_at < known.described_at:
        return known
    if new.described_at > known.described_at:
        fields: dict[str, Any] = {name: getattr(new, name) for name in DESCRIBED}
        phone, found = new.contact_phone, new.contact_digits
    else:
        fields = {name: greatest(getattr(known, name), getattr(new, name)) for name in DESCRIBED}
        phone, found = max(_phone(known), _phone(new))
    fields |= {"contact_phone": phone or None, "contact_digits": found or None}
    merged = msgspec.structs.replace(known, described_at=new.described_at, **fields)
    return known if merged == known else merged


def _phone(message: Message) -> tuple[str, str]:
    """The phone and what it is compared by, which win together; of a person who was forgotten only the second."""
    return message.contact_phone or "", message.contact_digits or ""


def merge_receipt(known: Receipt, event: MessageStatus, received_at: int) -> Receipt:
    """The row after one more status; `known` itself when that changes nothing."""
    column, at = FACTS[event.status], instant(event.at)
    before: int | None = getattr(known, column)
    if column == "failed_at":
        code = event.error.code if event.error else None
        new = min(_failure(at, code), _failure(known.failed_at, known.failed_code))
        if new == _failure(known.failed_at, known.failed_code):
            return known
        return msgspec.structs.replace(known, failed_at=at, failed_code=code, received_at=received_at)
    if before is not None and before <= at:
        return known
    return msgspec.structs.replace(known, received_at=received_at, **{column: at})


def _failure(at: int | None, code: int | None) -> tuple[bool, int, bool, int]:
    """Orders failures: by time, then by code; none at all and no code come last."""
    return (at is None, at or 0, code is None, code or 0)


def facts_of(receipts: list[Receipt]) -> tuple[Status, int | None]:
    """The status and the failure's code that all receipts of one message give."""
    found = receipt_status(
        accepted=any(r.accepted_at is not None for r in receipts),
        delivered=any(r.delivered_at is not None for r in receipts),
        read=any(r.read_at is not None for r in receipts),
        failed=any(r.failed_at is not None for r in receipts),
    )
    if found != Status.FAILED:
        return found, None
    first = min(receipts, key=lambda r: _failure(r.failed_at, r.failed_code))
    return found, first.failed_code


def inbound(event: MessageReply, received_at: int) -> Reply | None:
    """The row that a `message.reply` makes; None when it is no reply (a reaction, an edit, …)."""
    reply = event.reply
    if reply.kind in NOT_REPLIES:
        return None
    contact = reply.contact or Contact()
    return Reply(
        id=reply.wamid or reply.id or "",
        at=instant(event.at),
        account_id=reply.account_id,
        phone_number_id=reply.phone_number_id,
        contact_digits=digits(contact.phone),
        contact_id=contact.id,
        ticket_id=reply.ticket_id,
        in_reply_to=reply.in_reply_to,
        text="" if reply.kind == "unsupported" else reply.text,
        received_at=received_at,
    )


def merge_replies(known: Reply, new: Reply) -> Reply:
    """Two copies of one reply (the platform's and the webhook's): the earlier time, every field either has."""
    if known.message_id == DROPPED:
        return known
    fields = {name: greatest(getattr(known, name), getattr(new, name)) for name in SAID}
    merged = msgspec.structs.replace(known, at=min(known.at, new.at), **fields)
    return known if merged == known else merged
