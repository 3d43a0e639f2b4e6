"""The optional columns of a file, and their values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from analytics.domain.export_columns import ExportColumn
from analytics.domain.text import Locale
from analytics.reports.runner import MessageBatch
from tasks.exports.writers.bounce_reasons import reason
from tasks.exports.writers.reply_column import kind_word

Values: TypeAlias = Sequence[str | int | None]


@dataclass(frozen=True)
class Further:
    """The columns in their order; `heard` are WhatsApp's own words, of the codes whose words its readers may see.

    Those in `TIMES` are read from a `MessageBatch`, all others are what `values` gives: few, which come again and
    again.
    """

    columns: Sequence[ExportColumn] = ()
    heard: Mapping[int, str] = field(default_factory=dict)

    def values(self, column: ExportColumn, sends: MessageBatch, locale: Locale) -> Values:
        """Return the values of a column that holds no time, one for each message."""
        if column is ExportColumn.BOUNCE_REASON:
            return _reasons(sends, self.heard, locale)
        return FOLLOWING[column](sends, locale) if column in FOLLOWING else sends.further[column]


NO_FURTHER = Further()
TIMES = frozenset(
    {
        ExportColumn.ANSWERED_AT,
        ExportColumn.ACCEPTED_AT,
        ExportColumn.DELIVERED_AT,
        ExportColumn.READ_AT,
        ExportColumn.FAILED_AT,
    }
)
# Those that follow from what is read for every file.
FOLLOWING: Mapping[ExportColumn, Callable[[MessageBatch, Locale], Values]] = {
    ExportColumn.ANSWERED: lambda sends, locale: [ANSWERED[locale][kind is not None] for kind in sends.reply_kind],
    ExportColumn.REPLY_KIND: lambda sends, locale: [kind_word(kind, locale) for kind in sends.reply_kind],
    ExportColumn.AGENT_ID: lambda sends, _: [named.agent_id for named in sends.named],
    ExportColumn.TEMPLATE_ID: lambda sends, _: [named.template_id for named in sends.named],
    ExportColumn.TEMPLATE_LANGUAGE: lambda sends, _: [named.template_language for named in sends.named],
}
ANSWERED: Mapping[Locale, Mapping[bool, str]] = {
    Locale.ES: {True: "sí", False: "no"},
    Locale.EN: {True: "yes", False: "no"},
}
BOUNCED = "FAILED"


def _reasons(sends: MessageBatch, heard: Mapping[int, str], locale: Locale) -> Values:
    codes = sends.further[ExportColumn.BOUNCE_REASON]
    return [
        reason(code, heard, locale) if status == BOUNCED else None
        for status, code in zip(sends.status, codes, strict=True)
    ]
