"""The rows that ingest works on, in the order of their tables' columns, and what events say of them.

Every merge is commutative, associative and idempotent, so that any order of the same events, with any
repetition, gives the same rows. Source: semantics, "State is a pure function of the set of events".
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from analytics.domain.message_status import Status
from analytics.domain.time_zones import to_micros
from analytics.ingest.events import NOT_REPLIES, ContactChanged, MessageReply, MessageStatus
from analytics.ingest.merging.aliases import (
    WAMID,
    WITHIN,
    listed,
    names,
    names_of,
    numbers_within,
    phones_and_ids,
    unlisted,
)

T = TypeVar("T", int, str, bool)


class Message(Struct, frozen=True):
    """A row of `messages`, without its tenant. What it is not told yet of what every message has is empty."""

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
    stated: str | None = None
    earlier_wamids: str | None = None
    recipients: str | None = None
    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    reply_kind: str | None = None

    @property
    def is_whole(self) -> bool:
        """All is known that every message has, so it counts."""
        return bool(self.account_id and self.department_id and self.agent_id and self.template_id)

    @property
    def undelivered(self) -> bool:
        """It failed, and no status says that it arrived."""
        return self.receipt_status == Status.FAILED

    @property
    def wamids(self) -> frozenset[str]:
        """All that WhatsApp called it: now, and in earlier attempts to send it."""
        earlier = unlisted(self.earlier_wamids)
        return earlier | {self.wamid} if self.wamid else earlier

    @property
    def names(self) -> frozenset[str]:
        """The names of its contact."""
        own = names(self.contact_digits, self.contact_id)
        return own | unlisted(self.recipients) if self.recipients else own

    @property
    def aliases(self) -> frozenset[str]:
        """The further texts by which it can be looked up, besides its own columns."""
        within = numbers_within(self.contact_phone, self.contact_digits)
        if self.recipients is None and self.earlier_wamids is None and not within:
            return frozenset()
        wamids = {WAMID + wamid for wamid in unlisted(self.earlier_wamids)}
        return unlisted(self.recipients) | wamids | {WITHIN + number for number in within}


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
    kind: str | None = None
    further_names: str | None = None
    in_group: bool | None = None
    from_ad: bool | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of the contact who wrote."""
        own = names(self.contact_digits, self.contact_id)
        return own | unlisted(self.further_names) if self.further_names else own

    @property
    def aliases(self) -> frozenset[str]:
        """The further texts by which it can be looked up, besides its own columns."""
        return unlisted(self.further_names)


# Of two copies of a reply, the greater of each of these counts.
REPLY_FIELDS = ("account_id", "phone_number_id", "ticket_id", "in_reply_to", "text", "in_group", "from_ad")
# What kind a reply is: of two copies, the one that says more. WhatsApp knows more than many platforms.
KIND_RANKS = {"unsupported": 0, "text": 1, "media": 2, "interactive": 2}
MOST_SPECIFIC = 3


def max_or_none(a: T | None, b: T | None) -> T | None:
    """The greater of two values, of which an absent one loses."""
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)


class ParsedRecords(NamedTuple):
    """What a batch says of messages: each with the place of its event in the batch."""

    sent: list[tuple[int, Message]]
    statuses: list[tuple[int, MessageStatus]]
    written: list[tuple[int, Reply]]
    changed: list[tuple[int, ContactChanged]]

    def without(self, places: set[int]) -> "ParsedRecords":
        """The same but for some events."""
        return ParsedRecords(
            [(n, message) for n, message in self.sent if n not in places],
            [(n, status) for n, status in self.statuses if n not in places],
            [(n, reply) for n, reply in self.written if n not in places],
            self.changed,
        )


def reply_from(event: MessageReply, received_at: int) -> Reply | None:
    """The row that a `message.reply` makes; None when it is no reply (a reaction, an edit, …)."""
    reply = event.reply
    if reply.kind in NOT_REPLIES:
        return None
    row = Reply(
        id=reply.wamid or reply.id or "",
        at=to_micros(event.at),
        account_id=reply.account_id,
        phone_number_id=reply.phone_number_id,
        contact_digits=None,
        contact_id=None,
        ticket_id=reply.ticket_id,
        in_reply_to=reply.in_reply_to,
        text=_text(event),
        received_at=received_at,
        kind=reply.kind,
        in_group=True if reply.group_id is not None else None,
        from_ad=reply.referral or None,
    )
    return named_message(row, names_of(reply.contact))


def _text(event: MessageReply) -> str | None:
    reply = event.reply
    if reply.kind == "unsupported":
        return ""
    return reply.caption if reply.text is None else reply.text


def named_message(reply: Reply, found: Iterable[str]) -> Reply:
    """The reply with these names of who wrote it."""
    all_names = frozenset(found)
    phones, ids = phones_and_ids(all_names)
    phone, person = max(phones, default=None), max(ids, default=None)
    further = listed(all_names - names(phone, person))
    return msgspec.structs.replace(reply, contact_digits=phone, contact_id=person, further_names=further)


def merge_replies(known: Reply, new: Reply) -> Reply:
    """Two copies of one reply (the platform's and the webhook's): the earlier time, every field either has."""
    if known.message_id == DROPPED:
        return known
    fields = {name: max_or_none(getattr(known, name), getattr(new, name)) for name in REPLY_FIELDS}
    kind = max((known.kind, new.kind), key=_rank)
    merged = msgspec.structs.replace(known, at=min(known.at, new.at), kind=kind, **fields)
    if known.names != new.names:
        merged = named_message(merged, known.names | new.names)
    return known if merged == known else merged


def contradicts(kept: Reply, new: Reply) -> bool:
    """True if a copy of a reply contradicts the kept one in any field."""
    said = ("account_id", "ticket_id", "in_reply_to", "text")
    return kept.message_id != DROPPED and any(
        (value := getattr(new, name)) and value != getattr(kept, name) for name in said
    )


def _rank(kind: str | None) -> tuple[int, str]:
    return (-1, "") if kind is None else (KIND_RANKS.get(kind, MOST_SPECIFIC), kind)
