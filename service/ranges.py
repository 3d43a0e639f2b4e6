"""Range requests of one range (RFC 9110, section 14): which bytes of a file are asked for."""

import re

# More digits than any file has bytes, and few enough that reading them costs nothing.
_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """A range that is wholly outside of the file."""


def requested(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes that a Range header asks for, as start and end (exclusive); None: all of the file.

    What is no range, another unit than bytes, or several ranges at once may be ignored, and is. Raises
    `Unsatisfiable`.
    """
    match = _ONE_RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None  # no range at all, by the grammar's rules
    if start >= size or start >= end:
        raise Unsatisfiable
    return start, end
