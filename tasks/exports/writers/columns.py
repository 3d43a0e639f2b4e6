"""The columns of an export as data: their headers, widths and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale


@dataclass(frozen=True, slots=True)
class Column:
    """One export column: of a field of `Sends` or `Named`, or a further one; `width` is in characters, as Excel
    measures it."""

    name: str
    headers: Mapping[Locale, str]
    width: int


# What is made of a message's names is kept for so many of them, since they come again and again: those of a tenant's
# directory fit, and memory stays flat if not.
KNOWN = 10_000


def _column(name: str, es: str, en: str, width: int) -> Column:
    return Column(name, {Locale.ES: es, Locale.EN: en}, width)


COLUMNS: tuple[Column, ...] = (
    _column("template_name", "Plantilla HSM", "HSM template", 28),
    _column("template_category", "Tipo de plantilla", "Template type", 18),
    _column("sent_at", "Fecha y hora de envío", "Sent at", 22),
    _column("department_name", "Departamento del HSM", "HSM department", 24),
    _column("agent_email", "Email del usuario", "User email", 30),
    _column("agent_name", "Nombre del usuario", "User name", 26),
    _column("message_id", "ID del mensaje", "Message ID", 24),
    _column("recipient_phone", "Teléfono del destinatario", "Recipient phone", 26),
    _column("status", "Estado del mensaje", "Message status", 20),
    _column("ticket_id", "ID interno del ticket", "Internal ticket ID", 22),
    _column("ticket_key", "Identificador del ticket", "Ticket identifier", 24),
    _column("account_phone", "Teléfono de la cuenta emisora", "Sender account phone", 30),
    _column("account_name", "Nombre de la cuenta emisora", "Sender account name", 30),
    _column("reply_text", "Respuesta", "Reply", 60),
)

FURTHER: Mapping[ExportColumn, Column] = {
    column: _column(column, es, en, width)
    for column, es, en, width in (
        (ExportColumn.ANSWERED, "Respondido", "Answered", 14),
        (ExportColumn.ANSWERED_AT, "Fecha y hora de respuesta", "Answered at", 26),
        (ExportColumn.REPLY_KIND, "Tipo de respuesta", "Reply type", 20),
        (ExportColumn.ACCEPTED_AT, "Fecha y hora de aceptación", "Accepted at", 28),
        (ExportColumn.DELIVERED_AT, "Fecha y hora de entrega", "Delivered at", 26),
        (ExportColumn.READ_AT, "Fecha y hora de lectura", "Read at", 26),
        (ExportColumn.FAILED_AT, "Fecha y hora de rebote", "Bounced at", 26),
        (ExportColumn.BOUNCE_CODE, "Código de rebote", "Bounce code", 20),
        (ExportColumn.BOUNCE_REASON, "Motivo de rebote", "Bounce reason", 50),
        (ExportColumn.AGENT_ID, "ID del usuario", "User ID", 20),
        (ExportColumn.TEMPLATE_ID, "ID de la plantilla", "Template ID", 22),
        (ExportColumn.TEMPLATE_LANGUAGE, "Idioma de la plantilla", "Template language", 24),
    )
}

SHEET_TITLES: Mapping[Locale, str] = {Locale.ES: "Envíos", Locale.EN: "Sends"}
SUMMARY_TITLES: Mapping[Locale, str] = {Locale.ES: "Resumen", Locale.EN: "Summary"}

STATUS_WORDS: Mapping[Locale, Mapping[str, str]] = {
    Locale.ES: {
        "PENDING": "Pendiente",
        "SENT": "Enviado",
        "DELIVERED": "Entregado",
        "READ": "Leído",
        "FAILED": "Rebotado",
    },
    Locale.EN: {
        "PENDING": "Pending",
        "SENT": "Sent",
        "DELIVERED": "Delivered",
        "READ": "Read",
        "FAILED": "Bounced",
    },
}


def columns(further: Sequence[ExportColumn] = ()) -> list[Column]:
    """Return the columns of a file: the standard ones, then optional ones."""
    return [*COLUMNS, *(FURTHER[column] for column in further)]


def headers(locale: Locale, further: Sequence[ExportColumn] = ()) -> list[str]:
    """Return the header row in a language."""
    return [column.headers[locale] for column in columns(further)]
