"""Rows of a worksheet as XML, made in one step each.

openpyxl makes a cell object and three elements of every value, which took two thirds of an export's time. A row of an
export always has the same form, so here it is one string that lxml checks and writes; everything else of the
workbook stays openpyxl's.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from lxml.etree import fromstring  # type: ignore[import-untyped]  # lxml ships no types
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.reports.runner import MessageBatch, MessageLabels
from tasks.exports.writers import xlsx_cells
from tasks.exports.writers.columns import KNOWN, STATUS_WORDS, columns
from tasks.exports.writers.escaping import cell_text
from tasks.exports.writers.further_columns import TIMES, Further
from tasks.exports.writers.reply_column import replies

# Stands for a row's number until all of the row is there; no text of a cell can hold it.
_NUMBER = "\0"
_SECONDS_A_DAY = 86_400
# Excel counts days since 30 December 1899; right from March 1900 on.
_EXCEL_ZERO = 25_569 * _SECONDS_A_DAY
# The stubs know neither the class's own parts nor those it borrows.
_Sheet: Any = WriteOnlyWorksheet
_MARKUP = re.compile("[&<>\r]")


class XmlWorksheet(_Sheet):  # type: ignore[misc]
    """A write-only sheet that also takes rows as XML: `append((xml,))`."""

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


class RowXmlBuilder:
    """A builder of rows as XML for the sheets of one workbook, which has the styles."""

    def __init__(self, sheet: Any, locale: Locale, further: Further) -> None:
        self._locale = locale
        self._further = further
        numbered_columns = enumerate(columns(further.columns), 1)
        self._references = {column.name: f"{get_column_letter(number)}{_NUMBER}" for number, column in numbered_columns}
        self._stamp = xlsx_cells.datetime_cell(sheet).style_id
        self._quoted = xlsx_cells.quoted_cell(sheet, "=").style_id
        self._statuses = {status: self._cell("status", word) for status, word in STATUS_WORDS[locale].items()}
        self._recurring = lru_cache(KNOWN)(self._names)
        self._recurring_cell = lru_cache(KNOWN)(self._plain)

    def values(self, sends: MessageBatch) -> Iterable[tuple[Any, ...]]:
        """Yield the values of each message's row. Raises ValueError if the columns have different lengths."""
        reply_texts = replies(sends, self._locale)
        named, sent_at, message, recipient, status, ticket, key, *_ = sends
        return zip(
            named,
            sent_at,
            message,
            recipient,
            status,
            ticket,
            key,
            reply_texts,
            self._further_cells(sends),
            strict=True,
        )

    def __call__(self, values: tuple[Any, ...], number: int) -> tuple[str]:
        """Build the XML of row `number` of a sheet from its values. Raises KeyError for an unknown status."""
        named, sent_at, message, recipient, status, ticket, key, reply, further = values
        template, agent, account = self._recurring(named)
        cell = self._cell
        row = (
            f'<row r="{_NUMBER}">{template}{self._time("sent_at", sent_at)}{agent}'
            f"{cell('message_id', message)}{cell('recipient_phone', recipient)}{self._statuses[status]}"
            f"{cell('ticket_id', ticket)}{cell('ticket_key', key)}{account}{cell('reply_text', reply)}{further}</row>"
        )
        return (row.replace(_NUMBER, str(number)),)

    def _further_cells(self, sends: MessageBatch) -> Sequence[str]:
        """Return the cells of the optional columns, as one text for each message."""
        if not self._further.columns:
            return [""] * len(sends.named)
        cells_by_column = (self._column(column, sends) for column in self._further.columns)
        return list(map("".join, zip(*cells_by_column, strict=True)))

    def _column(self, column: ExportColumn, sends: MessageBatch) -> list[str]:
        if column in TIMES:
            return ["" if second is None else self._time(column, second) for second in sends.further[column]]
        values = self._further.values(column, sends, self._locale)
        return [self._recurring_cell(column, value) for value in values]

    def _time(self, column: str, second: int) -> str:
        """Return a date-time cell of a local time."""
        days = (second + _EXCEL_ZERO) / _SECONDS_A_DAY
        return f'<c r="{self._references[column]}" s="{self._stamp}"><v>{days}</v></c>'

    def _plain(self, column: str, value: str | int | None) -> str:
        """Return a cell of text or of a number."""
        if isinstance(value, int):
            return f'<c r="{self._references[column]}"><v>{value}</v></c>'
        return self._cell(column, value)

    def _names(self, named: MessageLabels) -> tuple[str, str, str]:
        """Return the cells of a message's names in three groups: before its time, its id, and its reply."""
        cell = self._cell
        return (
            cell("template_name", named.template_name) + cell("template_category", named.template_category.lower()),
            cell("department_name", named.department_name)
            + cell("agent_email", named.agent_email)
            + cell("agent_name", named.agent_name),
            cell("account_phone", named.account_phone) + cell("account_name", named.account_name),
        )

    def _cell(self, column: str, value: str | None) -> str:
        """Return a cell of text; an empty string without text."""
        if not value:
            return ""
        text = cell_text(value)
        style = f' s="{self._quoted}"' if text[0] in xlsx_cells.FORMULA_PREFIXES else ""
        space = "" if text == text.strip() else ' xml:space="preserve"'
        if _MARKUP.search(text):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f'<c r="{self._references[column]}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'
