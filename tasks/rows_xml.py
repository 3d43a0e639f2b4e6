"""Rows of a worksheet as XML, made in one step each.

openpyxl makes a cell object and three elements of every value, which took two thirds of an export's time. A row of an
export always has the same form, so here it is one string that lxml checks and writes; everything else of the
workbook stays openpyxl's.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from lxml.etree import fromstring  # type: ignore[import-untyped]  # lxml ships no types
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter

from tasks import cells
from tasks.columns import COLUMNS, KNOWN, SENT_AT, Row, texts, wall_clock
from tasks.text import cell_text

_LETTERS = [get_column_letter(number) for number in range(1, len(COLUMNS) + 1)]
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  Excel's times have no zone
_SECONDS_A_DAY = 86_400
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
        recurring = lru_cache(KNOWN)(self._text)
        self._makers: list[Callable[[str], str]] = [recurring if c.recurs else self._text for c in COLUMNS]

    def __call__(self, row: Row, number: int) -> tuple[str]:
        """A row of a message, to be the `number`-th of its sheet.

        Raises ValueError for a row that has not 14 values or a naive time, KeyError for an unknown status.
        """
        parts = [
            f'<c r="{letter}{number}"{rest}'
            for letter, make, text in zip(_LETTERS, self._makers, texts(row, self._status_words), strict=True)
            if text and (rest := make(text))
        ]
        parts.insert(
            SENT_AT, f'<c r="{_LETTERS[SENT_AT]}{number}" s="{self._stamp}"><v>{_serial(row[SENT_AT])}</v></c>'
        )
        return (f'<row r="{number}">{"".join(parts)}</row>',)

    def _text(self, value: str) -> str:
        """What follows the reference in a cell of text; nothing for no cell."""
        text = cell_text(value)
        if not text:
            return ""
        style = f' s="{self._quoted}"' if text[0] in cells.MISREAD else ""
        space = "" if text == text.strip() else ' xml:space="preserve"'
        if _MARKUP.search(text):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f'{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _serial(instant: datetime) -> float:
    """An instant on its own zone's clock as Excel counts: days since its day zero. Right from March 1900 on."""
    lapse = wall_clock(instant) - _DAY_ZERO
    return lapse.days + lapse.seconds / _SECONDS_A_DAY
