"""The further columns that a file of messages may have."""

from enum import StrEnum


class ExportColumn(StrEnum):
    """A column that a file may have after those of every file, in the order of the file."""

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
