"""Descriptions of messages, merged key by key: each key keeps what the newest statement of it says.

A row does not hold the time of each of its keys. Nearly all messages are described once, so a key that has a value was
stated at the row's `described_at`, and one that has none was never stated; `stated` holds the exceptions.
Source: semantics, "State is a pure function of the set of events", descriptions.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from analytics.domain.time_zones import to_micros
from analytics.ingest.events import Contact, MessageSent, Sent, Ticket, digits
from analytics.ingest.merging.aliases import listed
from analytics.ingest.merging.records import Message

NOBODY, NO_TICKET = Contact(phone=None, id=None), Ticket(id=None, key=None, created=None)
NOT_SAID = Contact(), Ticket()
ALWAYS = ("account_id", "department_id", "agent_id", "template_id")
PLAIN = ("sent_at", *ALWAYS, "template_category", "wamid", "contact_id", "ticket_id", "ticket_key")
CREATED, PHONE = "ticket_created", "contact_phone"

# When a key was stated and its value, None if that there is none. A phone's is what was written and its digits.
Statements = dict[str, tuple[int, Any]]

_decoder = msgspec.json.Decoder(dict[str, int | None])


def message_from(event: MessageSent) -> Message:
    """The row that a `message.sent` describes, as far as it does."""
    sent, at = event.message, event.stated_at
    contact = NOBODY if sent.contact is None else sent.contact or NOT_SAID[0]
    ticket = NO_TICKET if sent.ticket is None else sent.ticket or NOT_SAID[1]
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
    """True if a row can hold a description without exceptions: no `null`, no ticket without `created`."""
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
    """The times that a column `stated` holds; None: never."""
    return _decoder.decode(column) if column else {}


def statements_of(row: Message) -> Statements:
    """The statements that a row holds."""
    exceptions = stated_at(row.stated)
    values = {name: getattr(row, name) for name in PLAIN}
    values |= {name: getattr(row, name) or None for name in ALWAYS}
    # Of a person who was forgotten there are only the digits' pseudonym.
    known = row.contact_phone is not None or row.contact_digits is not None
    values[PHONE] = (row.contact_phone or "", row.contact_digits or "") if known else None
    values[CREATED] = row.ticket_created if row.ticket_created or row.ticket_id or CREATED in exceptions else None
    found: Statements = {}
    for name, value in values.items():
        at = exceptions.get(name, None if value is None else row.described_at)
        if at is not None:
            found[name] = (at, value)
    return found


def _row(id: str, statements: Statements, wamids: frozenset[str]) -> Message:
    """The row that holds statements, and all wamids that a message ever had."""
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
    """The times that do not follow from a row's values."""
    found: dict[str, int | None] = {
        name: at for name, (at, value) in statements.items() if at != described_at or value is None
    }
    created = statements.get(CREATED)
    of_ticket = statements.get("ticket_id", (0, None))[1] is not None
    if created is None and of_ticket:
        found[CREATED] = None
    elif created and not (of_ticket or created[1]):
        found[CREATED] = created[0]
    return msgspec.json.encode(found, order="sorted").decode() if found else None


def merge_messages(known: Message, new: Message) -> Message:
    """The row after one more description; `known` itself when that changes nothing."""
    before, more = statements_of(known), statements_of(new)
    merged = {**more, **before}
    for name, statement in more.items():
        merged[name] = max(merged[name], statement, key=newness)
    wamids = known.wamids | new.wamids
    if merged == before and wamids == known.wamids:
        return known
    row = _row(known.id, merged, wamids)
    kept = {name: getattr(known, name) for name in DERIVED}
    return msgspec.structs.replace(row, **kept)


# The columns that descriptions do not say: they are derived from other rows.
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
)


def newness(statement: tuple[int, Any]) -> tuple[int, bool, Any]:
    """Orders statements of one key: by time; at the same time a value goes before none, then the greater one."""
    at, value = statement
    return at, value is not None, "" if value is None else value


def is_overruled(kept: Message, new: Message) -> bool:
    """True if a description that changed nothing lost to newer or greater statements."""
    held = statements_of(kept)
    wamid = {"wamid"} if new.wamid in kept.wamids else set()
    return any(
        held.get(name, (0, None))[1] != value for name, (_, value) in statements_of(new).items() if name not in wamid
    )
