"""The SELECT of each query, built from its specification. No statement's text depends on the number of its values."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, select, true

from analytics.domain.measures.funnel import ARRIVED, METRICS, Metric
from analytics.domain.measures.send_times import MAX_RESPONSE_TIME
from analytics.domain.measures.time_buckets import EPOCH_HOUR_OF_WEEK, HOURS_OF_WEEK, hour_of_week
from analytics.domain.message_status import Status
from analytics.domain.query_spec import AccessScope, Dimension, QuerySpec
from analytics.domain.time_zones import DAY, EPOCH_ORDINAL, HOUR, Zone
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.reports.planner import AggregateQuery, Grouping, QueryPlan
from analytics.reports.row_conditions import bound, category_of, dimension_conditions, filters, offset, sent_between
from analytics.storage.dialects import in_list
from analytics.storage.rollup_tables import (
    BOUNCES,
    FIRST_WEEK,
    FUNNEL,
    RESPONSE_TIMES,
    RESPONSES,
    ROLLUP_DIMENSIONS,
    ROLLUPS,
    SEND_TIMES,
    MeasureGroup,
    Rollup,
)
from analytics.storage.tables import messages

LATEST_REPLIES = 30 * DAY

ROW_DIMENSIONS = tuple(messages.c[name] for name in ROLLUP_DIMENSIONS)


def aggregate(query: AggregateQuery, plan: QueryPlan) -> Select[Any]:
    """Select the messages of a query by its grouping: key columns, then the counts, from the plan's table."""
    if plan.rollup is None:
        return _from_rows(query)
    return _from_rollup(query, plan.rollup, plan.periods)


def _from_rollup(query: AggregateQuery, rollup: Rollup, periods: Sequence[tuple[int, int]]) -> Select[Any]:
    table, spec = rollup.table, query.spec
    keys = [table.c[name] for name in query.rollup_keys or ()]
    return (
        select(*keys, *(cast(func.sum(table.c[name]), BigInteger).label(name) for name in rollup.family.measures))
        .where(
            table.c.tenant_id == spec.tenant_id,
            _in_periods(table.c.period, periods),
            *dimension_conditions(spec, table),
        )
        .group_by(*keys)
    )


def _in_periods(period: ColumnElement[int], periods: Sequence[tuple[int, int]]) -> ColumnElement[bool]:
    """Return the condition of one of the runs. Several, some dozens at most, are listed: for OR SQLite uses no key."""
    if len(periods) == 1:
        return period.between(*periods[0])
    return in_list(period, [number for first, last in periods for number in range(first, last + 1)])


def _from_rows(query: AggregateQuery) -> Select[Any]:
    spec, family = query.spec, query.family
    keys = list(chain.from_iterable(ROW_KEYS[grouping](spec) for grouping in query.groupings))
    return _by(keys, _counts(family)).where(*filters(spec), *_family_condition(family))


def _by(keys: Sequence[ColumnElement[Any]], counts: Sequence[ColumnElement[Any]]) -> Select[Any]:
    labelled = [key.label(f"key{index}") for index, key in enumerate(keys)]
    return select(*labelled, *counts).group_by(*(label.name for label in labelled))


def _counts(family: MeasureGroup) -> list[ColumnElement[Any]]:
    """Return the measures of a family, over message rows."""
    if family is SEND_TIMES:
        bins = func.coalesce(func.sum(messages.c.response_bin).filter(_answered_soon()), 0)
        return [func.count().label("delivered"), func.count().filter(_answered_soon()).label("responded"), bins]
    if family is not FUNNEL:
        return [func.count().label(family.counted)]
    return [
        *(func.count().filter(_metric_condition(metric)).label(metric.slug) for metric in METRICS),
        *(
            func.count().filter(_metric_condition(metric), messages.c.ticket_created).label(f"{metric.slug}_tickets")
            for metric in METRICS
        ),
    ]


def _metric_condition(metric: Metric) -> ColumnElement[bool]:
    return and_(
        true() if metric.statuses is None else messages.c.status.in_(metric.statuses),
        messages.c.reply_id.is_not(None) if metric.responded else true(),
    )


def _family_condition(family: MeasureGroup) -> list[ColumnElement[bool]]:
    """Return the conditions of the message rows that a family counts."""
    match family:
        case _ if family is FUNNEL:
            return []
        case _ if family is BOUNCES:
            return [messages.c.status == Status.FAILED]
        case _ if family is SEND_TIMES:
            return [messages.c.status.in_(ARRIVED)]
        case _:
            return [messages.c.reply_id.is_not(None)]


def _answered_soon() -> ColumnElement[bool]:
    """Return the condition that the reply came within the time that counts for send times."""
    return messages.c.replied_at - messages.c.sent_at <= bound(MAX_RESPONSE_TIME)


def _day(zone: Zone, low: int, high: int) -> ColumnElement[int]:
    """Return the local day of sending, as its ordinal."""
    # Shifted by whole days so that it is positive: both databases cut a division towards zero.
    shifted = messages.c.sent_at + offset(messages.c.sent_at, zone, low, high) + bound(EPOCH_ORDINAL * DAY)
    return shifted // bound(DAY)


def _send_hour(zone: Zone, low: int, high: int) -> ColumnElement[int]:
    """Return the hour of the week of sending, local, 0 is Monday's first."""
    shifted = messages.c.sent_at + offset(messages.c.sent_at, zone, low, high) + bound(EPOCH_ORDINAL * DAY)
    # The day of ordinal 1 was a Monday: a day less, or six more.
    return (shifted // bound(HOUR) + HOURS_OF_WEEK - 24) % HOURS_OF_WEEK


def _hour(spec: QuerySpec) -> list[ColumnElement[Any]]:
    """Return the offset in force, and the local hour of sending since the epoch."""
    moved = offset(messages.c.sent_at, spec.zone, spec.starts_at, spec.ends_at)
    return [moved, (messages.c.sent_at + moved) // bound(HOUR)]


def _reply_hour(zone: Zone, low: int, high: int) -> list[ColumnElement[Any]]:
    """Return the hour of the week of the reply, 0 is Monday's first; or the instant of a reply that came very late.

    Nearly all replies to messages sent in [low, high) come within a month. The few others would need a CASE of all
    the clock changes there ever were; see `hour_of_reply`, which reads either.
    """
    replied, end = messages.c.replied_at, high + LATEST_REPLIES
    soon = and_(replied >= low, replied < end)
    # A week more keeps it positive at the epoch west of Greenwich.
    hours = (replied + offset(replied, zone, low, end)) // bound(HOUR) + EPOCH_HOUR_OF_WEEK + HOURS_OF_WEEK
    return [case((soon, hours % HOURS_OF_WEEK)), case((soon, None), else_=replied)]


def hour_of_reply(zone: Zone, hour: int | None, replied_at: int | None) -> int:
    """Return the hour of the week of a reply, from the two keys that `_reply_hour` makes."""
    return hour_of_week(zone.local(replied_at)) if hour is None and replied_at is not None else hour or 0


ROW_KEYS: dict[Grouping, Callable[[QuerySpec], list[ColumnElement[Any]]]] = {
    Grouping.DEPARTMENT: lambda _: [messages.c.department_id],
    Grouping.AGENT: lambda _: [messages.c.agent_id, messages.c.department_id],
    Grouping.TEMPLATE: lambda _: [messages.c.template_id, messages.c.department_id],
    Grouping.ACCOUNT: lambda _: [messages.c.account_id],
    Grouping.CATEGORY: lambda spec: [category_of(spec)],
    Grouping.DAY: lambda spec: [_day(spec.zone, spec.starts_at, spec.ends_at)],
    Grouping.HOUR: _hour,
    Grouping.SEND_HOUR: lambda spec: [_send_hour(spec.zone, spec.starts_at, spec.ends_at)],
    Grouping.REPLY_HOUR: lambda spec: _reply_hour(spec.zone, spec.starts_at, spec.ends_at),
    Grouping.RESPONSE_TIME: lambda _: [messages.c.response_bin],
    Grouping.BOUNCE: lambda _: [func.coalesce(messages.c.failed_code, NO_CODE)],
}


def cells(family: MeasureGroup, tenant: str, zone: Zone, low: int, high: int) -> Select[Any]:
    """Select the messages sent in [low, high) in the finest cells of a family: day, dimensions, keys, count."""
    keys: dict[MeasureGroup, list[ColumnElement[Any]]] = {
        FUNNEL: [messages.c.status, messages.c.reply_id.is_not(None), messages.c.ticket_created],
        RESPONSES: _reply_hour(zone, low, high),
        RESPONSE_TIMES: [messages.c.response_bin],
        BOUNCES: [func.coalesce(messages.c.failed_code, NO_CODE)],
        SEND_TIMES: [_send_hour(zone, low, high), case((_answered_soon(), messages.c.response_bin))],
    }
    return _by([_day(zone, low, high), *ROW_DIMENSIONS, *keys[family]], [func.count()]).where(
        messages.c.tenant_id == tenant, messages.c.sent_at >= low, messages.c.sent_at < high, *_family_condition(family)
    )


def count_between(spec: QuerySpec, since: int, until: int) -> Select[Any, Any]:
    """Select the number of messages of a specification sent in [since, until), and the newest send time of them."""
    return select(func.count(), func.max(messages.c.sent_at)).where(*sent_between(spec, since, until))


def newest_between(spec: QuerySpec, since: int, until: int) -> Select[Any]:
    """Select the newest send time of a specification's messages in [since, until)."""
    newest_first = messages.c.sent_at.desc(), messages.c.id.desc()  # the order of the index, read from its end
    return select(messages.c.sent_at).where(*sent_between(spec, since, until)).order_by(*newest_first).limit(1)


def message_rows(spec: QuerySpec) -> Select[Any]:
    """Select the messages of a specification, in the order of an export."""
    return select(messages).where(*filters(spec)).order_by(messages.c.sent_at, messages.c.id)


def count(spec: QuerySpec) -> Select[Any]:
    """Select the number of messages of a specification."""
    return select(func.count()).select_from(messages).where(*filters(spec))


def used_ids(
    scope: AccessScope, dimension: Dimension, among: frozenset[str] | None = None, *, rollups: bool
) -> Select[Any]:
    """Select the ids of a dimension that any message of a scope has, from the months of a rollup if one may be read.

    With `among` only those of these ids.
    """
    rollup = _narrowest(dimension) if rollups else None
    table = rollup.table if rollup else messages
    statement: Select[Any] = select(table.c[dimension.column]).distinct().where(table.c.tenant_id == scope.tenant_id)
    if among is not None:
        statement = statement.where(in_list(table.c[dimension.column], among))
    if rollup:
        statement = statement.where(table.c.period < FIRST_WEEK)
    if scope.departments is not None:
        statement = statement.where(in_list(table.c.department_id, scope.departments))
    return statement


def _narrowest(dimension: Dimension) -> Rollup | None:
    """Return the rollup of the fewest rows that has a dimension and the department, if any has."""
    columns = {dimension.column, "department_id"}
    return next((rollup for rollup in ROLLUPS if rollup.family is FUNNEL and columns <= {*rollup.dimensions}), None)
