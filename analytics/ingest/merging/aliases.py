"""Aliases: texts by which a message or a reply is found, each with its kind in front.

A contact is known by several names: phones (their digits) and ids. A message may have had several wamids.
Source: semantics, "Which message does a reply answer?".
"""

import re
from collections.abc import Iterable

import msgspec

from analytics.ingest.events import Contact, digits
from analytics.ingest.pseudonyms import is_pseudonym

PHONE, PERSON, WAMID = "p:", "u:", "w:"
# A number inside a phone that is none: nobody's name, but whoever is to be forgotten may have it.
WITHIN = "x:"
APART = re.compile(r"[^0-9+(). -]+", re.ASCII)

NO_NAMES: frozenset[str] = frozenset()

_decoder = msgspec.json.Decoder(list[str])


def names_of(contact: Contact | None) -> frozenset[str]:
    """The names that an event gives a contact; a phone that is none is no name."""
    if not contact:
        return NO_NAMES
    phone = contact.phone or None
    return names(phone if is_pseudonym(phone) else digits(phone), contact.id or None)


def names(phone: str | None, person: str | None) -> frozenset[str]:
    """The names of a contact of whom the digits of a phone and an id are known."""
    return frozenset((*((PHONE + phone,) if phone else ()), *((PERSON + person,) if person else ())))


def has_pseudonym(found: Iterable[str]) -> bool:
    """True if one of the names is a pseudonym."""
    return any(is_pseudonym(name[len(PHONE) :]) for name in found)


def numbers_within(phone: str | None, phone_digits: str | None) -> frozenset[str]:
    """The numbers inside a phone that is none, as when somebody typed two."""
    if not phone or phone_digits:
        return NO_NAMES
    return frozenset(number for part in APART.split(phone) if (number := digits(part)))


def phones_and_ids(found: Iterable[str]) -> tuple[set[str], set[str]]:
    """The digits and the ids among names."""
    listed = list(found)
    phones = {name.removeprefix(PHONE) for name in listed if name.startswith(PHONE)}
    return phones, {name.removeprefix(PERSON) for name in listed if name.startswith(PERSON)}


def listed(texts: Iterable[str]) -> str | None:
    """Texts as a column holds them: sorted, in JSON; None for none."""
    ordered = sorted(texts)
    return msgspec.json.encode(ordered).decode() if ordered else None


def unlisted(column: str | None) -> frozenset[str]:
    """The texts that a column holds."""
    return frozenset(_decoder.decode(column)) if column else NO_NAMES
