"""The conditions of an export's messages in the words of its language, for the summary sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analytics.domain.measures.funnel import FunnelStepName
from analytics.domain.message_conditions import MessageConditions, ReplyKind
from analytics.domain.text import Locale
from analytics.domain.whatsapp_errors import NO_CODE
from tasks.exports.writers.bounce_reasons import reason
from tasks.exports.writers.reply_column import kind_word


@dataclass(frozen=True)
class ConditionWords:
    """The words of one language; `missing` are messages of a step's base that did not reach the step."""

    title: str
    reached: Mapping[FunnelStepName, str]
    missing: Mapping[FunnelStepName, str]
    created_ticket: Mapping[bool, str]
    bounces: str
    replied: str
    weekdays: tuple[str, ...]
    reply_kinds: str
    other_kind: str
    button: str
    text: str


WORDS: Mapping[Locale, ConditionWords] = {
    Locale.ES: ConditionWords(
        title="Solo mensajes",
        reached={
            FunnelStepName.SENT: "enviados",
            FunnelStepName.BOUNCED: "rebotados",
            FunnelStepName.PENDING: "pendientes",
            FunnelStepName.DELIVERED: "entregados",
            FunnelStepName.READ: "leídos",
            FunnelStepName.RESPONDED: "respondidos",
        },
        missing={
            FunnelStepName.SENT: "no enviados",
            FunnelStepName.BOUNCED: "no rebotados",
            FunnelStepName.PENDING: "no pendientes",
            FunnelStepName.DELIVERED: "enviados y no entregados",
            FunnelStepName.READ: "entregados y no leídos",
            FunnelStepName.RESPONDED: "entregados y sin respuesta",
        },
        created_ticket={True: "que crearon su ticket", False: "que no crearon un ticket"},
        bounces="rebotados por: {}",
        replied="respondidos: {}",
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        reply_kinds="con respuesta de tipo: {}",
        other_kind="Otro",
        button="respondidos con el botón {}",
        text="cuyo teléfono, ticket o id comienza con {}",
    ),
    Locale.EN: ConditionWords(
        title="Only messages",
        reached={
            FunnelStepName.SENT: "sent",
            FunnelStepName.BOUNCED: "bounced",
            FunnelStepName.PENDING: "pending",
            FunnelStepName.DELIVERED: "delivered",
            FunnelStepName.READ: "read",
            FunnelStepName.RESPONDED: "responded to",
        },
        missing={
            FunnelStepName.SENT: "not sent",
            FunnelStepName.BOUNCED: "not bounced",
            FunnelStepName.PENDING: "not pending",
            FunnelStepName.DELIVERED: "sent and not delivered",
            FunnelStepName.READ: "delivered and not read",
            FunnelStepName.RESPONDED: "delivered without a reply",
        },
        created_ticket={True: "that created their ticket", False: "that created no ticket"},
        bounces="bounced because of: {}",
        replied="replied to: {}",
        weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        reply_kinds="with a reply of kind: {}",
        other_kind="Other",
        button="replied to with the button {}",
        text="whose phone, ticket or id begins with {}",
    ),
}


def describe_conditions(where: MessageConditions, locale: Locale) -> tuple[str, str]:
    """Return a title and what an export's messages were asked for, such as "entregados y no leídos"."""
    words = WORDS[locale]
    return words.title, "; ".join(_parts(where, words, locale))


def _parts(where: MessageConditions, words: ConditionWords, locale: Locale) -> Iterator[str]:
    if where.step is not None:
        yield (words.reached if where.reached else words.missing)[where.step]
    if where.created_ticket is not None:
        yield words.created_ticket[where.created_ticket]
    if where.bounce_codes is not None:
        codes = (None if code == NO_CODE else code for code in sorted(where.bounce_codes))
        yield words.bounces.format(", ".join(_reason(code, locale) for code in codes))
    if where.asks_for_time:
        weekday = [] if where.reply_weekday is None else [words.weekdays[where.reply_weekday - 1]]
        hour = [] if where.reply_hour is None else [f"{where.reply_hour}:00–{where.reply_hour}:59"]
        yield words.replied.format(" ".join([*weekday, *hour]))
    if where.reply_kinds is not None:
        yield words.reply_kinds.format(", ".join(_kind(kind, words, locale) for kind in sorted(where.reply_kinds)))
    if where.button is not None:
        yield words.button.format(where.button)
    if where.text is not None:
        yield words.text.format(where.text)


def _reason(code: int | None, locale: Locale) -> str:
    """Return the words of a code, and the code; titles in events may come from another department."""
    return reason(code, {}, locale) if code is None else f"{reason(code, {}, locale)} ({code})"


def _kind(kind: ReplyKind, words: ConditionWords, locale: Locale) -> str:
    return words.other_kind if kind is ReplyKind.OTHER else kind_word(kind.lower(), locale) or kind
