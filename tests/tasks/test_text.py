import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tasks.text import CELL_LIMIT, cell_text, csv_field, csv_fields, legible, shorten
from tests.tasks import tables


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(tables.texts())
def test_only_what_no_file_can_hold_is_replaced(text: str) -> None:
    assert legible(text) == tables.legible(text)


@given(tables.texts())
def test_a_cells_text_reads_back(text: str) -> None:
    assert unescape(cell_text(text)) == tables.legible(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("_x0041_", "_x005F_x0041_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("_X0041_", "_X0041_"),
        ("_x004_", "_x004_"),
    ],
)
def test_what_looks_like_an_escape_is_escaped(text: str, written: str) -> None:
    assert cell_text(text) == written


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 20))
def test_shortened_text_fits_and_says_so(text: str, limit: int) -> None:
    short = shorten(text, limit)
    if units(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
        # One unit may stay free: half of a pair is of no use.
        assert limit - 1 <= units(short) <= limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * CELL_LIMIT, "a" * CELL_LIMIT),
        ("a" * (CELL_LIMIT + 1), "a" * (CELL_LIMIT - 1) + "…"),
        ("👍" * 16_383 + "a", "👍" * 16_383 + "a"),
        ("👍" * 16_384, "👍" * 16_383 + "…"),
        ("a" + "👍" * 16_384, "a" + "👍" * 16_382 + "…"),
    ],
    ids=["full", "one over", "pairs full", "pairs over", "pair at the cut"],
)
def test_the_limit_counts_utf16_units(text: str, expected: str) -> None:
    assert cell_text(text) == expected


def test_escapes_do_not_count_against_the_limit() -> None:
    text = "_x0041_" * (CELL_LIMIT // 7)
    assert len(cell_text(text)) > CELL_LIMIT
    assert unescape(cell_text(text)) == text


@given(tables.texts())
def test_no_csv_field_is_a_formula(text: str) -> None:
    [[written]] = csv.reader(io.StringIO(csv_field(text) + "\r\n", newline="")) if text else [[csv_field(text)]]
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert written.removeprefix("'") == tables.legible(text).removeprefix("'")


@given(st.lists(st.none() | tables.texts()))
def test_fields_together_are_what_each_is(texts: list[str | None]) -> None:
    assert list(csv_fields(texts)) == [csv_field(text) for text in texts]


@pytest.mark.parametrize("text", ["hola", "", "a=b", "'=1", "1-2"])
def test_harmless_csv_field_is_untouched(text: str) -> None:
    assert csv_field(text) == text


@pytest.mark.parametrize(
    ("phone", "written"),
    [("+56911112222", "'+56911112222"), ("56911112222", "56911112222"), ("+56 9 1111", "'+56 9 1111")],
)
def test_a_phone_stays_text_in_csv(phone: str, written: str) -> None:
    assert csv_field(phone) == written
