"""Changes of rollup rows that follow from changes of messages.

Messages are first counted in the finest cells, day by all dimensions; the rollups are sums of those, so adding or
removing a message costs one look-up, whatever the number of rollups.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from operator import add, itemgetter
from typing import Any, NamedTuple, Protocol

from analytics.domain.measures.funnel import ARRIVED, contribution
from analytics.domain.measures.send_times import MAX_RESPONSE_TIME
from analytics.domain.measures.time_buckets import hour_of_week
from analytics.domain.message_status import Status
from analytics.domain.time_zones import Zone
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.reports.availability import DataAvailability
from analytics.storage.database import Writer
from analytics.storage.rollup_tables import (
    BOUNCES,
    FUNNEL,
    MEASURE_GROUPS,
    RESPONSE_TIMES,
    RESPONSES,
    ROLLUP_DIMENSIONS,
    ROLLUPS,
    SEND_TIMES,
    MeasureGroup,
    Rollup,
    month_period,
    week_period,
)


class CountableMessage(Protocol):
    """The fields of a message that the rollups depend on."""

    @property
    def sent_at(self) -> int: ...
    @property
    def department_id(self) -> str: ...
    @property
    def agent_id(self) -> str: ...
    @property
    def template_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def ticket_created(self) -> bool: ...
    @property
    def failed_code(self) -> int | None: ...
    @property
    def replied_at(self) -> int | None: ...
    @property
    def response_bin(self) -> int | None: ...


class RollupCell(NamedTuple):
    """The finest cell of a message: its local send day as an ordinal, and its dimensions."""

    day: int
    department_id: str
    agent_id: str
    template_id: str
    account_id: str


Cell = tuple[RollupCell, Any]
Key = tuple[Any, ...]
Vector = tuple[int, ...]
Sums = list[tuple[Rollup, list[tuple[Key, Vector]]]]


class RollupDeltas:
    """The changes of each cell's message counts, by family."""

    def __init__(self) -> None:
        self.cells: dict[MeasureGroup, Counter[Cell]] = {family: Counter() for family in MEASURE_GROUPS}

    def count(self, message: CountableMessage, zone: Zone, times: int) -> None:
        """Add a message (`times` = 1) or remove it (-1)."""
        for family, cell in cells_of(message, zone):
            self.cells[family][cell] += times

    def rows(self, rollup: Rollup) -> dict[Key, Vector]:
        """Return the amounts to add to each row of a rollup, for days, weeks and months."""
        days = self._days(rollup)
        amounts = dict(days)
        for (day, *rest), added in days.items() if rollup.long else ():
            for period in _long_periods(day):
                key = (period, *rest)
                amount = amounts.get(key)
                amounts[key] = tuple(map(add, amount, added)) if amount else added
        return {key: added for key, added in amounts.items() if any(added)}

    def sums(self) -> "Sums":
        """Return the amounts to add to the rows of each rollup, in the order of the key.

        With one order for all writers, those of tenants in the same shard cannot deadlock.
        """
        return [(rollup, sorted(self.rows(rollup).items())) for rollup in ROLLUPS]

    def _days(self, rollup: Rollup) -> dict[Key, Vector]:
        # First count the messages of one row and one kind together, with one addition each; only then expand each kind
        # to the measures that such messages add to.
        # Without a dimension the key is a slice, since of one index `itemgetter` makes no tuple.
        indexes = [ROLLUP_DIMENSIONS.index(name) + 1 for name in rollup.dimensions]
        dimensions = itemgetter(0, *indexes) if indexes else itemgetter(slice(1))
        counted: dict[tuple[Key, Any], int] = {}
        for (cell, value), times in self.cells[rollup.family].items():
            key = (dimensions(cell), value)
            counted[key] = counted.get(key, 0) + times
        if len(rollup.family.measures) == 1:
            return {(*key, value): (times,) for (key, value), times in counted.items()}
        sums: dict[Key, list[int]] = {}
        for (key, value), times in counted.items():
            further, amounts = _added_by(rollup.family, value)
            row = sums.setdefault((*key, *further), [0] * len(rollup.family.measures))
            for measure, amount in amounts:
                row[measure] += amount * times
        return {key: tuple(row) for key, row in sums.items()}


@cache
def _added_by(family: MeasureGroup, value: tuple[Any, ...]) -> tuple[Key, tuple[tuple[int, int], ...]]:
    """Return the further key of a message that is counted as `value`, and what it adds: indexes and amounts."""
    further: Key = ()
    if family is FUNNEL:
        amounts = contribution(*value)
    else:
        *further_keys, response_bin = value
        further, amounts = tuple(further_keys), (1, 0, 0) if response_bin is None else (1, 1, response_bin)
    return further, tuple((index, amount) for index, amount in enumerate(amounts) if amount)


def cells_of(message: CountableMessage, zone: Zone) -> Iterator[tuple[MeasureGroup, Cell]]:
    """Yield the cells that a message is counted in."""
    cell = RollupCell(
        zone.day_of(message.sent_at),
        message.department_id,
        message.agent_id,
        message.template_id,
        message.account_id,
    )
    replied_at = message.replied_at
    yield FUNNEL, (cell, (message.status, replied_at is not None, bool(message.ticket_created)))
    if replied_at is not None:
        yield RESPONSES, (cell, hour_of_week(zone.local(replied_at)))
        yield RESPONSE_TIMES, (cell, message.response_bin)
    if message.status in ARRIVED:
        soon = replied_at is not None and replied_at - message.sent_at <= MAX_RESPONSE_TIME
        yield SEND_TIMES, (cell, (hour_of_week(zone.local(message.sent_at)), message.response_bin if soon else None))
    if message.status == Status.FAILED:
        yield BOUNCES, (cell, NO_CODE if message.failed_code is None else message.failed_code)


@cache
def _long_periods(day: int) -> tuple[int, int]:
    """Return the week and the month of a day."""
    on = date.fromordinal(day)
    return week_period(on), month_period(on)


def measures_of(message: CountableMessage) -> tuple[Any, ...]:
    """Return the values of a message that decide in which cells it is counted."""
    return (
        message.sent_at,
        message.department_id,
        message.agent_id,
        message.template_id,
        message.account_id,
        message.status,
        message.ticket_created,
        message.failed_code,
        message.replied_at,
        message.response_bin,
    )


def deltas(
    changes: Iterable[tuple[CountableMessage | None, CountableMessage]], zone: Zone, state: DataAvailability
) -> RollupDeltas:
    """Compute the changes of the rollups from changed messages, for days that are built and not before the boundary."""
    changes_of_rollups = RollupDeltas()
    since, until = state.kept_since, zone.day_start_of(state.built_until)
    for before, message in changes:
        if before is not None:
            if measures_of(before) == measures_of(message):
                continue
            if since <= before.sent_at < until:
                changes_of_rollups.count(before, zone, -1)
        if since <= message.sent_at < until:
            changes_of_rollups.count(message, zone, 1)
    return changes_of_rollups


async def write(writer: Writer, tenant: str, sums: Sums) -> None:
    """Add sums to the rollups; rows whose count becomes 0 are deleted."""
    for rollup, ordered in sums:
        counted = rollup.family.measures.index(rollup.family.counted)
        columns = ("tenant_id", *rollup.columns)
        await writer.upsert(rollup.table, columns, ((tenant, *key, *added) for key, added in ordered), add=True)
        fewer = [(tenant, *key) for key, added in ordered if added[counted] < 0]
        await writer.delete(rollup.table, ("tenant_id", *rollup.keys), fewer, rollup.family.counted)
