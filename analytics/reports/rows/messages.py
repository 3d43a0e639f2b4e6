"""The single messages behind a number: their count, and a page of them.

Source: docs/numbers.md, "The messages behind a number".

What the rollups count by day is counted there, and of the message rows only those of days that have such messages are
looked at. All else is looked for among the messages of the whole period, of which there may be so many and no more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, or_, select

from analytics.domain.message_conditions import BOUNCED_STATES, REPLIED_STATES, MessageConditions
from analytics.domain.query_spec import Dimension, QuerySpec
from analytics.domain.time_zones import HOUR
from analytics.reports.availability import readable, require_few, require_messages
from analytics.reports.row_conditions import dimension_conditions, filters, hours_of_week, sent_between
from analytics.storage.database import AnyRow, Reader
from analytics.storage.dialects import in_list
from analytics.storage.rollup_tables import BOUNCES, FUNNEL, RESPONSES, ROLLUPS, MeasureGroup, Rollup
from analytics.storage.tables import messages, replies

CountByDay = dict[int, int]  # by the day's ordinal, of days that have any
Position = tuple[int, str]  # the value that messages are ordered by, and the id

# Later than any instant, and longer than any time: where the value is missing, the message comes last.
MISSING = 2**62


class MessageOrderField(StrEnum):
    """The times by which messages can be ordered."""

    SENT_AT = "SENT_AT"
    REPLIED_AT = "REPLIED_AT"
    RESPONSE_TIME = "RESPONSE_TIME"


@dataclass(frozen=True)
class MessageOrder:
    """The order of messages: by a time, then by id; those without that time come last."""

    field: MessageOrderField = MessageOrderField.SENT_AT
    descending: bool = True


ORDERED_BY: dict[MessageOrderField, ColumnElement[int]] = {
    MessageOrderField.SENT_AT: messages.c.sent_at,
    MessageOrderField.REPLIED_AT: messages.c.replied_at,
    MessageOrderField.RESPONSE_TIME: messages.c.replied_at - messages.c.sent_at,
}


@dataclass(frozen=True)
class MessagePage:
    """Some message rows in an order, the position of each, and the number of all."""

    rows: Sequence[AnyRow]
    positions: Sequence[Position]
    has_next: bool
    total: int


async def read_messages(
    reader: Reader, spec: QuerySpec, order: MessageOrder, first: int, after: Position | None
) -> MessagePage:
    """Read the first messages of a specification after a position in an order.

    Raises `MessagesPurgedError` when messages of its days were dropped, `InvalidInputError` when too many would have to
    be looked at.
    """
    await require_messages(reader, spec)
    days = await _count_by_day(reader, spec)
    if days is None:
        await require_few(reader, spec, "where")
        row = await reader.first(select(func.count()).select_from(messages).where(*filters(spec)))
        total = row[0] if row else 0
    else:
        total = sum(days.values())
    if not (total and first):
        return MessagePage((), (), total > 0 and after is None, total)
    if order.field is MessageOrderField.SENT_AT and days is not None:
        spans = [span for span in _spans(spec, days) if _may_follow(span, order, after)]
    else:
        await require_few(reader, spec, "where")
        spans = [(spec.starts_at, spec.ends_at)]
    rows: list[AnyRow] = []
    for since, until in reversed(spans) if order.descending else spans:
        rows += await reader.rows(_page(spec, order, since, until, first + 1 - len(rows), after))
        if len(rows) > first:
            break
    page = rows[:first]
    return MessagePage(page, [(row.ordered_by, row.id) for row in page], len(rows) > first, total)


def _page(
    spec: QuerySpec, order: MessageOrder, since: int, until: int, limit: int, after: Position | None
) -> Select[tuple[object, ...]]:
    """Select the first messages sent in [since, until) after a position."""
    column = ORDERED_BY[order.field]
    missing = -MISSING if order.descending else MISSING
    value = column if order.field is MessageOrderField.SENT_AT else func.coalesce(column, missing)
    ordered = (value.desc(), messages.c.id.desc()) if order.descending else (value, messages.c.id)
    statement = select(*messages.c, value.label("ordered_by")).where(*sent_between(spec, since, until))
    if after is not None:
        at, id = after
        # The first part alone is what an index is searched by.
        beyond = (
            and_(value <= at, or_(value < at, messages.c.id < id))
            if order.descending
            else and_(value >= at, or_(value > at, messages.c.id > id))
        )
        statement = statement.where(beyond)
    return statement.order_by(*ordered).limit(limit)


def _spans(spec: QuerySpec, days: CountByDay) -> Iterator[tuple[int, int]]:
    """Yield the runs of days that have messages, in order, as instants [since, until) of the period.

    They are an hour wider: a clock that is set back over midnight shows a message's day when another has begun.
    """
    # Of consecutive days the difference from their place in the list is the same.
    for _, run in groupby(enumerate(sorted(days)), key=lambda place: place[1] - place[0]):
        ordinals = [day for _, day in run]
        since, until = spec.zone.day_start_of(ordinals[0]) - HOUR, spec.zone.day_start_of(ordinals[-1] + 1) + HOUR
        yield max(since, spec.starts_at), min(until, spec.ends_at)


def _may_follow(span: tuple[int, int], order: MessageOrder, after: Position | None) -> bool:
    """True if messages sent in [since, until) may come after a position in the order of their send times."""
    since, until = span
    return after is None or (since <= after[0] if order.descending else until > after[0])


async def reply_rules(reader: Reader, tenant: str, reply_ids: Iterable[str]) -> dict[str, str]:
    """Load the rules by which replies were matched to their messages, by the reply's id."""
    of_ids = in_list(replies.c.id, set(reply_ids))
    rows = await reader.rows(select(replies.c.id, replies.c.rule).where(replies.c.tenant_id == tenant, of_ids))
    return {row.id: row.rule for row in rows}


async def count_by(reader: Reader, spec: QuerySpec, dimension: Dimension) -> dict[str, int]:
    """Count the messages of a specification by a dimension's ids. Raises as `read_messages`."""
    rollup = await _rollup_of(reader, spec, dimension)
    if rollup is None:
        await require_messages(reader, spec)
        await require_few(reader, spec, "where")
        column = messages.c[dimension.column]
        rows = await reader.rows(select(column, func.count()).where(*filters(spec)).group_by(column))
    else:
        rows = await reader.rows(_grouped(spec, rollup, rollup.table.c[dimension.column]))
    return dict(map(tuple, rows))


async def _count_by_day(reader: Reader, spec: QuerySpec) -> CountByDay | None:
    """Count the messages of each local day in the rollups; None when they do not count these messages."""
    rollup = await _rollup_of(reader, spec)
    return (
        None if rollup is None else dict(map(tuple, await reader.rows(_grouped(spec, rollup, rollup.table.c.period))))
    )


async def _rollup_of(reader: Reader, spec: QuerySpec, *dimensions: Dimension) -> Rollup | None:
    """Return the narrowest rollup that counts the messages of a specification by dimensions, if any does."""
    if replace(spec, where=None).reads_rows or spec.zone.rules_version != await readable(reader, spec.tenant_id):
        return None
    family = _family_of(spec.where or MessageConditions())
    columns = {dimension.column for dimension in (*dimensions, *(filtered for filtered, _ in spec.filtered()))}
    return next((r for r in ROLLUPS if r.family is family and columns <= set(r.columns)), None)


def _family_of(where: MessageConditions) -> MeasureGroup | None:
    """Return the measures that count the messages of some conditions, if any do."""
    if where.text is not None or where.reply_kinds is not None or where.button is not None:
        return None
    if where.bounce_codes is None and not where.asks_for_time:
        return FUNNEL
    if where.created_ticket is not None:
        return None
    if where.bounce_codes is not None:
        return BOUNCES if where.states == BOUNCED_STATES else None
    return RESPONSES if where.states == REPLIED_STATES else None


def _grouped(spec: QuerySpec, rollup: Rollup, key: ColumnElement[Any]) -> Select[tuple[Any, int]]:
    """Select the messages of a specification by a key of a rollup's days, without keys that have none."""
    table, where = rollup.table, spec.where or MessageConditions()
    conditions = [
        table.c.tenant_id == spec.tenant_id,
        table.c.period.between(spec.first.toordinal(), spec.last.toordinal()),
        *dimension_conditions(spec, table),
    ]
    if rollup.family is BOUNCES and where.bounce_codes is not None:
        conditions.append(in_list(table.c.code, where.bounce_codes))
    if rollup.family is RESPONSES:
        conditions.append(in_list(table.c.hour_of_week, hours_of_week(where)))
    counted = _steps(where, rollup) if rollup.family is FUNNEL else table.c[rollup.family.counted]
    count = cast(func.sum(counted), BigInteger)
    return select(key, count).where(*conditions).group_by(key).having(func.sum(counted) > 0)


def _steps(where: MessageConditions, rollup: Rollup) -> ColumnElement[int]:
    """Return the measure of a step of the funnel, or of its base without it; perhaps only of created tickets."""

    def measure(slug: str) -> ColumnElement[int]:
        every, with_ticket = rollup.table.c[slug], rollup.table.c[f"{slug}_tickets"]
        if where.created_ticket is None:
            return every
        return with_ticket if where.created_ticket else every - with_ticket

    reached = measure(where.metric.slug)
    return reached if where.reached else measure(where.metric.base) - reached
