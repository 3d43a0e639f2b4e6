"""The applier: one process that applies events sent over HTTP, a batch at a time.

It is not the API's process, because applying is work for a processor, and requests for numbers would wait for it. It
reads frames from standard input and answers each on standard output; the end of its input is its end.
"""

import asyncio
import gc
import io
import os
import signal
import struct
import sys
from collections import Counter
from typing import BinaryIO, NamedTuple

import msgspec
import structlog
from msgspec import Struct

from analytics.database import Database
from analytics.ingest.batch import apply
from analytics.ingest.events import AnyEvent, InvalidEvent
from analytics.ingest.lines import read_events
from analytics.ingest.outcomes import TOO_LATE, Outcome
from analytics.outages import is_outage
from service.logs import configure
from service.settings import Settings

log = structlog.get_logger()

# A frame is its length in bytes, and so many bytes of MessagePack.
LENGTH = struct.Struct(">I")
# Requests for numbers go first.
NICE = 5


class Rejected(NamedTuple):
    """A line that was not accepted: its number in the request, a code and a sentence."""

    line: int
    code: str
    message: str


class Work(Struct, frozen=True, array_like=True):
    """Whole lines of a request, of which the first is line number `first`; when they came, in microseconds."""

    tenant: str
    first: int
    received_at: int
    lines: bytes


class Done(Struct, frozen=True, array_like=True):
    """What became of the lines. With a failure, DATABASE or INTERNAL, none of them was applied."""

    outcomes: dict[str, int] = {}
    rejected: list[Rejected] = []
    failure: str | None = None


def frame(message: Work | Done) -> bytes:
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
            answers.write(frame(runner.run(_apply(database, work))))
        runner.run(database.close())


def _next(source: BinaryIO) -> Work | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return msgspec.msgpack.decode(body, type=Work) if len(body) == length else None


async def _apply(database: Database, work: Work) -> Done:
    events: list[AnyEvent] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    # Many small objects live until the end of the batch, without cycles: looking for cycles would only cost time.
    gc.disable()
    try:
        for item in read_events(io.BytesIO(work.lines), work.first):
            if isinstance(item.event, InvalidEvent):
                rejected.append(Rejected(item.line, item.event.code, item.event.message))
            else:
                events.append(item.event)
                numbers.append(item.line)
        outcomes = await apply(database, work.tenant, events, work.received_at) if events else []
        late = [number for number, outcome in zip(numbers, outcomes, strict=True) if outcome is Outcome.REJECTED]
        rejected += [Rejected(number, TOO_LATE.code, TOO_LATE.message) for number in late]
        return Done({str(outcome): count for outcome, count in Counter(outcomes).items()}, sorted(rejected))
    except Exception as error:
        if is_outage(error):
            log.warning("events could not be applied: the database does not answer", exc_info=True)
            return Done(failure="DATABASE")
        log.exception("events could not be applied")
        return Done(failure="INTERNAL")
    finally:
        gc.enable()


if __name__ == "__main__":
    run(Settings.read())
