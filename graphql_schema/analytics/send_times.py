"""Send times: `campaignAnalytics { sendTimes sendTimeBlocks }`."""

import strawberry

from analytics.domain.measures import send_times
from graphql_schema.analytics.intervals import INTERVAL, Interval
from resolvers.send_times import SendTime as SendTimeRow


@strawberry.type
class SendTimeNumbers:
    delivered: int = strawberry.field(description="Messages sent then that were delivered.")
    responded: int = strawberry.field(description="Those of them that got a reply within 24 hours.")
    rate: float | None = strawberry.field(description="responded ÷ delivered, from 0 to 1; null when none.")
    interval: Interval | None = strawberry.field(description=INTERVAL)
    typical_response_time: float | None = strawberry.field(
        description="The geometric mean, in seconds, of the times that those replies took. Exact to 2.5 %; null when "
        "none."
    )


@strawberry.type(description="The messages sent in one hour of one weekday.")
class SendTime(SendTimeNumbers):
    weekday: int = strawberry.field(description="The local weekday of sending: 1 is Monday, 7 Sunday.")
    hour: int = strawberry.field(description="The local hour of sending, 0 to 23.")

    @staticmethod
    def from_domain(row: SendTimeRow) -> "SendTime":
        """Return the cell of an hour of the week."""
        return SendTime(
            weekday=row.weekday,
            hour=row.hour,
            delivered=row.counts.delivered,
            responded=row.counts.responded,
            rate=row.counts.rate,
            interval=row.counts.interval,
            typical_response_time=row.counts.typical_response_time,
        )


@strawberry.type(description="The messages sent in some hours of the day, of all weekdays.")
class SendTimeBlock(SendTimeNumbers):
    from_hour: int = strawberry.field(description="The first of the hours, local.")
    to_hour: int = strawberry.field(description="The hour at which it ends, not included; 24 at midnight.")
    expected_rate: float | None = strawberry.field(
        description="The rate, moved towards that of all hours as far as few messages say little; null when none."
    )
    comparable: bool = strawberry.field(description="True with 100 delivered messages or more.")
    best: bool = strawberry.field(
        description="True for the hours whose messages are clearly answered more often than the others. "
        "If it is true of none, there is no clear difference. It is no proof that the hour is the reason."
    )

    @staticmethod
    def from_domain(block: send_times.SendTimeBlock) -> "SendTimeBlock":
        """Return the numbers of a block of hours."""
        return SendTimeBlock(
            from_hour=block.first_hour,
            to_hour=block.end_hour,
            delivered=block.counts.delivered,
            responded=block.counts.responded,
            rate=block.counts.rate,
            interval=block.counts.interval,
            typical_response_time=block.counts.typical_response_time,
            expected_rate=block.expected_rate,
            comparable=block.comparable,
            best=block.best,
        )
