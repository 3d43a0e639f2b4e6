"""The numbers: `campaignAnalytics(filter)` and the types below it."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from analytics.domain.query_spec import QuerySpec
from analytics.reports.coverage import first_message_day
from analytics.reports.planner import Grouping
from graphql_schema.analytics.answers import Answer
from graphql_schema.analytics.messages import Message
from graphql_schema.analytics.send_times import SendTime, SendTimeBlock
from graphql_schema.analytics.tables import (
    AccountPerformance,
    AgentPerformance,
    AgentTotalPerformance,
    CategoryPerformance,
    DepartmentPerformance,
    Funnel,
    TemplatePerformance,
)
from graphql_schema.annotations.types import Annotation
from graphql_schema.connections import Connection, to_connection
from graphql_schema.context import Info
from graphql_schema.directory import After, First
from graphql_schema.enums import Comparison, Granularity, MessageDimension, describe_type
from graphql_schema.inputs import ORDER, CampaignAnalyticsFilter, MessageOrder, MessageWhere, PerformanceOrder
from graphql_schema.scalars import TimeZone
from resolvers import analytics, annotations, answers, categories, messages, send_times
from resolvers.analytics import BounceReason, HeatmapCell, ResponseTime
from resolvers.messages import MessageCount
from resolvers.row_details import PageOfRows


@strawberry.type(description="The range of days as resolved.")
class Period:
    from_: date = strawberry.field(name="from", description="The first calendar day.")
    to: date = strawberry.field(description="The last calendar day, included.")
    time_zone: TimeZone = strawberry.field(description="The zone whose days these are.")
    starts_at: datetime = strawberry.field(description="The first instant of the range.")
    ends_at: datetime = strawberry.field(description="The first instant after the range: exclusive.")

    @staticmethod
    def from_domain(spec: QuerySpec) -> "Period":
        """Return the period of a specification."""
        return Period(
            from_=spec.first,
            to=spec.last,
            time_zone=TimeZone(spec.time_zone),
            starts_at=spec.zone.aware(spec.starts_at),
            ends_at=spec.zone.aware(spec.ends_at),
        )


@strawberry.type(description="The days of a period of which there is data.")
class Coverage:
    complete: bool = strawberry.field(description="True if the viewer's first message is not later than the first day.")
    first_message_on: date | None = strawberry.field(
        description="The day of the first message that the viewer may see, whatever the filter; null without any."
    )
    compared_until: datetime | None = strawberry.field(
        description="In a previous period: the time at which it ends, because the period that it is compared with "
        "reaches today. Null: it ends with its last day."
    )


@strawberry.type(description="A point of a time series.")
class TimeSeriesPoint:
    starts_at: datetime = strawberry.field(description="Its first instant inside the period.")
    on: date = strawberry.field(description="Its first calendar day inside the period.")
    funnel: Funnel = strawberry.field(description="The messages sent in it.")


@strawberry.type(description="Responses in one hour of the day.")
class HourlyResponses:
    hour: int = strawberry.field(description="The local hour of the reply, 0 to 23.")
    responses: int = strawberry.field(description="Messages whose reply came in it.")


describe_type(
    HeatmapCell,
    "HeatmapCell",
    "Responses in one hour of one weekday.",
    weekday="The local weekday of the reply: 1 is Monday, 7 Sunday.",
    hour="The local hour of the reply, 0 to 23.",
    responses="Messages whose reply came in it.",
)
describe_type(
    BounceReason,
    "BounceReason",
    "A reason for which messages bounced.",
    code="WhatsApp's error code; null when it gave none.",
    title="WhatsApp's words for it; they change, the code does not.",
    count="Messages that bounced for it.",
    share="count ÷ all bounced messages, from 0 to 1.",
)


@strawberry.type(
    description="The part of the period that may still change: a message is final when nobody can answer it any more."
)
class Maturing:
    messages: int = strawberry.field(description="Messages young enough to change.")
    until: datetime | None = strawberry.field(
        description="The time at which the newest of them is final; null when there are none."
    )


Ordered = Annotated[PerformanceOrder | None, strawberry.argument(description=ORDER)]


def _order(order: PerformanceOrder | None) -> analytics.Order | None:
    return order.order() if order else None


@strawberry.type(description="The numbers of the messages that a filter selects, as far as the viewer may see them.")
class CampaignAnalytics:
    asked: strawberry.Private[QuerySpec]
    is_previous: strawberry.Private[bool] = False

    async def spec(self, info: Info) -> QuerySpec:
        """Return the specification with the templates of its categories and languages, read when a field counts.

        Raises `InvalidInputError`.
        """
        return await categories.resolve_spec(info.context.loader, self.asked)

    @strawberry.field(description="The range of days as resolved.")
    def period(self) -> Period:
        return Period.from_domain(self.asked)

    @strawberry.field(description="All of the messages.")
    async def funnel(self, info: Info) -> Funnel:
        return Funnel.from_domain(await analytics.funnel(info.context.loader, await self.spec(info)))

    @strawberry.field(description="A row for each agent and department they sent from.")
    async def by_agent(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[AgentPerformance]:
        spec = await self.spec(info)
        page = await analytics.by_agent(info.context.loader, spec, _order(order_by), first, after)
        rows = PageOfRows.of(page, spec, Grouping.AGENT)
        return to_connection(page, lambda row: AgentPerformance.from_domain(row, rows))

    @strawberry.field(description="A row for each agent, whatever the department.")
    async def by_agent_total(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[AgentTotalPerformance]:
        page = await analytics.by_agent_total(
            info.context.loader, await self.spec(info), _order(order_by), first, after
        )
        rows = PageOfRows.of(page, await self.spec(info), Grouping.AGENT)
        return to_connection(page, lambda row: AgentTotalPerformance.from_domain(row, rows))

    @strawberry.field(description="A row for each department.")
    async def by_department(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[DepartmentPerformance]:
        spec = await self.spec(info)
        page = await analytics.by_department(info.context.loader, spec, _order(order_by), first, after)
        rows = PageOfRows.of(page, spec, Grouping.DEPARTMENT)
        return to_connection(page, lambda row: DepartmentPerformance.from_domain(row, rows))

    @strawberry.field(description="A row for each template.")
    async def by_template(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[TemplatePerformance]:
        spec = await self.spec(info)
        page = await analytics.by_template(info.context.loader, spec, _order(order_by), first, after)
        rows = PageOfRows.of(page, spec, Grouping.TEMPLATE)
        return to_connection(page, lambda row: TemplatePerformance.from_domain(row, rows))

    @strawberry.field(description="A row for each sender account.")
    async def by_account(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[AccountPerformance]:
        spec = await self.spec(info)
        page = await analytics.by_account(info.context.loader, spec, _order(order_by), first, after)
        rows = PageOfRows.of(page, spec, Grouping.ACCOUNT)
        return to_connection(page, lambda row: AccountPerformance.from_domain(row, rows))

    @strawberry.field(description="A row for each category of templates, as the messages were sent.")
    async def by_category(
        self, info: Info, order_by: Ordered = None, first: First = 50, after: After = None
    ) -> Connection[CategoryPerformance]:
        page = await categories.by_category(info.context.loader, await self.spec(info), _order(order_by), first, after)
        return to_connection(
            page,
            lambda row: CategoryPerformance(category=row.entity.category, funnel=Funnel.from_domain(row.counts)),
        )

    @strawberry.field(
        description="A row for each kind of reply, and for each button that was tapped; the most frequent first. "
        "Counted message by message, of a million in the period at most."
    )
    async def by_answer(self, info: Info, first: First = 50, after: After = None) -> Connection[Answer]:
        spec = await self.spec(info)
        page = await answers.by_answer(info.context.loader, spec, first, after)
        return to_connection(page, lambda answer: Answer.from_domain(answer, spec))

    @strawberry.field(description="The funnel over time: every point of the period, in order, empty ones too.")
    async def time_series(
        self,
        info: Info,
        granularity: Annotated[
            Granularity, strawberry.argument(description="The width of a point. See `limits.seriesPoints`.")
        ] = Granularity.DAY,
    ) -> list[TimeSeriesPoint]:
        points = await analytics.time_series(info.context.loader, await self.spec(info), granularity)
        zone = self.asked.zone
        return [
            TimeSeriesPoint(starts_at=zone.aware(point.starts_at), on=point.on, funnel=Funnel.from_domain(point.counts))
            for point in points
        ]

    @strawberry.field(description="Responses by the local hour of the reply: 24 rows. For messages sent in the period.")
    async def responses_by_hour(self, info: Info) -> list[HourlyResponses]:
        hours = await analytics.responses_by_hour(info.context.loader, await self.spec(info))
        return [HourlyResponses(hour=hour, responses=responses) for hour, responses in hours]

    @strawberry.field(
        description="Responses by the local weekday and hour of the reply: 7 x 24 cells, Monday first. "
        "For messages sent in the period."
    )
    async def response_heatmap(self, info: Info) -> list[HeatmapCell]:
        return await analytics.heatmap(info.context.loader, await self.spec(info))

    @strawberry.field(
        description="Messages by the local weekday and hour of sending, and those answered within 24 hours: "
        "7 x 24 cells, Monday first. A filter by agents or accounts, or days of another zone than the company's, is "
        "counted message by message, of a million in the period at most."
    )
    async def send_times(self, info: Info) -> list[SendTime]:
        rows = await send_times.send_times(info.context.loader, await self.spec(info))
        return [SendTime.from_domain(row) for row in rows]

    @strawberry.field(description="The same by hours of the day, six blocks, compared with each other.")
    async def send_time_blocks(self, info: Info) -> list[SendTimeBlock]:
        blocks = await send_times.send_time_blocks(info.context.loader, await self.spec(info))
        return [SendTimeBlock.from_domain(block) for block in blocks]

    @strawberry.field(description="The time that customers took to reply.")
    async def response_time(self, info: Info) -> ResponseTime:
        return await analytics.response_time(info.context.loader, await self.spec(info))

    @strawberry.field(description="The reasons for which messages bounced, the most frequent first.")
    async def bounce_reasons(self, info: Info) -> list[BounceReason]:
        return await analytics.bounce_reasons(info.context.loader, await self.spec(info))

    @strawberry.field(
        description="The messages behind a number of this selection: `totalCount` is that number. The newest first. "
        "Those of days whose single messages are no longer kept cannot be listed; see `limits.messagesKeptFrom`."
    )
    async def messages(
        self,
        info: Info,
        where: Annotated[
            MessageWhere | None, strawberry.argument(description="Conditions on them. Absent: none.")
        ] = None,
        order_by: Annotated[MessageOrder | None, strawberry.argument(description="The order of the rows.")] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Message]:
        page = await messages.list_messages(
            info.context.loader,
            self.asked,
            await self.spec(info),
            where.conditions() if where else None,
            order_by.order() if order_by else None,
            first,
            after,
        )
        return to_connection(page, lambda message: Message.from_domain(message, self.asked))

    @strawberry.field(
        description="Changes of the selection's templates in its period, and what people wrote beside those days. The "
        "newest first. Of templates that the selected departments sent in the months of the period, or in the month "
        "before; agents and accounts are not looked at."
    )
    async def annotations(self, info: Info, first: First = 50, after: After = None) -> Connection[Annotation]:
        viewer, zone = await info.context.viewer(), self.asked.zone
        page = await annotations.list_annotations(info.context.loader, self.asked, first, after)
        return to_connection(page, lambda annotation: Annotation.from_domain(annotation, zone, viewer))

    @strawberry.field(
        description="The messages behind a number of this selection, as in `messages`, by what they have: the most "
        "first. Without `replyKinds`, `button` and `text` it costs the same however many messages there are."
    )
    async def messages_by(
        self,
        info: Info,
        dimension: Annotated[MessageDimension, strawberry.argument(description="The dimension to count them by.")],
        where: Annotated[
            MessageWhere | None, strawberry.argument(description="Conditions on them. Absent: none.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[MessageCount]:
        page = await messages.count_messages_by(
            info.context.loader,
            await self.spec(info),
            where.conditions() if where else None,
            dimension,
            first,
            after,
        )
        return to_connection(page, lambda count: count)

    @strawberry.field(description="The same filter over earlier days. Null inside a previous period.")
    def previous_period(
        self,
        comparison: Annotated[
            Comparison, strawberry.argument(description="The choice of the earlier days.")
        ] = Comparison.DAYS_BEFORE,
    ) -> "CampaignAnalytics | None":
        if self.is_previous:
            return None
        return CampaignAnalytics(asked=self.asked.previous(comparison), is_previous=True)

    @strawberry.field(description="The part of the period of which there is data.")
    async def coverage(self, info: Info) -> Coverage:
        spec = self.asked
        first = await info.context.loader.load(first_message_day, spec.scope, spec.tenant_time_zone, spec.zone)
        return Coverage(
            complete=first is not None and first <= spec.first,
            first_message_on=first,
            compared_until=None if spec.until is None else spec.zone.aware(spec.until),
        )

    @strawberry.field(description="The messages among these that may still change, and until when.")
    async def maturing(self, info: Info) -> Maturing:
        maturing_messages = await analytics.still_maturing(info.context.loader, await self.spec(info))
        until = None if maturing_messages.until is None else self.asked.zone.aware(maturing_messages.until)
        return Maturing(messages=maturing_messages.messages, until=until)


@strawberry.type
class AnalyticsQuery:
    @strawberry.field(
        description="The numbers of the messages that a filter selects. A supervisor's are those of their departments."
    )
    async def campaign_analytics(
        self,
        info: Info,
        filter: Annotated[CampaignAnalyticsFilter, strawberry.argument(description="The messages to count.")],
    ) -> CampaignAnalytics | None:
        viewer = await info.context.viewer()
        return CampaignAnalytics(asked=viewer.specify(filter.filter(), info.context.now))
