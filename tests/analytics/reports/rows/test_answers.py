"""Answers: by what messages were answered, as the rules say; buttons beyond the most frequent; what is refused."""

from dataclasses import replace
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given

from analytics.domain.errors import TooManyMessagesError
from analytics.domain.measures.response_times import quantile
from analytics.domain.message_conditions import ReplyKind
from analytics.domain.query_spec import QuerySpec
from analytics.reports import availability
from analytics.reports.rows import answers
from analytics.storage.database import Database
from tests.analytics.reports.queries import scoped_cases, sent, spec, spec_of
from tests.support import oracle as rules
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle


async def counted(database: Database, asked: QuerySpec) -> dict[tuple[str, str | None], tuple[object, ...]]:
    """Label, messages, replies and median of each answer."""
    async with database.read() as reader:
        found = await answers.count_answers(reader, asked)
        replies = await answers.count_replies(reader, asked)
    return {
        key: (answer.label, answer.messages, replies[key], quantile(answer.histogram, Fraction(1, 2)))
        for key, answer in found.items()
    }


@given(case=scoped_cases())
async def test_answers_are_what_the_rules_say(
    database: Database, case: tuple[list[Event], rules.Filter, frozenset[str] | None]
) -> None:
    events, filter, scope = case
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    asked = spec_of(tenant, known, filter, scope)
    assert await counted(database, asked) == known.answers(replace(filter, departments=asked.departments))


def tap(n: int, label: str | None, payload: str | None = None, of: int | None = None, minutes: int = 0) -> Event:
    """The n-th reply: a tap, to the message of the same number if no other is given."""
    said = {"id": f"r{n}", "account_id": "a1", "in_reply_to": f"w{n if of is None else of}", "kind": "button"}
    reply = said | {"text": label, "button_payload": payload}
    return {"type": "message.reply", "at": f"2026-09-07T14:{minutes:02}:00Z", "reply": reply}


def sends(count: int) -> list[Event]:
    return [sent(f"m{n}", wamid=f"w{n}") for n in range(count)]


async def test_a_button_is_known_by_its_payload_else_by_its_label(database: Database, tenant: str) -> None:
    taps = [tap(0, "Sí", "yes"), tap(1, "Yes", "yes"), tap(2, "Yes", "yes"), tap(3, "No"), tap(4, None)]
    await feed(database, tenant, [*sends(5), *taps])
    found = await counted(database, spec(tenant))
    assert {key: row[:3] for key, row in found.items()} == {
        (ReplyKind.BUTTON, "yes"): ("Yes", 3, 3),
        (ReplyKind.BUTTON, "No"): ("No", 1, 1),
        (ReplyKind.BUTTON, None): (None, 1, 1),
    }


async def test_a_message_counts_once_and_each_tap_for_itself(database: Database, tenant: str) -> None:
    taps = [tap(0, "Sí"), tap(1, "Sí", of=0, minutes=1), tap(2, "No", of=0, minutes=2)]
    await feed(database, tenant, [*sends(1), *taps])
    found = await counted(database, spec(tenant))
    assert {key: row[:3] for key, row in found.items()} == {(ReplyKind.BUTTON, "Sí"): ("Sí", 1, 2)}


async def test_buttons_beyond_the_most_frequent_are_one_row(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_BUTTONS", 2)
    labels = ["Sí", "Sí", "Sí", "No", "No", "Quizás", "Después"]
    await feed(database, tenant, [*sends(len(labels)), *(tap(n, label) for n, label in enumerate(labels))])
    found = await counted(database, spec(tenant))
    assert {key: row[:3] for key, row in found.items()} == {
        (ReplyKind.BUTTON, "Sí"): ("Sí", 3, 3),
        (ReplyKind.BUTTON, "No"): ("No", 2, 2),
        (ReplyKind.BUTTON, None): (None, 2, 2),
    }


async def test_more_messages_than_may_be_looked_at_are_refused(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 3)
    await feed(database, tenant, sends(4))
    with pytest.raises(TooManyMessagesError, match="byAnswer: this period has more than 3 messages"):
        await counted(database, spec(tenant))
