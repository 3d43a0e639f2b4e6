"""Answers: `campaignAnalytics { byAnswer }`."""

import strawberry

from analytics.domain.query_spec import QuerySpec
from graphql_schema.context import Info
from graphql_schema.enums import ReplyKind
from resolvers import answers


@strawberry.type(
    description="By what messages were answered. A message counts once, by its first reply; replies as often as they "
    "came."
)
class Answer:
    answer: strawberry.Private[answers.Answer]
    asked: strawberry.Private[QuerySpec]

    kind: ReplyKind = strawberry.field(description="The kind of the reply.")
    label: str | None = strawberry.field(
        description="Of a button: its label, as it was when it was tapped; null beyond the 200 most frequent buttons."
    )
    payload: str | None = strawberry.field(
        description="Of a button: what the sender gave it, if that is not its label. Buttons of one payload are one."
    )
    messages: int = strawberry.field(description="Messages whose first reply was this: they add up to responded.")
    share: float | None = strawberry.field(description="messages ÷ all that were answered, from 0 to 1.")
    median_response_time: float | None = strawberry.field(
        description="Seconds in which half of these replies had come. Exact to 2.5 %."
    )

    @strawberry.field(description="All such replies to messages of the selection, the later ones too.")
    async def replies(self, info: Info) -> int:
        return await answers.replies_of(info.context.loader, self.asked, self.answer)

    @staticmethod
    def from_domain(answer: answers.Answer, spec: QuerySpec) -> "Answer":
        """Return a row; by `spec` its replies are counted when they are asked for."""
        return Answer(
            answer=answer,
            asked=spec,
            kind=answer.kind,
            label=answer.label,
            payload=answer.payload,
            messages=answer.messages,
            share=answer.share,
            median_response_time=answer.median_response_time,
        )
