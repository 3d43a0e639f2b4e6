"""The records of ingest: messages and replies as rows, with fields in the order of the tables' columns.

Every merge is commutative, associative and idempotent, so the same events give the same rows in any order and with any
repetition. Source: docs/numbers.md, "A message and its states".
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from analytics.domain.limits import MAX_BUTTON_LENGTH
from analytics.domain.message_conditions import BUTTON_WORDS
from analytics.domain.message_status import Status
from analytics.domain.time_zones import to_micros
from analytics.ingest.events import NOT_REPLIES, ContactChanged, MessageReply
from analytics.ingest.merging.aliases import (
    NO_NAMES,
    WAMID,
    WITHIN,
    listed,
    names,
    names_of,
    numbers_within,
    phones_and_ids,
    unlisted,
)
from analytics.ingest.merging.receipts import IncomingStatuses

T = TypeVar("T", int, str, bool)


class Message(Struct, frozen=True, omit_defaults=True):
    """A row of `messages`, without its tenant. A required field is empty until an event states it."""

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
    reply_button: str | None = None

    @property
    def is_whole(self) -> bool:
        """True if all required fields are stated: only then does the message count."""
        return bool(self.account_id and self.department_id and self.agent_id and self.template_id)

    @property
    def undelivered(self) -> bool:
        """True if it failed and no status says that it arrived."""
        return self.receipt_status == Status.FAILED

    @property
    def wamids(self) -> frozenset[str]:
        """All its wamids: the current one, and those of earlier attempts to send it."""
        current = frozenset((self.wamid,)) if self.wamid else NO_NAMES
        return current | unlisted(self.earlier_wamids) if self.earlier_wamids else current

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


# The `message_id` of a reply whose message retention deleted: it is never matched again.
DROPPED = ""


class Reply(Struct, frozen=True, array_like=True):
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
    button_payload: str | None = None
    button_index: int | None = None

    @property
    def button(self) -> str | None:
        """The tapped button by its payload, else by its label; None if it is no tap, or nobody said which button."""
        if self.kind not in BUTTON_WORDS:
            return None
        return (self.button_payload or self.text or "")[:MAX_BUTTON_LENGTH] or None

    @property
    def names(self) -> frozenset[str]:
        """The names of the contact who wrote."""
        own = names(self.contact_digits, self.contact_id)
        return own | unlisted(self.further_names) if self.further_names else own

    @property
    def aliases(self) -> frozenset[str]:
        """The further texts by which it can be looked up, besides its own columns."""
        return unlisted(self.further_names)


# Fields of which the greater value is kept when two copies of a reply are merged.
REPLY_FIELDS = (
    "account_id",
    "phone_number_id",
    "ticket_id",
    "in_reply_to",
    "text",
    "in_group",
    "from_ad",
    "button_payload",
    "button_index",
)
# Ranks of kinds: of two copies of a reply the more specific kind is kept. WhatsApp names kinds more exactly than most
# platforms do.
KIND_RANKS = {"unsupported": 0, "text": 1, "media": 2, "interactive": 2}
MOST_SPECIFIC = 3


def max_or_none(a: T | None, b: T | None) -> T | None:
    """Return the greater of two values; None is less than any value."""
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)


class ParsedRecords(NamedTuple):
    """The records in a batch of events, each with the index of its event in the batch; statuses by receipt."""

    messages: list[tuple[int, Message]]
    statuses: list[IncomingStatuses]
    replies: list[tuple[int, Reply]]
    contact_changes: list[tuple[int, ContactChanged]]

    def without(self, rejected: set[int]) -> "ParsedRecords":
        """Return the records without those of rejected events."""
        return ParsedRecords(
            [(n, message) for n, message in self.messages if n not in rejected],
            [rest for statuses in self.statuses if (rest := statuses.without(rejected))],
            [(n, reply) for n, reply in self.replies if n not in rejected],
            self.contact_changes,
        )


def reply_from(event: MessageReply, received_at: int) -> Reply | None:
    """Create the row of a `message.reply`; None if it is not a reply (a reaction, an edit, …)."""
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
        button_payload=reply.button_payload or None,
        button_index=reply.button_index,
    )
    return with_contact_names(row, names_of(reply.contact))


def _text(event: MessageReply) -> str | None:
    reply = event.reply
    if reply.kind == "unsupported":
        return ""
    return reply.caption if reply.text is None else reply.text


def with_contact_names(reply: Reply, contact_names: Iterable[str]) -> Reply:
    """Return a reply with the given names of its contact; the greatest phone and id go into their own columns."""
    all_names = frozenset(contact_names)
    phones, ids = phones_and_ids(all_names)
    phone, person = max(phones, default=None), max(ids, default=None)
    further = listed(all_names - names(phone, person))
    return msgspec.structs.replace(reply, contact_digits=phone, contact_id=person, further_names=further)


class ReplyMerge:
    """Merges the copies of a reply (the platform's and the webhook's): the earliest time, every field that any has.

    The contact's names are decoded and encoded once, however many copies there are.
    """

    def __init__(self, row: Reply) -> None:
        self._row = row
        self._names = set(row.names)
        self._has_further_names = False

    def add(self, new: Reply) -> bool:
        """Merge one more copy; return False if that changes nothing."""
        row = self._row
        if row.message_id == DROPPED:
            return False
        fields = {name: max_or_none(getattr(row, name), getattr(new, name)) for name in REPLY_FIELDS}
        kind = max((row.kind, new.kind), key=_rank)
        merged = msgspec.structs.replace(row, at=min(row.at, new.at), kind=kind, **fields)
        further_names = new.names - self._names
        self._names |= further_names
        self._has_further_names = self._has_further_names or bool(further_names)
        self._row = merged
        return bool(further_names) or merged != row

    def overrules(self, copy: Reply) -> bool:
        """Return True if a copy states another value than the row in any field."""
        compared = ("account_id", "ticket_id", "in_reply_to", "text")
        return self._row.message_id != DROPPED and any(
            (value := getattr(copy, name)) and value != getattr(self._row, name) for name in compared
        )

    def row(self) -> Reply:
        """Return the merged row."""
        return with_contact_names(self._row, self._names) if self._has_further_names else self._row


def _rank(kind: str | None) -> tuple[int, str]:
    return (-1, "") if kind is None else (KIND_RANKS.get(kind, MOST_SPECIFIC), kind)
