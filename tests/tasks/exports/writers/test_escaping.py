import csv
import inspect
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tasks.exports.writers.escaping import (
    CELL_LIMIT,
    cell_text,
    csv_field,
    csv_fields,
    replace_unwritable,
    truncate_utf16,
)
from tests.support.exports import tables
from tests.support.paths import ROOT


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(tables.texts())
def test_only_what_no_file_can_hold_is_replaced(text: str) -> None:
    assert replace_unwritable(text) == tables.legible(text)


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
    short = truncate_utf16(text, limit)
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


separators = pytest.mark.parametrize("separator", [",", ";"])


def read(written: str, separator: str) -> str:
    """A field as a reader of its file has it."""
    [line] = csv.reader(io.StringIO(written + separator + "\r\n", newline=""), delimiter=separator)
    assert line[1:] == [""]
    return line[0]


@separators
@given(tables.texts())
def test_a_csv_field_is_its_text_with_apostrophes_that_can_be_taken_off(separator: str, text: str) -> None:
    found = read(csv_field(text, separator), separator)
    assert found == tables.guarded(text, separator)
    assert tables.as_it_was(found, separator) == tables.legible(text)


@separators
@given(st.lists(st.none() | tables.texts()))
def test_fields_together_are_what_each_is(separator: str, texts: list[str | None]) -> None:
    assert list(csv_fields(texts, separator)) == [csv_field(text, separator) for text in texts]


@pytest.mark.parametrize(
    "texts",
    [["+56911112222", None, "-1"], ["123456789012", "1"], ["a0", "007"], ["12345678901"], [" =1"], ["'=1", "a"]],
)
def test_columns_of_one_kind_are_too(texts: list[str | None]) -> None:
    assert list(csv_fields(texts)) == [csv_field(text) for text in texts]


@pytest.mark.parametrize("text", ["hola", "", "a=b", "'a", "1-2", "a;b", "a - b", "ana@acme.cl", "it's", "0", "1e5"])
def test_harmless_csv_field_is_untouched(text: str) -> None:
    assert csv_field(text) == text


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        (' "=1', " \"'=1"),
        ("x;=1+1;", "x;'=1+1;"),
        ("x, ;\t-1", "x, ;'\t'-1"),
        ('a"b\n=cmd|x!A1', "a\"b\n'=cmd|x!A1"),
        ("Lista:\r\n- pan\r\n\r\n- té", "Lista:\r\n'- pan\r\n\r\n'- té"),
        ("\n=1", "'\n'=1"),
        ('x\n"', "x\n\"'"),
        ("x\n", "x\n'"),
        ("Hola,\n\ngracias", "Hola,\n\ngracias"),
        ('dijo "no", y ya', 'dijo "no", y ya'),
    ],
)
@separators
def test_wherever_a_cell_may_begin_it_is_no_formula(text: str, guarded: str, separator: str) -> None:
    assert read(csv_field(text, separator), separator) == guarded


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("+56911112222", "'+56911112222"),
        ("+56 9 1111", "'+56 9 1111"),
        ("56911112222", "56911112222"),
        ("5511987654321", "'5511987654321"),
        ("007", "'007"),
        ("'007", "''007"),
        ("90071992547409931", "'90071992547409931"),
        ("2026-01-01", "2026-01-01"),
        ("123456789012a", "123456789012a"),
    ],
)
def test_phones_and_ids_stay_text_in_csv(text: str, written: str) -> None:
    assert csv_field(text) == written
    assert list(csv_fields([text])) == [written]
    assert tables.as_it_was(written) == text


@pytest.mark.parametrize("part", ["\n", ";", " ", '"', "'", "; \"'", "0", ";="])
def test_a_long_text_takes_no_longer_by_the_sign(part: str) -> None:
    # Were a run looked at anew from each of its places, this would take an hour.
    text = ";" + part * 500_000 + "x"
    assert csv_field(text).count("x") == 1


def test_the_documentation_says_how_to_take_them_off() -> None:
    document = (ROOT / "docs" / "exports.md").read_text("utf-8")
    assert inspect.getsource(tables.as_it_was) in document
