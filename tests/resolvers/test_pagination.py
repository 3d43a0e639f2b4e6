import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import InvalidInputError
from analytics.domain.limits import MAX_PAGE_SIZE
from resolvers.pagination import TEXT, Page, Shape, _check, decode, encode, page

ROWS = st.lists(
    st.tuples(st.none() | st.integers(0, 3) | st.floats(0, 1), st.text(max_size=2)), unique_by=str, max_size=12
)


SHAPE: Shape = ((int, float, type(None)), TEXT)


def key(place: tuple[Any, ...]) -> tuple[Any, ...]:
    value, name = place
    return value is None, value or 0, name, str(value)


def paged(rows: list[Any], first: int, after: str | None, of: str = "rows") -> Page[Any]:
    return page(rows, of, lambda row: row, key, SHAPE, first, after)


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
    with pytest.raises(InvalidInputError, match="after"):
        decode("rows", cursor, SHAPE)


@given(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    ),
    st.data(),
)
def test_a_cursor_reads_back_for_its_list_only(position: tuple[Any, ...], data: st.DataObject) -> None:
    cursor = encode("rows", position)
    assert decode("rows", cursor, SHAPE) == position
    with pytest.raises(InvalidInputError, match="after"):
        decode("others", cursor, SHAPE)
    place = data.draw(st.integers(0, len(cursor) - 2))
    with pytest.raises(InvalidInputError, match="after"):
        decode("rows", cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :], SHAPE)


NOT_OURS: list[Any] = [
    [],
    [1],
    5,
    None,
    "ab",
    {"a": 1},
    [1, "x", "x"],
    [2**70, "x"],
    [-(2**63) - 1, "x"],
    [10**400, "x"],
    [True, "x"],
    ["1", "x"],
    [float("nan"), "x"],
    [float("inf"), "x"],
    [[1], "x"],
    [1, None],
    [1, 2],
    [-1, "\ud800"],
    [1, "a\0b"],
]


@pytest.mark.parametrize("position", NOT_OURS, ids=str)
def test_a_right_check_sum_does_not_make_it_ours(position: Any) -> None:
    with pytest.raises(InvalidInputError, match="after"):
        paged([(1, "x")], 1, encode("rows", position))


def test_no_cursor_is_nested_too_deeply_to_be_refused() -> None:
    text = b"[" * 100_000
    cursor = base64.urlsafe_b64encode(_check("rows", text) + text).decode().rstrip("=")
    with pytest.raises(InvalidInputError, match="after"):
        decode("rows", cursor, SHAPE)


@pytest.mark.parametrize("first", [-1, MAX_PAGE_SIZE + 1])
def test_a_page_out_of_bounds_is_refused(first: int) -> None:
    with pytest.raises(InvalidInputError, match="first"):
        paged([], first, None)
