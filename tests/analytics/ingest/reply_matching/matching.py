"""Sends and replies, and matching them, for the tests of reply matching."""

from collections.abc import Iterable
from typing import Any

import msgspec

from analytics.domain.time_zones import SECOND
from analytics.ingest.merging.accounts import Accounts, Claim
from analytics.ingest.merging.contacts import Change, Changes
from analytics.ingest.merging.records import Message, Reply
from analytics.ingest.reply_matching import ReplyMatch
from analytics.ingest.reply_matching import match_replies as attribute_among

WEEK = 7 * 86400
TEN = 36_000 * SECOND
ACCOUNTS = Accounts([Claim("100001", 0, "a1"), Claim("100002", 0, "a2")])


def attribute(
    sends: list[Message],
    replies: Iterable[Reply],
    accounts: Accounts = ACCOUNTS,
    window: int = WEEK,
    changes: Iterable[Change] = (),
) -> dict[str, ReplyMatch]:
    """The answers of the replies, by reply id."""
    return attribute_among(sends, replies, accounts, Changes(changes), window)


def send(id: str = "m1", seconds: float = 0, **fields: Any) -> Message:
    """A send at ten o'clock, from a1 to the phone 56911111111."""
    message = Message(
        id=id,
        described_at=0,
        sent_at=TEN + round(seconds * SECOND),
        account_id="a1",
        department_id="d1",
        agent_id="u1",
        template_id="t1",
        template_category=None,
        wamid=f"w-{id}",
        contact_phone="+56911111111",
        contact_digits="56911111111",
        contact_id=None,
        ticket_id=None,
        ticket_key=None,
        ticket_created=False,
    )
    return msgspec.structs.replace(message, **fields)


def reply(id: str = "r1", seconds: float = 60, **fields: Any) -> Reply:
    """A reply a minute after ten, to a1 from the phone 56911111111."""
    written = Reply(
        id=id,
        at=TEN + round(seconds * SECOND),
        account_id="a1",
        phone_number_id=None,
        contact_digits="56911111111",
        contact_id=None,
        ticket_id=None,
        in_reply_to=None,
        text=None,
        received_at=0,
    )
    return msgspec.structs.replace(written, **fields)
