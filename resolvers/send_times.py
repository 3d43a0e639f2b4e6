"""Send times: what became of messages by the hour at which they were sent."""

from dataclasses import dataclass

from analytics.domain.measures.send_times import SendTimeBlock, SendTimeCounts, blocks_of_day
from analytics.domain.query_spec import QuerySpec
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import run_aggregate
from analytics.storage.database import Reader
from resolvers.loader import RequestLoader


@dataclass(frozen=True)
class SendTime:
    """The messages sent in one hour (0 to 23) of a weekday (ISO: Monday = 1)."""

    weekday: int
    hour: int
    counts: SendTimeCounts


async def send_times(loader: RequestLoader, spec: QuerySpec) -> list[SendTime]:
    """Return the messages by local weekday and hour of sending: 7 x 24 cells, Monday first."""
    hours = await loader.load(_read_hours, spec)
    return [SendTime(slot // 24 + 1, slot % 24, hours.get(slot, SendTimeCounts())) for slot in range(7 * 24)]


async def send_time_blocks(loader: RequestLoader, spec: QuerySpec) -> list[SendTimeBlock]:
    """Return the blocks of hours of the day, compared with each other."""
    return blocks_of_day(await loader.load(_read_hours, spec))


async def _read_hours(reader: Reader, spec: QuerySpec) -> dict[int, SendTimeCounts]:
    rows = await run_aggregate(reader, AggregateQuery(spec, Grouping.SEND_HOUR))
    return {hour: SendTimeCounts(*counts.values) for (hour,), counts in rows.items()}
