"""The column "Respuesta", which says of every reply that there was one: its text, or its kind in brackets."""

from collections.abc import Mapping

from analytics.domain.text import Locale
from analytics.reports.runner import MessageBatch

# The kinds of replies, each in its languages; empty is one of which nobody said the kind.
KINDS: Mapping[str, Mapping[Locale, str]] = {
    kind: {Locale.ES: es, Locale.EN: en}
    for kind, es, en in (
        ("", "Respuesta", "Reply"),
        ("text", "Texto", "Text"),
        ("button", "Botón", "Button"),
        ("interactive", "Interactivo", "Interactive"),
        ("form", "Formulario", "Form"),
        ("image", "Imagen", "Image"),
        ("audio", "Audio", "Audio"),
        ("video", "Video", "Video"),
        ("sticker", "Sticker", "Sticker"),
        ("document", "Documento", "Document"),
        ("location", "Ubicación", "Location"),
        ("contact", "Contacto", "Contact"),
        ("order", "Pedido", "Order"),
        ("media", "Archivo", "File"),
        ("unsupported", "No compatible", "Unsupported"),
    )
}
# Of these the text is a caption; of any other, and of what we do not know, it is what was said.
CAPTIONED = KINDS.keys() - {"", "text", "button", "interactive"}


def replies(sends: MessageBatch, locale: Locale) -> list[str | None]:
    """The text of the column; None where there was no reply."""
    return [
        None
        if kind is None
        else text
        if text and kind not in CAPTIONED and not text.isspace()
        else _named(kind, text, locale)
        for kind, text in zip(sends.reply_kind, sends.reply_text, strict=True)
    ]


def _named(kind: str, text: str | None, locale: Locale) -> str:
    """A reply by its kind, with its caption; of somebody who was forgotten there is no text."""
    name = f"[{KINDS.get(kind, KINDS[''])[locale]}]"
    return f"{name} {text}" if text and not text.isspace() else name


def kind_word(kind: str | None, locale: Locale) -> str | None:
    """A kind in one word; None where there was no reply, or nobody said of which kind it is."""
    return KINDS[kind][locale] if kind and kind in KINDS else None
