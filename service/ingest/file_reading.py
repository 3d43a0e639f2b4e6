"""Reading of files for an import, some tens of thousands of events at a time; run as a module, in a process of its own.

All that needs no database is done here, ahead of what is applied. For 60,000 messages (216,000 events) an import in one
process took 8.4 s of processor; now this one takes 2.2 s, and the one that applies 5.7 s. The parts go to standard
output, and the pipe bounds how far it runs ahead: by one part.
"""

import gc
import gzip
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec
from msgspec import Raw, Struct

from analytics.domain.time_zones import now_micros
from analytics.ingest.batch_reading import Batch, read_batch
from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.files import ParsedLine, read_events, read_whatsapp

# Events applied in one transaction. A message's events come soon after one another: the more of them are in one
# batch, the fewer times its row and its rollup rows are written. This takes an eighth less work than 40,000; 120,000
# would take hardly less than this. Fewer if their lines are long: a part is in the memory of both processes.
BATCH, BATCH_BYTES = 80_000, 128 * 2**20
PACKED = ".gz"
STANDARD_INPUT = "-"
# Bytes of all files up to which they are read in the import's own process: another one takes some 0.3 s to start.
SMALL = 4 * 2**20
LENGTH = struct.Struct(">I")


class UnreadableFileError(Exception):
    """A file that is damaged, or a disk; the message names it."""


class Line(NamedTuple):
    """A line of a file, with its number."""

    number: int
    text: bytes


class InvalidLine(NamedTuple):
    """A line that is not an event: its number, its text, a code and a sentence."""

    number: int
    text: bytes
    code: str
    message: str


class FilePart(Struct, frozen=True, array_like=True):
    """The next lines of the file with the index `file`: a batch, and the lines that are no events.

    `size` counts their bytes. With a `failure` the file cannot be read any further, and there is nothing else.
    """

    file: int
    batch: Batch
    encoded_lines: Raw  # hardly ever looked at
    invalid: list[InvalidLine]
    size: int
    failure: str | None = None

    @property
    def lines(self) -> list[Line]:
        """The line of each event of the batch."""
        return msgspec.msgpack.decode(self.encoded_lines, type=list[Line])


def name_of(path: Path) -> str:
    """Return the name of a file for people."""
    return "standard input" if str(path) == STANDARD_INPUT else path.name


def are_small(paths: Iterable[Path]) -> bool:
    """Return True if files are so small that a process to read them takes longer to start than it would save."""
    return all(path.is_file() for path in paths) and sum(path.stat().st_size for path in paths) < SMALL


def read_files(paths: Sequence[Path], *, whatsapp: bool, forms: bool) -> Iterator[FilePart]:
    """Yield the parts of files (`-` is standard input, `.gz` is packed). Raises `UnreadableFileError`."""
    for index, path in enumerate(paths):
        try:
            with _open(path) as file:
                yield from parts_of(read_whatsapp(file, forms=forms) if whatsapp else read_events(file), index)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFileError(
                f"{name_of(path)} cannot be read to its end: {error}. What came before may be in already."
            ) from None


def _open(path: Path) -> BinaryIO:
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer
    return cast(BinaryIO, gzip.open(path)) if path.suffix == PACKED else path.open("rb")


def parts_of(items: Iterable[ParsedLine], file: int = 0) -> Iterator[FilePart]:
    """Yield the parts of a file's lines."""
    for part in _batches(items):
        events: list[AnyEvent] = []
        lines: list[Line] = []
        invalid: list[InvalidLine] = []
        for number, event, text in part:
            if isinstance(event, InvalidEventError):
                invalid.append(InvalidLine(number, text, event.code, event.message))
            else:
                events.append(event)
                lines.append(Line(number, text))
        size = sum(len(item.text) + 1 for item in part)
        batch = read_batch(events, [now_micros()] * len(events))
        yield FilePart(file, batch, Raw(msgspec.msgpack.encode(lines)), invalid, size)


def _batches(items: Iterable[ParsedLine]) -> Iterator[list[ParsedLine]]:
    batch: list[ParsedLine] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.text)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class FileReader:
    """A process that reads files. Use as a context manager: it ends with the block, read to the end or not."""

    def __init__(self, paths: Sequence[Path], *, whatsapp: bool, forms: bool) -> None:
        arguments = [str(int(whatsapp)), str(int(forms)), *map(str, paths)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "service.ingest.file_reading", *arguments], stdout=subprocess.PIPE
        )

    def __enter__(self) -> "FileReader":
        return self

    def __exit__(self, *error: object) -> None:
        with self._process:  # which closes the pipe and waits for its end
            self._process.kill()

    def read(self) -> FilePart | None:
        """Wait for the next part and return it; None after the last. Raises `UnreadableFileError`."""
        pipe = cast(BinaryIO, self._process.stdout)
        head = pipe.read(LENGTH.size)
        body = pipe.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else b""
        if not body and self._process.wait() == 0:
            return None
        try:
            part = msgspec.msgpack.decode(body, type=FilePart)
        except msgspec.DecodeError:  # cut short
            raise UnreadableFileError(
                "The process that reads the files ended in the middle. What came before may be in already."
            ) from None
        if part.failure:
            raise UnreadableFileError(part.failure)
        return part


def run(whatsapp: str, forms: str, *paths: str) -> None:
    """Write the parts of files to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the import too, and it ends us
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # if it was killed, so are we
    gc.disable()  # the objects of a part hold no cycles
    # Nothing but parts may go where they go.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        for part in read_files([*map(Path, paths)], whatsapp=whatsapp == "1", forms=forms == "1"):
            _write(answers, part)
    except UnreadableFileError as error:
        _write(answers, FilePart(0, read_batch([], []), Raw(msgspec.msgpack.encode([])), [], 0, str(error)))


def _write(answers: BinaryIO, part: FilePart) -> None:
    body = msgspec.msgpack.encode(part)
    for piece in (LENGTH.pack(len(body)), body):
        rest = memoryview(piece)
        while rest:
            rest = rest[answers.write(rest) :]


if __name__ == "__main__":
    run(*sys.argv[1:])
