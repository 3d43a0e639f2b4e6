"""Pages of a sorted list, and the cursors that say where one ended.

A cursor holds the sort position of its row, not its number: rows that come or go meanwhile neither repeat nor hide
others. A check sum ties it to the list it came from.
"""

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from analytics.errors import InvalidInput
from analytics.limits import LARGEST_PAGE

T = TypeVar("T")
Position = tuple[Any, ...]
CHECK_BYTES = 6


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of the list called `of`, the position of each, and what lies before and after them."""

    of: str
    nodes: Sequence[T]
    positions: Sequence[Position]
    has_next: bool
    has_previous: bool
    total: int

    def cursor(self, place: int) -> str | None:
        """The cursor of the row at a place of the page (-1: the last); None on an empty page."""
        return encode(self.of, self.positions[place]) if self.positions else None


def check_first(first: int) -> None:
    """Raises `InvalidInput` for a page size that is out of bounds."""
    if not 0 <= first <= LARGEST_PAGE:
        raise InvalidInput(f"first: must be between 0 and {LARGEST_PAGE}.")


def encode(of: str, position: Position) -> str:
    """The cursor of a position in the list called `of`."""
    text = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(of, text) + text).decode().rstrip("=")


def decode(of: str, cursor: str) -> Position:
    """What `encode` was given. Raises `InvalidInput` for anything that it did not make for this list."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, text = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
        if check == _check(of, text):
            return tuple(json.loads(text))
    except ValueError:
        pass
    raise InvalidInput("after: this is no cursor of this list in this order.")


def _check(of: str, text: bytes) -> bytes:
    return blake2b(text, digest_size=CHECK_BYTES, person=b"embudo-cursor", key=of.encode()[:64]).digest()


def page(
    rows: Iterable[T],
    of: str,
    position: Callable[[T], Position],
    sort_key: Callable[[Position], Any],
    first: int,
    after: str | None,
) -> Page[T]:
    """The first rows after a cursor, in the order of `sort_key` of their positions (all different)."""
    check_first(first)
    placed = sorted(((sort_key(place := position(row)), place, row) for row in rows), key=lambda item: item[0])
    start = 0
    if after is not None:
        start = bisect_right(placed, sort_key(decode(of, after)), key=lambda item: item[0])
    shown = placed[start : start + first]
    return Page(
        of=of,
        nodes=[row for _, _, row in shown],
        positions=[place for _, place, _ in shown],
        has_next=start + len(shown) < len(placed),
        has_previous=start > 0,
        total=len(placed),
    )
