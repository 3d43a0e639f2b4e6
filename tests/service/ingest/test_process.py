"""The applier: what a failure is told as."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from analytics.storage.database import Database
from service.ingest import process
from service.ingest.process import MAX_INVALID, MAX_NAMED, IngestBatch, IngestResult, encode_frame
from tests.service.ingest.test_events import ndjson
from tests.support.factories import message_sent, status


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (DBAPIError("", {}, Exception("closed"), connection_invalidated=True), "DATABASE"),
        (ConnectionRefusedError(), "DATABASE"),
        (IntegrityError("", {}, Exception("a wrong value")), "INTERNAL"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
)
async def test_only_an_outage_is_worth_sending_again(
    error: Exception, failure: str, database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(process, "apply_events", fail)
    done = await process._apply(database, IngestBatch(tenant, 1, 0, ndjson(message_sent())))
    assert (done.failure, done.outcomes) == (failure, {})


IGNORED = status("m1", "played")


async def test_lines_that_are_invalid_are_counted_and_not_all_named(database: Database, tenant: str) -> None:
    """A body with as many valid lines as invalid ones is read to its end."""
    lines = ndjson(*[IGNORED, b"x"] * (MAX_NAMED + 5))
    done = await process._apply(database, IngestBatch(tenant, 1, 0, lines))
    assert (done.outcomes, done.invalid, done.gave_up) == ({"ignored": MAX_NAMED + 5}, MAX_NAMED + 5, False)
    assert [line.line for line in done.named] == list(range(2, 2 * MAX_NAMED + 1, 2))


@pytest.mark.parametrize(
    ("valid", "invalid", "read"),
    [
        (0, 0, MAX_INVALID),
        (0, MAX_INVALID - 7, 7),
        (MAX_INVALID + 5, 0, MAX_INVALID + 6),
        (MAX_INVALID + 5, MAX_INVALID, 6),
    ],
)
async def test_nobody_reads_on_where_most_lines_are_invalid(
    valid: int, invalid: int, read: int, database: Database, tenant: str
) -> None:
    """Of a request that had so many valid and invalid lines before."""
    lines = b"x\n" * (4 << 20)
    done = await process._apply(database, IngestBatch(tenant, 100, 0, lines, valid, invalid))
    assert (done.outcomes, done.invalid, done.gave_up) == ({}, read, True)
    assert done.named[0].line == 100
    assert len(done.named) == min(read, MAX_NAMED)


async def test_what_came_before_is_applied(database: Database, tenant: str) -> None:
    lines = ndjson(message_sent("m1")) + b"x\n" * MAX_INVALID + ndjson(message_sent("m2"))
    done = await process._apply(database, IngestBatch(tenant, 1, 0, lines))
    assert (done.outcomes, done.gave_up) == ({"accepted": 1}, True)


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"%s"}' % (b"t" * 1_000_000),
        b'{"type":"message.reply","at":"2026-11-03T10:15:00Z","reply":{"id":"r","kind":"%s"}}' % (b"k" * 500_000),
        b'{"type":"message.sent","at":"2026-11-03T10:15:00Z","message":{"id":{"%s":1}}}' % (b"i" * 500_000),
        b'{"type":' + b"9" * 1_000_000 + b"}",
        b"[" * 1_000_000,
        b'{"x":' * 200_000,
        b'["' + b"\\ud800" * 100_000 + b'"]',
        b"x" * 8_000_000,
    ],
    ids=range(8),
)
async def test_an_answer_does_not_grow_with_a_line(line: bytes, database: Database, tenant: str) -> None:
    done = await process._apply(database, IngestBatch(tenant, 1, 0, line))
    assert [found.line for found in done.named] == [1]
    assert len(encode_frame(done)) < 1_000


async def test_answers_are_bounded_whatever_was_sent(database: Database, tenant: str) -> None:
    line = b'{"type":"' + b"t" * 700 + b'"}\n'
    done = await process._apply(database, IngestBatch(tenant, 1, 0, line * (8 * 2**20 // len(line))))
    assert isinstance(done, IngestResult)
    assert len(encode_frame(done)) < 4 << 20
