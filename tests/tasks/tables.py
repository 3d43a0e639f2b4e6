"""Rows and texts for the tests of the writers, and how to read a workbook back."""

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from analytics.queries import Named, Sends
from tasks.columns import STATUS_WORDS, Locale

SANTIAGO = ZoneInfo("America/Santiago")
NASTY = [
    "=1+1", "=", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n", "＝1", "#N/A", "#REF!", "#",
    "_x0041_", "_x000D_", "_x0041_x0042_", "_x005F_x0041_", "_x1234\r", "\x00\x1b\x0b",
    "\ud83d", "\udc00\ud83d", "\ufffe\uffff", "\x85\u2028", "a\r\nb\rc\nd", "  blanks  ", " ", "",
    "👍🏽", "مرحبا بالعالم", "\u202eabc", "'=1",
    '"a","b"', "<b>&amp;]]>", "001", "1e5",
]  # fmt: skip


class Row(NamedTuple):
    """One message's values in the order of an export's columns."""

    template_name: str = "recordatorio_pago"
    template_category: str = "UTILITY"
    sent_at: Any = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())  # noon on the zone's clock
    department_name: str = "Cobranza"
    agent_email: str | None = "ana@example.com"
    agent_name: str = "Ana Díaz"
    message_id: str = "m0"
    recipient_phone: str | None = "+56933334444"
    status: str = "READ"
    ticket_id: str | None = "9001"
    ticket_key: str | None = "DESK-9001"
    account_phone: str | None = "+56911112222"
    account_name: str = "Acme Chile"
    reply_text: str | None = "Sí, gracias"

    @property
    def clock(self) -> datetime:
        """What the zone's clock showed, as a spreadsheet has it."""
        return datetime(1970, 1, 1) + timedelta(seconds=self.sent_at)  # noqa: DTZ001  a clock without its zone


def row(number: int = 0, **changes: Any) -> Row:
    """One message's row, told apart by its number."""
    return Row(message_id=f"m{number}", sent_at=Row().sent_at + 60 * number)._replace(**changes)


def columns(rows: Iterable[Row]) -> Sends:
    """The same messages as the writers take them."""
    rows = list(rows)
    named = [Named(**{field.name: getattr(row, field.name) for field in fields(Named)}) for row in rows]
    return Sends(named, *([getattr(row, name) for row in rows] for name in Sends._fields[1:]))


def texts() -> st.SearchStrategy[str]:
    """Any text at all, lone surrogates included, and more often what breaks files."""
    anything = st.text(st.characters())
    bits = st.lists(st.sampled_from([*NASTY, "_", "x00", "41_", "\r"]) | anything, max_size=4).map("".join)
    return st.sampled_from(NASTY) | bits


def rows() -> st.SearchStrategy[Row]:
    """Rows of arbitrary text, statuses and instants."""
    maybe = st.none() | texts()
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1980, 2090))
    return st.builds(
        Row, texts(), st.sampled_from(["UTILITY", "MARKETING"]), st.integers(first, last), texts(), maybe, texts(),
        texts(), maybe, st.sampled_from(list(STATUS_WORDS[Locale.ES])), maybe, maybe, maybe, texts(), maybe,
    )  # fmt: skip


def guarded(text: str) -> str:
    """A text as a spreadsheet should find it in a CSV file, said independently of the code."""
    return ("'" if text.startswith(tuple("=+-@\t\r\n＝＋－＠")) else "") + legible(text)


def legible(text: str | None) -> str:
    """What a file can hold of a text, said independently of the code."""
    return "".join(c if _writable(c) else "\ufffd" for c in text or "")


def _writable(c: str) -> bool:
    return c in "\t\n\r" or bool(re.match("[\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", c))


def read_openpyxl(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet's values; escapes decoded, which openpyxl leaves to its caller, and no cell as no text."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[_plain(cell) for cell in line] for line in sheet.iter_rows()] for sheet in book}


def _plain(cell: Any) -> Any:
    if cell.value is None:
        return ""
    assert cell.data_type in "sdn", f"{cell.coordinate} is no plain value"
    return unescape(cell.value) if isinstance(cell.value, str) else cell.value


def read_calamine(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet's values as a second, unrelated reader sees them."""
    book = CalamineWorkbook.from_path(path)
    lines = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {name: [[_instant(value) for value in line] for line in lines[name]] for name in lines}


def _instant(value: Any) -> Any:
    """calamine gives a date-time at midnight as a date."""
    return datetime.combine(value, time()) if type(value) is date else value
