"""Reasons of bounces, in the file's language."""

import re

import pytest

from analytics.domain.text import Locale
from analytics.domain.whatsapp_errors import TITLES
from tasks.exports.writers.bounce_reasons import SPANISH, reason
from tests.support.paths import ROOT

HEARD = {131026: "Heard", 999: "Something new"}


@pytest.mark.parametrize(
    ("code", "heard", "spanish", "english"),
    [
        (131026, {}, "No se pudo entregar: el número puede no estar en WhatsApp", "Message undeliverable"),
        (131026, HEARD, "No se pudo entregar: el número puede no estar en WhatsApp", "Message undeliverable"),
        (999, {}, "Error 999", "Error 999"),
        (999, HEARD, "Something new", "Something new"),
        (None, HEARD, "WhatsApp no indicó el motivo", "Unknown reason"),
    ],
)
def test_a_code_in_words(code: int | None, heard: dict[int, str], spanish: str, english: str) -> None:
    assert [reason(code, heard, locale) for locale in (Locale.ES, Locale.EN)] == [spanish, english]


def test_files_and_pages_say_the_same() -> None:
    source = ROOT / "frontend" / "src" / "i18n" / "words" / "bounces.es.ts"
    pages = dict(re.findall(r'(\d+): "(.*)",', source.read_text("utf-8")))
    assert {str(code): words for code, words in SPANISH.items() if code is not None} == pages
    assert SPANISH.keys() == {None, *TITLES}
