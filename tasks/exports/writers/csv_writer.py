"""The CSV file of an export: UTF-8 with BOM, RFC 4180, and without formulas, at whatever sign a spreadsheet splits."""

import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.exports.records import CsvSeparator
from analytics.reports.runner import MessageBatch, MessageLabels
from tasks.exports.writers.base import ExportWriter
from tasks.exports.writers.columns import KNOWN, STATUS_WORDS, headers
from tasks.exports.writers.escaping import csv_field, csv_fields
from tasks.exports.writers.further_columns import NO_FURTHER, TIMES, Further
from tasks.exports.writers.reply_column import replies

# Without the byte order mark Excel reads the file in the machine's old code page.
_BOM = "\ufeff"
_END = "\r\n"
_COPY_BYTES = 1 << 20
_SEPARATORS = {CsvSeparator.COMMA: ",", CsvSeparator.SEMICOLON: ";"}


def _fields(separator: str, named: MessageLabels) -> tuple[str, str, str]:
    """Return the fields of a message's names in three groups: before its time, before its id, and before its reply."""
    field = partial(csv_field, separator=separator)
    return (
        separator.join(map(field, (named.template_name, named.template_category.lower()))),
        separator.join(map(field, (named.department_name, named.agent_email, named.agent_name))),
        separator.join(map(field, (named.account_phone, named.account_name))),
    )


def _clock_texts(seconds: Iterable[int | None]) -> list[str]:
    """Format local times, in seconds since 1970-01-01 00:00:00, as `YYYY-MM-DD HH:MM:SS`."""
    return ["" if second is None else _hour_text(second // 3600) + _IN_AN_HOUR[second % 3600] for second in seconds]


# Messages come in the order of time, so the same hours come again and again.
@lru_cache
def _hour_text(hour: int) -> str:
    return f"{date.fromordinal(hour // 24 + _DAY_ZERO)} {hour % 24:02}:"


_DAY_ZERO = date(1970, 1, 1).toordinal()
_IN_AN_HOUR = [f"{minute:02}:{second:02}" for minute in range(60) for second in range(60)]


class CsvWriter(ExportWriter):
    """A writer that streams rows to a file of separated fields; None is an empty field.

    Instants are the local `YYYY-MM-DD HH:MM:SS` of the report's zone, the same as in the Excel file.

    Made column by column, and without `csv.writer`: it looks at each character of each value again, which took a third
    of an export's time.
    """

    def __init__(
        self,
        locale: Locale,
        separator: CsvSeparator = CsvSeparator.COMMA,
        further: Further = NO_FURTHER,
    ) -> None:
        super().__init__()
        self._locale = locale
        self._separator = _SEPARATORS[separator]
        self._further = further
        self._status_words = STATUS_WORDS[locale]
        # Of this file alone: what it knows of a tenant's directory goes with it.
        self._recurring = lru_cache(KNOWN)(partial(_fields, self._separator))
        self._recurring_field = lru_cache(KNOWN)(self._field)
        # An unnamed file: nothing is left of it, even when the process is killed.
        self._scratch = tempfile.TemporaryFile()  # noqa: SIM115  closed by _drop, it outlives this call
        self._text = io.TextIOWrapper(self._scratch, encoding="utf-8", newline="")
        self._text.write(_BOM)
        self._write_lines([self._separator.join(self._texts(headers(locale, further.columns)))])

    def _write(self, sends: MessageBatch) -> None:
        texts = self._texts
        fields = list(map(self._recurring, sends.named))
        columns = (
            [template for template, _, _ in fields],
            _clock_texts(sends.sent_at),
            [agent for _, agent, _ in fields],
            texts(sends.message_id),
            texts(sends.recipient_phone),
            map(self._status_words.__getitem__, sends.status),
            texts(sends.ticket_id),
            texts(sends.ticket_key),
            [account for _, _, account in fields],
            texts(replies(sends, self._locale)),
            *(self._further_fields(column, sends) for column in self._further.columns),
        )
        self._write_lines(map(self._separator.join, zip(*columns, strict=True)))

    def _further_fields(self, column: ExportColumn, sends: MessageBatch) -> Iterable[str]:
        if column in TIMES:
            return _clock_texts(sends.further[column])
        return map(self._recurring_field, self._further.values(column, sends, self._locale))

    def _field(self, value: str | int | None) -> str:
        return csv_field(None if value is None else str(value), self._separator)

    def _texts(self, texts: Sequence[str | None]) -> Sequence[str]:
        return csv_fields(texts, self._separator)

    def _write_lines(self, lines: Iterable[str]) -> None:
        self._text.write(_END.join([*lines, ""]))

    def _save(self, part: Path) -> None:
        self._text.flush()
        self._scratch.seek(0)
        with part.open("wb") as file:
            shutil.copyfileobj(self._scratch, file, _COPY_BYTES)

    def _drop(self) -> None:
        # Closing writes out what is buffered, which a full disk refuses once more; it is thrown away anyhow.
        with suppress(OSError):
            self._text.close()
