"""Answers: the replies to messages by their kind and, of tapped buttons, by the button.

Source: docs/numbers.md, "Answers". They are counted from message rows, of a million in the period at most.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from analytics.domain.limits import MAX_BUTTON_LENGTH
from analytics.domain.message_conditions import BUTTON_WORDS, ReplyKind
from analytics.domain.query_spec import QuerySpec
from analytics.reports.availability import require_few, require_messages
from analytics.reports.row_conditions import filters
from analytics.reports.runner import Counts, read_counts_cached
from analytics.storage.database import Reader
from analytics.storage.dialects import in_list
from analytics.storage.tables import messages, replies

# Buttons that have a row of their own, the most frequent first. Senders may give each message a payload of its own.
MAX_BUTTONS = 200
ANSWER_BYTES = 16_384  # memory that an answer takes at most: its label, and a bin for each response time

AnswerKey = tuple[ReplyKind, str | None]  # the button is None for all other kinds, and for buttons beyond the most


@dataclass
class AnswerCounts:
    """The messages whose first reply was an answer, by the bin of the response time, and a label of the button."""

    label: str | None = None
    histogram: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def messages(self) -> int:
        """The number of messages."""
        return sum(self.histogram.values())


async def count_answers(reader: Reader, spec: QuerySpec) -> Mapping[AnswerKey, AnswerCounts]:
    """Count the answered messages of a specification by their first reply. The result is shared: do not change it.

    Raises `MessagesPurgedError` when messages of its days were dropped, `TooManyMessagesError` when there are too many.
    """
    await _check(reader, spec)

    async def read() -> Mapping[AnswerKey, AnswerCounts]:
        labels = await _labels(reader, spec)
        # The buttons are values of the statement: the same text for any of them.
        known = in_list(messages.c.reply_button, [button for _, button in labels if button is not None])
        button = case((known, messages.c.reply_button))
        statement = (
            select(messages.c.reply_kind, button.label("button"), messages.c.response_bin, func.count())
            .where(*filters(spec), messages.c.reply_id.is_not(None))
            .group_by(messages.c.reply_kind, "button", messages.c.response_bin)
        )
        answers: dict[AnswerKey, AnswerCounts] = {}
        for word, button_of_row, response_bin, count in await reader.rows(statement):
            key = ReplyKind.of(word), button_of_row
            answers.setdefault(key, AnswerCounts(labels.get(key))).histogram[response_bin] += count
        return answers

    return await _cached(reader, spec, "answers", read)


async def count_replies(reader: Reader, spec: QuerySpec) -> Mapping[AnswerKey, int]:
    """Count all replies to the messages of a specification, the later ones too. Raises as `count_answers`."""
    await _check(reader, spec)

    async def read() -> Mapping[AnswerKey, int]:
        buttons = {button for _, button in await count_answers(reader, spec) if button is not None}
        is_tap = in_list(func.coalesce(replies.c.kind, ""), BUTTON_WORDS)
        named = func.substr(func.coalesce(replies.c.button_payload, replies.c.text), 1, MAX_BUTTON_LENGTH)
        button = case((and_(is_tap, in_list(named, buttons)), named))
        statement = (
            select(replies.c.kind, button.label("button"), func.count())
            .select_from(messages)
            .join(replies, and_(replies.c.tenant_id == messages.c.tenant_id, replies.c.message_id == messages.c.id))
            .where(*filters(spec), replies.c.tenant_id == spec.tenant_id, messages.c.reply_id.is_not(None))
            .group_by(replies.c.kind, "button")
        )
        counts: dict[AnswerKey, int] = defaultdict(int)
        for word, button_of_row, count in await reader.rows(statement):
            counts[ReplyKind.of(word), button_of_row] += count
        return counts

    return await _cached(reader, spec, "replies", read)


async def _labels(reader: Reader, spec: QuerySpec) -> dict[AnswerKey, str | None]:
    """Return the most frequent buttons, each with its most frequent label, and of two the lesser.

    One button has several labels where a template has several languages, or where it was changed.
    """
    tapped = and_(messages.c.reply_button.is_not(None), in_list(func.coalesce(messages.c.reply_kind, ""), BUTTON_WORDS))
    statement: Select[Any] = (
        select(messages.c.reply_button, messages.c.reply_text, func.count())
        .where(*filters(spec), tapped)
        .group_by(messages.c.reply_button, messages.c.reply_text)
        .order_by(func.count().desc(), messages.c.reply_button)
        .limit(MAX_BUTTONS)
    )
    rows = sorted(await reader.rows(statement), key=lambda row: (-row[2], row[1] is None, row[1] or ""))
    labels: dict[AnswerKey, str | None] = {}
    for button, label, _ in rows:
        labels.setdefault((ReplyKind.BUTTON, button), label)
    return labels


async def _check(reader: Reader, spec: QuerySpec) -> None:
    await require_messages(reader, spec)
    await require_few(reader, spec, "byAnswer")


async def _cached(reader: Reader, spec: QuerySpec, name: str, read: Callable[[], Awaitable[Counts]]) -> Counts:
    if spec.until is not None:  # until the time of day of now: another one at each request
        return await read()
    return await read_counts_cached(reader, spec, name, read, ANSWER_BYTES, name)
