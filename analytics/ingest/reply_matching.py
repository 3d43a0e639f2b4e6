"""Matching of replies to the messages that they answer: a pure function over messages and replies.

Source: docs/numbers.md, "Which message a reply answers". The first rule that finds a message decides:
EXACT (the reply refers to it), TICKET (the latest message in its ticket), CONVERSATION (the latest message from the
same account to the same contact, inside the reply window). The last two skip messages that never arrived.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analytics.domain.time_zones import SECOND
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.contacts import ALWAYS, Changes
from analytics.ingest.merging.records import Message, Reply

MatchKey = tuple[str, str, str]  # the rule; the account or ''; the ticket or the contact's name


class ReplyMatch(NamedTuple):
    """The message that a reply answers, and the rule that found it."""

    message_id: str
    rule: str


class _QuotableMessages:
    """Messages by the wamids that they ever had; of several with one wamid only the latest, by account and of all."""

    def __init__(self, ordered: Iterable[Message]) -> None:
        self._latest: dict[tuple[str, str | None], Message] = {}  # by wamid and account, and by wamid alone
        for send in ordered:
            for wamid in send.wamids:
                self._latest[wamid, send.account_id] = self._latest[wamid, None] = send

    def find(self, reply: Reply, accounts: Accounts) -> Message | None:
        """Return the message that a reply refers to; of several, that of the reply's account, else the latest."""
        wamid = reply.in_reply_to or ""
        latest = self._latest.get((wamid, None))
        return latest and self._latest.get((wamid, _account_of(reply, accounts)), latest)


class _ArrivedMessages:
    """Messages that arrived, by match key, each list in the order of (time, id).

    Messages that never arrived are left out, because every reply would have to skip them one by one.
    """

    def __init__(self, ordered: Iterable[Message]) -> None:
        self._by_key: dict[MatchKey, list[Message]] = defaultdict(list)
        for send in ordered:
            for key in _match_keys(send.ticket_id, send.account_id, send.names):
                self._by_key[key].append(send)

    def latest(self, key: MatchKey, at: int) -> Message | None:
        """Return the latest message with a key up to the second of an instant."""
        candidates = self._by_key.get(key, [])
        index = bisect_left(candidates, (at // SECOND + 1) * SECOND, key=lambda send: send.sent_at)
        return candidates[index - 1] if index else None


class _Writer:
    """Whoever wrote replies under the same names: the sends that these may answer by rule 3."""

    def __init__(self, sends: _ArrivedMessages, names: frozenset[str], changes: Changes) -> None:
        self._sends = sends
        self._names = dict.fromkeys(names, ALWAYS) | changes.tied(names)  # each with the time from which it is theirs

    def latest(self, account_id: str, at: int) -> Message | None:
        """The latest send from an account up to the second of an instant, to any name that they have then."""
        sends = (
            self._sends.latest(("CONVERSATION", account_id, name), at)
            for name, since in self._names.items()
            if since <= at
        )
        return max(filter(None, sends), key=_time_and_id, default=None)


def _time_and_id(send: Message) -> tuple[int, str]:
    return send.sent_at, send.id


def _match_keys(ticket: str | None, account: str | None, names: Iterable[str]) -> Iterator[MatchKey]:
    if ticket:
        yield ("TICKET", "", ticket)
    if account:
        for name in names:
            yield ("CONVERSATION", account, name)


def match_replies(
    messages: Iterable[Message], replies: Iterable[Reply], accounts: Accounts, changes: Changes, window: int
) -> dict[str, ReplyMatch]:
    """Return the match of each reply, by reply id; a reply that answers nothing is absent.

    `window` is the reply window in seconds. `messages` must have every message that one of the replies may answer, and
    `replies` every reply that refers to one of those messages: a reply that quotes a failed message proves that it
    arrived.
    """
    ordered = sorted(messages, key=_time_and_id)
    quotable = _QuotableMessages(ordered)
    replies = [reply for reply in replies if not reply.in_group]
    matches: dict[str, ReplyMatch] = {}
    for reply in replies:
        if quoted_message := quotable.find(reply, accounts):
            matches[reply.id] = ReplyMatch(quoted_message.id, "EXACT")
    quoted = {match.message_id for match in matches.values()}
    arrived = _ArrivedMessages(send for send in ordered if not send.undelivered or send.id in quoted)
    by_names: dict[frozenset[str], list[Reply]] = defaultdict(list)
    for reply in replies:
        if reply.id in matches or reply.from_ad:
            continue
        if message := reply.ticket_id and arrived.latest(("TICKET", "", reply.ticket_id), reply.at):
            matches[reply.id] = ReplyMatch(message.id, "TICKET")
        else:
            by_names[reply.names].append(reply)
    for names, own_replies in by_names.items():
        writer = _Writer(arrived, names, changes)
        for reply in own_replies:
            account_id = _account_of(reply, accounts)
            message = account_id and writer.latest(account_id, reply.at)
            if message and message.sent_at // SECOND >= reply.at // SECOND - window:
                matches[reply.id] = ReplyMatch(message.id, "CONVERSATION")
    return matches


def _account_of(reply: Reply, accounts: Accounts) -> str | None:
    return accounts.of(reply.account_id, reply.phone_number_id, reply.at)
