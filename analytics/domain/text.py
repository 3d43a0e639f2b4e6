"""Texts: the languages that files are written in, the cleaning of texts that come from outside, and masks of phones.

A text is cleaned once, on input.
"""

import re
from enum import StrEnum
from hashlib import blake2b


class Locale(StrEnum):
    """The language of a file's headers and words."""

    ES = "ES"
    EN = "EN"


def sanitize(text: str) -> str:
    """Replace each U+0000 and each lone surrogate in a text by U+FFFD.

    Source: docs/events.md, "What is wrong with a line".
    """
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


# The digits of a phone that a mask shows at its beginning and its end, if this many others stay hidden.
SHOWN_DIGITS, HIDDEN_DIGITS = 3, 5


def mask_phone(phone: str) -> str:
    """Replace the middle digits of a phone: `+569•••••444`; at least five. Other signs than a `+` are left out."""
    digits = [c for c in phone if c.isdigit()]
    last = min(SHOWN_DIGITS, max(len(digits) - HIDDEN_DIGITS, 0))
    first = min(SHOWN_DIGITS, max(len(digits) - HIDDEN_DIGITS - last, 0))
    hidden = max(len(digits) - first - last, HIDDEN_DIGITS)
    sign = "+" if phone.lstrip().startswith("+") else ""
    return sign + "".join(digits[:first]) + "•" * hidden + "".join(digits[len(digits) - last :])


# The lengths of the phones that there are (ITU-T E.164), of which those of seven digits are the shortest in use.
PHONE_LENGTHS = range(7, 16)
WAMID = "wamid."


def mask_contact_id(id: str) -> str:
    """Mask a contact's id that may be or have a phone; return any other as it is.

    That is one with seven to fifteen digits in a row, such as `56912345444@s.whatsapp.net`. Of it only digits are left.
    """
    joined = "".join(c for c in id if c.isalnum())
    runs = re.findall(r"\d+", joined)
    return mask_phone("".join(runs)) if any(len(run) in PHONE_LENGTHS for run in runs) else id


def mask_message_id(id: str) -> str:
    """Replace WhatsApp's id of a message, which has the phone in base64, by a digest; return any other as it is."""
    return WAMID + blake2b(id.encode(), digest_size=12).hexdigest() if id.startswith(WAMID) else id


def quote_for_error(text: str) -> str:
    """The beginning of somebody's text, as an answer may show it: what is not printed is U+FFFD."""
    return "'" + "".join(c if c.isprintable() else "\ufffd" for c in text[:64]) + "'"
