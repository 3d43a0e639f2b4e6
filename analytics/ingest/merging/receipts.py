"""Receipts: the merged statuses under one message id or wamid, and the facts about a message that they state.

For each fact the earliest time counts, and for failures the code of the earliest that has one. Source: docs/numbers.md,
"A message and its states".
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from analytics.domain.message_status import Status, derive_receipt_status
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.aliases import listed, unlisted

# The column of a receipt that a status fills; any other status changes nothing.
STATUS_COLUMNS = {
    "accepted": "accepted_at",
    "sent": "accepted_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
}
COLUMNS = ("accepted_at", "delivered_at", "read_at", "failed_at")

BY_ACCOUNT, BY_NUMBER = "a:", "p:"

# Statuses of one kind that are kept, the earliest ones, where each status's time decides to which account it belongs.
# A repeated webhook has the same time, so there is hardly ever more than one.
MAX_KEPT = 8


class Receipt(Struct, frozen=True, array_like=True):
    """A row of `receipts`, without its tenant."""

    ref: str
    channel: str
    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    failed_code: int | None = None
    received_at: int = 0
    claimed: bool = False
    failed_code_at: int | None = None
    recipients: str | None = None
    events: str | None = None

    @property
    def account_id(self) -> str | None:
        """The account id in the statuses; None if they name a message id or a phone number id."""
        return self.channel[len(BY_ACCOUNT) :] if self.channel.startswith(BY_ACCOUNT) else None

    @property
    def number(self) -> str | None:
        """The phone number id in the statuses; None if they name a message id or an account id."""
        return self.channel[len(BY_NUMBER) :] if self.channel.startswith(BY_NUMBER) else None


class ReceiptEvent(NamedTuple):
    """A status: the column it fills, its time, the code of a failure, and the contact's names in it."""

    column: str
    at: int
    code: int | None
    names: tuple[str, ...]


class Facts(NamedTuple):
    """The facts about one message: the earliest time of each, the code of its failure, its contact's names."""

    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    failed_code: int | None = None
    recipients: str | None = None

    @property
    def status(self) -> Status:
        """The message's status by these facts alone."""
        return derive_receipt_status(
            accepted=self.accepted_at is not None,
            delivered=self.delivered_at is not None,
            read=self.read_at is not None,
            failed=self.failed_at is not None,
        )


NO_FACTS = Facts()


def channel(message_id: str | None, account_id: str | None, phone_number_id: str | None) -> str:
    """Return the channel in a receipt's key: empty for a message id, else the account id or the phone number id."""
    if message_id:
        return ""
    return f"{BY_ACCOUNT}{account_id}" if account_id else f"{BY_NUMBER}{phone_number_id}"


Code = tuple[int, int]  # when a failure was, and its code


def _failure_code(receipt: Receipt) -> Code | None:
    """Return the code of a failure and its time; rows of earlier releases have the earliest failure's, untimed."""
    if receipt.failed_code is None or receipt.failed_at is None:
        return None
    at = receipt.failed_at if receipt.failed_code_at is None else receipt.failed_code_at
    return at, receipt.failed_code


class Earliest:
    """The earliest time of each fact in statuses, and all contact's names in them."""

    __slots__ = ("code", "names", "times")

    def __init__(self) -> None:
        self.times: dict[str, int | None] = dict.fromkeys(COLUMNS)
        self.code: Code | None = None
        self.names: set[str] = set()

    def add(self, column: str, at: int, code: int | None, names: Collection[str]) -> bool:
        """Add a status, given as the fields of `ReceiptEvent`; return False if that changes nothing."""
        changed = self._add_time(column, at)
        if code is not None and self._add_code((at, code)):
            changed = True
        if names and not self.names.issuperset(names):
            self.names.update(names)
            changed = True
        return changed

    def add_receipt(self, receipt: Receipt) -> None:
        """Add the columns of a receipt."""
        for column in COLUMNS:
            if (at := getattr(receipt, column)) is not None:
                self._add_time(column, at)
        if code := _failure_code(receipt):
            self._add_code(code)
        self.names |= unlisted(receipt.recipients)

    def add_all(self, other: "Earliest") -> None:
        """Add the facts and names of another one."""
        for column, at in other.times.items():
            if at is not None:
                self._add_time(column, at)
        if other.code:
            self._add_code(other.code)
        self.names |= other.names

    def _add_time(self, column: str, at: int) -> bool:
        known = self.times[column]
        if known is None or at < known:
            self.times[column] = at
            return True
        return False

    def _add_code(self, code: Code) -> bool:
        if self.code is None or code < self.code:
            self.code = code
            return True
        return False

    def facts(self) -> Facts:
        """Return the facts about a message."""
        accepted_at, delivered_at, read_at, failed_at = self.times.values()
        code = self.code[1] if self.code else None
        return Facts(accepted_at, delivered_at, read_at, failed_at, code, listed(self.names) if self.names else None)

    def receipt(self, row: Receipt, received_at: int, events: str | None = None) -> Receipt:
        """Return a receipt with the facts as its columns."""
        facts = self.facts()
        code_at = self.code[0] if self.code else None
        return Receipt(
            row.ref,
            row.channel,
            facts.accepted_at,
            facts.delivered_at,
            facts.read_at,
            facts.failed_at,
            facts.failed_code,
            received_at,
            row.claimed,
            None if code_at == facts.failed_at else code_at,
            facts.recipients,
            events,
        )


class _AllStatuses:
    """Statuses that are kept one by one, because the time of each decides to which account it belongs.

    The earliest `MAX_KEPT` of each kind are kept, each once, with all contact's names in its copies.
    """

    def __init__(self, events: Iterable[ReceiptEvent]) -> None:
        self._names: dict[tuple[str, int, int | None], set[str]] = {}
        for event in events:
            self.add(*event)

    def add(self, column: str, at: int, code: int | None, names: Collection[str]) -> bool:
        """Add a status, given as the fields of `ReceiptEvent`; return False if that changes nothing."""
        key = (column, at, code)
        if key not in self._names:
            same_kind = [other for other in self._names if (other[0], other[2] is None) == (key[0], key[2] is None)]
            latest = max([*same_kind, key], key=_order)
            if len(same_kind) >= MAX_KEPT:
                if latest == key:
                    return False
                del self._names[latest]
            self._names[key] = set(names)
            return True
        further = not self._names[key].issuperset(names)
        self._names[key].update(names)
        return further

    def receipt(self, row: Receipt, received_at: int) -> Receipt:
        """Return a receipt that holds them: without `events` if the facts alone say everything."""
        kept = [ReceiptEvent(*key, tuple(sorted(self._names[key]))) for key in sorted(self._names, key=_order)]
        earliest = _earliest_of(kept)
        facts = sum(at is not None for at in earliest.times.values())
        simple = len(kept) == facts and len({event.names for event in kept}) == 1
        return earliest.receipt(row, received_at, None if simple else msgspec.json.encode(kept).decode())


def _order(key: tuple[str, int, int | None]) -> tuple[str, int, bool, int]:
    column, at, code = key
    return column, at, code is not None, code or 0


def _earliest_of(events: Iterable[ReceiptEvent]) -> Earliest:
    earliest = Earliest()
    for event in events:
        earliest.add(*event)
    return earliest


class ReceiptMerge:
    """Merges statuses into a receipt. Columns are decoded and encoded once, however many there are."""

    __slots__ = ("_received_at", "_row", "_statuses")

    def __init__(self, row: Receipt) -> None:
        self._row = row
        self._received_at = row.received_at
        self._statuses: Earliest | _AllStatuses
        if row.number is None:
            self._statuses = Earliest()
            self._statuses.add_receipt(row)
        else:
            self._statuses = _AllStatuses(_events_of(row))

    def add(self, event: ReceiptEvent, received_at: int) -> bool:
        """Merge one more status; return False if that changes nothing."""
        changed = self._statuses.add(*event)
        if changed:
            self._received_at = received_at
        return changed

    def row(self) -> Receipt:
        """Return the merged row."""
        return self._statuses.receipt(self._row, self._received_at)


class IncomingStatus(NamedTuple):
    """A status in a batch: the index of its event, the time it arrived (µs), and the status."""

    n: int
    received_at: int
    event: ReceiptEvent


class IncomingStatuses(Struct, frozen=True, array_like=True):
    """The statuses of a batch for one receipt, merged already for the case that no such receipt is stored.

    `accepted` has the indexes of those that then changed the receipt.
    """

    receipt: Receipt
    accepted: list[int]
    statuses: Sequence[IncomingStatus]

    def merge_into(self, stored: Receipt | None) -> tuple[Receipt, list[int]]:
        """Return the receipt with these statuses, and the indexes of those that changed it."""
        return (self.receipt, self.accepted) if stored is None else _merge(stored, self.statuses)

    def without(self, rejected: set[int]) -> "IncomingStatuses | None":
        """Return the statuses without those of rejected events; None if there is no other."""
        rest = [status for status in self.statuses if status.n not in rejected]
        if len(rest) == len(self.statuses):
            return self
        return incoming_statuses(self.receipt.ref, self.receipt.channel, rest) if rest else None


def incoming_statuses(ref: str, channel: str, statuses: Sequence[IncomingStatus]) -> IncomingStatuses:
    """Merge the statuses of a batch for one receipt."""
    return IncomingStatuses(*_merge(Receipt(ref, channel), statuses), statuses)


def _merge(row: Receipt, statuses: Sequence[IncomingStatus]) -> tuple[Receipt, list[int]]:
    merge = ReceiptMerge(row)
    accepted = [n for n, received_at, event in statuses if merge.add(event, received_at)]
    return merge.row() if accepted else row, accepted


def _events_of(receipt: Receipt) -> list[ReceiptEvent]:
    """Return all statuses of a receipt by phone number id."""
    if receipt.events:
        return msgspec.json.decode(receipt.events, type=list[ReceiptEvent])
    names, code = tuple(sorted(unlisted(receipt.recipients))), _failure_code(receipt)
    events = [
        ReceiptEvent(column, at, None, names) for column in COLUMNS if (at := getattr(receipt, column)) is not None
    ]
    if code:
        events = [event for event in events if (event.column, event.at) != ("failed_at", code[0])]
        events.append(ReceiptEvent("failed_at", *code, names))
    return events


def earliest_about(receipts: Iterable[Receipt], account_id: str, accounts: Accounts) -> Earliest:
    """Return the statuses of receipts that are about an account's messages."""
    earliest = Earliest()
    for receipt in receipts:
        number = receipt.number
        if number is None or not accounts.is_shared(number):
            earliest.add_receipt(receipt)
            continue
        for event in _events_of(receipt):
            if accounts.owner(number, event.at) == account_id:
                earliest.add(*event)
    return earliest


def facts_of(receipt: Receipt, account_id: str, accounts: Accounts) -> Facts:
    """Return the facts about a message that has this one receipt."""
    if receipt.number is not None and accounts.is_shared(receipt.number):
        return earliest_about([receipt], account_id, accounts).facts()
    return Facts(
        receipt.accepted_at,
        receipt.delivered_at,
        receipt.read_at,
        receipt.failed_at,
        None if receipt.failed_at is None else receipt.failed_code,
        receipt.recipients,
    )


def merged_facts(current: Iterable[Earliest], earlier: Iterable[Earliest]) -> Facts:
    """Return the facts about a message; statuses of earlier attempts contribute only the contact's names."""
    merged = Earliest()
    for statuses in current:
        merged.add_all(statuses)
    for statuses in earlier:
        merged.names |= statuses.names
    return merged.facts()


def with_renamed_contacts(receipt: Receipt, rename: Callable[[str], str]) -> Receipt:
    """Return the receipt with all contacts' names replaced."""
    if receipt.recipients is None:
        return receipt
    names = listed({rename(name) for name in unlisted(receipt.recipients)})
    events = receipt.events
    if events:
        renamed_events = [
            event._replace(names=tuple(sorted(map(rename, event.names)))) for event in _events_of(receipt)
        ]
        events = msgspec.json.encode(renamed_events).decode()
    return msgspec.structs.replace(receipt, recipients=names, events=events)
