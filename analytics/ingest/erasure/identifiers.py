"""Whom a webhook body mentions: everything in it that may be a phone, an id or a wamid."""

import json
import re
from collections.abc import Iterator
from typing import Any

from analytics.domain.errors import InvalidInputError
from analytics.ingest.events import digits
from analytics.ingest.pseudonyms import IdentifierKind, phone_in

Identifier = tuple[IdentifierKind, str]  # one of the things that a person, or what belongs to them, is known by

# What nobody would write but to name a phone; any other text may hold digits by chance.
PHONE = re.compile(r"[0-9+(). /-]+", re.ASCII)
# Pieces of a body that is not JSON, each as long as a wamid may be at most.
PIECE = re.compile(r"[\w+.=/-]{5,512}")
MAX_ID_LENGTH = 128


def identifiers_of(contact: str) -> set[Identifier]:
    """Return the identifiers that a given phone or id stands for. Raises `InvalidInputError`."""
    contact = contact.strip()
    if not 0 < len(contact) <= MAX_ID_LENGTH:
        raise InvalidInputError(f"A contact is a phone or an id of 1 to {MAX_ID_LENGTH} characters.")
    phones = _phone(contact)
    # Platforms that know people by their phone alone may give it as the id, with or without signs.
    return {(IdentifierKind.CONTACT, contact), *phones, *((IdentifierKind.CONTACT, digits) for _, digits in phones)}


def _phone(text: str) -> set[Identifier]:
    found = digits(text) if PHONE.fullmatch(text) else None
    return {(IdentifierKind.PHONE, found)} if found else set()


def identifiers_in(body: bytes) -> set[Identifier]:
    """All that anybody in a body may be known by; much of it is nobody's name."""
    try:
        texts = set(_texts(json.loads(body)))
    except (ValueError, RecursionError):
        texts = set(PIECE.findall(body.decode("utf-8", "replace").replace("\\/", "/")))
    found: set[Identifier] = set()
    for text in texts:
        found |= {(IdentifierKind.CONTACT, text), (IdentifierKind.REF, text), *_phone(text)}
        if phone := phone_in(text):
            found.add((IdentifierKind.PHONE, phone))
    return found


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case int():
            yield str(value)
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)
