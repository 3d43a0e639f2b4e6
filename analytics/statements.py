"""The SELECT of each query, from what its specification says. No statement's text depends on how much it finds."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, func, literal, select

from analytics.metrics import columns
from analytics.plan import Grouping, Query
from analytics.specs import Scope, Spec
from analytics.sqltypes import one_of
from analytics.states import Status
from analytics.tables import messages
from analytics.zones import DAY, EPOCH_ORDINAL, FIRST_INSTANT, HOUR, LAST_INSTANT, Zone

HOURS_OF_WEEK = 7 * 24
# The epoch was a Thursday. A week more keeps the sum positive west of Greenwich.
EPOCH_HOUR_OF_WEEK = 3 * 24 + HOURS_OF_WEEK

FILTERED = (
    ("templates", messages.c.template_id),
    ("accounts", messages.c.account_id),
    ("departments", messages.c.department_id),
    ("agents", messages.c.agent_id),
)


def selected(spec: Spec) -> list[ColumnElement[bool]]:
    """Which message rows a specification selects."""
    return [
        messages.c.tenant_id == spec.tenant_id,
        messages.c.sent_at >= spec.starts_at,
        messages.c.sent_at < spec.ends_at,
        *(one_of(column, ids) for name, column in FILTERED if (ids := getattr(spec, name)) is not None),
    ]


def offset(column: ColumnElement[int], zone: Zone, low: int, high: int, *, outside: bool = False) -> ColumnElement[int]:
    """What to add to an instant to get local time, by the spans of constant offset in [low, high).

    With `outside` also for instants before and after, which are looked for last: there are hundreds of spans.
    """
    branches = [(end, _bound(value)) for _, end, value in zone.spans(low, high)]
    if outside:
        branches.insert(0, (low, offset(column, zone, FIRST_INSTANT, low)))
        branches.append((LAST_INSTANT, offset(column, zone, high, LAST_INSTANT)))
    *earlier, (_, last) = branches
    return case(*((column < end, value) for end, value in earlier), else_=last) if earlier else last


def _bound(number: int) -> ColumnElement[int]:
    return literal(number, BigInteger)


def counted(query: Query) -> Select[Any]:
    """The messages of a query by its grouping: key columns, then the counts."""
    spec = query.spec
    keys, counts = _KEYS[query.grouping](spec), columns()
    conditions = selected(spec)
    if query.grouping in _ONLY:
        counts = [func.count().label("messages")]
        conditions.append(_ONLY[query.grouping])
    labelled = [key.label(f"key{place}") for place, key in enumerate(keys)]
    return select(*labelled, *counts).where(*conditions).group_by(*(label.name for label in labelled))


def _sent_day(spec: Spec) -> list[ColumnElement[Any]]:
    # Shifted by whole days so that it is positive: both databases cut a division towards zero.
    moved = _sent_offset(spec) + messages.c.sent_at + _bound(EPOCH_ORDINAL * DAY)
    return [moved // _bound(DAY)]


def _sent_hour(spec: Spec) -> list[ColumnElement[Any]]:
    return [_sent_offset(spec), (messages.c.sent_at + _sent_offset(spec)) // _bound(HOUR)]


def _sent_offset(spec: Spec) -> ColumnElement[int]:
    return offset(messages.c.sent_at, spec.zone, spec.starts_at, spec.ends_at)


def _reply_hour(spec: Spec) -> list[ColumnElement[Any]]:
    """The hour of the week of the reply: 0 is Monday's first."""
    replied = messages.c.replied_at
    near = offset(replied, spec.zone, spec.starts_at, spec.ends_at + 7 * DAY, outside=True)
    return [((replied + near) // _bound(HOUR) + EPOCH_HOUR_OF_WEEK) % HOURS_OF_WEEK]


_KEYS: dict[Grouping, Callable[[Spec], list[ColumnElement[Any]]]] = {
    Grouping.DEPARTMENT: lambda _: [messages.c.department_id],
    Grouping.AGENT: lambda _: [messages.c.agent_id, messages.c.department_id],
    Grouping.TEMPLATE: lambda _: [messages.c.template_id, messages.c.department_id],
    Grouping.ACCOUNT: lambda _: [messages.c.account_id],
    Grouping.DAY: _sent_day,
    Grouping.HOUR: _sent_hour,
    Grouping.REPLY_HOUR: _reply_hour,
    Grouping.RESPONSE_TIME: lambda _: [messages.c.response_bin],
    Grouping.BOUNCE: lambda _: [messages.c.failed_code],
}
# Groupings that count only some messages, and nothing else of them.
_ONLY: dict[Grouping, ColumnElement[bool]] = {
    Grouping.REPLY_HOUR: messages.c.reply_id.is_not(None),
    Grouping.RESPONSE_TIME: messages.c.reply_id.is_not(None),
    Grouping.BOUNCE: messages.c.status == Status.FAILED,
}


def maturing(spec: Spec) -> Select[Any, Any]:
    """How many messages of a specification may still change, and when the newest of them was sent."""
    recent = messages.c.sent_at > spec.now - spec.matures_after
    return select(func.count(), func.max(messages.c.sent_at)).where(*selected(spec), recent)


def sends(spec: Spec) -> Select[Any]:
    """The messages of a specification, in the order of an export."""
    return select(messages).where(*selected(spec)).order_by(messages.c.sent_at, messages.c.id)


def count(spec: Spec) -> Select[Any]:
    """How many messages a specification selects."""
    return select(func.count()).select_from(messages).where(*selected(spec))


def used(scope: Scope, column: ColumnElement[str]) -> Select[Any]:
    """The ids that any message of a scope has in a column of `messages`."""
    statement: Select[Any] = select(column).distinct().where(messages.c.tenant_id == scope.tenant_id)
    if scope.departments is not None:
        statement = statement.where(one_of(messages.c.department_id, scope.departments))
    return statement
