"""GraphQL inputs: filters, orders, and the inputs of the export mutations."""

from datetime import date
from typing import Any

import strawberry

from analytics.domain.limits import (
    MAX_EXPORT_NAME_LENGTH,
    MAX_FILTER_IDS,
    MAX_PAGE_SIZE,
    MAX_RANGE_DAYS,
    MAX_SCANNED_MESSAGES,
    MAX_SEARCH_LENGTH,
    MIN_SEARCH_LENGTH,
)
from analytics.domain.message_conditions import MessageConditions
from analytics.domain.query_spec import DIMENSION_BY_FIELD, DIMENSIONS, MessageFilter
from analytics.domain.templates import Ids
from analytics.domain.text import sanitize
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.reports.rows import messages
from graphql_schema.enums import (
    Category,
    CsvSeparator,
    Direction,
    ExportColumn,
    ExportFormat,
    FunnelStepName,
    Locale,
    MessageOrderField,
    OrderField,
    ReplyKind,
)
from graphql_schema.scalars import TimeZone
from resolvers.analytics import Order

FIRST = f"The number of rows, at most {MAX_PAGE_SIZE}."
AFTER = "The cursor after which the page begins: `pageInfo.endCursor` of the page before, in the same order."
IDS = (
    "Only these, also what was deleted since: the names of a filter's ids. Ids that the viewer may not see, or that "
    f"are unknown, are left out. At most {MAX_FILTER_IDS}. Absent: all that can be chosen."
)
SEARCH = "Part of the name; case and accents do not matter."
ORDER = "The order of the rows. Default: messages, the most first."
SCANNED = f"Not in periods of more than {MAX_SCANNED_MESSAGES:,} messages, where each must be looked at for it."
OWN = " A supervisor may name their own only (else FORBIDDEN)."


@strawberry.input(description=f"Calendar days, both included; at most {MAX_RANGE_DAYS} of them.")
class DateRange:
    from_: date = strawberry.field(name="from", description="The first day.")
    to: date = strawberry.field(description="The last day, included.")


def _ids(field: str, note: str = "") -> Any:
    """Declare the input field that filters by a dimension.

    `field` is the dimension's name in `DimensionFilters`; `note` is appended to the description.
    """
    dimension = DIMENSION_BY_FIELD[field]
    noun = dimension.noun
    if dimension.excluded:
        return strawberry.field(default=None, description=f"No messages of these {noun}.{note}")
    return strawberry.field(
        default=None,
        description=f"Only messages of these {noun}. Absent: of any. An empty list selects nothing.{note}",
    )


@strawberry.input(
    description="The messages to select. Filters of different kinds are combined with AND, "
    "the values of one kind with OR."
)
class CampaignAnalyticsFilter:
    sent_on: DateRange = strawberry.field(description="The days on which the messages were sent.")
    time_zone: TimeZone | None = strawberry.field(
        default=None, description="The zone whose days these are. Default: the tenant's own."
    )
    template_ids: list[strawberry.ID] | None = _ids("templates")
    account_ids: list[strawberry.ID] | None = _ids("accounts")
    department_ids: list[strawberry.ID] | None = _ids("departments", OWN)
    agent_ids: list[strawberry.ID] | None = _ids("agents")
    categories: list[Category] | None = strawberry.field(
        default=None,
        description="Only messages of these categories, as they were sent. Absent: of any. " + SCANNED,
    )
    languages: list[str] | None = strawberry.field(
        default=None,
        description="Only messages of templates that had one of these languages, such as `es_CL`, when they were sent. "
        "Absent: of any. " + SCANNED,
    )
    exclude_template_ids: list[strawberry.ID] | None = _ids("excluded_templates")
    exclude_account_ids: list[strawberry.ID] | None = _ids("excluded_accounts")
    exclude_department_ids: list[strawberry.ID] | None = _ids("excluded_departments", OWN)
    exclude_agent_ids: list[strawberry.ID] | None = _ids("excluded_agents")

    def filter(self) -> MessageFilter:
        """Convert to a `MessageFilter`."""
        return MessageFilter(
            first=self.sent_on.from_,
            last=self.sent_on.to,
            time_zone=self.time_zone,
            categories=None if self.categories is None else frozenset(self.categories),
            languages=None if self.languages is None else frozenset(map(sanitize, self.languages)),
            **{dimension.field: id_set(getattr(self, dimension.input_field)) for dimension in DIMENSIONS},
        )


def id_set(ids: list[strawberry.ID] | None) -> Ids:
    """Return a set of the ids, without characters that databases reject; None (no restriction) stays None."""
    return None if ids is None else frozenset(map(sanitize, ids))


@strawberry.input(description="The order of a table. Rows that are equal in it follow by name, then id.")
class PerformanceOrder:
    field: OrderField = strawberry.field(description="The value to order by.")
    direction: Direction = strawberry.field(default=Direction.DESC, description="The end that comes first.")

    def order(self) -> Order:
        """Convert to the resolvers' `Order`."""
        return Order(self.field, self.direction)


@strawberry.input(description="A weekday, an hour, or an hour of one weekday, of the period's time zone.")
class HourOfWeek:
    weekday: int | None = strawberry.field(default=None, description="Monday is 1, Sunday 7. Absent: any.")
    hour: int | None = strawberry.field(default=None, description="From 0 to 23. Absent: any.")


@strawberry.input(
    description="The messages that a number stands for. All that is given must hold; what is absent always does."
)
class MessageWhere:
    step: FunnelStepName | None = strawberry.field(
        default=None, description="Messages that reached this step of the funnel."
    )
    reached: bool = strawberry.field(
        default=True,
        description="False: messages of the step's base that did not reach it, such as sent, not delivered.",
    )
    created_ticket: bool | None = strawberry.field(
        default=None, description="Messages that created their ticket; false: those that did not."
    )
    bounce_codes: list[int | None] | None = strawberry.field(
        default=None,
        description=f"Messages that bounced with one of these codes; null among them: without one. At most "
        f"{MAX_FILTER_IDS}.",
    )
    replied_at: HourOfWeek | None = strawberry.field(
        default=None, description="Messages whose reply came then, by the local time of the reply."
    )
    reply_kinds: list[ReplyKind] | None = strawberry.field(
        default=None, description="Messages whose reply is of one of these kinds."
    )
    button: str | None = strawberry.field(
        default=None,
        description="Messages whose reply tapped this button: its `payload` in `byAnswer`, else its `label`.",
    )
    text: str | None = strawberry.field(
        default=None,
        description="The recipient's digits, the key of a ticket, or the id of a message: whole or its beginning, "
        f"{MIN_SEARCH_LENGTH} to {MAX_SEARCH_LENGTH} characters.",
    )

    def conditions(self) -> MessageConditions:
        """Convert to `MessageConditions`. Raises `InvalidInputError`."""
        codes = self.bounce_codes
        return MessageConditions(
            step=self.step,
            reached=self.reached,
            created_ticket=self.created_ticket,
            bounce_codes=None if codes is None else frozenset(NO_CODE if code is None else code for code in codes),
            reply_weekday=self.replied_at.weekday if self.replied_at else None,
            reply_hour=self.replied_at.hour if self.replied_at else None,
            reply_kinds=None if self.reply_kinds is None else frozenset(self.reply_kinds),
            button=None if self.button is None else sanitize(self.button),
            text=None if self.text is None else sanitize(self.text).strip(),
        )


@strawberry.input(description="The order of messages. Equal ones follow by id; those without it are last.")
class MessageOrder:
    field: MessageOrderField = strawberry.field(description="The time to order by.")
    direction: Direction = strawberry.field(default=Direction.DESC, description="The end that comes first.")

    def order(self) -> messages.MessageOrder:
        """Convert to the reader's `MessageOrder`."""
        return messages.MessageOrder(self.field, self.direction is Direction.DESC)


@strawberry.input(description="An export to be made.")
class CreateExportInput:
    name: str = strawberry.field(
        description=f"The name that the viewer gives it, at most {MAX_EXPORT_NAME_LENGTH} characters; "
        "the file is named after it."
    )
    filter: CampaignAnalyticsFilter = strawberry.field(description="The messages to export; one row each.")
    where: MessageWhere | None = strawberry.field(
        default=None, description="Conditions on them, as in `messages`. Absent: none."
    )
    format: ExportFormat = strawberry.field(default=ExportFormat.XLSX, description="The kind of file.")
    locale: Locale = strawberry.field(default=Locale.ES, description="The language of headers and words.")
    columns: list[ExportColumn] | None = strawberry.field(
        default=None,
        description="Columns after those of every file, each once; the file has them in its own order. Absent: none.",
    )
    separator: CsvSeparator | None = strawberry.field(
        default=None, description="The sign between the fields; of CSV files only. Absent: COMMA."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key and input again give the same export; with other input it is a CONFLICT.",
    )


@strawberry.input(description="An export to be canceled.")
class CancelExportInput:
    id: strawberry.ID = strawberry.field(description="The export's id.")


@strawberry.input(description="An export to be deleted, with its file.")
class DeleteExportInput:
    id: strawberry.ID = strawberry.field(description="The export's id.")
