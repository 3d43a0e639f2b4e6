"""Both writers: a whole file or none, and nothing left behind."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from openpyxl.writer.excel import ExcelWriter

from analytics.domain.text import Locale
from analytics.reports.runner import MessageBatch
from tasks.exports.writers.base import ExportWriter
from tasks.exports.writers.csv_writer import CsvWriter
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tests.support.exports import tables
from tests.support.exports.full_disk import full_disk

WriterOf: TypeAlias = Callable[[Locale], ExportWriter]


def small_workbook(locale: Locale) -> XlsxWriter:
    """Three sheets after three rows: one closed, one being written, one in front."""
    return XlsxWriter(locale, summary=[("Mensajes", 3)], max_rows=2)


both = pytest.mark.parametrize("writer_of", [small_workbook, CsvWriter])


class Interrupted(list[Any]):
    """Values that are interrupted, as by a job's time limit."""

    def __iter__(self) -> Iterator[Any]:
        yield self[0]
        raise KeyboardInterrupt


def several(count: int) -> MessageBatch:
    return tables.columns(tables.row(number) for number in range(count))


ONE = several(1)


@both
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (tables.columns([tables.row(), tables.row(status="LOST")]), KeyError),
        (several(2)._replace(ticket_id=["9001"]), ValueError),
        (tables.columns([tables.row(message_id=7)]), (AttributeError, TypeError)),
        (ONE._replace(sent_at=Interrupted(ONE.sent_at)), KeyboardInterrupt),
    ],
    ids=["status", "short", "no text", "from outside"],
)
def test_an_error_throws_everything_away(
    writer_of: WriterOf, bad: MessageBatch, error: Any, tmp_path: Path, scratch: Path
) -> None:
    writer = writer_of(Locale.ES)
    writer.append(several(3))
    with pytest.raises(error):
        writer.append(bad)
    with pytest.raises(RuntimeError):
        writer.append(ONE)
    with pytest.raises(RuntimeError):
        writer.finish(tmp_path / "export")
    assert [*tmp_path.iterdir(), *scratch.iterdir()] == [scratch]


@both
def test_what_is_not_finished_is_discarded(writer_of: WriterOf, scratch: Path) -> None:
    with writer_of(Locale.ES) as writer:
        writer.append(ONE)
    writer.discard()
    assert not list(scratch.iterdir())


@both
def test_a_finished_file_replaces_the_old_one_and_stands_alone(
    writer_of: WriterOf, tmp_path: Path, scratch: Path
) -> None:
    path = tmp_path / "export"
    path.write_bytes(b"old")
    with writer_of(Locale.ES) as writer:
        writer.finish(path)
    assert path.stat().st_size > 100
    assert {*tmp_path.iterdir(), *scratch.iterdir()} == {scratch, path}


@both
def test_a_file_cannot_replace_a_folder(writer_of: WriterOf, tmp_path: Path, scratch: Path) -> None:
    writer = writer_of(Locale.ES)
    with pytest.raises(IsADirectoryError):
        writer.finish(scratch)
    assert [*tmp_path.iterdir(), *scratch.iterdir()] == [scratch]


@pytest.mark.parametrize("writer_of", [XlsxWriter, CsvWriter])  # one large sheet: the limit is for each file
def test_the_disk_fills_up_while_rows_come(writer_of: WriterOf, tmp_path: Path, scratch: Path) -> None:
    writer = writer_of(Locale.ES)
    with full_disk(64 * 1024), pytest.raises(OSError, match="too large"):
        writer.append(several(3_000))
    assert [*tmp_path.iterdir(), *scratch.iterdir()] == [scratch]


@both
@pytest.mark.parametrize("size", [100, 1_500])
def test_the_disk_fills_up_at_the_end(writer_of: WriterOf, size: int, tmp_path: Path, scratch: Path) -> None:
    writer = writer_of(Locale.ES)
    writer.append(tables.columns([tables.row(reply_text="hola " * 500)]))
    with full_disk(size), pytest.raises(OSError, match="too large"):
        writer.finish(tmp_path / "export")
    assert [*tmp_path.iterdir(), *scratch.iterdir()] == [scratch]


def test_an_error_while_packing_keeps_the_old_file(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ExcelWriter) -> None:
        raise OSError("broken")

    path = tmp_path / "export.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(ExcelWriter, "_write_images", fail)  # by then the sheets are packed
    writer = small_workbook(Locale.ES)
    with pytest.raises(OSError, match="broken"):
        writer.finish(path)
    assert path.read_bytes() == b"old"
    assert {*tmp_path.iterdir(), *scratch.iterdir()} == {scratch, path}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), datetime(2026, 1, 1)])  # noqa: DTZ001  refused
def test_a_bad_summary_is_refused(value: Any, scratch: Path) -> None:
    with pytest.raises(ValueError, match=r"finite|zone"):
        XlsxWriter(Locale.ES, summary=[("a", value)])
    assert not list(scratch.iterdir())
