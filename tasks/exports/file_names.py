"""Names of files, made from what people call their exports."""

import re
import unicodedata

# What Windows, macOS, Linux or a header does not take in a file's name.
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
LONGEST = 60  # characters; at four bytes each, and a suffix, within the 255 bytes that file systems allow


def file_name(name: str, suffix: str) -> str:
    """A file's name from an export's: no path, nothing hidden or reserved, never empty."""
    safe = UNSAFE.sub(" ", unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")))
    safe = _shortened(" ".join(safe.split()).strip(". ")).strip(". ")
    if not safe or RESERVED.fullmatch(safe):
        safe = f"export {safe}".strip()
    return f"{safe}.{suffix}"


def _shortened(text: str) -> str:
    """The text, cut after its last word that fits; a word that is too long by itself is cut within."""
    if len(text) <= LONGEST:
        return text
    words = text[: LONGEST + 1].rsplit(" ", 1)[0]
    # A cut far from the end would leave little of a name that ends in one long word.
    return words.rstrip(" ,;-–") if LONGEST // 2 <= len(words) <= LONGEST else text[:LONGEST]
