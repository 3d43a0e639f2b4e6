"""Answers: by what the messages of a selection were answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytics.domain.measures.response_times import quantile
from analytics.domain.message_conditions import ReplyKind
from analytics.domain.query_spec import QuerySpec
from analytics.reports.rows.answers import AnswerCounts, AnswerKey, count_answers, count_replies
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, page


@dataclass(frozen=True)
class Answer:
    """A kind of reply, or a button, with the messages whose first reply it was; `share` of all answered ones."""

    kind: ReplyKind
    button: str | None
    label: str | None
    messages: int
    share: float
    median_response_time: float | None

    @property
    def payload(self) -> str | None:
        """The payload of the button, if it has one of its own."""
        return self.button if self.button != self.label else None


async def by_answer(loader: RequestLoader, spec: QuerySpec, first: int, after: str | None) -> Page[Answer]:
    """Return a page of the answers, the most frequent first, then by kind and button."""
    counts: Mapping[AnswerKey, AnswerCounts] = await loader.load(count_answers, spec)
    responded = sum(answer.messages for answer in counts.values())
    table = [
        Answer(
            kind,
            button,
            answer.label,
            answer.messages,
            answer.messages / responded,
            quantile(answer.histogram, Fraction(1, 2)),
        )
        for (kind, button), answer in counts.items()
    ]
    shape = ((int,), TEXT, TEXT)
    return page(table, "byAnswer", _position, _sort_key, shape, first, after)


def _position(answer: Answer) -> tuple[int, str, str]:
    return answer.messages, answer.kind.value, answer.button or ""


def _sort_key(position: tuple[int, str, str]) -> tuple[int, str, str]:
    messages, kind, button = position
    return -messages, kind, button


async def replies_of(loader: RequestLoader, spec: QuerySpec, answer: Answer) -> int:
    """Return the number of all such replies to the messages of the selection."""
    counts: Mapping[AnswerKey, int] = await loader.load(count_replies, spec)
    return counts.get((answer.kind, answer.button), 0)
