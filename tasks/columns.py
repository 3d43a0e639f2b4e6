"""The columns of an export, as data: what they are called, how wide they are, what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from functools import lru_cache
from typing import Final, TypeAlias


class Locale(StrEnum):
    """Language of an export's headers, sheet titles and status words."""

    ES = "ES"
    EN = "EN"


class Kind(Enum):
    """What a column holds: text or an instant."""

    TEXT = auto()
    INSTANT = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One export column; `width` is in characters, as Excel measures it; `recurs` if values come again and again."""

    name: str
    headers: Mapping[Locale, str]
    width: int
    kind: Kind = Kind.TEXT
    recurs: bool = False


# Texts of a recurring column are made fit for a file once, so many of them: a company's directory fits, and memory
# stays flat if not.
KNOWN = 10_000

# The values of one message in the order of COLUMNS. `sent_at` (third) is aware and in the report's zone, the
# category is Meta's word in capitals, the status one of STATUS_WORDS.
Row: TypeAlias = tuple[
    *tuple[str, str, datetime, str],
    *tuple[str | None, str, str, str | None],
    *tuple[str, str | None, str | None],
    *tuple[str | None, str, str | None],
]


def _column(name: str, es: str, en: str, width: int, kind: Kind = Kind.TEXT, *, recurs: bool = False) -> Column:
    return Column(name, {Locale.ES: es, Locale.EN: en}, width, kind, recurs)


COLUMNS: tuple[Column, ...] = (
    _column("template_name", "Plantilla HSM", "HSM template", 28, recurs=True),
    _column("template_category", "Tipo de plantilla", "Template type", 18, recurs=True),
    _column("sent_at", "Fecha y hora de envío", "Sent at", 22, Kind.INSTANT),
    _column("department_name", "Departamento del HSM", "HSM department", 24, recurs=True),
    _column("agent_email", "Email del usuario", "User email", 30, recurs=True),
    _column("agent_name", "Nombre del usuario", "User name", 26, recurs=True),
    _column("message_id", "ID del mensaje", "Message ID", 24),
    _column("recipient_phone", "Teléfono del destinatario", "Recipient phone", 26),
    _column("status", "Estado del mensaje", "Message status", 20, recurs=True),
    _column("ticket_id", "ID interno del ticket", "Internal ticket ID", 22),
    _column("ticket_key", "Identificador del ticket", "Ticket identifier", 24),
    _column("account_phone", "Teléfono de la cuenta emisora", "Sender account phone", 30, recurs=True),
    _column("account_name", "Nombre de la cuenta emisora", "Sender account name", 30, recurs=True),
    _column("reply_text", "Respuesta", "Reply", 60),
)

SENT_AT: Final = 2

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


def wall_clock(instant: datetime) -> datetime:
    """The instant as its own zone's clock shows it, without the zone, to the whole second.

    Spreadsheets know no zones. Fractions are cut, not rounded, so that 23:59:59.7 stays in its day.
    Raises ValueError for a naive time: whose clock it shows is unknown.
    """
    if instant.tzinfo is None:
        raise ValueError("an exported instant needs a zone")
    return instant.replace(tzinfo=None, microsecond=0)


def wall_clock_text(instant: datetime) -> str:
    """The same as `YYYY-MM-DD HH:MM:SS`, in a third of the time. Raises ValueError for a naive time."""
    if instant.tzinfo is None:
        raise ValueError("an exported instant needs a zone")
    day = _day_text(instant.year, instant.month, instant.day)
    return f"{day} {_TWO_DIGITS[instant.hour]}:{_TWO_DIGITS[instant.minute]}:{_TWO_DIGITS[instant.second]}"


# Rows come in the order of time, so the same days come again and again.
@lru_cache
def _day_text(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"


_TWO_DIGITS = [f"{number:02}" for number in range(60)]


def texts(row: Row, status_words: Mapping[str, str]) -> list[str | None]:
    """The texts of a row in the reader's language; the place of the instant, SENT_AT, is left empty.

    Raises ValueError for a row that has not 14 values, KeyError for an unknown status.
    """
    template, category, _, department, email, agent, message = row[:7]
    recipient, status, ticket, key, account_phone, account, reply = row[7:]
    return [
        template, category.lower(), None, department, email, agent, message, recipient,
        status_words[status], ticket, key, account_phone, account, reply,
    ]  # fmt: skip
