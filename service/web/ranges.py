"""Range requests of one range (RFC 9110, section 14): which bytes of a file are asked for."""

import re

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
# More digits than any file has bytes, and few enough that reading them costs nothing.
_DIGITS = 18


class RangeNotSatisfiableError(Exception):
    """A range that is wholly outside of the file."""


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes that a Range header asks for, as start and end (exclusive); None: all of the file.

    What is no range, another unit than bytes, or several ranges at once may be ignored, and is. Raises
    `RangeNotSatisfiableError`.
    """
    match = _ONE_RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - _number(last), 0), size
    else:
        start, end = _number(first), min(_number(last) + 1, size) if last else size
        if last and _number(last) < start:
            return None  # no range at all, by the grammar's rules
    if start >= size or start >= end:
        raise RangeNotSatisfiableError
    return start, end


def _number(digits: str) -> int:
    """A number, or of one with too many digits some number beyond any file's end."""
    return int(digits.lstrip("0")[:_DIGITS] or 0)
