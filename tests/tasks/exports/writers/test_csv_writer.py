import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.exports.records import CsvSeparator
from tasks.exports.writers.columns import COLUMNS, FURTHER, headers
from tasks.exports.writers.csv_writer import CsvWriter
from tasks.exports.writers.further_columns import NO_FURTHER, Further
from tests.support.exports import tables

SIGNS = tuple("=+-@\t\r\n＝＋－＠")
SEPARATORS = {CsvSeparator.COMMA: ",", CsvSeparator.SEMICOLON: ";"}
LINE_BREAKS = r"\r\n|[\r\n\x85\u2028\u2029]"
both = pytest.mark.parametrize("separator", CsvSeparator)


def written(
    batches: list[list[tables.Row]],
    locale: Locale = Locale.ES,
    separator: CsvSeparator = CsvSeparator.COMMA,
    further: Further = NO_FURTHER,
) -> bytes:
    with TemporaryDirectory() as folder, CsvWriter(locale, separator, further) as writer:
        path = Path(folder, "export.csv")
        for batch in batches:
            writer.append(tables.columns(batch))
        writer.finish(path)
        return path.read_bytes()


def parsed(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def texts(row: tables.Row, locale: Locale, further: Sequence[ExportColumn] = ()) -> list[str]:
    return [tables.legible("" if value is None else str(value)) for value in row.shown(locale, further)]


@both
@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(tables.rows(), max_size=3), max_size=3), st.sampled_from(Locale), tables.further_columns())
def test_every_field_reads_back(
    separator: CsvSeparator, batches: list[list[tables.Row]], locale: Locale, further: list[ExportColumn]
) -> None:
    sign = SEPARATORS[separator]
    head, *lines = parsed(written(batches, locale, separator, Further(further)), sign)
    assert head == headers(locale, further)
    expected = [texts(row, locale, further) for batch in batches for row in batch]
    assert lines == [[tables.guarded(text, sign) for text in line] for line in expected]
    assert [[tables.as_it_was(field, sign) for field in line] for line in lines] == expected


def cells_of_any_reader(data: bytes) -> Iterator[str]:
    """The cells that spreadsheets find which split the file at any sign, honouring quotes or not."""
    text = data.decode("utf-8-sig")
    for delimiter in ",;\t":
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield from line
        for piece in re.split(LINE_BREAKS, text):
            yield from piece.split(delimiter)
            yield from next(csv.reader([piece], delimiter=delimiter), [])
    yield from re.split(rf"[,;\t]|{LINE_BREAKS}", text)


@both
@settings(deadline=None, max_examples=200)
@given(st.lists(tables.rows(), max_size=3), st.sampled_from(Locale))
def test_no_spreadsheet_finds_a_formula(separator: CsvSeparator, rows: list[tables.Row], locale: Locale) -> None:
    for cell in cells_of_any_reader(written([rows], locale, separator, Further(tuple(ExportColumn)))):
        assert not cell.lstrip(tables.SPACES + '"').startswith(SIGNS), cell


def test_the_bytes_of_a_small_file() -> None:
    data = written([[tables.row(agent_email=None, reply_text='=HYPERLINK("x")\nhola')]], Locale.EN)
    head, line = data.split(b"\r\n", 1)
    assert head.startswith(b"\xef\xbb\xbfHSM template,Template type,Sent at,")
    assert line.decode() == (
        "recordatorio_pago,utility,2026-03-01 12:00:00,Cobranza,,Ana Díaz,m0,'+56933334444,Read,9001,"
        'DESK-9001,\'+56911112222,Acme Chile,"\'=HYPERLINK(""x"")\nhola"\r\n'
    )


def test_a_semicolon_takes_the_comma_s_place() -> None:
    rows = [tables.row(reply_text="Sí, gracias", account_name="Acme; Chile")]
    assert written([rows], separator=CsvSeparator.SEMICOLON).split(b"\r\n")[1].decode() == (
        "recordatorio_pago;utility;2026-03-01 12:00:00;Cobranza;ana@example.com;Ana Díaz;m0;'+56933334444;Leído;9001;"
        'DESK-9001;\'+56911112222;"Acme; Chile";Sí, gracias'
    )


def test_all_further_columns() -> None:
    noon = tables.row().sent_at
    rows = [
        tables.row(reply_text="la boleta", reply_kind="image", answered_at=noon + 3600, read_at=noon + 1),
        tables.row(status="FAILED", bounce_code=131026, failed_at=noon + 2, reply_text=None, reply_kind=None),
        tables.row(status="FAILED", reply_text=None, reply_kind=None, template_id="1234567890123456"),
    ]
    lines = parsed(written([rows], Locale.ES, further=Further(tuple(ExportColumn), heard={131026: "Heard"})))
    assert [line[13:] for line in lines] == [
        ["Respuesta", "Respondido", "Fecha y hora de respuesta", "Tipo de respuesta", "Fecha y hora de aceptación",
         "Fecha y hora de entrega", "Fecha y hora de lectura", "Fecha y hora de rebote", "Código de rebote",
         "Motivo de rebote", "ID del usuario", "ID de la plantilla", "Idioma de la plantilla"],
        ["[Imagen] la boleta", "sí", "2026-03-01 13:00:00", "Imagen", "", "", "2026-03-01 12:00:01", "", "", "",
         "u1", "t1", "es_CL"],
        ["", "no", "", "", "", "", "", "2026-03-01 12:00:02", "131026",
         "No se pudo entregar: el número puede no estar en WhatsApp", "u1", "t1", "es_CL"],
        ["", "no", "", "", "", "", "", "", "", "WhatsApp no indicó el motivo", "u1", "'1234567890123456", "es_CL"],
    ]  # fmt: skip


def test_the_headers_are_in_the_order_of_the_values() -> None:
    assert [column.name for column in COLUMNS] == list(tables.Row._fields[: len(COLUMNS)])
    assert list(FURTHER) == list(ExportColumn)


def test_an_export_of_nothing_is_its_header() -> None:
    assert parsed(written([])) == [headers(Locale.ES)]
