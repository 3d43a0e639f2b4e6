"""Aliases: texts by which a message or a reply can be looked up, each with its kind in front.

A contact has several names: phones (their digits) and ids. A message may have had several wamids.
Source: docs/numbers.md, "Which message a reply answers".
"""

import re
from collections.abc import Iterable

import msgspec

from analytics.ingest.events import Contact, digits
from analytics.ingest.pseudonyms import is_pseudonym

PHONE, PERSON, WAMID = "p:", "u:", "w:"
# A number inside a text that is not a phone: not a contact's name, but erasure must find it.
WITHIN = "x:"
APART = re.compile(r"[^0-9+(). -]+", re.ASCII)

NO_NAMES: frozenset[str] = frozenset()

_decoder = msgspec.json.Decoder(list[str])


def names_of(contact: Contact | None) -> frozenset[str]:
    """Return the names of an event's contact; a text that is not a phone is no name."""
    if not contact:
        return NO_NAMES
    phone = contact.phone or None
    return names(phone if is_pseudonym(phone) else digits(phone), contact.id or None)


def names(phone: str | None, person: str | None) -> frozenset[str]:
    """Return the names of a contact with the digits of a phone and an id, either of which may be absent."""
    if phone and person:
        return frozenset((PHONE + phone, PERSON + person))
    if phone:
        return frozenset((PHONE + phone,))
    return frozenset((PERSON + person,)) if person else NO_NAMES


def has_pseudonym(contact_names: Iterable[str]) -> bool:
    """Return True if one of the names is a pseudonym."""
    return any(is_pseudonym(name[len(PHONE) :]) for name in contact_names)


def numbers_within(phone: str | None, phone_digits: str | None) -> frozenset[str]:
    """Return the numbers inside a phone text without valid digits, for example two numbers typed together."""
    if not phone or phone_digits:
        return NO_NAMES
    return frozenset(number for part in APART.split(phone) if (number := digits(part)))


def phones_and_ids(contact_names: Iterable[str]) -> tuple[set[str], set[str]]:
    """Split names into the digits of phones and the ids."""
    all_names = list(contact_names)
    phones = {name.removeprefix(PHONE) for name in all_names if name.startswith(PHONE)}
    return phones, {name.removeprefix(PERSON) for name in all_names if name.startswith(PERSON)}


def listed(texts: Iterable[str]) -> str | None:
    """Encode texts for a column: sorted, in JSON; None for none."""
    ordered = sorted(texts)
    return msgspec.json.encode(ordered).decode() if ordered else None


def unlisted(column: str | None) -> frozenset[str]:
    """Decode the texts of a column."""
    return frozenset(_decoder.decode(column)) if column else NO_NAMES
