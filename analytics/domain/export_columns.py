"""The optional columns of an export."""

from enum import StrEnum


class ExportColumn(StrEnum):
    """An optional column of an export. The file has them after its standard columns, in the order given here."""

    ANSWERED = "ANSWERED"
    ANSWERED_AT = "ANSWERED_AT"
    REPLY_KIND = "REPLY_KIND"
    ACCEPTED_AT = "ACCEPTED_AT"
    DELIVERED_AT = "DELIVERED_AT"
    READ_AT = "READ_AT"
    FAILED_AT = "FAILED_AT"
    BOUNCE_CODE = "BOUNCE_CODE"
    BOUNCE_REASON = "BOUNCE_REASON"
    AGENT_ID = "AGENT_ID"
    TEMPLATE_ID = "TEMPLATE_ID"
    TEMPLATE_LANGUAGE = "TEMPLATE_LANGUAGE"
