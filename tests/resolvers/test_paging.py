from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import InvalidInput
from analytics.limits import LARGEST_PAGE
from resolvers.paging import Page, decode, encode, page

ROWS = st.lists(
    st.tuples(st.none() | st.integers(0, 3) | st.floats(0, 1), st.text(max_size=2)), unique_by=str, max_size=12
)


def key(place: tuple[Any, ...]) -> tuple[Any, ...]:
    value, name = place
    return value is None, value or 0, name, str(value)


def paged(rows: list[Any], first: int, after: str | None, of: str = "rows") -> Page[Any]:
    return page(rows, of, lambda row: row, key, first, after)


@given(ROWS, st.integers(1, 5))
def test_pages_put_together_are_the_list(rows: list[Any], first: int) -> None:
    seen: list[Any] = []
    after, more = None, True
    while more:
        found = paged(rows, first, after)
        assert found.total == len(rows)
        assert found.has_previous is bool(seen)
        assert len(found.nodes) == len(found.positions)
        seen += found.nodes
        more = found.has_next
        after = found.cursor(-1)
    assert seen == sorted(rows, key=key)


@given(ROWS.filter(lambda rows: len(rows) > 2))
def test_rows_that_come_or_go_neither_repeat_nor_hide_others(rows: list[Any]) -> None:
    placed = sorted(rows, key=key)
    cursor = paged(rows, 2, None).cursor(-1)
    without_the_last_seen = [row for row in rows if row != placed[1]]
    assert paged(without_the_last_seen, 50, cursor).nodes == placed[2:]


@given(st.text() | st.binary().map(bytes.hex))
def test_forged_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="after"):
        decode("rows", cursor)


@given(st.tuples(st.integers(), st.text(st.characters(exclude_categories=["Cs"]))), st.data())
def test_a_cursor_reads_back_for_its_list_only(position: tuple[Any, ...], data: st.DataObject) -> None:
    cursor = encode("rows", position)
    assert decode("rows", cursor) == position
    with pytest.raises(InvalidInput, match="after"):
        decode("others", cursor)
    place = data.draw(st.integers(0, len(cursor) - 2))
    with pytest.raises(InvalidInput, match="after"):
        decode("rows", cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :])


@pytest.mark.parametrize("first", [-1, LARGEST_PAGE + 1])
def test_a_page_out_of_bounds_is_refused(first: int) -> None:
    with pytest.raises(InvalidInput, match="first"):
        paged([], first, None)
