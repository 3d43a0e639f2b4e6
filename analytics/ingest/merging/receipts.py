"""Receipts: what the statuses under one name said, merged; and the facts that they give a message.

Of each fact the earliest time counts, and of failures the code of the earliest that has one. Source: semantics, "State
is a pure function of the set of events".
"""

from collections import Counter, defaultdict
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


def merge_receipt(known: Receipt, event: MessageStatus, received_at: int) -> Receipt:
    """The row after one more status; `known` itself when that changes nothing."""
    code = event.error.code if event.error and event.status == "failed" else None
    said = ReceiptEvent(
        STATUS_COLUMNS[event.status], to_micros(event.at), code, tuple(sorted(names_of(event.recipient)))
    )
    merged = _with_earlier(known, said) if known.number is None or _fits(known, said) else _with_all(known, said)
    return known if merged == known else msgspec.structs.replace(merged, received_at=received_at)


def _fits(known: Receipt, said: ReceiptEvent) -> bool:
    """True if the columns can hold a further status with its own time."""
    empty = all(getattr(known, column) is None for column in COLUMNS)
    same_names = said.names == tuple(sorted(unlisted(known.recipients)))
    return known.events is None and (empty or (same_names and getattr(known, said.column) is None))


def _with_earlier(known: Receipt, said: ReceiptEvent) -> Receipt:
    """The row whose columns say the earliest of each fact."""
    changes: dict[str, Any] = {}
    before: int | None = getattr(known, said.column)
    if before is None or said.at < before:
        changes[said.column] = said.at
    if said.column == "failed_at":
        code = _earlier(_code(known), None if said.code is None else (said.at, said.code))
        changes |= _code_columns(changes.get("failed_at", before), code)
    if said.names:
        changes["recipients"] = listed(unlisted(known.recipients).union(said.names))
    return msgspec.structs.replace(known, **changes) if changes else known


Code = tuple[int, int]  # when a failure was, and its code


def _code(receipt: Receipt) -> Code | None:
    """The code of a failure. Rows of earlier releases have that of the earliest failure, without its time."""
    if receipt.failed_code is None or receipt.failed_at is None:
        return None
    at = receipt.failed_at if receipt.failed_code_at is None else receipt.failed_code_at
    return at, receipt.failed_code


def _earlier(one: Code | None, other: Code | None) -> Code | None:
    return min(filter(None, (one, other)), default=None)


def _code_columns(failed_at: int | None, code: Code | None) -> dict[str, int | None]:
    at, number = code or (None, None)
    return {"failed_code": number, "failed_code_at": None if at == failed_at else at}


def _with_all(known: Receipt, said: ReceiptEvent) -> Receipt:
    """The row that says all statuses, since it depends on the time of each whose message it is about."""
    kept = _kept([*_all(known), said])
    merged = Receipt(known.ref, known.channel, received_at=known.received_at, claimed=known.claimed)
    for each in kept:
        merged = _with_earlier(merged, each)
    simple = len(kept) == len({each.column for each in kept}) and len({each.names for each in kept}) == 1
    return msgspec.structs.replace(merged, events=None if simple else msgspec.json.encode(kept).decode())


def _kept(said: Iterable[ReceiptEvent]) -> list[ReceiptEvent]:
    """The statuses that are kept, in order: each once, with all that they call the contact."""
    names: dict[tuple[str, int, int | None], set[str]] = defaultdict(set)
    for each in said:
        names[each.column, each.at, each.code].update(each.names)
    counted: Counter[tuple[str, bool]] = Counter()
    kept = []
    for column, at, code in sorted(names, key=lambda key: (key[0], key[1], key[2] is not None, key[2] or 0)):
        counted[kind := (column, code is None)] += 1
        if counted[kind] <= MAX_KEPT:
            kept.append(ReceiptEvent(column, at, code, tuple(sorted(names[column, at, code]))))
    return kept


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


def facts_of(current: Iterable[Receipt], earlier: Iterable[Receipt], account_id: str, accounts: Accounts) -> Facts:
    """The facts that a message's receipts give; those under earlier wamids only say what its contact is called."""
    found = Receipt("", "")
    for receipt in current:
        for part in _about(receipt, account_id, accounts):
            found = _together(found, part)
    for receipt in earlier:
        for part in _about(receipt, account_id, accounts):
            names = unlisted(found.recipients) | unlisted(part.recipients)
            found = msgspec.structs.replace(found, recipients=listed(names))
    return Facts(
        found.accepted_at, found.delivered_at, found.read_at, found.failed_at, found.failed_code, found.recipients
    )


def _about(receipt: Receipt, account_id: str, accounts: Accounts) -> list[Receipt]:
    """A receipt as far as it is about an account's messages; nothing where it is not."""
    number = receipt.number
    if number is None or not accounts.is_shared(number):
        return [receipt]
    about = Receipt(receipt.ref, receipt.channel)
    mine = [said for said in _all(receipt) if accounts.owner(number, said.at) == account_id]
    for said in mine:
        about = _with_earlier(about, said)
    return [about] if mine else []


def _together(one: Receipt, other: Receipt) -> Receipt:
    """The earliest of each fact of two receipts."""
    if one == _NOTHING:
        return other
    earliest = {column: _least(getattr(one, column), getattr(other, column)) for column in COLUMNS}
    names = listed(unlisted(one.recipients) | unlisted(other.recipients))
    code = _code_columns(earliest["failed_at"], _earlier(_code(one), _code(other)))
    return msgspec.structs.replace(one, **earliest, **code, recipients=names)


_NOTHING = Receipt("", "")


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


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
