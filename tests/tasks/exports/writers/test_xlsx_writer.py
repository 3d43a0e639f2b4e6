from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from tasks.exports.writers.columns import COLUMNS, FURTHER, headers
from tasks.exports.writers.escaping import CELL_LIMIT
from tasks.exports.writers.further_columns import Further
from tasks.exports.writers.xlsx_writer import Summary, XlsxWriter
from tests.support.exports import tables

HEADERS = headers(Locale.ES)


def sheets(rows: list[tables.Row], **options: Any) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook of these rows, read by two readers that must agree."""
    with TemporaryDirectory() as folder, XlsxWriter(options.pop("locale", Locale.ES), **options) as writer:
        path = Path(folder, "export.xlsx")
        writer.append(tables.columns(rows[:1]))
        writer.append(tables.columns(rows[1:]))
        writer.finish(path)
        seen = tables.read_openpyxl(path)
        assert seen == tables.read_calamine(path)
        return seen


def expected(row: tables.Row, locale: Locale = Locale.ES, further: Sequence[ExportColumn] = ()) -> list[Any]:
    values = row.shown(locale, further)
    return [tables.legible(value) if isinstance(value, str) else "" if value is None else value for value in values]


@settings(deadline=None, max_examples=60)
@given(st.lists(tables.rows(), max_size=4), st.sampled_from(Locale), tables.further_columns())
def test_every_cell_reads_back(rows: list[tables.Row], locale: Locale, further: list[ExportColumn]) -> None:
    (seen,) = sheets(rows, locale=locale, further=Further(further)).values()
    assert seen == [headers(locale, further), *(expected(row, locale, further) for row in rows)]


def test_each_nasty_text_is_text() -> None:
    rows = [tables.row(reply_text=text, template_name=text) for text in tables.NASTY]
    assert sheets(rows)["Envíos"][1:] == [expected(row) for row in rows]


def test_long_texts_end_in_a_mark_and_escapes_do_not_count() -> None:
    escapes = "=" + "_x0041_" * (CELL_LIMIT // 7 - 1)
    rows = [tables.row(reply_text="👍" * 20_000), tables.row(reply_text=escapes)]
    replies = [line[-1] for line in sheets(rows)["Envíos"][1:]]
    assert replies == ["👍" * 16_383 + "…", escapes]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 9), st.integers(1, 4))
def test_rows_over_the_limit_go_on_on_further_sheets(count: int, limit: int) -> None:
    rows = [tables.row(number) for number in range(count)]
    seen = sheets(rows, max_rows=limit)
    assert list(seen) == ["Envíos", *(f"Envíos ({n})" for n in range(2, max(1, -(-count // limit)) + 1))]
    assert all(lines[0] == HEADERS and len(lines) <= limit + 1 for lines in seen.values())
    assert [line for lines in seen.values() for line in lines[1:]] == [expected(row) for row in rows]


def test_a_summary_stands_in_front() -> None:
    summary: Summary = [
        ("Filtro", "=Plantilla"),
        ("Mensajes", 3),
        ("Entregados", 0.5),
        ("Pedido", datetime(2026, 3, 1, 15, tzinfo=UTC).astimezone(tables.SANTIAGO)),
        ("=Nada", None),
    ]
    seen = sheets([tables.row()], summary=summary, locale=Locale.EN)
    assert list(seen) == ["Summary", "Sends"]
    assert seen["Summary"] == [
        ["Filtro", "=Plantilla"],
        ["Mensajes", 3],
        ["Entregados", 0.5],
        ["Pedido", datetime(2026, 3, 1, 12)],  # noqa: DTZ001  a spreadsheet's times have no zone
        ["=Nada", ""],
    ]


def test_how_the_sheet_looks(tmp_path: Path) -> None:
    with XlsxWriter(Locale.ES, max_rows=2) as writer:
        writer.append(tables.columns(tables.row(number, reply_text="=1") for number in range(3)))
        writer.finish(tmp_path / "export.xlsx")
    first, second = openpyxl.load_workbook(tmp_path / "export.xlsx").worksheets
    assert (first.auto_filter.ref, second.auto_filter.ref) == ("A1:N3", "A1:N2")
    for sheet in (first, second):
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert sheet["C2"].number_format == "yyyy-mm-dd hh:mm:ss"
        assert sheet["N2"].quotePrefix
        assert [dimension.width for dimension in sheet.column_dimensions.values()] == [c.width for c in COLUMNS]


def test_further_columns_are_part_of_the_sheet(tmp_path: Path) -> None:
    further = [ExportColumn.ANSWERED_AT, ExportColumn.READ_AT, ExportColumn.BOUNCE_CODE, ExportColumn.BOUNCE_REASON]
    noon = tables.row().sent_at
    rows = [
        tables.row(answered_at=noon + 90_000, bounce_code=131026),
        tables.row(1, status="FAILED", bounce_code=999, read_at=noon),
        tables.row(2, status="FAILED", bounce_code=470),
    ]
    with XlsxWriter(Locale.EN, max_rows=2, further=Further(further, {999: "=Heard"})) as writer:
        writer.append(tables.columns(rows))
        writer.finish(tmp_path / "export.xlsx")
    first, second = openpyxl.load_workbook(tmp_path / "export.xlsx").worksheets
    assert (first.auto_filter.ref, second.auto_filter.ref) == ("A1:R3", "A1:R2")
    for sheet in (first, second):
        assert [cell.value for cell in sheet[1]][13:] == [
            "Reply",
            "Answered at",
            "Read at",
            "Bounce code",
            "Bounce reason",
        ]
        assert all(cell.font.bold for cell in sheet[1])
        widths = [dimension.width for dimension in sheet.column_dimensions.values()]
        assert widths == [column.width for column in (*COLUMNS, *(FURTHER[column] for column in further))]
    answered, read, code, reason = (first[f"{letter}2"] for letter in "OPQR")
    assert (answered.value, answered.number_format) == (datetime(2026, 3, 2, 13), "yyyy-mm-dd hh:mm:ss")  # noqa: DTZ001
    assert [cell.value for cell in (read, code, reason)] == [None] * 3
    assert first["P3"].is_date
    assert (first["Q3"].value, first["R3"].value, first["R3"].quotePrefix) == (999, "=Heard", True)
    assert second["R2"].value == "Error 470"
