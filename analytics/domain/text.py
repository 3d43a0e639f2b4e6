"""Texts: the languages that files are written in, and the cleaning of texts that come from outside.

A text is cleaned once, on input.
"""

from enum import StrEnum


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
    """Replace the middle digits of a phone: `+569•••••444`; all of a short one. Other signs than a `+` are left out."""
    digits = [c for c in phone if c.isdigit()]
    last = min(SHOWN_DIGITS, max(len(digits) - HIDDEN_DIGITS, 0))
    first = min(SHOWN_DIGITS, max(len(digits) - HIDDEN_DIGITS - last, 0))
    hidden = max(len(digits) - first - last, HIDDEN_DIGITS)
    sign = "+" if phone.lstrip().startswith("+") else ""
    return sign + "".join(digits[:first]) + "•" * hidden + "".join(digits[len(digits) - last :])


def quote_for_error(text: str) -> str:
    """The beginning of somebody's text, as an answer may show it: what is not printed is U+FFFD."""
    return "'" + "".join(c if c.isprintable() else "\ufffd" for c in text[:64]) + "'"
