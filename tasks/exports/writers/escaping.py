"""Escaping of untrusted text for cells: it always stays text, and reads back unchanged."""

import re
from collections.abc import Collection, Sequence

# Excel's limit for a cell, in UTF-16 code units of the text as read (escapes count as what they stand for).
CELL_LIMIT = 32_767
CUT_MARK = "…"

# Nothing in XML 1.0 can stand for these, not even a character reference; lone surrogates fit no file at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Looks ahead, so that in `_x0041_x0042_` the underscore both escapes share is protected too.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

# In CSV. OWASP's list, with the full-width signs that East Asian locales read as the plain ones.
_FORMULA_SIGNS = "=+-@＝＋－＠"
_SIGN = f"[{re.escape(_FORMULA_SIGNS)}]"
# Where some spreadsheet may begin a cell, whatever the file's own separator and whether or not it honours quotes.
_BREAKS = ",;\t\r\n\x85\u2028\u2029"
# What it may pass over before a cell's text.
_PASSED = f'(?:[^\\S{_BREAKS}]|")*+'
# Up to where an apostrophe goes: at the beginning in front of a sign, a tab, a line break, or a number that would be
# shown rounded or without its zeros; after a break in front of a sign or a tab. In front of apostrophes too, so that
# taking one off always gives the text as it was.
_GUARDED = re.compile(
    rf"\A{_PASSED}'*+(?=[\t\r\n]|{_SIGN})|\A'*+(?=(?:0[0-9]+|[0-9]{{12,}})\Z)|[{_BREAKS}]{_PASSED}'*+(?=\t|{_SIGN})"
)
# And at the end of a field in quotes whose last quote opens a cell, for whoever splits at another sign.
_OPEN_ENDS = {separator: re.compile(f"[{_BREAKS.replace(separator, '')}]{_PASSED}'*+\\Z") for separator in (",", ";")}
# A quick look: where none of these stands behind a break, a space, a quote or nothing, only numbers are guarded.
_WANTS_GUARD = re.compile(rf"""[\t\r\n{re.escape(_FORMULA_SIGNS)}](?<![^\s,;"'][\s\S])""")
_SIGNS = frozenset(_FORMULA_SIGNS)
_BEGINNINGS = _SIGNS | frozenset(" '")
_DIGITS = frozenset("0123456789")
_SHOWN_DIGITS = 11  # of a number, at most, that a spreadsheet shows as it is


def replace_unwritable(text: str) -> str:
    """Replace characters that a file cannot hold by U+FFFD: controls other than tab, LF and CR; lone
    surrogates; U+FFFE and U+FFFF."""
    if text.isprintable():  # one fast pass in C; none of the above is printable
        return text
    return _UNWRITABLE.sub("\ufffd", text)


def truncate_utf16(text: str, limit: int = CELL_LIMIT) -> str:
    """Cut a longer text to `limit` UTF-16 units with `…` at the end, never within a surrogate pair.

    Expects text without unwritable characters.
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
    return _LOOKS_ESCAPED.sub("_x005F_", truncate_utf16(replace_unwritable(text)))


def csv_field(text: str | None, separator: str = ",") -> str:
    """The text as it is written into a CSV file: legible, in full (CSV has no cell limit), in quotes where RFC 4180
    wants them, and with an apostrophe wherever a spreadsheet would find a formula, or at the beginning of a number that
    it would not show as it is. A phone with its `+` is no exception: LibreOffice and Excel read `+56911112222` as a
    number and show it without its sign.

    Spreadsheets split at what their machine's language splits at, so every comma, semicolon, tab and line break may be
    the beginning of a cell: `x;=1+1` has the formula `=1+1` where the file's commas mean nothing.
    """
    if not text:
        return ""
    needs_quotes = separator in text or '"' in text
    if not text.isprintable():
        text = _UNWRITABLE.sub("\ufffd", text)
        needs_quotes = needs_quotes or "\n" in text or "\r" in text
    if text[-1] in _DIGITS or _WANTS_GUARD.search(text):
        text = _GUARDED.sub(r"\g<0>'", text)
    if not needs_quotes:
        return text
    if not text[-1].isalnum() and _OPEN_ENDS[separator].search(text):
        text += "'"
    return '"' + text.replace('"', '""') + '"'


def csv_fields(texts: Sequence[str | None], separator: str = ",") -> Sequence[str]:
    """`csv_field` of each. Where all are alike in what there is to mend, which is seen at once, it takes no look at
    each: where nothing is, as in most columns, and where each begins with a sign, as phones do."""
    full = list(filter(None, texts))
    together = "".join(full)
    if together.isprintable() and "," not in together and ";" not in together and '"' not in together:
        starts = {text[0] for text in full}
        if starts <= _SIGNS:
            return [f"'{text}" if text else "" for text in texts]
        if starts.isdisjoint(_BEGINNINGS) and not (starts & _DIGITS and _has_long_number(full, starts)):
            return full if len(full) == len(texts) else [text or "" for text in texts]
    return [csv_field(text, separator) if text else "" for text in texts]


def _has_long_number(texts: Sequence[str], starts: Collection[str]) -> bool:
    """True if any of them may be a number that a spreadsheet does not show as it is."""
    return ("0" in starts or len(max(texts, key=len)) > _SHOWN_DIGITS) and any(map(str.isdigit, texts))
