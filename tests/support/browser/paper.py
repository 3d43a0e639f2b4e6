"""A reader of the PDFs that Chromium prints: their words with their places."""

import re
import zlib
from dataclasses import dataclass

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)", re.DOTALL)
TOKEN = re.compile(r"<[0-9A-Fa-f]*>|[^\s<>]+")
Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Text:
    """A run of letters; `x` and `y` are points from the left and the top of its sheet."""

    sheet: int
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Paper:
    """The sheets' size in points, their number, and all that is written on them, in the order of printing."""

    width: float
    height: float
    sheets: int
    texts: list[Text]

    def find(self, words: str) -> Text:
        """The first run that has these words."""
        return next(one for one in self.texts if words in one.text)


def read_paper(pdf: bytes) -> Paper:
    """Read what Chromium printed."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type /Page\s", body)]
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pages[0])
    assert box
    width, height = float(box[1]), float(box[2])
    texts: list[Text] = []
    for sheet, page in enumerate(pages):
        fonts = {name.decode(): _letters(objects, int(font)) for name, font in re.findall(rb"/(F\d+) (\d+) 0 R", page)}
        content = re.search(rb"/Contents (\d+) 0 R", page)
        assert content
        runs = _runs(_inflated(objects[int(content[1])]), fonts)
        texts += [Text(sheet, x, height - y, text) for x, y, text in runs]
    return Paper(width, height, len(pages), texts)


def _inflated(body: bytes) -> str:
    found = STREAM.search(body)
    assert found
    if b"/FlateDecode" not in body[: found.start()]:  # so little that it is not compressed
        return found[1].partition(b"endstream")[0].decode("latin-1")
    return zlib.decompressobj().decompress(found[1]).decode("latin-1")  # it knows where it ends


def _letters(objects: dict[int, bytes], font: int) -> dict[str, str]:
    """The letters of a font's codes."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if not found:
        return {}
    table = _inflated(objects[int(found[1])])
    letters: dict[str, str] = {}
    for kind, block in re.findall(r"beginbf(char|range)\n(.*?)endbf", table, re.DOTALL):
        for row in block.strip().splitlines():
            first, *rest = re.findall(r"<([0-9A-F]+)>", row)
            last, text = (first, rest[0]) if kind == "char" else rest
            for offset in range(int(last, 16) - int(first, 16) + 1):
                code = f"{int(first, 16) + offset:0{len(first)}X}"
                start = bytes.fromhex(text).decode("utf-16-be")
                letters[code] = start[:-1] + chr(ord(start[-1]) + offset)
    return letters


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _runs(content: str, fonts: dict[str, dict[str, str]]) -> list[tuple[float, float, str]]:
    """The letters between BT and ET with the place of the first, in points from the bottom left."""
    matrix, place, saved, letters = UNIT, UNIT, list[Matrix](), dict[str, str]()
    runs: list[tuple[float, float, str]] = []
    operands: list[str] = []
    for token in TOKEN.findall(content):
        if not re.fullmatch(r"[A-Za-z*']+", token):
            operands.append(token)
            continue
        if token == "q":
            saved.append(matrix)
        elif token == "Q":
            matrix = saved.pop()
        elif token in ("cm", "Tm"):
            a, b, c, d, e, f = map(float, operands[-6:])
            if token == "cm":
                matrix = _times((a, b, c, d, e, f), matrix)
            else:
                place = _times((a, b, c, d, e, f), matrix)
                runs.append((place[4], place[5], ""))
        elif token == "Tf":
            letters = fonts[operands[-2].removeprefix("/")]
        elif token == "Tj":
            code = operands[-1].strip("<>").upper()
            width = len(next(iter(letters), "00"))
            shown = "".join(letters.get(code[at : at + width], "?") for at in range(0, len(code), width))
            x, y, text = runs.pop()
            runs.append((x, y, text + shown))
        operands.clear()
    return runs
