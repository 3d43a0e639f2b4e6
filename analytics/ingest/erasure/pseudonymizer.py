"""Replacement of the identifiers of erased people in rows and events."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from analytics.ingest.erasure.identifiers import Identifier
from analytics.ingest.events import Contact, ContactChanged
from analytics.ingest.merging.aliases import (
    PERSON,
    PHONE,
    has_pseudonym,
    listed,
    names_of,
    numbers_within,
    unlisted,
)
from analytics.ingest.merging.receipts import IncomingStatuses, Receipt, incoming_statuses, with_renamed_contacts
from analytics.ingest.merging.records import Message, Reply
from analytics.ingest.pseudonyms import IdentifierKind, is_pseudonym, phone_in, pseudonym
from analytics.storage.database import Reader
from analytics.storage.dialects import in_list
from analytics.storage.tables import forgotten, pseudonym_keys


class Pseudonymizer:
    """Replaces identifiers whose pseudonym is in `pseudonyms`; everything else stays as it is."""

    def __init__(self, secret: str, pseudonyms: Iterable[str] = ()) -> None:
        self._secret = secret
        self._cache: dict[Identifier, str] = {}
        self.pseudonyms = set(pseudonyms)

    def pseudonym(self, name: Identifier) -> str:
        """Return the pseudonym of an identifier, which need not be in `pseudonyms`."""
        if name not in self._cache:
            self._cache[name] = pseudonym(self._secret, *name)
        return self._cache[name]

    def _replace(self, kind: IdentifierKind, value: str | None) -> str | None:
        if value is None or (replacement := self.pseudonym((kind, value))) not in self.pseudonyms:
            return value
        return replacement

    def contact_name(self, name: str) -> str:
        """Replace a contact's name, which has its kind in front."""
        kind, value = identifier_of(name)
        return name[: -len(value)] + (self._replace(kind, value) or value)

    def contact_names(self, column: str | None) -> str | None:
        """Replace the contacts' names in a column."""
        return listed({self.contact_name(name) for name in unlisted(column)})

    def contact(self, contact: Contact) -> Contact:
        """Replace the phone and the id of an event's contact, each if it is of an erased person."""
        named = {name: self.contact_name(name) for name in names_of(contact)}
        changed = {
            name[: len(PHONE)]: new.removeprefix(name[: len(PHONE)]) for name, new in named.items() if new != name
        }
        return Contact(phone=changed.get(PHONE, contact.phone), id=changed.get(PERSON, contact.id))

    def id(self, value: str) -> str:
        """Replace a message's id, only if it is a wamid that contains an erased person's phone."""
        phone = phone_in(value)
        return (
            value
            if phone is None or self._replace(IdentifierKind.PHONE, phone) == phone
            else self.pseudonym((IdentifierKind.REF, value))
        )

    def ref(self, value: str | None) -> str | None:
        """Replace a wamid or a reply's id."""
        return value if value is None else self._replace(IdentifierKind.REF, self.id(value))

    def message(self, row: Message) -> Message:
        """Replace the identifiers of a message; one sent to an erased person loses its phone and its reply's text."""
        digits = self._replace(IdentifierKind.PHONE, row.contact_digits)
        contact, reply = self._replace(IdentifierKind.CONTACT, row.contact_id), self.ref(row.reply_id)
        recipients = self.contact_names(row.recipients)
        sent_to_erased = is_pseudonym(digits) or is_pseudonym(contact) or has_pseudonym(unlisted(recipients))
        without_text = sent_to_erased or is_pseudonym(reply)
        return msgspec.structs.replace(
            row,
            id=self.id(row.id),
            wamid=self.ref(row.wamid),
            earlier_wamids=listed(self.ref(wamid) or wamid for wamid in unlisted(row.earlier_wamids)),
            recipients=recipients,
            contact_phone=None if is_pseudonym(digits) else self._phone_text(row),
            contact_digits=digits,
            contact_id=contact,
            reply_id=reply,
            reply_text=None if without_text else row.reply_text,
            reply_button=None if without_text else row.reply_button,
        )

    def _phone_text(self, row: Message) -> str | None:
        """Return the phone as it was written, or "" if the text is not a phone but contains an erased person's number.

        Other text that is not a phone stays: a correction may give the message to another contact, and nothing could
        restore the text then.
        """
        within = numbers_within(row.contact_phone, row.contact_digits)
        return (
            "" if any(self._replace(IdentifierKind.PHONE, number) != number for number in within) else row.contact_phone
        )

    def reply(self, row: Reply) -> Reply:
        """Replace the identifiers of a reply; one from an erased person loses its text."""
        digits, id = self._replace(IdentifierKind.PHONE, row.contact_digits), self.ref(row.id) or row.id
        contact = self._replace(IdentifierKind.CONTACT, row.contact_id)
        further_names = self.contact_names(row.further_names)
        without_text = (
            is_pseudonym(digits) or is_pseudonym(contact) or is_pseudonym(id) or has_pseudonym(unlisted(further_names))
        )
        return msgspec.structs.replace(
            row,
            id=id,
            contact_digits=digits,
            contact_id=contact,
            further_names=further_names,
            in_reply_to=self.ref(row.in_reply_to),
            text=None if without_text else row.text,
            button_payload=None if without_text else row.button_payload,
            message_id=self.id(row.message_id) if row.message_id else row.message_id,
        )

    def receipt(self, row: Receipt) -> Receipt:
        """Replace the identifiers of a receipt."""
        return with_renamed_contacts(msgspec.structs.replace(row, ref=self._receipt_ref(row)), self.contact_name)

    def _receipt_ref(self, row: Receipt) -> str:
        """Replace the id or wamid by which statuses name their message."""
        return (self.ref(row.ref) if row.channel else self.id(row.ref)) or row.ref

    def statuses(self, incoming: IncomingStatuses) -> IncomingStatuses:
        """Replace the identifiers of a batch's statuses for one receipt."""
        renamed = [
            status._replace(event=status.event._replace(names=tuple(map(self.contact_name, status.event.names))))
            for status in incoming.statuses
        ]
        return incoming_statuses(self._receipt_ref(incoming.receipt), incoming.receipt.channel, renamed)

    def change(self, event: ContactChanged) -> ContactChanged:
        """Replace the identifiers in a notice that a person has another phone or id."""
        return msgspec.structs.replace(event, old=self.contact(event.old), new=self.contact(event.new))


def identifier_of(name: str) -> Identifier:
    """Convert a contact's name, which has its kind in front, to a kind and value."""
    kind = IdentifierKind.PHONE if name.startswith(PHONE) else IdentifierKind.CONTACT
    return kind, name.removeprefix(PHONE if kind is IdentifierKind.PHONE else PERSON)


def contact_name_of(person: Identifier) -> str:
    """Convert a kind and value to a contact's name with its kind in front."""
    kind, value = person
    return (PHONE if kind is IdentifierKind.PHONE else PERSON) + value


async def load_secret(reader: Reader, tenant: str) -> str | None:
    """Load the key of a tenant's pseudonyms; None as long as nobody was erased."""
    row = await reader.first(select(pseudonym_keys.c.secret).where(pseudonym_keys.c.tenant_id == tenant))
    return row.secret if row else None


async def load_pseudonymizer(reader: Reader, tenant: str, secret: str, names: Iterable[Identifier]) -> Pseudonymizer:
    """Load a pseudonymizer for those of some identifiers that were erased."""
    pseudonymizer = Pseudonymizer(secret)
    candidates = {pseudonymizer.pseudonym(name) for name in names}
    statement = select(forgotten.c.pseudonym).where(
        forgotten.c.tenant_id == tenant, in_list(forgotten.c.pseudonym, candidates)
    )
    pseudonymizer.pseudonyms = {row.pseudonym for row in await reader.rows(statement)}
    return pseudonymizer
