import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.columns import COLUMNS, STATUS_WORDS, Locale, headers
from tasks.delimited import Delimited
from tests.tasks import tables


def written(batches: list[list[tables.Row]], locale: Locale = Locale.ES) -> bytes:
    with TemporaryDirectory() as folder, Delimited(locale) as writer:
        path = Path(folder, "export.csv")
        for batch in batches:
            writer.append(tables.columns(batch))
        writer.finish(path)
        return path.read_bytes()


def parsed(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def expected(row: tables.Row, locale: Locale) -> list[str]:
    shown = row._replace(
        template_category=row.template_category.lower(),
        sent_at=row.clock.strftime("%Y-%m-%d %H:%M:%S"),
        status=STATUS_WORDS[locale][row.status],
    )
    return [tables.guarded(str(value or "")) for value in shown]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(tables.rows(), max_size=3), max_size=3), st.sampled_from(Locale))
def test_every_field_reads_back(batches: list[list[tables.Row]], locale: Locale) -> None:
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


def test_the_headers_are_in_the_order_of_the_values() -> None:
    assert [column.name for column in COLUMNS] == list(tables.Row._fields)


def test_an_export_of_nothing_is_its_header() -> None:
    assert parsed(written([])) == [headers(Locale.ES)]
