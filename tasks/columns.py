"""The columns of an export, as data: what they are called, how wide they are, what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Locale(StrEnum):
    """Language of an export's headers, sheet titles and status words."""

    ES = "ES"
    EN = "EN"


@dataclass(frozen=True, slots=True)
class Column:
    """One export column, of a field of `Sends` or `Named`; `width` is in characters, as Excel measures it."""

    name: str
    headers: Mapping[Locale, str]
    width: int


# What is made of a message's names is kept for so many of them, since they come again and again: those of a company's
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


def headers(locale: Locale) -> list[str]:
    """The header row in that language."""
    return [column.headers[locale] for column in COLUMNS]
