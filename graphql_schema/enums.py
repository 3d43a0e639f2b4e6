"""Values of the layers below as GraphQL types: the enums, described, and `describe_type` for dataclasses."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import strawberry

from analytics.domain.access import Role
from analytics.domain.errors import UserErrorCode
from analytics.domain.export_columns import ExportColumn
from analytics.domain.measures.comparison import Comparison
from analytics.domain.measures.funnel import FunnelStepName
from analytics.domain.measures.time_buckets import Granularity
from analytics.domain.message_conditions import ReplyKind
from analytics.domain.message_status import Status as MessageStatus
from analytics.domain.templates import Category
from analytics.domain.text import Locale
from analytics.exports.records import CsvSeparator, ExportFormat, ExportStatus, FailureCode
from analytics.reports.rows.messages import MessageOrderField
from resolvers.analytics import Direction, OrderField
from resolvers.annotations import AnnotationKind, TemplateQuality, TemplateStatus
from resolvers.annotations import ChangeKind as TemplateChangeKind
from resolvers.messages import MessageDimension, ReplyRule
from resolvers.row_details import DayGranularity

# Fields name their enums from here, so that none can be used without its description.
__all__ = [
    "AnnotationKind",
    "Category",
    "Comparison",
    "CsvSeparator",
    "DayGranularity",
    "Direction",
    "ExportColumn",
    "ExportFormat",
    "ExportStatus",
    "FailureCode",
    "FunnelStepName",
    "Granularity",
    "Locale",
    "MessageDimension",
    "MessageOrderField",
    "MessageStatus",
    "OrderField",
    "ReplyKind",
    "ReplyRule",
    "Role",
    "TemplateChangeKind",
    "TemplateQuality",
    "TemplateStatus",
    "UserErrorCode",
    "add_field",
    "describe_type",
]

E = TypeVar("E", bound=type[Enum])
HIDDEN = strawberry.Private[Any]  # the type of a field that is not in the schema


def describe_type(value_type: type, name: str, description: str, /, **fields: str) -> None:
    """Make a frozen dataclass of the layers below a GraphQL type, with a description for each field.

    Fields that are not described are not in the schema. An `id` is an `ID`.
    """
    for field in value_type.__annotations__:
        if field in fields:
            type = strawberry.ID if field == "id" else None
            setattr(value_type, field, strawberry.field(description=fields[field], graphql_type=type))
        else:
            value_type.__annotations__[field] = HIDDEN
    strawberry.type(value_type, name=name, description=description)


def add_field(value_type: type, name: str, description: str, compute: Callable[..., Any]) -> None:
    """Give a dataclass of the layers below, before `describe_type`, a field that is computed when it is asked for.

    `compute` is called with the value as its argument `self`.
    """
    setattr(value_type, name, strawberry.field(resolver=compute, description=description))


def _describe(enum: E, name: str, description: str, values: dict[str, str]) -> E:
    described = strawberry.enum(enum, name=name, description=description)
    for value in described.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return described


_describe(
    Role,
    "Role",
    "A person's role, which says what they may see. Anyone of another role sees nothing.",
    {
        "ADMINISTRATOR": "Sees everything, and everyone's exports.",
        "ANALYST": "Sees everything, and their own exports.",
        "SUPERVISOR": "Sees the departments they belong to, and their own exports.",
    },
)
_describe(
    Comparison,
    "Comparison",
    "The earlier days that a period is compared with.",
    {
        "DAYS_BEFORE": "As many days, ending the day before.",
        "PERIOD_BEFORE": "For whole years, quarters, months or ISO weeks, and for one that begins with such a unit and "
        "ends today: as many units before. For any other range: as many days before. What reaches today is compared to "
        "the same local time of the day that stands for today.",
        "SAME_PERIOD_LAST_YEAR": "The same dates a year before, of 29 February the 28th; weeks by their ISO week. To "
        "the same local time, as above.",
    },
)
_describe(
    OrderField,
    "PerformanceOrderField",
    "A value that a table can be ordered by. Rows that are equal in it follow by name, then id; null rates come last.",
    {
        "NAME": "The row's name; case and accents do not matter.",
        "MESSAGES": "Messages attempted.",
        "TICKETS": "Tickets created by those messages.",
        "SENT": "Messages sent.",
        "SENT_RATE": "Sent ÷ messages.",
        "BOUNCE_RATE": "Bounced ÷ messages.",
        "DELIVERED_RATE": "Delivered ÷ sent.",
        "READ_RATE": "Read ÷ delivered.",
        "RESPONDED_RATE": "Responded ÷ delivered.",
    },
)
_describe(
    Direction,
    "OrderDirection",
    "The end of an order that comes first.",
    {"ASC": "The smallest first.", "DESC": "The greatest first."},
)
_describe(
    Granularity,
    "Granularity",
    "The width of a point of a time series, in the period's time zone.",
    {
        "HOUR": "A local hour; one that the clock repeats is two points.",
        "DAY": "A calendar day.",
        "WEEK": "An ISO week, Monday to Sunday; cut to the period at its ends.",
        "MONTH": "A calendar month; cut to the period at its ends.",
    },
)
_describe(
    Category,
    "TemplateCategory",
    "Meta's category of a template.",
    {
        "MARKETING": "Promotions, offers, invitations.",
        "UTILITY": "Follow-ups to something the customer did: confirmations, reminders.",
        "AUTHENTICATION": "One-time passcodes.",
        "SERVICE": "Answers inside a customer's own conversation.",
        "OTHER": "Unknown, or a category that Meta no longer has.",
    },
)
_describe(
    DayGranularity,
    "DayGranularity",
    "The width of a point of a row's series, as in `Granularity`.",
    {"DAY": "A calendar day.", "WEEK": "An ISO week.", "MONTH": "A calendar month."},
)
_describe(
    FunnelStepName,
    "FunnelStepName",
    "A step of the funnel; see `Funnel`.",
    {
        "SENT": "Accepted by WhatsApp and not bounced.",
        "BOUNCED": "Failed and never delivered.",
        "PENDING": "Neither sent nor bounced yet.",
        "DELIVERED": "Reached the customer.",
        "READ": "Read, as far as WhatsApp tells.",
        "RESPONDED": "Got a reply.",
    },
)
_describe(
    MessageStatus,
    "MessageStatus",
    "The furthest that a message got.",
    {
        "PENDING": "WhatsApp has said nothing yet.",
        "FAILED": "It bounced: it failed and was never delivered.",
        "SENT": "WhatsApp accepted it.",
        "DELIVERED": "It reached the customer: delivered, or answered.",
        "READ": "The customer read it.",
    },
)
_describe(
    ReplyKind,
    "ReplyKind",
    "The kind of a reply.",
    {
        "TEXT": "Words.",
        "BUTTON": "A button, or a row of a list.",
        "FORM": "A form (WhatsApp Flow) that was filled in.",
        "IMAGE": "An image.",
        "AUDIO": "An audio, or a voice message.",
        "VIDEO": "A video.",
        "STICKER": "A sticker.",
        "DOCUMENT": "A document.",
        "LOCATION": "A place.",
        "CONTACT": "A contact.",
        "ORDER": "An order from a catalogue.",
        "UNSUPPORTED": "Something that WhatsApp does not hand on.",
        "OTHER": "Anything else, or a kind that nobody named.",
    },
)
_describe(
    ReplyRule,
    "ReplyRule",
    "The rule by which a reply was found to answer a message; the first that finds one counts.",
    {
        "EXACT": "The reply quotes the message, or is a button of it.",
        "TICKET": "It is in the ticket of the message, the latest one there.",
        "CONVERSATION": "The message is the latest from the same account to the same person, inside the reply window.",
    },
)
_describe(
    MessageDimension,
    "MessageDimension",
    "Something that messages can be counted by.",
    {
        "DEPARTMENT": "The department from which they were sent.",
        "AGENT": "The agent who sent them, from any department.",
        "TEMPLATE": "The template that was sent.",
        "ACCOUNT": "The account from which they were sent.",
    },
)
_describe(
    MessageOrderField,
    "MessageOrderField",
    "The times by which messages can be ordered.",
    {
        "SENT_AT": "The time at which they were sent.",
        "REPLIED_AT": "The time at which the reply came.",
        "RESPONSE_TIME": "The time from the message to the reply.",
    },
)
_describe(
    ExportStatus,
    "ExportStatus",
    "The state of an export. CANCELED, COMPLETED, FAILED and EXPIRED are final.",
    {
        "QUEUED": "Waits for a worker.",
        "RUNNING": "Its file is being written.",
        "CANCELING": "Asked to stop; the worker has not answered yet.",
        "CANCELED": "Stopped by request; there is no file.",
        "COMPLETED": "Its file can be downloaded.",
        "FAILED": "Ended without a file; see `failure`.",
        "EXPIRED": "Its file was deleted because its time was over.",
    },
)
_describe(
    ExportFormat,
    "ExportFormat",
    "The kind of file.",
    {
        "XLSX": "An Excel workbook: first a sheet `Resumen` or `Summary` with the filter, the period and the funnel, "
        "then the messages on a sheet `Envíos` or `Sends`, which is shown on opening. "
        "Programs should take it by its name.",
        "CSV": "Separated values, UTF-8 with a byte order mark, without a summary. An apostrophe stands in front of "
        "what a spreadsheet would take for a formula, or show as another number.",
    },
)
_describe(
    ExportColumn,
    "ExportColumn",
    "A column that a file may have besides those of every file. Times are the clock's in the period's time zone.",
    {
        "ANSWERED": "Yes or no: the message got a reply.",
        "ANSWERED_AT": "The time of the customer's reply.",
        "REPLY_KIND": "Of which kind the reply is: text, button, image, audio, …; empty where that is not known.",
        "ACCEPTED_AT": "The time at which WhatsApp accepted the message.",
        "DELIVERED_AT": "The time at which it was delivered; empty where WhatsApp only said that it was read.",
        "READ_AT": "The time at which it was read.",
        "FAILED_AT": "The time at which it bounced.",
        "BOUNCE_CODE": "WhatsApp's error code, of a message that bounced.",
        "BOUNCE_REASON": "The same in words.",
        "AGENT_ID": "The id of the agent who sent it.",
        "TEMPLATE_ID": "The template's id.",
        "TEMPLATE_LANGUAGE": "The template's language, as at send time.",
    },
)
_describe(
    CsvSeparator,
    "CsvSeparator",
    "The sign between the fields of a CSV file.",
    {
        "COMMA": "`,`, which programs expect.",
        "SEMICOLON": "`;`, which Excel expects where commas are decimal: Spanish, Portuguese, …",
    },
)
_describe(
    Locale,
    "Locale",
    "The language of a file's headers and words.",
    {"ES": "Spanish.", "EN": "English."},
)
_describe(
    FailureCode,
    "ExportFailureCode",
    "A reason for which an export fails.",
    {
        "ACCESS_REVOKED": "The requester may no longer see all of its departments.",
        "STORAGE": "The file could not be stored.",
        "TIMEOUT": "It took longer than an export may.",
        "ATTEMPTS_EXHAUSTED": "Workers stopped in the middle too many times.",
        "INTERNAL": "Something went wrong on our side.",
        "DROPPED": "Messages of its days were dropped before it ran. See `limits.messagesKeptFrom`.",
    },
)
_describe(
    UserErrorCode,
    "UserErrorCode",
    "A kind of mistake in an input that a person can put right.",
    {
        "BLANK": "A text is needed.",
        "TOO_LONG": "The text is too long.",
        "INVALID": "The value is not one that can be used.",
        "FORBIDDEN": "It asks for more than the viewer may see.",
        "NOT_FOUND": "There is nothing of this id that the viewer may see.",
        "CONFLICT": "It contradicts the present state, or an earlier input.",
        "LIMIT_REACHED": "The viewer has as many as allowed.",
        "NOT_CANCELABLE": "The export has already ended.",
    },
)
_describe(
    TemplateQuality,
    "TemplateQuality",
    "WhatsApp's rating of a template, by what people do with its messages.",
    {
        "GREEN": "High.",
        "YELLOW": "Medium.",
        "RED": "Low: it is paused if that goes on.",
        "UNKNOWN": "Not rated yet.",
        "OTHER": "A rating that is not known here.",
    },
)
_describe(
    TemplateStatus,
    "TemplateStatus",
    "WhatsApp's status of a template.",
    {
        "APPROVED": "It can be sent; also once a pause is over, or it was reinstated or unarchived.",
        "PENDING": "It is under review.",
        "IN_APPEAL": "Its rejection is looked at again.",
        "PAUSED": "It cannot be sent for some hours, because of its quality or its rate.",
        "FLAGGED": "It is at risk of being disabled.",
        "LOCKED": "It cannot be edited.",
        "LIMIT_EXCEEDED": "The account has as many templates as it may.",
        "DISABLED": "It cannot be sent any more.",
        "REJECTED": "It was not approved.",
        "ARCHIVED": "It was not used for long, and is to be deleted.",
        "PENDING_DELETION": "It is being deleted.",
        "DELETED": "It was deleted.",
        "OTHER": "A status that is not known here.",
    },
)
CHANGE_KINDS = {
    "QUALITY": "WhatsApp's rating changed.",
    "STATUS": "WhatsApp's status changed.",
    "CATEGORY": "WhatsApp changed the category.",
    "CATEGORY_ANNOUNCED": "WhatsApp announced another category, a day ahead; nothing changed yet.",
}
_describe(TemplateChangeKind, "TemplateChangeKind", "A kind of change of a template.", CHANGE_KINDS)
_describe(
    AnnotationKind,
    "AnnotationKind",
    "A kind of annotation: a change of a template, or a note.",
    {**CHANGE_KINDS, "NOTE": "A person wrote it."},
)
