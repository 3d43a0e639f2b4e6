"""The Excel file of an export, written through openpyxl's write-only workbook with one row in memory at a time."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
from lxml.etree import SerialisationError  # type: ignore[import-untyped]  # lxml ships no types
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from analytics.domain.text import Locale
from analytics.reports.runner import MessageBatch
from tasks.exports.writers import xlsx_cells
from tasks.exports.writers.base import ExportWriter
from tasks.exports.writers.columns import SHEET_TITLES, SUMMARY_TITLES, columns, headers
from tasks.exports.writers.further_columns import NO_FURTHER, Further
from tasks.exports.writers.xlsx_rows import RowXmlBuilder, XmlWorksheet

Line: TypeAlias = tuple[str, *tuple[str | int | float | datetime | None, ...]]
Summary: TypeAlias = Sequence[Line]

MAX_ROWS = 1_048_575  # a sheet of Excel has 2^20 rows; the first is the header
_SUMMARY_WIDTHS = (36, 48, 18, 12, 20)


class XlsxWriter(ExportWriter):
    """A writer that streams rows to a sheet, and to another after each `max_rows` (without the header).

    `summary` is shown on a sheet of its own in front, a label and its values a line; times in it are aware and
    shown by their own zone's clock. Raises ValueError for a naive time or a number that is not finite. The first
    sheet of rows is the one that a spreadsheet shows when it opens the file; programs should take it by its name.

    The rows' XML, about 1 kB each, waits uncompressed in the folder for temporary files until `finish`.
    """

    def __init__(
        self,
        locale: Locale,
        summary: Summary | None = None,
        max_rows: int = MAX_ROWS,
        further: Further = NO_FURTHER,
    ) -> None:
        super().__init__()
        self._locale = locale
        self._further = further
        self._max_rows = max_rows
        self._sheets = 0
        self._book: Any = openpyxl.Workbook(write_only=True)  # the stubs do not know how to add a sheet of ours
        self._book.properties.creator = "Embudo"
        try:
            with _disk_errors():
                if summary is not None:
                    self._add_summary(summary)
                self._add_sheet()
        except BaseException:
            self.discard()
            raise

    def _write(self, sends: MessageBatch) -> None:
        with _disk_errors():
            for values in self._made.values(sends):
                if self._rows == self._max_rows:
                    self._end_sheet()
                    self._add_sheet()
                self._sheet.append(self._made(values, self._rows + 2))
                self._rows += 1

    def _save(self, part: Path) -> None:
        with _disk_errors():
            self._end_sheet()
        # Not openpyxl's `save`: after an error its archive stays open until the garbage collector comes.
        with ZipFile(part, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self._book, archive).write_data()

    def _drop(self) -> None:
        for sheet in self._book.worksheets:
            _discard(sheet)

    def _add_sheet(self) -> None:
        self._sheets += 1
        title = SHEET_TITLES[self._locale]
        sheet = XmlWorksheet(self._book, title if self._sheets == 1 else f"{title} ({self._sheets})")
        self._book._add_sheet(sheet)
        if self._sheets == 1:
            self._book.active = sheet
            sheet.sheet_view.tabSelected = True
        xlsx_cells.set_widths(sheet, [column.width for column in columns(self._further.columns)])
        sheet.freeze_panes = "A2"
        sheet.append([xlsx_cells.header_cell(sheet, header) for header in headers(self._locale, self._further.columns)])
        self._sheet = sheet
        self._rows = 0
        self._made = RowXmlBuilder(sheet, self._locale, self._further)

    def _end_sheet(self) -> None:
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns(self._further.columns)))}{self._rows + 1}"
        self._sheet.close()

    def _add_summary(self, summary: Summary) -> None:
        sheet = self._book.create_sheet(SUMMARY_TITLES[self._locale])
        xlsx_cells.set_widths(sheet, _SUMMARY_WIDTHS)
        for label, *values in summary:
            sheet.append(
                [xlsx_cells.label_cell(sheet, label), *(xlsx_cells.value_cell(sheet, value) for value in values)]
            )
        sheet.close()


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Raise lxml's error for a failed write (`IO_ENOSPC`) as an OSError."""
    try:
        yield
    except SerialisationError as error:
        code = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(code, os.strerror(code)) from error


def _discard(sheet: Any) -> None:
    """Remove the temporary file of a sheet that is not to be saved; openpyxl has no public way to do so."""
    writer = sheet._writer
    if writer is None or not Path(writer.out).exists():
        return
    # In this order, whatever state the error left them in: both are open generators, one inside the other.
    for close in (sheet.close, writer.close):
        with suppress(Exception):
            close()
    writer.cleanup()
