"""Rows and texts for the tests of the writers, and how to read a workbook back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.exports.records import in_order
from analytics.reports.runner import MessageBatch, MessageLabels
from tasks.exports.writers.bounce_reasons import reason
from tasks.exports.writers.columns import COLUMNS, STATUS_WORDS
from tasks.exports.writers.reply_column import KINDS

SANTIAGO = ZoneInfo("America/Santiago")
NASTY = [
    "=1+1", "=", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n", "＝1", "#N/A", "#REF!", "#",
    "_x0041_", "_x000D_", "_x0041_x0042_", "_x005F_x0041_", "_x1234\r", "\x00\x1b\x0b",
    "\ud83d", "\udc00\ud83d", "\ufffe\uffff", "\x85\u2028", "a\r\nb\rc\nd", "  blanks  ", " ", "",
    "👍🏽", "مرحبا بالعالم", "\u202eabc", "'=1",
    '"a","b"', "<b>&amp;]]>", "001", "1e5", "x;=1+1;", 'a"b\n=1', "a,-1", ';"', "a\t\t@", '""', "'+1", "123456789012",
]  # fmt: skip


class Row(NamedTuple):
    """One message's values in the order of an export's columns, and what further columns are made of."""

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
    reply_kind: str | None = "text"
    answered_at: int | None = None
    accepted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failed_at: int | None = None
    bounce_code: int | None = None
    agent_id: str = "u1"
    template_id: str = "t1"
    template_language: str | None = "es_CL"

    def shown(self, locale: Locale, further: Sequence[ExportColumn] = (), heard: Mapping[int, str] = {}) -> list[Any]:
        """The expected cells of a file, computed independently of the code; times as a spreadsheet has them."""
        replied, bounced = self.reply_kind is not None, self.status == "FAILED"
        said = {
            "template_category": self.template_category.lower(),
            "sent_at": _clock(self.sent_at),
            "status": STATUS_WORDS[locale][self.status],
            "reply_text": reply(self.reply_kind, self.reply_text, locale),
            ExportColumn.ANSWERED: {Locale.ES: "sí", Locale.EN: "yes"}[locale] if replied else "no",
            ExportColumn.REPLY_KIND: KINDS[self.reply_kind][locale] if self.reply_kind in {*KINDS} - {""} else None,
            ExportColumn.BOUNCE_CODE: self.bounce_code if bounced else None,
            ExportColumn.BOUNCE_REASON: reason(self.bounce_code, heard, locale) if bounced else None,
        }
        times = {name.upper(): _clock(getattr(self, name)) for name in TIMES}
        values = self._asdict() | {name.upper(): value for name, value in self._asdict().items()} | times | said
        return [values[name] for name in (*(column.name for column in COLUMNS), *further)]


TIMES = ("answered_at", "accepted_at", "delivered_at", "read_at", "failed_at")


def _clock(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001  no zone


def reply(kind: str | None, text: str | None, locale: Locale) -> str | None:
    """The text of the column of replies."""
    if kind is None:
        return None
    bracketed = f"[{KINDS[kind if kind in KINDS else ''][locale]}]"
    if not (text or "").strip():
        return bracketed
    is_caption = kind in {*KINDS} - {"", "text", "button", "interactive"}
    return f"{bracketed} {text}" if is_caption else text


def row(number: int = 0, **changes: Any) -> Row:
    """One message's row, told apart by its number."""
    return Row(message_id=f"m{number}", sent_at=Row().sent_at + 60 * number)._replace(**changes)


def columns(rows: Iterable[Row]) -> MessageBatch:
    """The same messages as the writers take them, with all that further columns need."""
    rows = list(rows)
    named = [MessageLabels(**{field.name: getattr(row, field.name) for field in fields(MessageLabels)}) for row in rows]
    own: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in MessageBatch._fields[1:-1]}
    further = {ExportColumn(name.upper()): [getattr(row, name) for row in rows] for name in TIMES}
    for column in (ExportColumn.BOUNCE_CODE, ExportColumn.BOUNCE_REASON):
        further[column] = [row.bounce_code if row.status == "FAILED" else None for row in rows]
    return MessageBatch(named=named, **own, further=further)


def texts() -> st.SearchStrategy[str]:
    """Any text at all, lone surrogates included, and more often what breaks files."""
    anything = st.text(st.characters())
    bits = st.lists(st.sampled_from([*NASTY, "_", "x00", "41_", "\r"]) | anything, max_size=4).map("".join)
    return st.sampled_from(NASTY) | bits


def rows() -> st.SearchStrategy[Row]:
    """Rows of arbitrary text, statuses and instants."""
    maybe = st.none() | texts()
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1980, 2090))
    instants = st.integers(first, last)
    maybe_at = st.none() | instants
    return st.builds(
        Row, texts(), st.sampled_from(["UTILITY", "MARKETING"]), instants, texts(), maybe, texts(), texts(), maybe,
        st.sampled_from(list(STATUS_WORDS[Locale.ES])), maybe, maybe, maybe, texts(), maybe,
        st.none() | st.sampled_from([*KINDS, "poll"]), maybe_at, maybe_at, maybe_at, maybe_at, maybe_at,
        st.none() | st.sampled_from([131026, 470, -1]), texts(), texts(), maybe,
    )  # fmt: skip


def further_columns() -> st.SearchStrategy[list[ExportColumn]]:
    """Any choice of further columns."""
    return st.lists(st.sampled_from(ExportColumn), unique=True).map(in_order)


BREAKS = ",;\t\r\n\x85\u2028\u2029"
SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c not in BREAKS)


def guarded(text: str, separator: str = ",") -> str:
    """A text as a spreadsheet should find it in a CSV file, said independently of the code."""
    text = legible(text)
    places = range(len(text) + 1)
    return "".join(("'" if _guarded_at(text, place, separator) else "") + text[place : place + 1] for place in places)


def _guarded_at(text: str, place: int, separator: str) -> bool:
    here, number = text[place : place + 1], text.lstrip("'")
    if number == text[place:] and re.fullmatch("0[0-9]+|[0-9]{12,}", number):
        return True
    before = text[:place].rstrip("'").rstrip(SPACES + '"')
    if here == "":
        opens = before != "" and before[-1] in BREAKS and before[-1] != separator
        return opens and not {separator, '"', "\r", "\n"}.isdisjoint(text)
    if before == "":
        return here in "=+-@\t\r\n＝＋－＠"
    return before[-1] in BREAKS and here in "=+-@\t＝＋－＠"


def as_it_was(field: str, separator: str = ",") -> str:
    """A field of a CSV file without the apostrophes that were put into it."""
    breaks = r",;\t\r\n\x85\u2028\u2029"
    passed = rf'(?:[^\S{breaks}]|")*'
    found = [
        r"\A(?='+(?:0[0-9]+|[0-9]{12,})\Z)",
        rf"\A{passed}(?='+[=+\-@＝＋－＠\t\r\n])",
        rf"[{breaks}]{passed}(?='+[=+\-@＝＋－＠\t])",
    ]
    if any(sign in field for sign in (separator, '"', "\r", "\n")):
        found.append(rf"[{breaks.replace(separator, '')}]{passed}(?='+\Z)")
    return re.sub(f"({'|'.join(found)})'", r"\1", field)


def legible(text: str | None) -> str:
    """Return a text as a file can hold it, computed independently of the code."""
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
