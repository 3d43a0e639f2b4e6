"""The scalars: stricter than Strawberry's own, which take naive times, bare dates and week dates."""

import re
from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from analytics.domain.errors import InvalidInputError
from analytics.domain.time_zones import zone

TimeZone = NewType("TimeZone", str)

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)  # RFC 3339, section 5.6


def parse_date(value: Any) -> date:
    """A calendar day from "2026-11-22". Raises `InvalidInputError`."""
    if isinstance(value, str) and DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidInputError("expected a calendar day such as 2026-11-22.")


def parse_date_time(value: Any) -> datetime:
    """An instant from RFC 3339 text with an offset. Raises `InvalidInputError`."""
    if isinstance(value, str) and DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            pass
    raise InvalidInputError("expected an instant with an offset, such as 2026-11-22T09:00:00-03:00.")


def parse_time_zone(value: Any) -> str:
    """An IANA name that tzdata knows. Raises `InvalidInputError`."""
    if not isinstance(value, str):
        raise InvalidInputError("expected an IANA name such as America/Santiago.")
    return zone(value).name


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, as `2026-11-22` (ISO 8601).",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant with an offset, as `2026-11-22T09:00:00-03:00` (RFC 3339). A naive time is refused.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=datetime.isoformat,
        parse_value=parse_date_time,
    ),
    TimeZone: strawberry.scalar(
        name="TimeZone",
        description="An IANA time zone name, as `America/Santiago`. An unknown one is refused.",
        specified_by_url="https://www.iana.org/time-zones",
        serialize=str,
        parse_value=parse_time_zone,
    ),
}
