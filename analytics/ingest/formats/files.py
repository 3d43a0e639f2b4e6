"""Files of events: NDJSON of the platform's events, or WhatsApp bodies in the shapes people keep them in."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from analytics.ingest.events import AnyEvent, InvalidEvent
from analytics.ingest.formats.event_parser import parse_event
from analytics.ingest.formats.whatsapp import read_body

# A line longer than this is no event: it is refused without being held in memory any longer.
LONGEST_LINE = 2**20
# As far as the end of its line, from what is no blank: many empty lines are passed over at once.
_NOT_BLANK = re.compile(rb"\S[^\n]*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Item(NamedTuple):
    """One thing read from a file: the event, or why there is none; its text, to be written aside."""

    line: int
    event: AnyEvent | InvalidEvent
    text: bytes


def read_events(lines: Iterable[bytes]) -> Iterator[Item]:
    """The events of an NDJSON file; empty lines are passed over."""
    for number, raw in enumerate(lines, 1):
        if text := raw.strip():
            yield _item(number, text)


def read_part(part: bytes, first: int) -> Iterator[Item]:
    """The events of whole lines of an NDJSON file, of which the first is line number `first`."""
    number, counted = first, 0
    for found in _NOT_BLANK.finditer(part):
        number += part.count(b"\n", counted, found.start())
        counted = found.start()
        yield _item(number, found[0].rstrip())


def _item(number: int, text: bytes) -> Item:
    if number == 1:
        text = text.removeprefix(_BYTE_ORDER_MARK)
    return Item(number, _parse(text), text)


def _parse(text: bytes) -> AnyEvent | InvalidEvent:
    if len(text) > LONGEST_LINE:
        return InvalidEvent("TOO_LONG", f"The line is longer than {LONGEST_LINE} bytes.")
    try:
        return parse_event(text)
    except InvalidEvent as error:
        return error


def read_whatsapp(file: BinaryIO, *, forms: bool = False) -> Iterator[Item]:
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


def _read_document(number: int, text: bytes, forms: bool) -> Iterator[Item]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield Item(number, InvalidEvent("INVALID_JSON", "Not JSON."), text)
        return
    for name, body in _bodies(document):
        raw = json.dumps(body).encode()
        try:
            for _, event in read_body(body, forms=forms):
                yield Item(number, event, raw)
        except InvalidEvent as error:
            named = InvalidEvent(error.code, f"{name}: {error.message}" if name else error.message)
            yield Item(number, named, raw)


def _bodies(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, list):
        yield from ((f"[{n}]", body) for n, body in enumerate(document))
    elif isinstance(document, dict) and "entry" not in document and document:
        yield from document.items()
    else:
        yield "", document
