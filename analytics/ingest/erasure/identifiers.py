"""Identifiers of people: those that a contact given by an operator has, and all that a webhook body contains."""

import json
import re
from collections.abc import Iterator
from typing import Any

from analytics.domain.errors import InvalidInputError
from analytics.ingest.events import digits
from analytics.ingest.pseudonyms import IdentifierKind, phone_in

Identifier = tuple[IdentifierKind, str]  # a phone, id or wamid of a person or of a row about them

# A text that can only be a phone; any other text may contain digits by chance.
PHONE = re.compile(r"[0-9+(). /-]+", re.ASCII)
# Candidate identifiers in a body that is not JSON; 512 is the maximum length of a wamid.
PIECE = re.compile(r"[\w+.=/-]{5,512}")
MAX_ID_LENGTH = 128


def identifiers_of(contact: str) -> set[Identifier]:
    """Return the identifiers that a given phone or id stands for. Raises `InvalidInputError`."""
    contact = contact.strip()
    if not 0 < len(contact) <= MAX_ID_LENGTH:
        raise InvalidInputError(f"A contact is a phone or an id of 1 to {MAX_ID_LENGTH} characters.")
    phones = _phone(contact)
    # Platforms that identify people by phone alone may send it as the id, with or without punctuation.
    return {(IdentifierKind.CONTACT, contact), *phones, *((IdentifierKind.CONTACT, digits) for _, digits in phones)}


def _phone(text: str) -> set[Identifier]:
    phone = digits(text) if PHONE.fullmatch(text) else None
    return {(IdentifierKind.PHONE, phone)} if phone else set()


def identifiers_in(body: bytes) -> set[Identifier]:
    """Return every string in the body that could be an identifier (many false positives)."""
    try:
        texts = set(_texts(json.loads(body)))
    except (ValueError, RecursionError):
        texts = set(PIECE.findall(body.decode("utf-8", "replace").replace("\\/", "/")))
    identifiers: set[Identifier] = set()
    for text in texts:
        identifiers |= {(IdentifierKind.CONTACT, text), (IdentifierKind.REF, text), *_phone(text)}
        if phone := phone_in(text):
            identifiers.add((IdentifierKind.PHONE, phone))
    return identifiers


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
