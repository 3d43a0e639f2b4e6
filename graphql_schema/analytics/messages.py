"""The single messages behind a number: `CampaignAnalytics.messages` and the types below it."""

from datetime import datetime

import strawberry

from analytics.domain.message_conditions import MessageConditions
from analytics.domain.message_status import Status
from analytics.domain.query_spec import QuerySpec
from analytics.domain.whatsapp_errors import NO_CODE
from graphql_schema.directory import Account, Agent, Department, Template
from graphql_schema.enums import (
    Category,
    FunnelStepName,
    MessageStatus,
    ReplyKind,
    ReplyRule,
    describe_type,
)
from resolvers import messages
from resolvers.messages import Bounce, MessageCount

describe_type(
    Bounce,
    "Bounce",
    "The reason of a bounce.",
    code="WhatsApp's error code; null when it gave none.",
    title="WhatsApp's words for it; they change, the code does not.",
)


describe_type(
    MessageCount,
    "MessageCount",
    "Messages of a department, an agent, a template or an account.",
    id="Its id.",
    name="Its newest name.",
    messages="Its messages.",
)


@strawberry.type(description="A weekday, an hour, or an hour of one weekday. Null: any.")
class AppliedHourOfWeek:
    weekday: int | None = strawberry.field(description="Monday is 1, Sunday 7.")
    hour: int | None = strawberry.field(description="From 0 to 23.")


@strawberry.type(description="Conditions of single messages, as in `MessageWhere`. Null: no condition.")
class AppliedConditions:
    step: FunnelStepName | None = strawberry.field(description="A step of the funnel.")
    reached: bool = strawberry.field(description="False: messages of the step's base that did not reach it.")
    created_ticket: bool | None = strawberry.field(description="Messages that created their ticket, or did not.")
    bounce_codes: list[int | None] | None = strawberry.field(description="Codes of bounces; null among them: none.")
    replied_at: AppliedHourOfWeek | None = strawberry.field(description="The local time of the reply.")
    reply_kinds: list[ReplyKind] | None = strawberry.field(description="Kinds of replies.")
    button: str | None = strawberry.field(description="The payload, else the label, of the button that was tapped.")
    text: str | None = strawberry.field(description="The beginning of an id, a ticket's key or a recipient's digits.")

    @staticmethod
    def from_domain(where: MessageConditions) -> "AppliedConditions":
        """Return the conditions of a specification."""
        codes = where.bounce_codes
        return AppliedConditions(
            step=where.step,
            reached=where.reached,
            created_ticket=where.created_ticket,
            bounce_codes=None if codes is None else [None if code == NO_CODE else code for code in sorted(codes)],
            replied_at=AppliedHourOfWeek(weekday=where.reply_weekday, hour=where.reply_hour)
            if where.asks_for_time
            else None,
            reply_kinds=None if where.reply_kinds is None else sorted(where.reply_kinds),
            button=where.button,
            text=where.text,
        )


@strawberry.type(description="The person to whom a message was sent.")
class Recipient:
    phone: str | None = strawberry.field(
        description="Their phone, as the platform writes it; null when it is unknown. Masked where "
        "`viewer.phonesMasked` says so: `+569•••••444`."
    )
    id: strawberry.ID | None = strawberry.field(description="Their id at the platform or at WhatsApp, if it named one.")


@strawberry.type(description="The ticket of a message.")
class Ticket:
    id: strawberry.ID | None = strawberry.field(description="Its id at the platform.")
    key: str | None = strawberry.field(description="Its key, as people write it.")
    created: bool = strawberry.field(description="True if the message created it.")


@strawberry.type(description="The first reply to a message.")
class Reply:
    at: datetime = strawberry.field(description="The time at which it came.")
    kind: ReplyKind = strawberry.field(description="Its kind.")
    text: str | None = strawberry.field(description="Its words, or its caption; null where it has none.")
    button: str | None = strawberry.field(
        description="Its button, if it tapped one: the payload, else the label; null where nobody said which."
    )
    rule: ReplyRule | None = strawberry.field(
        description="The rule by which it was found to answer this message; null when that is no longer kept."
    )
    response_time: float = strawberry.field(description="Seconds from the message to the reply.")


@strawberry.type(description="A message, with the names of its send time.")
class Message:
    id: strawberry.ID = strawberry.field(description="The platform's own id.")
    sent_at: datetime = strawberry.field(description="The time at which it was sent.")
    status: MessageStatus = strawberry.field(description="The furthest it got.")
    template: Template = strawberry.field(description="The template, as it was.")
    template_category: Category = strawberry.field(description="The category under which it was sent.")
    department: Department = strawberry.field(description="The department from which it was sent, as it was.")
    agent: Agent = strawberry.field(description="The agent who sent it, as they were.")
    account: Account = strawberry.field(description="The account from which it was sent, as it was.")
    recipient: Recipient = strawberry.field(description="The person to whom it was sent.")
    ticket: Ticket | None = strawberry.field(description="Its ticket; null without one.")
    accepted_at: datetime | None = strawberry.field(description="The time at which WhatsApp accepted it.")
    delivered_at: datetime | None = strawberry.field(
        description="The time of delivery; null where WhatsApp only said that it was read."
    )
    read_at: datetime | None = strawberry.field(description="The time at which it was read.")
    failed_at: datetime | None = strawberry.field(description="The time at which it bounced.")
    bounce: Bounce | None = strawberry.field(description="The reason for which it bounced; null if it did not.")
    reply: Reply | None = strawberry.field(description="The first reply to it; null without one.")
    may_still_change: bool = strawberry.field(description="True while statuses and replies may still come.")

    @staticmethod
    def from_domain(message: messages.Message, spec: QuerySpec) -> "Message":
        """Return a message; its times in the period's zone."""
        row, zone, reply = message.row, spec.zone, message.reply

        def at(instant: int | None) -> datetime | None:
            return None if instant is None else zone.aware(instant)

        return Message(
            id=strawberry.ID(message.id),
            sent_at=zone.aware(row.sent_at),
            status=MessageStatus(row.status),
            template=message.template,
            template_category=message.category,
            department=message.department,
            agent=message.agent,
            account=message.account,
            recipient=Recipient(
                phone=message.recipient_phone,
                id=None if message.recipient_id is None else strawberry.ID(message.recipient_id),
            ),
            ticket=None
            if row.ticket_id is None and row.ticket_key is None
            else Ticket(
                id=None if row.ticket_id is None else strawberry.ID(row.ticket_id),
                key=row.ticket_key,
                created=row.ticket_created,
            ),
            accepted_at=at(row.accepted_at),
            delivered_at=at(row.delivered_at),
            read_at=at(row.read_at),
            failed_at=at(row.failed_at) if row.status == Status.FAILED else None,
            bounce=message.bounce,
            reply=None
            if reply is None
            else Reply(
                at=zone.aware(reply.at),
                kind=reply.kind,
                text=reply.text,
                button=reply.button,
                rule=reply.rule,
                response_time=reply.response_time,
            ),
            may_still_change=message.may_still_change,
        )
