"""Anyone's text made fit for a cell: it always stays text, and reads back as it was."""

import re
from collections.abc import Sequence

# Excel's limit for a cell, in UTF-16 code units of the text as read (escapes count as what they stand for).
CELL_LIMIT = 32_767
CUT_MARK = "…"

# Nothing in XML 1.0 can stand for these, not even a character reference; lone surrogates fit no file at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Looks ahead, so that in `_x0041_x0042_` the underscore both escapes share is protected too.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_NEEDS_QUOTES = re.compile('[",\r\n]')

# OWASP's list, with the full-width signs that East Asian locales read as the plain ones.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def legible(text: str) -> str:
    """The text with U+FFFD for every character that a file cannot hold: controls but tab, LF and CR; lone
    surrogates; U+FFFE and U+FFFF."""
    if text.isprintable():  # one fast pass in C; none of the above is printable
        return text
    return _UNWRITABLE.sub("\ufffd", text)


def shorten(text: str, limit: int = CELL_LIMIT) -> str:
    """The text, or as much of it as fits in `limit` UTF-16 units with `…` at the end; never half a pair.

    Expects legible text.
    """
    if 2 * len(text) <= limit:  # fits even if every character takes two units
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * limit:
        return text
    kept = units[: 2 * (limit - len(CUT_MARK))]
    return kept.decode("utf-16-le", "ignore") + CUT_MARK  # "ignore" drops the first half of a pair cut in two


def cell_text(text: str) -> str:
    """The text as it is written into a worksheet's XML: legible, no longer than Excel allows, and `_x0041_`,
    which Excel would show as `A`, written as Excel itself writes it, `_x005F_x0041_`.

    The result can be longer than CELL_LIMIT: the limit is for the text that is read back. CR and LF stay as
    they are: lxml writes CR as `&#13;`, which every XML reader gives back; not all decode `_x000D_`.
    """
    if text.isprintable() and "_x" not in text and 2 * len(text) <= CELL_LIMIT:
        return text  # nearly every value
    return _LOOKS_ESCAPED.sub("_x005F_", shorten(legible(text)))


def csv_field(text: str | None) -> str:
    """The text as it is written into a CSV file: legible, in full (CSV has no cell limit), in quotes where RFC 4180
    wants them, and with an apostrophe in front where a spreadsheet would take it for a formula. A phone with its `+`
    is no exception: LibreOffice and Excel read `+56911112222` as a number and show it without its sign.

    The guard looks at the start of a field as RFC 4180 has it. A spreadsheet told to split at `;` instead
    finds other fields: who opens exports in a spreadsheet takes XLSX, which leaves nothing to guess.
    """
    if not text:
        return ""
    if text[0] in _FORMULA_STARTS:
        text = "'" + text
    if text.isprintable():
        needs_quotes = "," in text or '"' in text
    else:
        text = _UNWRITABLE.sub("\ufffd", text)
        needs_quotes = _NEEDS_QUOTES.search(text) is not None
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


def csv_fields(texts: Sequence[str | None]) -> Sequence[str]:
    """`csv_field` of each. Where none has anything to mend, which is seen at once, they are as they were."""
    full = [text for text in texts if text]
    together = "".join(full)
    starts = {text[0] for text in full}
    if together.isprintable() and _FORMULA_STARTS.isdisjoint(starts) and "," not in together and '"' not in together:
        return [text or "" for text in texts]
    return [csv_field(text) for text in texts]
