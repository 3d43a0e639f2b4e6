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
from tasks.columns import COLUMNS, KNOWN
from tasks.text import cell_text

# Stands for a row's number until all of the row is there; no text of a cell can hold it.
_NUMBER = "\0"
_REFERENCES = {column.name: f"{get_column_letter(place)}{_NUMBER}" for place, column in enumerate(COLUMNS, 1)}
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
        self._statuses = {status: self._cell("status", word) for status, word in status_words.items()}
        self._recurring = lru_cache(KNOWN)(self._names)

    def __call__(self, values: tuple[Any, ...], number: int) -> tuple[str]:
        """The row of a message, of which there is a value for each column of `Sends`, to be the `number`-th of its
        sheet. Raises KeyError for an unknown status."""
        named, sent_at, message, recipient, status, ticket, key, reply = values
        template, agent, account = self._recurring(named)
        days = (sent_at + _EXCEL_ZERO) / _SECONDS_A_DAY
        cell = self._cell
        row = (
            f'<row r="{_NUMBER}">{template}<c r="{_REFERENCES["sent_at"]}" s="{self._stamp}"><v>{days}</v></c>{agent}'
            f"{cell('message_id', message)}{cell('recipient_phone', recipient)}{self._statuses[status]}"
            f"{cell('ticket_id', ticket)}{cell('ticket_key', key)}{account}{cell('reply_text', reply)}</row>"
        )
        return (row.replace(_NUMBER, str(number)),)

    def _names(self, named: Named) -> tuple[str, str, str]:
        """The cells of a message's names: those before its time, before its id, and before its reply."""
        cell = self._cell
        return (
            cell("template_name", named.template_name) + cell("template_category", named.template_category.lower()),
            cell("department_name", named.department_name)
            + cell("agent_email", named.agent_email)
            + cell("agent_name", named.agent_name),
            cell("account_phone", named.account_phone) + cell("account_name", named.account_name),
        )

    def _cell(self, column: str, value: str | None) -> str:
        """A cell of text; nothing for no text."""
        if not value:
            return ""
        text = cell_text(value)
        style = f' s="{self._quoted}"' if text[0] in cells.MISREAD else ""
        space = "" if text == text.strip() else ' xml:space="preserve"'
        if _MARKUP.search(text):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f'<c r="{_REFERENCES[column]}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'
