"""Cells for openpyxl, with types that keep values as they are.

Sheets and cells are Any: write-only sheets take values and cells alike, and the stubs know neither.
"""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.rich_text import CellRichText
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from tasks.exports.writers.escaping import CELL_LIMIT, cell_text

DATE_FORMAT = "yyyy-mm-dd hh:mm:ss"
RATE_FORMAT = "0.0%"

# openpyxl takes `=…` for a formula and `#N/A` for an error.
FORMULA_PREFIXES = frozenset("=#")

_BOLD = Font(bold=True)
_HEADER = {
    "font": Font(bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="1F4E78"),
    "alignment": Alignment(vertical="center", wrap_text=True),
}


def text_cell(sheet: Any, value: str) -> Any:
    """Create a cell of text, also for text that begins like a formula; None for an empty text."""
    value = cell_text(value)
    if len(value) > CELL_LIMIT:  # by escapes only; openpyxl would cut it there, except in rich text
        return CellRichText(value)
    if value[:1] in FORMULA_PREFIXES:
        return quoted_cell(sheet, value)
    return value or None


def quoted_cell(sheet: Any, value: str) -> Any:
    """Create a cell of text that stays text in Excel, also when someone edits it and presses Enter."""
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # after the value, from which openpyxl infers a formula or an error
    cell.quotePrefix = True
    return cell


def datetime_cell(sheet: Any, local: datetime | None = None) -> Any:
    """Create a date-time cell."""
    return _formatted(sheet, local, DATE_FORMAT)


def header_cell(sheet: Any, value: str) -> Any:
    """Create a cell of the header row."""
    cell = WriteOnlyCell(sheet, value)
    for name, style in _HEADER.items():
        setattr(cell, name, style)
    return cell


def label_cell(sheet: Any, value: str) -> Any:
    """Create the label, the left cell of a line of the summary."""
    cell = WriteOnlyCell(sheet, cell_text(value))
    cell.data_type = "s"
    cell.font = _BOLD
    return cell


def value_cell(sheet: Any, value: str | int | float | datetime | None) -> Any:
    """Create a cell of the summary right of its label; a float is a rate.

    Raises ValueError for a naive time or a number not finite.
    """
    if isinstance(value, str):
        return text_cell(sheet, value)
    if isinstance(value, datetime):
        return datetime_cell(sheet, _wall_clock(value))
    if value is not None and not isfinite(value):
        raise ValueError("a number in the summary is not finite: Excel would refuse the file")
    return _formatted(sheet, value, RATE_FORMAT) if isinstance(value, float) else value


def _wall_clock(instant: datetime) -> datetime:
    """Convert an instant to the local time of its own zone, to the whole second: spreadsheets know no zones."""
    if instant.tzinfo is None:
        raise ValueError("a time in the summary needs a zone: whose clock it shows is unknown")
    return instant.replace(tzinfo=None, microsecond=0)


def _formatted(sheet: Any, value: float | datetime | None, format: str) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = format
    return cell


def set_widths(sheet: Any, widths: Sequence[int]) -> None:
    """Set the columns' widths, in characters; before the sheet's first row."""
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
