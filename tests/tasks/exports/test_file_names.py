import re
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.exports.file_names import file_name

NASTY = [
    "..",
    ".",
    "/",
    "\\",
    "CON",
    "con.txt",
    "LPT1",
    "a:b",
    "\x00",
    "\u202e",
    "\ud800",
    " ",
    "-",
    "~",
    '*?<>|"',
    "é",
    "👍",
]
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])")


@given(st.text(st.characters()) | st.lists(st.sampled_from(NASTY) | st.text(max_size=3)).map("".join))
def test_any_name_makes_a_name_that_every_system_takes(name: str) -> None:
    made = file_name(name, "xlsx")
    stem = made.removesuffix(".xlsx")
    assert made.endswith(".xlsx")
    assert stem.strip(". ") == stem != ""
    assert PurePosixPath(made).name == made == PureWindowsPath(made).name
    assert not re.search(r'[\x00-\x1f\x7f/\\:*?"<>|]', made)
    assert not RESERVED.fullmatch(stem.partition(".")[0].strip())
    assert len(made.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Envíos marzo", "Envíos marzo.csv"),
        ("../../etc/passwd", "etc passwd.csv"),
        ("  a   b  ", "a b.csv"),
        ("con", "export con.csv"),
        ("...", "export.csv"),
        ("n" * 500, "n" * 60 + ".csv"),
        (
            "Envíos de cobranza de noviembre a clientes morosos, recordatorios y avisos",
            "Envíos de cobranza de noviembre a clientes morosos.csv",
        ),
        (
            "Envíos de cobranza de noviembre a los 60 clientes que morosos",
            "Envíos de cobranza de noviembre a los 60 clientes que.csv",
        ),
        (
            "Envíos de noviembre con exactamente sesenta letras de nombre",
            "Envíos de noviembre con exactamente sesenta letras de nombre.csv",
        ),
        ("a " + "n" * 70, "a " + "n" * 58 + ".csv"),
    ],
)
def test_what_people_call_their_exports(name: str, made: str) -> None:
    assert file_name(name, "csv") == made
