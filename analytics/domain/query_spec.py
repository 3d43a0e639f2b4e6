"""Filters, the dimensions that they have, and the specification that a filter becomes, narrowed to the viewer's scope.

Everything below sees only the specification: the clock, the viewer and GraphQL end here. An export stores it.
Source: docs/numbers.md, "Days, hours, periods" and "Who sees what".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import msgspec

from analytics.domain.errors import ForbiddenError, InvalidInputError
from analytics.domain.limits import MAX_FILTER_IDS, MAX_RANGE_DAYS
from analytics.domain.measures.comparison import Comparison, compared_days
from analytics.domain.message_conditions import MessageConditions
from analytics.domain.templates import Ids, TemplateFilters, TemplateMatch
from analytics.domain.text import Locale
from analytics.domain.time_zones import DAY, FIRST_DAY, LAST_DAY, Zone, local_day, zone

# WhatsApp repeats webhooks for up to seven days, so no message is final before that.
LATEST_WEBHOOK_DAYS = 7

# The reply window of a tenant that has never set one.
DEFAULT_REPLY_WINDOW_DAYS = 7


@dataclass(frozen=True, eq=False)
class Dimension:
    """Something that messages can be filtered by, and its name in every layer."""

    field: str  # of `DimensionFilters`
    column: str  # of message rows, and of those rollups that have it
    input_field: str  # of the GraphQL input, as Python writes it
    noun: str  # plural, for descriptions of the schema
    titles: Mapping[Locale, str]  # of its line in an export's summary sheet
    scoped: bool = False  # True if a supervisor sees only some of its values
    excluded: bool = False  # True if the values are those that messages may not have

    @property
    def argument(self) -> str:
        """The name of the GraphQL argument."""
        first, *others = self.input_field.split("_")
        return first + "".join(map(str.title, others))


@dataclass(frozen=True, kw_only=True)
class DimensionFilters:
    """The values of each dimension that messages may have, and those that they may not have."""

    departments: Ids = None
    agents: Ids = None
    templates: Ids = None
    accounts: Ids = None
    excluded_departments: Ids = None
    excluded_agents: Ids = None
    excluded_templates: Ids = None
    excluded_accounts: Ids = None

    def filtered(self) -> Iterator[tuple[Dimension, frozenset[str]]]:
        """Yield each dimension that is filtered by, with its values."""
        for dimension in DIMENSIONS:
            ids: Ids = getattr(self, dimension.field)
            if ids is not None and (ids or not dimension.excluded):
                yield dimension, ids


# The dimensions whose values messages may have, in the order of an export's summary sheet.
INCLUDED = (
    Dimension(
        "departments",
        "department_id",
        "department_ids",
        "departments",
        {Locale.ES: "Departamentos", Locale.EN: "Departments"},
        scoped=True,
    ),
    Dimension("agents", "agent_id", "agent_ids", "agents", {Locale.ES: "Usuarios", Locale.EN: "Users"}),
    Dimension(
        "templates", "template_id", "template_ids", "templates", {Locale.ES: "Plantillas", Locale.EN: "Templates"}
    ),
    Dimension(
        "accounts", "account_id", "account_ids", "sender accounts", {Locale.ES: "Cuentas", Locale.EN: "Accounts"}
    ),
)


def _excluding(dimension: Dimension) -> Dimension:
    """Return the dimension whose values messages may not have."""
    return replace(
        dimension,
        field=f"excluded_{dimension.field}",
        input_field=f"exclude_{dimension.input_field}",
        titles={
            Locale.ES: f"Excepto {dimension.titles[Locale.ES].lower()}",
            Locale.EN: f"Except {dimension.titles[Locale.EN].lower()}",
        },
        excluded=True,
    )


# All that messages can be filtered by: one for each field above.
# The specification, the query planner, SQL, `AppliedFilter` and the summary sheet follow this table.
DIMENSIONS = (*INCLUDED, *map(_excluding, INCLUDED))
DIMENSION_BY_FIELD = {dimension.field: dimension for dimension in DIMENSIONS}

# The fields of a filter in the first release, which are always in `MessageFilter.to_builtins`.
FIRST_FIELDS = {"first", "last", "time_zone", "departments", "agents", "templates", "accounts"}


@dataclass(frozen=True)
class AccessScope:
    """The data that someone may see: of one tenant, the departments named, or (None) all of them.

    With `masks_phones` they do not see whole phones of recipients.
    """

    tenant_id: str
    departments: Ids
    masks_phones: bool = False

    def restrict(self, departments: Ids) -> Ids:
        """Return the departments asked for, or all that may be seen if none are.

        Raises `ForbiddenError` for a department that may not be seen, in the same words whether or not it exists.
        """
        self.require(departments, "filter.departmentIds")
        return self.departments if departments is None else departments

    def require(self, departments: Ids, argument: str) -> None:
        """Raise `ForbiddenError` if a department that an argument names may not be seen."""
        if departments is not None and self.departments is not None and not departments <= self.departments:
            raise ForbiddenError(f"{argument}: you may only name departments that you belong to.")


@dataclass(frozen=True, kw_only=True)
class MessageFilter(DimensionFilters, TemplateFilters):
    """The messages that a caller asks for; days are calendar days of the send time, both included."""

    first: date
    last: date
    time_zone: str | None = None

    def to_builtins(self) -> dict[str, Any]:
        """Return the filter as plain values, by which a repeated request for an export is recognised.

        A dimension of a later release is left out if it is not filtered by: a request that is repeated after an upgrade
        has the values that it had.
        """
        values: dict[str, Any] = msgspec.to_builtins(self, order="deterministic")
        return {name: value for name, value in values.items() if value is not None or name in FIRST_FIELDS}


# The fields of a specification that follow from the others and the directory.
RESOLVED = {"category_match", "language_match", "category_groups"}


@dataclass(frozen=True, kw_only=True)
class QuerySpec(DimensionFilters, TemplateFilters):
    """A definite filter: of one tenant and scope, with absolute days, as of one moment, perhaps of single messages.

    It cannot be created without a scope, and creating it narrows `departments` to that scope.
    """

    scope: AccessScope
    first: date
    last: date
    time_zone: str
    tenant_time_zone: str
    reply_window_days: int
    now: int
    where: MessageConditions | None = None
    until: int | None = None  # messages sent from this instant of the last day on are left out
    # The templates of the categories and languages, where they are looked for message by message; see
    # `reports.template_filters`. They are not stored.
    category_match: TemplateMatch | None = None
    language_match: TemplateMatch | None = None
    category_groups: tuple[TemplateMatch, ...] | None = None  # of `NAMED_CATEGORIES`, for the table by category

    def __post_init__(self) -> None:
        object.__setattr__(self, "departments", self.scope.restrict(self.departments))
        self.scope.require(self.excluded_departments, "filter.excludeDepartmentIds")

    @property
    def tenant_id(self) -> str:
        """The tenant whose messages these are."""
        return self.scope.tenant_id

    @property
    def zone(self) -> Zone:
        """The time zone of the calendar days."""
        return zone(self.time_zone)

    @property
    def starts_at(self) -> int:
        """The first instant of the range."""
        return self.zone.day_start(self.first)

    @property
    def ends_at(self) -> int:
        """The first instant after the range."""
        _, end = self.whole_days
        return end if self.until is None else min(end, self.until)

    @property
    def whole_days(self) -> tuple[int, int]:
        """The first instant of the first day, and the first one after the last day, wherever the range is cut off."""
        return self.starts_at, self.zone.day_start(self.last + timedelta(days=1))

    @property
    def reads_rows(self) -> bool:
        """True if more is asked of single messages than the rollups know."""
        by_template = self.categories is not None or self.languages is not None
        return self.where is not None or self.until is not None or by_template

    @property
    def today(self) -> date:
        """The day of now."""
        return local_day(self.zone.local(self.now))

    @property
    def finality_window(self) -> int:
        """The time after sending in which a message may still change, in microseconds."""
        return finality_window(self.reply_window_days)

    def previous(self, comparison: Comparison = Comparison.DAYS_BEFORE) -> "QuerySpec":
        """Return the specification of the earlier period of a comparison.

        Where this one reaches today, the earlier one ends at the same local time of the day that stands for today.
        """
        days = compared_days(self.first, self.last, comparison, self.today)
        first, last = max(days.first, FIRST_DAY), max(days.last, FIRST_DAY)
        until = None
        if days.running is not None:
            time_of_day = self.zone.local(self.now) % DAY
            until = self.zone.first_instant(days.running, time_of_day)
        return replace(self, first=first, last=last, until=until)

    def to_json(self) -> str:
        """Encode the specification, as it is stored with an export; what it does not restrict is left out.

        A worker of an older release refuses what it does not know, and need not refuse all that does without it.
        """
        stated = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in RESOLVED}
        return msgspec.json.encode({name: value for name, value in stated.items() if value is not None}).decode()

    @staticmethod
    def from_json(text: str) -> "QuerySpec":
        """Decode what `to_json` wrote; what a newer release added to it is left out, see `unknown_fields`."""
        return msgspec.json.decode(text, type=QuerySpec)

    @staticmethod
    def unknown_fields(text: str) -> list[str]:
        """Return the names of what a newer release wrote and this one does not know, such as another filter."""
        stated = msgspec.json.decode(text, type=dict[str, Any])
        unknown = stated.keys() - {field.name for field in fields(QuerySpec)}
        for part, kind in (("scope", AccessScope), ("where", MessageConditions)):
            inside = (stated.get(part) or {}).keys() - {field.name for field in fields(kind)}
            unknown |= {f"{part}.{name}" for name in inside}
        return sorted(unknown)


def finality_window(reply_window_days: int) -> int:
    """Return the time after sending in which a message may still change, in microseconds."""
    return max(reply_window_days, LATEST_WEBHOOK_DAYS) * DAY


def build_spec(
    filter: MessageFilter,
    scope: AccessScope,
    *,
    tenant_time_zone: str,
    reply_window_days: int,
    now: int,
    where: MessageConditions | None = None,
) -> QuerySpec:
    """Return the specification of a filter. Raises `InvalidInputError` naming the argument, or `ForbiddenError`."""
    for name, day in (("from", filter.first), ("to", filter.last)):
        if not FIRST_DAY < day <= LAST_DAY:
            raise InvalidInputError(f"filter.sentOn.{name}: must be after {FIRST_DAY} and not after {LAST_DAY}.")
    if filter.first > filter.last:
        raise InvalidInputError("filter.sentOn: `from` must not be after `to`.")
    if (filter.last - filter.first).days >= MAX_RANGE_DAYS:
        raise InvalidInputError(f"filter.sentOn: a range may have at most {MAX_RANGE_DAYS} days.")
    if filter.languages is not None and len(filter.languages) > MAX_FILTER_IDS:
        raise InvalidInputError(f"filter.languages: at most {MAX_FILTER_IDS} may be named.")
    filtered = dict(filter.filtered())
    for dimension, ids in filtered.items():
        if len(ids) > MAX_FILTER_IDS:
            raise InvalidInputError(f"filter.{dimension.argument}: at most {MAX_FILTER_IDS} ids may be named.")
    return QuerySpec(
        scope=scope,
        first=filter.first,
        last=filter.last,
        time_zone=_zone_named(filter.time_zone or tenant_time_zone),
        tenant_time_zone=tenant_time_zone,
        reply_window_days=reply_window_days,
        now=now,
        where=where,
        until=None,
        categories=filter.categories,
        languages=filter.languages,
        category_match=None,
        language_match=None,
        category_groups=None,
        **{dimension.field: ids for dimension, ids in filtered.items()},
    )


def _zone_named(name: str) -> str:
    try:
        return zone(name).name
    except InvalidInputError as error:
        raise InvalidInputError(f"filter.timeZone: {error.message}") from None
