"""Files of events: NDJSON of the platform's events, or WhatsApp bodies in the shapes people keep them in."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from analytics.ingest.events import AnyEvent, InvalidEventError
from analytics.ingest.formats.event_parser import parse_event
from analytics.ingest.formats.whatsapp import read_body

# A line longer than this is no event: it is refused without being held in memory any longer.
MAX_LINE_BYTES = 2**20
# As far as the end of its line, from what is no blank: many empty lines are passed over at once.
_NOT_BLANK = re.compile(rb"\S[^\n]*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ParsedLine(NamedTuple):
    """One thing read from a file: the event, or why there is none; its text, to be written aside."""

    line: int
    event: AnyEvent | InvalidEventError
    text: bytes


def read_events(lines: Iterable[bytes]) -> Iterator[ParsedLine]:
    """The events of an NDJSON file; empty lines are passed over."""
    for number, raw in enumerate(lines, 1):
        if text := raw.strip():
            yield _item(number, text)


def read_part(part: bytes, first: int) -> Iterator[ParsedLine]:
    """The events of whole lines of an NDJSON file, of which the first is line number `first`."""
    number, counted = first, 0
    for found in _NOT_BLANK.finditer(part):
        number += part.count(b"\n", counted, found.start())
        counted = found.start()
        yield _item(number, found[0].rstrip())


def _item(number: int, text: bytes) -> ParsedLine:
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
    """The events of a file of Cloud API bodies: one body, a list of them, named samples, or one a line.

    With `forms` the answers of forms are among them.
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
