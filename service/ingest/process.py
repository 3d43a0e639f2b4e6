"""The applier: one process that applies events sent over HTTP, a batch at a time.

It is not the API's process, because applying is work for a processor, and requests for numbers would wait for it. It
reads frames from standard input and answers each on standard output; the end of its input is its end.
"""

import asyncio
import gc
import os
import signal
import struct
import sys
from typing import BinaryIO, NamedTuple

import msgspec
import structlog
from msgspec import Struct

from analytics.ingest.batch import apply_events
from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.files import read_part
from analytics.ingest.outcomes import TOO_LATE, Outcome, count_outcomes
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database
from service.settings import Settings
from service.telemetry.logs import configure

log = structlog.get_logger()

# A frame is its length in bytes, and so many bytes of MessagePack.
LENGTH = struct.Struct(">I")
# Requests for numbers go first.
NICE = 5
# Rejected lines that are named of a request; the others are counted.
MAX_NAMED = 10_000
# Invalid lines of a request after which it is read no further, if it has more of them than of valid ones: finding out
# why takes far longer than sending them.
MAX_INVALID = 10_000


class RejectedLine(NamedTuple):
    """A line that was not accepted: its number in the request, a code and a sentence."""

    line: int
    code: str
    message: str


class IngestBatch(Struct, frozen=True, array_like=True):
    """Whole lines of a request, of which the first is line number `first`; when they came, in microseconds; how many
    lines of the request were valid and invalid before.
    """

    tenant: str
    first: int
    received_at: int
    lines: bytes
    valid: int = 0
    invalid: int = 0


class IngestResult(Struct, frozen=True, array_like=True):
    """The result of applying lines: the count of each outcome, the count of invalid lines, and the rejected ones.

    `gave_up`: most lines of the request are invalid, and those after the last invalid one were not read. With a
    failure, DATABASE, DAMAGED or INTERNAL, no line was applied.
    """

    outcomes: dict[str, int] = {}
    invalid: int = 0
    named: list[RejectedLine] = []
    gave_up: bool = False
    failure: str | None = None


def encode_frame(message: IngestBatch | IngestResult) -> bytes:
    """A message as it is sent."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def run(settings: Settings) -> None:
    """Apply what comes in on standard input until it ends."""
    configure(settings.log_level, settings.log_format)
    os.nice(NICE)
    for sign in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C, and a supervisor that stops all of a service's processes, reach our parent too. It still needs us for
        # the bodies that it has begun to take in, and ends us then.
        signal.signal(sign, signal.SIG_IGN)
    # Nothing but answers may go where they go.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with asyncio.Runner() as runner:
        database = Database(settings.database_url)
        while work := _next(sys.stdin.buffer):
            answers.write(encode_frame(runner.run(_apply(database, work))))
        runner.run(database.close())


def _next(source: BinaryIO) -> IngestBatch | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return msgspec.msgpack.decode(body, type=IngestBatch) if len(body) == length else None


async def _apply(database: Database, work: IngestBatch) -> IngestResult:
    # Many small objects live until the end of the batch, without cycles: looking for cycles would only cost time.
    gc.disable()
    try:
        read = _Read(work)
        async with database.guard(work.tenant):
            outcomes = await apply_events(database, work.tenant, read.events, work.received_at) if read.events else []
        for number, outcome in zip(read.numbers, outcomes, strict=True):
            if outcome is Outcome.REJECTED:
                read.name(RejectedLine(number, TOO_LATE.code, TOO_LATE.message))
        return IngestResult(count_outcomes(outcomes), read.invalid, sorted(read.named), read.gave_up)
    except Exception as error:
        if is_transient(error):
            log.warning("events could not be applied: the database does not answer", exc_info=True)
            return IngestResult(failure="DAMAGED" if database.is_damaged else "DATABASE")
        log.exception("events could not be applied")
        return IngestResult(failure="INTERNAL")
    finally:
        gc.enable()


class _Read:
    """The events of some work, with the numbers of their lines, and what could not be read."""

    def __init__(self, work: IngestBatch) -> None:
        self.events: list[AnyEvent] = []
        self.numbers: list[int] = []
        self.named: list[RejectedLine] = []
        self.invalid = 0
        self.gave_up = False
        for item in read_part(work.lines, work.first):
            if not isinstance(item.event, InvalidEventError):
                self.events.append(item.event)
                self.numbers.append(item.line)
                continue
            self.invalid += 1
            self.name(RejectedLine(item.line, item.event.code, item.event.message))
            if work.invalid + self.invalid >= max(MAX_INVALID, work.valid + len(self.events) + 1):
                self.gave_up = True
                return

    def name(self, line: RejectedLine) -> None:
        """Name a line that was rejected, unless enough are named."""
        if len(self.named) < MAX_NAMED:
            self.named.append(line)


if __name__ == "__main__":
    run(Settings.read())
