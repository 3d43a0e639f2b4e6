"""The CSV file of an export: UTF-8 with BOM, RFC 4180, safe to open in a spreadsheet."""

import io
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

from analytics.queries import Named, Sends
from tasks.columns import KNOWN, STATUS_WORDS, Locale, headers
from tasks.table_writer import TableWriter
from tasks.text import csv_field, csv_fields

# Without the byte order mark Excel reads the file in the machine's old code page.
_BOM = "\ufeff"
_END = "\r\n"
_COPY_BYTES = 1 << 20


def _fields(named: Named) -> tuple[str, str, str]:
    """The fields of a message's names: those before its time, before its id, and before its reply."""
    return (
        f"{csv_field(named.template_name)},{csv_field(named.template_category.lower())}",
        f"{csv_field(named.department_name)},{csv_field(named.agent_email)},{csv_field(named.agent_name)}",
        f"{csv_field(named.account_phone)},{csv_field(named.account_name)}",
    )


def _clock_text(second: int) -> str:
    """What a clock shows so many seconds after its 1970-01-01 00:00:00, as `YYYY-MM-DD HH:MM:SS`."""
    return _hour_text(second // 3600) + _IN_AN_HOUR[second % 3600]


# Messages come in the order of time, so the same hours come again and again.
@lru_cache
def _hour_text(hour: int) -> str:
    return f"{date.fromordinal(hour // 24 + _DAY_ZERO)} {hour % 24:02}:"


_DAY_ZERO = date(1970, 1, 1).toordinal()
_IN_AN_HOUR = [f"{minute:02}:{second:02}" for minute in range(60) for second in range(60)]


class Delimited(TableWriter):
    """Streams rows to a comma-separated file; None is an empty field.

    Instants are the local `YYYY-MM-DD HH:MM:SS` of the report's zone, the same as in the Excel file.

    Made column by column, and without `csv.writer`: it looks at each character of each value again, which took a third
    of an export's time.
    """

    def __init__(self, locale: Locale) -> None:
        super().__init__()
        self._status_words = STATUS_WORDS[locale]
        # Of this file alone: what it knows of a company's directory goes with it.
        self._recurring = lru_cache(KNOWN)(_fields)
        # An unnamed file: nothing is left of it, even when the process is killed.
        self._scratch = tempfile.TemporaryFile()  # noqa: SIM115  closed by _drop, it outlives this call
        self._text = io.TextIOWrapper(self._scratch, encoding="utf-8", newline="")
        self._text.write(_BOM)
        self._write_lines([",".join(csv_fields(headers(locale)))])

    def _write(self, sends: Sends) -> None:
        fields = list(map(self._recurring, sends.named))
        columns = (
            [template for template, _, _ in fields],
            map(_clock_text, sends.sent_at),
            [agent for _, agent, _ in fields],
            csv_fields(sends.message_id),
            csv_fields(sends.recipient_phone),
            map(self._status_words.__getitem__, sends.status),
            csv_fields(sends.ticket_id),
            csv_fields(sends.ticket_key),
            [account for _, _, account in fields],
            csv_fields(sends.reply_text),
        )
        self._write_lines(map(",".join, zip(*columns, strict=True)))

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
