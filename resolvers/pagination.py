"""Pages of a sorted list, and cursors to continue after a page.

A cursor holds the sort position of its row, not its number: rows that are added or removed meanwhile neither repeat nor
hide others. A checksum ties it to the list it came from.
"""

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from analytics.domain.errors import InvalidInputError
from analytics.domain.limits import MAX_PAGE_SIZE
from analytics.domain.text import sanitize

T = TypeVar("T")
# The classes that each part of a list's positions may have, exactly these and no subclasses.
Shape = tuple[tuple[type, ...], ...]
TEXT: tuple[type, ...] = (str,)
Position = tuple[Any, ...]
CHECK_BYTES = 6
LARGEST = 2**63  # beyond the integers of the databases


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of the list called `of`, the position of each, and if there are rows before and after them."""

    of: str
    nodes: Sequence[T]
    positions: Sequence[Position]
    has_next: bool
    has_previous: bool
    total: int

    def cursor(self, index: int) -> str | None:
        """Return the cursor of the row with an index in the page (-1: the last); None on an empty page."""
        return encode(self.of, self.positions[index]) if self.positions else None


def check_first(first: int) -> None:
    """Raise `InvalidInputError` for a page size that is out of bounds."""
    if not 0 <= first <= MAX_PAGE_SIZE:
        raise InvalidInputError(f"first: must be between 0 and {MAX_PAGE_SIZE}.")


def encode(of: str, position: Position) -> str:
    """Return the cursor of a position in the list called `of`."""
    text = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(of, text) + text).decode().rstrip("=")


def decode(of: str, cursor: str, shape: Shape) -> Position:
    """Return the position in a cursor.

    Raises `InvalidInputError` for anything that `encode` could not have returned for this list. The checksum finds
    mistakes but is no protection: the position is validated like any other input.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, text = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
        position = json.loads(text) if check == _check(of, text) else None
        if isinstance(position, list) and _is_of(position, shape):
            return tuple(position)
    except (ValueError, RecursionError):
        pass
    raise InvalidInputError("after: this is no cursor of this list in this order.")


def _is_of(position: list[Any], shape: Shape) -> bool:
    return len(position) == len(shape) and all(
        type(part) in kinds and _is_kept(part) for part, kinds in zip(position, shape, strict=True)
    )


def _is_kept(part: Any) -> bool:
    """Return True if a database can store this value: no NaN, no infinity, no text that input would change."""
    return part == sanitize(part) if isinstance(part, str) else part is None or -LARGEST <= part < LARGEST


def _check(of: str, text: bytes) -> bytes:
    return blake2b(text, digest_size=CHECK_BYTES, person=b"embudo-cursor", key=of.encode()[:64]).digest()


def page(
    rows: Iterable[T],
    of: str,
    position: Callable[[T], Position],
    sort_key: Callable[[Position], Any],
    shape: Shape,
    first: int,
    after: str | None,
) -> Page[T]:
    """Return the first rows after a cursor, ordered by `sort_key` of their positions (all different, of one shape)."""
    check_first(first)
    ordered = sorted(
        ((sort_key(row_position := position(row)), row_position, row) for row in rows), key=lambda item: item[0]
    )
    start = 0
    if after is not None:
        start = bisect_right(ordered, sort_key(decode(of, after, shape)), key=lambda item: item[0])
    page_rows = ordered[start : start + first]
    return Page(
        of=of,
        nodes=[row for _, _, row in page_rows],
        positions=[row_position for _, row_position, _ in page_rows],
        has_next=start + len(page_rows) < len(ordered),
        has_previous=start > 0,
        total=len(ordered),
    )
