"""Pseudonyms: what stands in the rows for a phone, an id or a wamid of a person who was forgotten.

A pseudonym is a keyed hash, so equal values keep equal pseudonyms and everything that joined still joins. The key is
the company's own: without it a pseudonym says nothing, and whoever has it can test whether a guessed phone is meant.
"""

import hmac
from base64 import b64decode, b64encode
from enum import StrEnum

PREFIX = "forgotten-"
# Hexadecimal digits of the hash that are kept: 128 bits, so that no two values ever share a pseudonym.
DIGITS = 32

WAMID = "wamid."
# How a wamid begins, in the two forms that are known: the number of digits and the digits as text, or the number of
# bytes and two digits in each (with 0x80 and a filler where the last is half empty). Neither is documented by Meta.
AS_TEXT = b"\x1c\x18"
AS_NIBBLES = b"\x80\x11"
HALF_EMPTY = 0x80
# Characters of base64 that hold such a beginning: 3 bytes and 20 digits.
MAX_PREFIX_LENGTH = 32


class IdentifierKind(StrEnum):
    """What a pseudonym stands for."""

    PHONE = "phone"  # the digits of a contact's phone
    CONTACT = "contact"  # WhatsApp's or the platform's id of a contact
    REF = "ref"  # a message's wamid, or what a reply is known by


def pseudonym(secret: str, kind: IdentifierKind, value: str) -> str:
    """The pseudonym of a value under a company's key (in hexadecimal)."""
    digest = hmac.digest(bytes.fromhex(secret), f"{kind}:{value}".encode(), "sha256")
    return PREFIX + digest.hex()[:DIGITS]


def is_pseudonym(value: str | None) -> bool:
    """Whether a value was replaced already."""
    return value is not None and value.startswith(PREFIX) and len(value) == len(PREFIX) + DIGITS


def phone_in(ref: str) -> str | None:
    """The digits of the phone that a wamid holds, as far as it is of a form that is known."""
    if not ref.startswith(WAMID):
        return None
    start = ref[len(WAMID) : len(WAMID) + MAX_PREFIX_LENGTH]
    try:
        raw = b64decode(start[: len(start) // 4 * 4])
    except ValueError:
        return None
    if raw[:2] == AS_TEXT and len(raw) > 2:
        found = raw[3 : 3 + raw[2]].decode("latin-1")
    elif raw[:2] == AS_NIBBLES and len(raw) > 2:
        found = raw[3 : 3 + raw[2] % HALF_EMPTY].hex().rstrip("f")
    else:
        return None
    digits = found.isascii() and found.isdigit()
    return found if digits and ref.startswith(tuple(prefixes(found))) else None


def prefixes(phone: str) -> list[str]:
    """How every wamid begins in which `phone_in` finds these digits."""
    nibbles = bytes.fromhex(phone + "f" * (len(phone) % 2))
    size = len(nibbles)
    heads = [
        AS_TEXT + bytes([len(phone)]) + phone.encode(),
        *(AS_NIBBLES + bytes([first]) + nibbles for first in (size, size + HALF_EMPTY)),
    ]
    # The last character that bits of something else share is left out.
    return [WAMID + b64encode(head).decode()[: len(head) * 8 // 6] for head in heads]
