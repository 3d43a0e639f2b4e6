"""Rows of a worksheet as XML, made in one step each.

openpyxl makes a cell object and three elements of every value, which took two thirds of an export's time. A row of an
export always has the same form, so here it is one string that lxml checks and writes; everything else of the
workbook stays openpyxl's.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lxml.etree import fromstring  # type: ignore[import-untyped]  # lxml ships no types
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter

from analytics.queries import Named
from tasks import cells
from tasks.columns import COLUMNS, KNOWN, OWN, from_names
from tasks.text import cell_text

_LETTERS = [get_column_letter(number) for number in range(1, len(COLUMNS) + 1)]
_SECONDS_A_DAY = 86_400
# Excel counts days since 30 December 1899; right from March 1900 on.
_EXCEL_ZERO = 25_569 * _SECONDS_A_DAY
# The stubs know neither the class's own parts nor those it borrows.
_Sheet: Any = WriteOnlyWorksheet
_MARKUP = re.compile("[&<>\r]")


class RowSheet(_Sheet):  # type: ignore[misc]
    """A write-only sheet that takes a row as XML, `append((xml,))`, besides openpyxl's values."""

    _writer: Any = None

    def _get_writer(self) -> None:
        if self._writer is None:
            self._writer = _Writer(self)
            self._writer.write_top()

    def _values_to_row(self, values: Any, row_idx: int) -> Any:
        if isinstance(values, tuple):
            return values
        return super()._values_to_row(values, row_idx)


class _Writer(WorksheetWriter):
    def write_row(self, xf: Any, row: Any, row_idx: int) -> None:
        if isinstance(row, tuple):
            xf.write(fromstring(row[0]))
        else:
            super().write_row(xf, row, row_idx)


class RowMaker:
    """Makes the XML of messages' rows for a sheet, whose workbook keeps the styles."""

    def __init__(self, sheet: Any, status_words: Mapping[str, str]) -> None:
        """`status_words` are those of the reader's language."""
        self._stamp = cells.stamp(sheet).style_id
        self._quoted = cells.quoted(sheet, "=").style_id
        self._status_words = status_words
        self._recurring = lru_cache(KNOWN)(self._rests)

    def __call__(self, values: tuple[Any, ...], number: int) -> tuple[str]:
        """The row of a message, of which there is a value for each column of `Sends`, to be the `number`-th of its
        sheet. Raises KeyError for an unknown status."""
        named, sent_at, message, recipient, status, *others = values
        days = (sent_at + _EXCEL_ZERO) / _SECONDS_A_DAY
        stamp = f' s="{self._stamp}"><v>{days}</v></c>'
        texts = (message, recipient, self._status_words[status], *others)
        rests = self._recurring(named).copy()
        for place, rest in zip(OWN, (stamp, *map(self._text, texts)), strict=True):
            rests[place] = rest
        cells = [f'<c r="{letter}{number}"{rest}' for letter, rest in zip(_LETTERS, rests, strict=True) if rest]
        return (f'<row r="{number}">{"".join(cells)}</row>',)

    def _rests(self, named: Named) -> list[str]:
        return [self._text(text) for text in from_names(named)]

    def _text(self, value: str | None) -> str:
        """What follows the reference in a cell of text; nothing for no cell."""
        text = cell_text(value) if value else None
        if not text:
            return ""
        style = f' s="{self._quoted}"' if text[0] in cells.MISREAD else ""
        space = "" if text == text.strip() else ' xml:space="preserve"'
        if _MARKUP.search(text):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f'{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'
