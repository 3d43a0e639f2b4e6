"""Files read for an import: by another process as by our own, and how that process ends."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analytics.ingest.formats.files import read_events
from service.ingest import file_reading
from service.ingest.file_reading import FilePart, FileReader, UnreadableFileError, parts_of, read_files
from tests.support import factories
from tests.support.paths import ROOT
from tests.support.servers.server import environment, eventually

EVENTS = [
    factories.account("a1", phone_number_id="100001"),
    factories.message_sent("m1", wamid="w1"),
    factories.message_sent("m2", wamid="w2", ticket={"id": "t", "key": None, "created": True}),
    factories.status("m1", "delivered"),
    factories.status("m1", "sent"),
    factories.status("m2", "failed", error={"code": 131026, "title": "Undeliverable"}),
    factories.status("m2", "unheard of"),
    factories.reply("r1"),
]
LINES = b"\n".join([*(json.dumps(event).encode() for event in EVENTS), b"", b"{not json", b" [1] "])


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A file, a packed one and an empty one; read at a time that both processes have."""
    monkeypatch.setattr(file_reading, "now_micros", lambda: 0)
    plain, packed, empty = tmp_path / "events.ndjson", tmp_path / "events.ndjson.gz", tmp_path / "empty"
    plain.write_bytes(LINES)
    packed.write_bytes(gzip.compress(LINES))
    empty.touch()
    return [plain, packed, empty]


def read_all(reader: FileReader) -> Iterator[FilePart]:
    while part := reader.read():
        yield part


def without_arrival(part: FilePart) -> Any:
    """A part as values, with 0 for the times at which something arrived."""
    batch = part.batch
    replies = [(n, msgspec.structs.replace(reply, received_at=0)) for n, reply in batch.records.replies]
    statuses = [
        (of_receipt.receipt.ref, of_receipt.accepted, [(status.n, status.event) for status in of_receipt.statuses])
        for of_receipt in batch.records.statuses
    ]
    others = batch.times, batch.directory_events, batch.records.messages, batch.ignored, len(batch.unknown)
    return part.file, part.lines, part.invalid, part.size, replies, statuses, others


def test_a_process_reads_what_we_read(paths: list[Path]) -> None:
    own = list(read_files(paths, whatsapp=False, forms=False))
    with FileReader(paths, whatsapp=False, forms=False) as reader:
        parts = list(read_all(reader))
    assert list(map(without_arrival, parts)) == list(map(without_arrival, own))
    assert [part.file for part in parts] == [0, 1]
    assert [(line.number, line.text) for line in parts[0].invalid] == [(10, b"{not json"), (11, b"[1]")]
    assert [line.number for line in parts[0].lines] == list(range(1, 9))


def test_a_file_that_cannot_be_read_to_its_end_is_named(paths: list[Path]) -> None:
    paths[1].write_bytes(paths[1].read_bytes()[:-9])
    with FileReader(paths, whatsapp=False, forms=False) as reader, pytest.raises(UnreadableFileError) as raised:
        list(read_all(reader))
    assert str(raised.value).startswith("events.ndjson.gz cannot be read to its end")


def test_a_process_that_was_killed_is_an_error(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    with FileReader([endless], whatsapp=False, forms=False) as reader:
        threading.Timer(0.2, reader._process.kill).start()
        with pytest.raises(UnreadableFileError, match="ended in the middle"):
            reader.read()


def test_a_process_ends_with_its_reader(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    with FileReader([endless], whatsapp=False, forms=False) as reader:
        assert reader._process.poll() is None
    assert reader._process.returncode == -signal.SIGKILL


def test_long_lines_come_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reading, "BATCH", 3)
    monkeypatch.setattr(file_reading, "BATCH_BYTES", 100)
    lines = [b"x" * length for length in (1, 1, 1, 1, 99, 150, 2)]
    parts = list(parts_of(read_events(lines)))
    assert [len(part.invalid) for part in parts] == [3, 2, 1, 1]


def test_an_import_that_waits_for_its_input_can_be_interrupted(folder: Path) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "service", "import", "-", "--tenant", "acme"],
        cwd=ROOT, env=environment(folder), stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    children = Path(f"/proc/{waiting.pid}/task/{waiting.pid}/children")
    if not children.exists():
        pytest.skip("no /proc")
    child = eventually(children.read_text).split()[0]
    eventually(lambda: b"file_reading" in Path(f"/proc/{child}/cmdline").read_bytes())
    os.killpg(waiting.pid, signal.SIGINT)
    _, said = waiting.communicate(timeout=60)
    assert (waiting.returncode, b"Traceback" in said) == (130, False)
    assert not Path(f"/proc/{child}").exists()
