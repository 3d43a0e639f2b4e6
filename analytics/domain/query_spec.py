"""The specification: what a filter becomes, narrowed to what the viewer may see.

Everything below sees only this value: the clock, the viewer and GraphQL end here. An export stores it.
Source: semantics, "Filters" and "Scope".
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from analytics.domain.errors import ForbiddenError, InvalidInputError
from analytics.domain.limits import MAX_FILTER_IDS, MAX_RANGE_DAYS
from analytics.domain.time_zones import DAY, FIRST_DAY, LAST_DAY, Zone, zone

Ids = frozenset[str] | None  # None: no restriction; empty: nothing

# WhatsApp repeats webhooks for up to seven days, so no message is final before that.
LATEST_WEBHOOK_DAYS = 7

# The reply window of a tenant that has never set one.
DEFAULT_REPLY_WINDOW_DAYS = 7


@dataclass(frozen=True)
class AccessScope:
    """What someone may see: one tenant, and there the departments named, or (None) all of them."""

    tenant_id: str
    departments: Ids

    def restrict(self, wanted: Ids) -> Ids:
        """The departments asked for, as far as they may be seen; none asked for means all that may be.

        Raises `ForbiddenError`, in the same words whether or not it exists, for one that may not.
        """
        if self.departments is None:
            return wanted
        if wanted is None:
            return self.departments
        if not wanted <= self.departments:
            raise ForbiddenError("filter.departmentIds: you may only name departments that you belong to.")
        return wanted


@dataclass(frozen=True, kw_only=True)
class MessageFilter:
    """What a caller asks for; days are calendar days of the send time, both included."""

    first: date
    last: date
    time_zone: str | None = None
    templates: Ids = None
    accounts: Ids = None
    departments: Ids = None
    agents: Ids = None


@dataclass(frozen=True, kw_only=True)
class QuerySpec:
    """A filter made definite: whose messages, sent when, and as of which moment.

    It cannot be made without a scope, and making it narrows `departments` to that scope.
    """

    scope: AccessScope
    first: date
    last: date
    time_zone: str
    tenant_time_zone: str
    reply_window_days: int
    now: int
    templates: Ids = None
    accounts: Ids = None
    departments: Ids = None
    agents: Ids = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "departments", self.scope.restrict(self.departments))

    @property
    def tenant_id(self) -> str:
        """The company whose messages these are."""
        return self.scope.tenant_id

    @property
    def zone(self) -> Zone:
        """The zone whose calendar days these are."""
        return zone(self.time_zone)

    @property
    def starts_at(self) -> int:
        """The first instant of the range."""
        return self.zone.day_start(self.first)

    @property
    def ends_at(self) -> int:
        """The first instant after the range."""
        return self.zone.day_start(self.last + timedelta(days=1))

    @property
    def finality_window(self) -> int:
        """How long after its send time a message may still change, in microseconds."""
        return finality_window(self.reply_window_days)

    def previous(self) -> "QuerySpec":
        """As many calendar days, ending the day before these begin."""
        days = (self.last - self.first).days + 1
        first = self.first - timedelta(days=days)
        return replace(self, first=max(first, FIRST_DAY), last=self.first - timedelta(days=1))

    def to_json(self) -> str:
        """As stored with an export."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def from_json(text: str) -> "QuerySpec":
        """What `to_json` wrote."""
        return msgspec.json.decode(text, type=QuerySpec)


def finality_window(reply_window_days: int) -> int:
    """How long after its send time a message may still change, in microseconds."""
    return max(reply_window_days, LATEST_WEBHOOK_DAYS) * DAY


def build_spec(
    filter: MessageFilter, scope: AccessScope, *, tenant_time_zone: str, reply_window_days: int, now: int
) -> QuerySpec:
    """The specification of a filter. Raises `InvalidInputError` naming the argument, or `ForbiddenError`."""
    for name, day in (("from", filter.first), ("to", filter.last)):
        if not FIRST_DAY < day <= LAST_DAY:
            raise InvalidInputError(f"filter.sentOn.{name}: must be after {FIRST_DAY} and not after {LAST_DAY}.")
    if filter.first > filter.last:
        raise InvalidInputError("filter.sentOn: `from` must not be after `to`.")
    if (filter.last - filter.first).days >= MAX_RANGE_DAYS:
        raise InvalidInputError(f"filter.sentOn: a range may have at most {MAX_RANGE_DAYS} days.")
    for name in ("templates", "accounts", "departments", "agents"):
        ids: Ids = getattr(filter, name)
        if ids is not None and len(ids) > MAX_FILTER_IDS:
            raise InvalidInputError(f"filter.{name[:-1]}Ids: at most {MAX_FILTER_IDS} ids may be named.")
    return QuerySpec(
        scope=scope,
        first=filter.first,
        last=filter.last,
        time_zone=_zone_named(filter.time_zone or tenant_time_zone),
        tenant_time_zone=tenant_time_zone,
        reply_window_days=reply_window_days,
        now=now,
        templates=filter.templates,
        accounts=filter.accounts,
        departments=filter.departments,
        agents=filter.agents,
    )


def _zone_named(name: str) -> str:
    try:
        return zone(name).name
    except InvalidInputError as error:
        raise InvalidInputError(f"filter.timeZone: {error.message}") from None
