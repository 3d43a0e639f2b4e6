"""The funnel, and the rows of the tables."""

from typing import Annotated

import strawberry

from analytics.domain.measures.funnel import FunnelCounts, FunnelStepCounts
from analytics.domain.measures.intervals import wilson
from graphql_schema.analytics.intervals import INTERVAL, Interval
from graphql_schema.annotations.health import TemplateHealth
from graphql_schema.context import Info
from graphql_schema.directory import Account, Agent, Department, Template
from graphql_schema.enums import Category, DayGranularity, add_field, describe_type
from resolvers import annotations
from resolvers.analytics import Performance, ResponseTime
from resolvers.row_details import PageOfRows, TableRow


def _interval(self: FunnelStepCounts) -> Interval | None:
    return wilson(self.count, self.base)


add_field(FunnelStepCounts, "interval", INTERVAL, _interval)
describe_type(
    FunnelStepCounts,
    "FunnelStep",
    "One step of the funnel.",
    count="Messages that reached the step.",
    tickets="Tickets created by those messages.",
    base="The count that `rate` is a share of: that of the step it is measured by.",
    rate="count ÷ base, from 0 to 1; null when the base is 0.",
)


@strawberry.type(
    description="Messages that reached each step, and the tickets that these created. "
    "messages = sent + bounced + pending."
)
class Funnel:
    messages: int = strawberry.field(description="Messages attempted.")
    tickets: int = strawberry.field(description="Tickets that those messages created.")
    sent: FunnelStepCounts = strawberry.field(
        description="Accepted by WhatsApp and not bounced. Rate: of all messages."
    )
    bounced: FunnelStepCounts = strawberry.field(
        description="Failed and never delivered, refusals at send time included. Rate: of all messages."
    )
    pending: FunnelStepCounts = strawberry.field(description="Neither sent nor bounced yet. Rate: of all messages.")
    delivered: FunnelStepCounts = strawberry.field(
        description="Reached the customer: delivered, read or answered. Rate: of sent."
    )
    read: FunnelStepCounts = strawberry.field(
        description="Read, as far as the customer's settings let WhatsApp tell. Rate: of delivered."
    )
    responded: FunnelStepCounts = strawberry.field(
        description="Got a reply; may exceed read, since read receipts can be off. Rate: of delivered."
    )

    @staticmethod
    def from_domain(counts: FunnelCounts) -> "Funnel":
        """Return the funnel of counts."""
        step = counts.step
        messages = step("messages")
        return Funnel(
            messages=messages.count,
            tickets=messages.tickets,
            sent=step("sent"),
            bounced=step("bounced"),
            pending=step("pending"),
            delivered=step("delivered"),
            read=step("read"),
            responded=step("responded"),
        )


NUMBERS = "The numbers of the row."


describe_type(
    ResponseTime,
    "ResponseTime",
    "The time that customers took to reply, from send to reply. Exact to 2.5 %.",
    responses="Messages that got a reply.",
    median="Seconds in which half of the replies had come; null when none.",
    p90="Seconds in which 90 % of the replies had come; null when none.",
)


@strawberry.type
class RowDetails:
    row: strawberry.Private[TableRow]

    @strawberry.field(description="The messages sent in each point of `timeSeries(granularity)`, in its order.")
    async def messages_over_time(
        self,
        info: Info,
        granularity: Annotated[
            DayGranularity, strawberry.argument(description="The width of a point.")
        ] = DayGranularity.DAY,
    ) -> list[int]:
        return await self.row.messages_over_time(info.context.loader, granularity)

    @strawberry.field(description="The time that customers took to reply to the row's messages.")
    async def response_time(self, info: Info) -> ResponseTime:
        return await self.row.response_time(info.context.loader)


@strawberry.type(description="An agent's messages from one department.")
class AgentPerformance(RowDetails):
    agent: Agent = strawberry.field(description="The agent who sent.")
    department: Department = strawberry.field(description="The department they were sent from.")
    funnel: Funnel = strawberry.field(description=NUMBERS)

    @staticmethod
    def from_domain(row: Performance[Agent], rows: PageOfRows) -> "AgentPerformance":
        """Make a row; by `rows` its details are read for the whole page at once."""
        return AgentPerformance(
            row=TableRow(rows, row.entity.id, row.departments[0].id),
            agent=row.entity,
            department=row.departments[0],
            funnel=Funnel.from_domain(row.counts),
        )


@strawberry.type(description="An agent's messages from all departments.")
class AgentTotalPerformance(RowDetails):
    agent: Agent = strawberry.field(description="The agent who sent.")
    departments: list[Department] = strawberry.field(description="The departments they were sent from, by name.")
    funnel: Funnel = strawberry.field(description=NUMBERS)

    @staticmethod
    def from_domain(row: Performance[Agent], rows: PageOfRows) -> "AgentTotalPerformance":
        """Make a row; by `rows` its details are read for the whole page at once."""
        return AgentTotalPerformance(
            row=TableRow(rows, row.entity.id),
            agent=row.entity,
            departments=list(row.departments),
            funnel=Funnel.from_domain(row.counts),
        )


@strawberry.type(description="A department's messages.")
class DepartmentPerformance(RowDetails):
    department: Department = strawberry.field(description="From which department they were sent.")
    funnel: Funnel = strawberry.field(description=NUMBERS)

    @staticmethod
    def from_domain(row: Performance[Department], rows: PageOfRows) -> "DepartmentPerformance":
        """Make a row; by `rows` its details are read for the whole page at once."""
        return DepartmentPerformance(
            row=TableRow(rows, row.entity.id),
            department=row.entity,
            funnel=Funnel.from_domain(row.counts),
        )


@strawberry.type(description="A template's messages.")
class TemplatePerformance(RowDetails):
    template: Template = strawberry.field(description="The template that was sent.")
    departments: list[Department] = strawberry.field(description="The departments that used it, by name.")
    funnel: Funnel = strawberry.field(description=NUMBERS)

    @strawberry.field(description="The template's health at this moment, and its changes of all time.")
    async def health(self, info: Info) -> TemplateHealth:
        spec = self.row.rows.spec
        health = await annotations.template_health(info.context.loader, spec.tenant_id, self.row.entity)
        return TemplateHealth.from_domain(health, spec.zone)

    @staticmethod
    def from_domain(row: Performance[Template], rows: PageOfRows) -> "TemplatePerformance":
        """Make a row; by `rows` its details are read for the whole page at once."""
        return TemplatePerformance(
            row=TableRow(rows, row.entity.id),
            template=row.entity,
            departments=list(row.departments),
            funnel=Funnel.from_domain(row.counts),
        )


@strawberry.type(description="A sender account's messages.")
class AccountPerformance(RowDetails):
    account: Account = strawberry.field(description="From which account they were sent.")
    funnel: Funnel = strawberry.field(description=NUMBERS)

    @staticmethod
    def from_domain(row: Performance[Account], rows: PageOfRows) -> "AccountPerformance":
        """Make a row; by `rows` its details are read for the whole page at once."""
        return AccountPerformance(
            row=TableRow(rows, row.entity.id),
            account=row.entity,
            funnel=Funnel.from_domain(row.counts),
        )


@strawberry.type(description="The messages of a category of templates.")
class CategoryPerformance:
    category: Category = strawberry.field(description="The category under which they were sent.")
    funnel: Funnel = strawberry.field(description=NUMBERS)
