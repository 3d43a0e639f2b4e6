import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.columns import STATUS_WORDS, Locale, Row, headers
from tasks.delimited import Delimited
from tasks.text import csv_text
from tests.tasks import tables


def written(batches: list[list[Row]], locale: Locale = Locale.ES) -> bytes:
    with TemporaryDirectory() as folder, Delimited(locale) as writer:
        path = Path(folder, "export.csv")
        for batch in batches:
            writer.append(batch)
        writer.finish(path)
        return path.read_bytes()


def parsed(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def expected(row: Row, locale: Locale) -> list[str]:
    values: list[Any] = list(row)
    values[1] = row[1].lower()
    values[2] = row[2].strftime("%Y-%m-%d %H:%M:%S")
    values[8] = STATUS_WORDS[locale][row[8]]
    return [csv_text(value or "") for value in values]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(tables.rows(), max_size=3), max_size=3), st.sampled_from(Locale))
def test_every_field_reads_back(batches: list[list[Row]], locale: Locale) -> None:
    lines = parsed(written(batches, locale))
    assert lines == [headers(locale), *(expected(row, locale) for batch in batches for row in batch)]


def test_the_bytes_of_a_small_file() -> None:
    data = written([[tables.row(agent_email=None, reply_text='=HYPERLINK("x")\nhola')]], Locale.EN)
    head, line = data.split(b"\r\n", 1)
    assert head.startswith(b"\xef\xbb\xbfHSM template,Template type,Sent at,")
    assert line.decode() == (
        "recordatorio_pago,utility,2026-03-01 12:00:00,Cobranza,,Ana Díaz,m0,'+56933334444,Read,9001,"
        'DESK-9001,\'+56911112222,Acme Chile,"\'=HYPERLINK(""x"")\nhola"\r\n'
    )


def test_an_export_of_nothing_is_its_header() -> None:
    assert parsed(written([])) == [headers(Locale.ES)]
