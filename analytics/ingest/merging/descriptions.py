"""Descriptions of messages, merged key by key: each key keeps the value of its newest statement.

A row does not hold the time of each key. Nearly all messages are described once, so a key with a value counts as stated
at the row's `described_at`, and a key without one as never stated; the column `stated` holds the exceptions.
Source: docs/numbers.md, "A message and its states".
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from analytics.domain.time_zones import to_micros
from analytics.ingest.events import Contact, MessageSent, Sent, Ticket, digits
from analytics.ingest.merging.aliases import listed
from analytics.ingest.merging.records import Message

# Stated to be null, in contrast to not stated.
NOBODY, NO_TICKET = Contact(phone=None, id=None), Ticket(id=None, key=None, created=None)
NOT_STATED = Contact(), Ticket()
# Keys whose columns are never null: an empty text stands for no value.
ALWAYS = ("account_id", "department_id", "agent_id", "template_id")
# Keys whose value is that of the column of the same name.
PLAIN = ("sent_at", *ALWAYS, "template_category", "wamid", "contact_id", "ticket_id", "ticket_key")
CREATED, PHONE = "ticket_created", "contact_phone"

# The time and the value of each key's statement; None: stated to have no value. A phone's value is its text and digits.
Statements = dict[str, tuple[int, Any]]

_decoder = msgspec.json.Decoder(dict[str, int | None])


def message_from(event: MessageSent) -> Message:
    """Create the row that a `message.sent` describes; keys that it does not state are empty."""
    sent, at = event.message, event.stated_at
    contact = NOBODY if sent.contact is None else sent.contact or NOT_STATED[0]
    ticket = NO_TICKET if sent.ticket is None else sent.ticket or NOT_STATED[1]
    if not _is_plain(sent, contact, ticket):
        return _row(sent.id, _statements(sent, contact, ticket, at, to_micros(event.at)), frozenset())
    return Message(
        id=sent.id,
        described_at=at,
        sent_at=to_micros(event.at),
        account_id=sent.account_id or "",
        department_id=sent.department_id or "",
        agent_id=sent.agent_id or "",
        template_id=sent.template_id or "",
        template_category=sent.template_category.upper() if isinstance(sent.template_category, str) else None,
        wamid=sent.wamid or None,
        contact_phone=None if contact.phone is UNSET else contact.phone,
        contact_digits=digits(contact.phone),
        contact_id=contact.id or None,
        ticket_id=ticket.id or None,
        ticket_key=None if ticket.key is UNSET else ticket.key,
        ticket_created=bool(ticket.created),
    )


def _upper(category: str | UnsetType | None) -> str | UnsetType | None:
    return category.upper() if isinstance(category, str) else category


def _is_plain(sent: Sent, contact: Contact, ticket: Ticket) -> bool:
    """Return True if a row needs no `stated` for a description.

    That is, no key is null, and a ticket has `created` if and only if it has an id.
    """
    created = ticket.created is not UNSET if ticket.id else ticket.created is UNSET
    return created and None not in (sent.template_category, contact.phone, contact.id, ticket.id, ticket.key)


def _statements(sent: Sent, contact: Contact, ticket: Ticket, at: int, sent_at: int) -> Statements:
    phone = (contact.phone, digits(contact.phone) or "") if isinstance(contact.phone, str) else contact.phone
    values = {
        "sent_at": sent_at,
        **{name: getattr(sent, name) for name in ALWAYS},
        "template_category": _upper(sent.template_category),
        "wamid": sent.wamid or UNSET,
        PHONE: phone,
        "contact_id": contact.id,
        "ticket_id": ticket.id,
        "ticket_key": ticket.key,
        CREATED: False if ticket.created is None else ticket.created,
    }
    return {name: (at, value) for name, value in values.items() if value is not UNSET}


def stated_at(column: str | None) -> dict[str, int | None]:
    """Decode the column `stated`: the time of each exceptional key, None if the key was never stated."""
    return _decoder.decode(column) if column else {}


def statements_of(row: Message) -> Statements:
    """Return the statements that a row holds."""
    exceptions = stated_at(row.stated)
    values = {name: getattr(row, name) for name in PLAIN}
    values |= {name: getattr(row, name) or None for name in ALWAYS}
    # An erased person has no phone text, only the pseudonym of the digits.
    has_phone = row.contact_phone is not None or row.contact_digits is not None
    values[PHONE] = (row.contact_phone or "", row.contact_digits or "") if has_phone else None
    values[CREATED] = row.ticket_created if row.ticket_created or row.ticket_id or CREATED in exceptions else None
    statements: Statements = {}
    for name, value in values.items():
        at = exceptions.get(name, None if value is None else row.described_at)
        if at is not None:
            statements[name] = (at, value)
    return statements


def _row(id: str, statements: Statements, wamids: frozenset[str]) -> Message:
    """Create the row of a message from its statements and all wamids that it has had; derived columns are empty."""
    described_at = max(at for at, _ in statements.values())
    values = {name: value for name, (_, value) in statements.items()}
    phone, phone_digits = values.get(PHONE) or (None, None)
    wamid = values.get("wamid")
    return Message(
        id=id,
        described_at=described_at,
        sent_at=values["sent_at"],
        account_id=values.get("account_id") or "",
        department_id=values.get("department_id") or "",
        agent_id=values.get("agent_id") or "",
        template_id=values.get("template_id") or "",
        template_category=values.get("template_category"),
        wamid=wamid,
        contact_phone=phone if phone or not phone_digits else None,
        contact_digits=phone_digits or None,
        contact_id=values.get("contact_id"),
        ticket_id=values.get("ticket_id"),
        ticket_key=values.get("ticket_key"),
        ticket_created=bool(values.get(CREATED)),
        stated=_exceptions(statements, described_at),
        earlier_wamids=listed(wamids - {wamid}),
    )


def _exceptions(statements: Statements, described_at: int) -> str | None:
    """Encode the column `stated`: the times of the statements that do not follow from the row's other columns."""
    exceptions: dict[str, int | None] = {
        name: at for name, (at, value) in statements.items() if at != described_at or value is None
    }
    created = statements.get(CREATED)
    of_ticket = statements.get("ticket_id", (0, None))[1] is not None
    if created is None and of_ticket:
        exceptions[CREATED] = None
    elif created and not (of_ticket or created[1]):
        exceptions[CREATED] = created[0]
    return msgspec.json.encode(exceptions, order="sorted").decode() if exceptions else None


class MessageMerge:
    """A merge of any number of descriptions into a message's row, which is decoded and encoded once."""

    def __init__(self, row: Message) -> None:
        self._row = row
        self._statements = statements_of(row)
        self._wamids = set(row.wamids)

    def add(self, new: Message) -> bool:
        """Merge one more description; return False if that changes nothing."""
        newer = {
            name: statement
            for name, statement in statements_of(new).items()
            if name not in self._statements or newness(statement) > newness(self._statements[name])
        }
        wamids = new.wamids - self._wamids
        self._statements |= newer
        self._wamids |= wamids
        return bool(newer or wamids)

    def overrules(self, new: Message) -> bool:
        """Return True if a description that changed nothing was superseded: it states other values."""
        repeated = {"wamid"} if new.wamid in self._wamids else set()
        return any(
            self._statements.get(name, (0, None))[1] != value
            for name, (_, value) in statements_of(new).items()
            if name not in repeated
        )

    def row(self) -> Message:
        """Return the merged row."""
        kept = {name: getattr(self._row, name) for name in DERIVED}
        return msgspec.structs.replace(_row(self._row.id, self._statements, frozenset(self._wamids)), **kept)


# Columns that are derived from other rows, not from descriptions.
DERIVED = (
    "receipt_status",
    "failed_code",
    "reply_id",
    "replied_at",
    "reply_text",
    "response_bin",
    "status",
    "recipients",
    "accepted_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "reply_kind",
    "reply_button",
)


def newness(statement: tuple[int, Any]) -> tuple[int, bool, Any]:
    """Return the sort key of a statement: its time; at equal times null comes first, then the lesser value."""
    at, value = statement
    return at, value is not None, "" if value is None else value
