"""The CSV file of an export: UTF-8 with BOM, RFC 4180, safe to open in a spreadsheet."""

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from tasks.columns import (
    COLUMNS,
    KNOWN,
    SENT_AT,
    STATUS_WORDS,
    Column,
    Kind,
    Locale,
    Row,
    headers,
    texts,
    wall_clock_text,
)
from tasks.table_writer import TableWriter
from tasks.text import csv_phone, csv_text

# Without the byte order mark Excel reads the file in the machine's old code page.
_BOM = "\ufeff"
_COPY_BYTES = 1 << 20


def _field(column: Column) -> Callable[[str], str]:
    safe = csv_phone if column.kind is Kind.PHONE else csv_text
    return lru_cache(KNOWN)(safe) if column.recurs else safe


_FIELDS = [_field(column) for column in COLUMNS]


class Delimited(TableWriter):
    """Streams rows to a comma-separated file; None is an empty field.

    Instants are the local `YYYY-MM-DD HH:MM:SS` of the report's zone, the same as in the Excel file.
    """

    def __init__(self, locale: Locale) -> None:
        super().__init__()
        self._status_words = STATUS_WORDS[locale]
        # An unnamed file: nothing is left of it, even when the process is killed.
        self._scratch = tempfile.TemporaryFile()  # noqa: SIM115  closed by _drop, it outlives this call
        self._text = io.TextIOWrapper(self._scratch, encoding="utf-8", newline="")
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._text.write(_BOM)
        self._csv.writerow(headers(locale))

    def _write(self, rows: Iterable[Row]) -> None:
        self._csv.writerows(map(self._fields, rows))

    def _fields(self, row: Row) -> list[str | None]:
        fields = [text and field(text) for field, text in zip(_FIELDS, texts(row, self._status_words), strict=True)]
        fields[SENT_AT] = wall_clock_text(row[SENT_AT])
        return fields

    def _save(self, part: Path) -> None:
        self._text.flush()
        self._scratch.seek(0)
        with part.open("wb") as file:
            shutil.copyfileobj(self._scratch, file, _COPY_BYTES)

    def _drop(self) -> None:
        # Closing writes out what is buffered, which a full disk refuses once more; it is thrown away anyhow.
        with suppress(OSError):
            self._text.close()
