"""The oracle's constants and values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Literal, TypeVar

Event = Mapping[str, Any]
Fields = dict[str, Any]
Counts = tuple[int, int]  # messages, and those among them that created their ticket
Funnel = dict[str, Counts]
Facts = dict[str, datetime]
Name = tuple[str, str]  # of a contact: its kind, "phone" or "id", and the name
T = TypeVar("T")
Granularity = Literal["HOUR", "DAY", "WEEK", "MONTH"]
Rule = Literal["EXACT", "TICKET", "CONVERSATION"]
Status = Literal["PENDING", "SENT", "DELIVERED", "READ", "FAILED"]

FACTS = {
    "accepted": "accepted",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
# The keys of an object in a description: null for the object is null for each of them.
LEAVES = {"contact": ("phone", "id"), "ticket": ("id", "key", "created")}
IDENTIFYING = {"wamid", "phone_number_id"}  # never taken away: null says nothing of them
WHOLE = {"account_id", "department_id", "agent_id", "template_id"}  # without these a message is not there
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE"}
NOT_REPLIES = {"reaction", "revoke", "edit", "system"}
KIND_RANKS = {"unsupported": 0, "text": 1, "media": 2, "interactive": 2}  # of a reply; of all others 3
WRITTEN = {"text", "button", "interactive", None}  # the kinds of replies that are shown as their text
# § Answers: the kinds of replies by the words that events have; OTHER for all others.
KINDS = {
    **{
        word: word.upper()
        for word in ("text", "button", "form", "image", "audio", "video", "sticker", "document", "location", "contact")
    },
    "interactive": "BUTTON",
    "order": "ORDER",
    "unsupported": "UNSUPPORTED",
}
KIND_WORDS: dict[str | None, dict[str, str]] = {
    None: {"ES": "Respuesta", "EN": "Reply"},
    "text": {"ES": "Texto", "EN": "Text"},
    "button": {"ES": "Botón", "EN": "Button"},
    "interactive": {"ES": "Interactivo", "EN": "Interactive"},
    "form": {"ES": "Formulario", "EN": "Form"},
    "image": {"ES": "Imagen", "EN": "Image"},
    "audio": {"ES": "Audio", "EN": "Audio"},
    "video": {"ES": "Video", "EN": "Video"},
    "sticker": {"ES": "Sticker", "EN": "Sticker"},
    "document": {"ES": "Documento", "EN": "Document"},
    "location": {"ES": "Ubicación", "EN": "Location"},
    "contact": {"ES": "Contacto", "EN": "Contact"},
    "order": {"ES": "Pedido", "EN": "Order"},
    "media": {"ES": "Archivo", "EN": "File"},
    "unsupported": {"ES": "No compatible", "EN": "Unsupported"},
}
DEFAULT_WINDOW = 7  # days, of replies
DAY = timedelta(days=1)
BIN_EDGES = [Fraction(21, 20) ** power for power in range(600)]  # 1.05^599 s are 150,000 years


@dataclass(frozen=True)
class OracleMessage:
    id: str
    sent_at: datetime
    account_id: str
    department_id: str
    agent_id: str
    template_id: str
    template_category: str
    template_language: str | None
    status: str
    bounce_code: int | None
    replied_at: datetime | None
    reply_text: str | None
    reply_rule: Rule | None
    ticket_id: str | None
    ticket_key: str | None
    ticket_created: bool
    wamid: str | None
    contact_phone: str | None
    reply_kind: str | None
    reply_button: str | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None


@dataclass(frozen=True)
class Filter:
    """§ Days, hours, periods: both days included; None restricts nothing, an empty set selects nothing."""

    first: date
    last: date
    time_zone: str | None = None
    templates: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    excluded_templates: frozenset[str] | None = None
    excluded_accounts: frozenset[str] | None = None
    excluded_departments: frozenset[str] | None = None
    excluded_agents: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    languages: frozenset[str] | None = None

    def within(self, departments: frozenset[str]) -> "Filter":
        """The filter without the names of other departments, which a supervisor of these may not name."""
        named = {name: getattr(self, name) for name in ("departments", "excluded_departments")}
        return replace(self, **{name: ids & departments for name, ids in named.items() if ids is not None})


@dataclass(frozen=True)
class EarlierFilter(Filter):
    """§ The period before: what was sent at `until` or later is left out."""

    until: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """All copies of one inbound message."""

    key: str
    at: datetime
    kind: str
    text: str | None
    button: str | None
    account_id: str | None
    ticket_id: str | None
    in_reply_to: str | None
    names: frozenset[Name]
    from_ad: bool


@dataclass(frozen=True)
class Answer:
    """The match of one reply with the message that it answers."""

    reply: Reply
    rule: Rule
