"""Pseudonyms: replacements in the rows for the phones, ids and wamids of people who were erased.

A pseudonym is a keyed hash: equal values have equal pseudonyms, so rows that joined still join. Each tenant has its own
key. Without it a pseudonym reveals nothing; with it anybody can test whether a guessed phone is the one replaced.
"""

import hmac
from base64 import b64decode, b64encode
from enum import StrEnum

PREFIX = "forgotten-"
# Hexadecimal digits of the hash that are kept: 128 bits, so collisions are negligible.
DIGITS = 32

WAMID = "wamid."
# First bytes of a decoded wamid, in its two known forms: the number of digits, then the digits as text; or the number
# of bytes, then two digits in each (plus 0x80 and a filler for an odd number of digits). Meta documents neither.
AS_TEXT = b"\x1c\x18"
AS_NIBBLES = b"\x80\x11"
HALF_EMPTY = 0x80
# Characters of base64 that contain the phone: 3 bytes and 20 digits.
MAX_PREFIX_LENGTH = 32


class IdentifierKind(StrEnum):
    """The kinds of identifier that a pseudonym replaces."""

    PHONE = "phone"  # the digits of a contact's phone
    CONTACT = "contact"  # WhatsApp's or the platform's id of a contact
    REF = "ref"  # a message's wamid, or a reply's id


def pseudonym(secret: str, kind: IdentifierKind, value: str) -> str:
    """Return the pseudonym of a value under a tenant's key (in hexadecimal)."""
    digest = hmac.digest(bytes.fromhex(secret), f"{kind}:{value}".encode(), "sha256")
    return PREFIX + digest.hex()[:DIGITS]


def is_pseudonym(value: str | None) -> bool:
    """Return True if a value is a pseudonym."""
    return value is not None and value.startswith(PREFIX) and len(value) == len(PREFIX) + DIGITS


def phone_in(ref: str) -> str | None:
    """Return the digits of the phone inside a wamid; None for a wamid of an unknown form."""
    if not ref.startswith(WAMID):
        return None
    start = ref[len(WAMID) : len(WAMID) + MAX_PREFIX_LENGTH]
    try:
        raw = b64decode(start[: len(start) // 4 * 4])
    except ValueError:
        return None
    if raw[:2] == AS_TEXT and len(raw) > 2:
        phone = raw[3 : 3 + raw[2]].decode("latin-1")
    elif raw[:2] == AS_NIBBLES and len(raw) > 2:
        phone = raw[3 : 3 + raw[2] % HALF_EMPTY].hex().rstrip("f")
    else:
        return None
    is_number = phone.isascii() and phone.isdigit()
    return phone if is_number and ref.startswith(tuple(prefixes(phone))) else None


def prefixes(phone: str) -> list[str]:
    """Return the possible prefixes of wamids for which `phone_in` returns these digits."""
    nibbles = bytes.fromhex(phone + "f" * (len(phone) % 2))
    size = len(nibbles)
    heads = [
        AS_TEXT + bytes([len(phone)]) + phone.encode(),
        *(AS_NIBBLES + bytes([first]) + nibbles for first in (size, size + HALF_EMPTY)),
    ]
    # Without the last character, if some of its bits belong to what follows the phone.
    return [WAMID + b64encode(head).decode()[: len(head) * 8 // 6] for head in heads]
