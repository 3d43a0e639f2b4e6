"""Receipts: what the statuses under one name said, merged; and the facts that they give a message.

Of each fact the earliest time counts, and of failures the code of the earliest that has one. Source: semantics, "State
is a pure function of the set of events".
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from analytics.domain.message_status import Status, derive_receipt_status
from analytics.domain.time_zones import to_micros
from analytics.ingest.events import MessageStatus
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.aliases import listed, names_of, unlisted

# Which column of a receipt a status fills; any other status changes nothing.
STATUS_COLUMNS = {
    "accepted": "accepted_at",
    "sent": "accepted_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
}
COLUMNS = ("accepted_at", "delivered_at", "read_at", "failed_at")

BY_ACCOUNT, BY_NUMBER = "a:", "p:"

# How many statuses of one kind are kept, the earliest, where it depends on the time of each whose message it is about.
# A repeated webhook has the same time, so there is hardly ever more than one.
MAX_KEPT = 8


class Receipt(Struct, frozen=True):
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
    def number(self) -> str | None:
        """The phone number id that the statuses named their account by."""
        return self.channel.removeprefix(BY_NUMBER) if self.channel.startswith(BY_NUMBER) else None


class ReceiptEvent(NamedTuple):
    """One status: the column it fills, its time, the code of a failure, and what it calls the contact."""

    column: str
    at: int
    code: int | None
    names: tuple[str, ...]


class Facts(NamedTuple):
    """The facts about one message: the earliest time of each, the code of its failure, what its contact is called."""

    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    failed_code: int | None = None
    recipients: str | None = None

    @property
    def status(self) -> Status:
        """The status that the facts alone give."""
        return derive_receipt_status(
            accepted=self.accepted_at is not None,
            delivered=self.delivered_at is not None,
            read=self.read_at is not None,
            failed=self.failed_at is not None,
        )


def channel(message_id: str | None, account_id: str | None, phone_number_id: str | None) -> str:
    """The part of a receipt's key beside its reference: empty for our own ids, else the account or Meta's number."""
    if message_id:
        return ""
    return f"{BY_ACCOUNT}{account_id}" if account_id else f"{BY_NUMBER}{phone_number_id}"


Code = tuple[int, int]  # when a failure was, and its code


def _code(receipt: Receipt) -> Code | None:
    """The code of a failure. IdentityMap of earlier releases have that of the earliest failure, without its time."""
    if receipt.failed_code is None or receipt.failed_at is None:
        return None
    at = receipt.failed_at if receipt.failed_code_at is None else receipt.failed_code_at
    return at, receipt.failed_code


class Earliest:
    """The earliest of each fact that statuses say, and all that they call the contact."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        self.code: Code | None = None
        self.names: set[str] = set()

    def add(self, said: ReceiptEvent) -> bool:
        """Add a status; False if that changes nothing."""
        earlier = self._add_time(said.column, said.at)
        coded = said.code is not None and self._add_code((said.at, said.code))
        further = not self.names.issuperset(said.names)
        self.names.update(said.names)
        return earlier or coded or further

    def add_receipt(self, receipt: Receipt) -> None:
        """Add all that the columns of a receipt say."""
        for column in COLUMNS:
            if (at := getattr(receipt, column)) is not None:
                self._add_time(column, at)
        if code := _code(receipt):
            self._add_code(code)
        self.names |= unlisted(receipt.recipients)

    def add_all(self, other: "Earliest") -> None:
        """Add all of another one."""
        for column, at in other.times.items():
            self._add_time(column, at)
        if other.code:
            self._add_code(other.code)
        self.names |= other.names

    def _add_time(self, column: str, at: int) -> bool:
        earlier = at < self.times.get(column, at + 1)
        if earlier:
            self.times[column] = at
        return earlier

    def _add_code(self, code: Code) -> bool:
        earlier = self.code is None or code < self.code
        if earlier:
            self.code = code
        return earlier

    def columns(self) -> dict[str, Any]:
        """The columns that say so."""
        at, number = self.code or (None, None)
        failed = {"failed_code": number, "failed_code_at": None if at == self.times.get("failed_at") else at}
        return {**{column: self.times.get(column) for column in COLUMNS}, **failed, "recipients": listed(self.names)}


class _Each:
    """Statuses of which each is kept, since it depends on the time of each whose message it is about.

    Of each kind the earliest are kept, each once, with all that they call the contact.
    """

    def __init__(self, said: Iterable[ReceiptEvent]) -> None:
        self._names: dict[tuple[str, int, int | None], set[str]] = {}
        for each in said:
            self.add(each)

    def add(self, said: ReceiptEvent) -> bool:
        """Add a status; False if that changes nothing."""
        key = (said.column, said.at, said.code)
        if key not in self._names:
            same_kind = [known for known in self._names if (known[0], known[2] is None) == (key[0], key[2] is None)]
            latest = max([*same_kind, key], key=_order)
            if len(same_kind) >= MAX_KEPT:
                if latest == key:
                    return False
                del self._names[latest]
            self._names[key] = set(said.names)
            return True
        further = not self._names[key].issuperset(said.names)
        self._names[key].update(said.names)
        return further

    def columns(self) -> dict[str, Any]:
        """The columns that say so: those of facts alone, where they tell all."""
        kept = [ReceiptEvent(*key, tuple(sorted(self._names[key]))) for key in sorted(self._names, key=_order)]
        earliest = _earliest_of(kept)
        simple = len(kept) == len(earliest.times) and len({each.names for each in kept}) == 1
        return earliest.columns() | {"events": None if simple else msgspec.json.encode(kept).decode()}


def _order(key: tuple[str, int, int | None]) -> tuple[str, int, bool, int]:
    column, at, code = key
    return column, at, code is not None, code or 0


def _earliest_of(said: Iterable[ReceiptEvent]) -> Earliest:
    found = Earliest()
    for each in said:
        found.add(each)
    return found


class ReceiptMerge:
    """A receipt and the statuses that come to it. Columns are read and written once, however many come."""

    def __init__(self, row: Receipt) -> None:
        self._row = row
        self._received_at = row.received_at
        self._said: Earliest | _Each
        if row.number is None:
            self._said = Earliest()
            self._said.add_receipt(row)
        else:
            self._said = _Each(_all(row))

    def add(self, event: MessageStatus, received_at: int) -> bool:
        """Merge one more status; False if that changes nothing."""
        code = event.error.code if event.error and event.status == "failed" else None
        names = tuple(sorted(names_of(event.recipient)))
        changed = self._said.add(ReceiptEvent(STATUS_COLUMNS[event.status], to_micros(event.at), code, names))
        if changed:
            self._received_at = received_at
        return changed

    def row(self) -> Receipt:
        """The row after all of them."""
        return msgspec.structs.replace(self._row, received_at=self._received_at, **self._said.columns())


def _all(receipt: Receipt) -> list[ReceiptEvent]:
    """All statuses of a receipt by phone number id."""
    if receipt.events:
        return msgspec.json.decode(receipt.events, type=list[ReceiptEvent])
    names, code = tuple(sorted(unlisted(receipt.recipients))), _code(receipt)
    found = [
        ReceiptEvent(column, at, None, names) for column in COLUMNS if (at := getattr(receipt, column)) is not None
    ]
    if code:
        found = [each for each in found if (each.column, each.at) != ("failed_at", code[0])]
        found.append(ReceiptEvent("failed_at", *code, names))
    return found


def said_about(receipts: Iterable[Receipt], account_id: str, accounts: Accounts) -> Earliest:
    """Return the statuses of receipts that are about an account's messages."""
    found = Earliest()
    for receipt in receipts:
        number = receipt.number
        if number is None or not accounts.is_shared(number):
            found.add_receipt(receipt)
            continue
        for said in _all(receipt):
            if accounts.owner(number, said.at) == account_id:
                found.add(said)
    return found


def facts_of(current: Iterable[Earliest], earlier: Iterable[Earliest]) -> Facts:
    """The facts about a message; what was said of earlier attempts only tells what its contact is called."""
    found = Earliest()
    for each in current:
        found.add_all(each)
    for each in earlier:
        found.names |= each.names
    columns = found.columns()
    return Facts(*(columns[name] for name in Facts._fields))


def renamed(receipt: Receipt, rename: Callable[[str], str]) -> Receipt:
    """The row in which contacts have other names."""
    if receipt.recipients is None:
        return receipt
    names = listed({rename(name) for name in unlisted(receipt.recipients)})
    events = receipt.events
    if events:
        told = [each._replace(names=tuple(sorted(map(rename, each.names)))) for each in _all(receipt)]
        events = msgspec.json.encode(told).decode()
    return msgspec.structs.replace(receipt, recipients=names, events=events)
