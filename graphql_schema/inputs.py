"""GraphQL inputs: filters, orders, and the inputs of the export mutations."""

from datetime import date
from typing import Any

import strawberry

from analytics.domain.limits import MAX_EXPORT_NAME_LENGTH, MAX_FILTER_IDS, MAX_PAGE_SIZE, MAX_RANGE_DAYS
from analytics.domain.query_spec import DIMENSION_BY_FIELD, DIMENSIONS, Ids, MessageFilter
from analytics.domain.text import sanitize
from graphql_schema.enums import CsvSeparator, Direction, ExportColumn, ExportFormat, Locale, OrderField
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


@strawberry.input(description=f"Calendar days, both included; at most {MAX_RANGE_DAYS} of them.")
class DateRange:
    from_: date = strawberry.field(name="from", description="The first day.")
    to: date = strawberry.field(description="The last day, included.")


def _ids(field: str, note: str = "") -> Any:
    """Declare the input field that filters by a dimension.

    `field` is the dimension's name in `DimensionFilters`; `note` is appended to the description.
    """
    noun = DIMENSION_BY_FIELD[field].noun
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
    department_ids: list[strawberry.ID] | None = _ids(
        "departments", " A supervisor may name their own only (else FORBIDDEN)."
    )
    agent_ids: list[strawberry.ID] | None = _ids("agents")

    def filter(self) -> MessageFilter:
        """Convert to a `MessageFilter`."""
        return MessageFilter(
            first=self.sent_on.from_,
            last=self.sent_on.to,
            time_zone=self.time_zone,
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


@strawberry.input(description="An export to be made.")
class CreateExportInput:
    name: str = strawberry.field(
        description=f"The name that the viewer gives it, at most {MAX_EXPORT_NAME_LENGTH} characters; "
        "the file is named after it."
    )
    filter: CampaignAnalyticsFilter = strawberry.field(description="The messages to export; one row each.")
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
