"""Messages that may still change. Source: docs/numbers.md, "Days, hours, periods"."""

from dataclasses import dataclass, replace

from analytics.domain.query_spec import QuerySpec
from analytics.reports import sql
from analytics.reports.availability import readable, retained_since
from analytics.reports.planner import AggregateQuery, Grouping, choose_plan
from analytics.reports.runner import run_aggregate
from analytics.storage.database import Reader


@dataclass(frozen=True)
class Maturing:
    """The number of messages that may still change, and the instant from which none of them can."""

    messages: int
    until: int | None


async def count_maturing(reader: Reader, spec: QuerySpec) -> Maturing:
    """Count the messages that may still change.

    Whole days are read from the rollups, so that only the hours before the first of them, and the newest message of
    the last, are looked for among the message rows.
    """
    since, until = await _changeable(reader, spec), spec.ends_at
    messages, newest = 0, None
    first = spec.zone.first_whole_day(since)
    if first <= spec.last:
        days = AggregateQuery(replace(spec, first=first), Grouping.DAY)
        if choose_plan(days, await readable(reader, spec.tenant_id)).rollup is not None:
            until = spec.zone.day_start(first)
            counts = {day: counts.values[0] for (day,), counts in (await run_aggregate(reader, days)).items()}
            messages = sum(counts.values())
            if messages:
                newest = await _newest(reader, spec, max(day for day, count in counts.items() if count))
    if since < until:
        row = await reader.first(sql.count_between(spec, since, until))
        messages += row[0] if row else 0
        newest = newest or (row[1] if row else None)
    return Maturing(messages, None if newest is None else newest + spec.finality_window)


async def _changeable(reader: Reader, spec: QuerySpec) -> int:
    """Return the first instant of the range whose messages may still change: those that were purged do not."""
    kept_since = await retained_since(reader, spec.tenant_id)
    return max(spec.starts_at, spec.now - spec.finality_window + 1, kept_since)


async def _newest(reader: Reader, spec: QuerySpec, day: int) -> int | None:
    """Return the send time of the newest message of a day, given as its ordinal."""
    row = await reader.first(sql.newest_between(spec, spec.zone.day_start_of(day), spec.zone.day_start_of(day + 1)))
    return row[0] if row else None
