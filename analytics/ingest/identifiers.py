"""Whom a webhook body mentions: everything in it that may be a phone, an id or a wamid."""

import json
import re
from collections.abc import Iterator
from typing import Any

from analytics.domain.errors import InvalidInput
from analytics.ingest.events import digits
from analytics.ingest.pseudonyms import Kind, phone_in

Name = tuple[Kind, str]  # one of the things that a person, or what belongs to them, is known by

# What nobody would write but to name a phone; any other text may hold digits by chance.
PHONE = re.compile(r"[0-9+(). /-]+", re.ASCII)
# Pieces of a body that is not JSON, each as long as a wamid may be at most.
PIECE = re.compile(r"[\w+.=/-]{5,512}")
LONGEST_ID = 128


def names_of(contact: str) -> set[Name]:
    """What somebody may be known by whose phone or id is given. Raises `InvalidInput`."""
    contact = contact.strip()
    if not 0 < len(contact) <= LONGEST_ID:
        raise InvalidInput(f"A contact is a phone or an id of 1 to {LONGEST_ID} characters.")
    phones = _phone(contact)
    # Platforms that know people by their phone alone may give it as the id, with or without signs.
    return {(Kind.CONTACT, contact), *phones, *((Kind.CONTACT, digits) for _, digits in phones)}


def _phone(text: str) -> set[Name]:
    found = digits(text) if PHONE.fullmatch(text) else None
    return {(Kind.PHONE, found)} if found else set()


def names_in(body: bytes) -> set[Name]:
    """All that anybody in a body may be known by; much of it is nobody's name."""
    try:
        texts = set(_texts(json.loads(body)))
    except (ValueError, RecursionError):
        texts = set(PIECE.findall(body.decode("utf-8", "replace").replace("\\/", "/")))
    found: set[Name] = set()
    for text in texts:
        found |= {(Kind.CONTACT, text), (Kind.REF, text), *_phone(text)}
        if phone := phone_in(text):
            found.add((Kind.PHONE, phone))
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
