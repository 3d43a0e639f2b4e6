"""The column of replies: never empty where there was one."""

import pytest

from analytics.domain.text import Locale
from tasks.exports.writers.reply_column import KINDS, replies
from tests.support.exports import tables

WORDS = {
    "text": ("Texto", "Text"),
    "button": ("Botón", "Button"),
    "interactive": ("Interactivo", "Interactive"),
    "form": ("Formulario", "Form"),
    "image": ("Imagen", "Image"),
    "audio": ("Audio", "Audio"),
    "video": ("Video", "Video"),
    "sticker": ("Sticker", "Sticker"),
    "document": ("Documento", "Document"),
    "location": ("Ubicación", "Location"),
    "contact": ("Contacto", "Contact"),
    "order": ("Pedido", "Order"),
    "media": ("Archivo", "File"),
    "unsupported": ("No compatible", "Unsupported"),
    "": ("Respuesta", "Reply"),
    "poll": ("Respuesta", "Reply"),  # a kind that this release does not know
}
SPOKEN = ("text", "button", "interactive", "", "poll")


def shown(kind: str | None, text: str | None, locale: Locale = Locale.ES) -> str | None:
    [found] = replies(tables.columns([tables.row(reply_kind=kind, reply_text=text)]), locale)
    return found


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("text", [None, "", " ", "\n\t "])
def test_without_words_a_reply_is_its_kind(kind: str, text: str | None) -> None:
    assert [shown(kind, text, locale) for locale in (Locale.ES, Locale.EN)] == [f"[{word}]" for word in WORDS[kind]]


@pytest.mark.parametrize("kind", WORDS)
def test_words_are_shown_as_they_are_or_behind_the_kind(kind: str) -> None:
    spanish, english = ("", "") if kind in SPOKEN else (f"[{word}] " for word in WORDS[kind])
    assert shown(kind, " la boleta ") == f"{spanish} la boleta "
    assert shown(kind, "=1", Locale.EN) == f"{english}=1"


def test_no_reply_is_no_text() -> None:
    assert shown(None, None) is None


def test_every_kind_has_its_words() -> None:
    assert {kind: tuple(words.values()) for kind, words in KINDS.items()} == {
        kind: words for kind, words in WORDS.items() if kind != "poll"
    }
