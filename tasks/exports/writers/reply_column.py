"""The column "Respuesta": each reply's text, or its kind in brackets where it has no text."""

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
    """Return the values of the column; None where there was no reply."""
    return [
        None
        if kind is None
        else text
        if text and kind not in CAPTIONED and not text.isspace()
        else _named(kind, text, locale)
        for kind, text in zip(sends.reply_kind, sends.reply_text, strict=True)
    ]


def _named(kind: str, text: str | None, locale: Locale) -> str:
    """Return a reply's kind in brackets, with its caption if it has one; erasure removes captions."""
    name = f"[{KINDS.get(kind, KINDS[''])[locale]}]"
    return f"{name} {text}" if text and not text.isspace() else name


def kind_word(kind: str | None, locale: Locale) -> str | None:
    """Return a word for a reply's kind; None without a reply, or if its kind is unknown."""
    return KINDS[kind][locale] if kind and kind in KINDS else None
