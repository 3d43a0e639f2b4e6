"""Files of events: NDJSON of the platform's events, or WhatsApp bodies in the shapes people keep them in."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.event_parser import parse_event
from analytics.ingest.formats.whatsapp import read_body

# A longer line is not an event: it is rejected without being kept in memory.
MAX_LINE_BYTES = 2**20
# From a non-blank character to the end of its line: skips many empty lines at once.
_NOT_BLANK = re.compile(rb"\S[^\n]*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ParsedLine(NamedTuple):
    """A line or item of a file: the event, or the error; and its text, for the file of rejected lines."""

    line: int
    event: AnyEvent | InvalidEventError
    text: bytes


def read_events(lines: Iterable[bytes]) -> Iterator[ParsedLine]:
    """Parse the events of an NDJSON file; empty lines are skipped."""
    for number, raw in enumerate(lines, 1):
        if text := raw.strip():
            yield _parse_line(number, text)


def read_part(part: bytes, first_number: int) -> Iterator[ParsedLine]:
    """Parse the events in whole lines of an NDJSON file; the first line has the number `first_number`."""
    number, counted_to = first_number, 0
    for match in _NOT_BLANK.finditer(part):
        number += part.count(b"\n", counted_to, match.start())
        counted_to = match.start()
        yield _parse_line(number, match[0].rstrip())


def _parse_line(number: int, text: bytes) -> ParsedLine:
    if number == 1:
        text = text.removeprefix(_BYTE_ORDER_MARK)
    return ParsedLine(number, _parse(text), text)


def _parse(text: bytes) -> AnyEvent | InvalidEventError:
    if len(text) > MAX_LINE_BYTES:
        return InvalidEventError("TOO_LONG", f"The line is longer than {MAX_LINE_BYTES} bytes.")
    try:
        return parse_event(text)
    except InvalidEventError as error:
        return error


def read_whatsapp(file: BinaryIO, *, forms: bool = False) -> Iterator[ParsedLine]:
    """Parse a file of Cloud API bodies: one body, a list of bodies, an object of named bodies, or one body a line.

    With `forms` the answers of forms are kept.
    """
    start = file.tell()
    first = next((line for line in file if line.strip()), b"")
    try:
        json.loads(first)
        one_per_line = True
    except (ValueError, RecursionError):
        one_per_line = False
    file.seek(start)
    if one_per_line:
        for number, text in enumerate(file, 1):
            if text.strip():
                yield from _read_document(number, text.strip(), forms)
    else:
        yield from _read_document(1, file.read(), forms)


def _read_document(number: int, text: bytes, forms: bool) -> Iterator[ParsedLine]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield ParsedLine(number, InvalidEventError("INVALID_JSON", "Not JSON."), text)
        return
    for name, body in _bodies(document):
        raw = json.dumps(body).encode()
        try:
            for _, event in read_body(body, forms=forms):
                yield ParsedLine(number, event, raw)
        except InvalidEventError as error:
            named = InvalidEventError(error.code, f"{name}: {error.message}" if name else error.message)
            yield ParsedLine(number, named, raw)


def _bodies(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, list):
        yield from ((f"[{n}]", body) for n, body in enumerate(document))
    elif isinstance(document, dict) and "entry" not in document and document:
        yield from document.items()
    else:
        yield "", document
