"""Matching of replies to the messages that they answer: a pure function over messages and replies.

Source: semantics, "Which message does a reply answer?". The rules, the first that finds a message decides:
EXACT (it refers to it), TICKET (the latest send in its ticket), CONVERSATION (the latest send from the same
account to the same contact, inside the reply window). The last two pass over a send that never arrived.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analytics.domain.time_zones import SECOND
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.contacts import ALWAYS, Changes
from analytics.ingest.merging.records import Message, Reply

Place = tuple[str, str, str]  # what two things must share: the rule, the account or '', a ticket or a name


class ReplyMatch(NamedTuple):
    """The message that a reply answers, and the rule that found it."""

    message_id: str
    rule: str


class _Quotable:
    """Sends by the wamids that they ever had; of several under one wamid only those that can be meant."""

    def __init__(self, ordered: Iterable[Message]) -> None:
        self._latest: dict[tuple[str, str | None], Message] = {}  # by wamid and account, and by wamid alone
        for send in ordered:
            for wamid in send.wamids:
                self._latest[wamid, send.account_id] = self._latest[wamid, None] = send

    def meant(self, reply: Reply, accounts: Accounts) -> Message | None:
        """The send a reply refers to. Should several have borne the wamid: the reply's account, then the latest."""
        wamid = reply.in_reply_to or ""
        latest = self._latest.get((wamid, None))
        return latest and self._latest.get((wamid, _account_of(reply, accounts)), latest)


class _Arrived:
    """Sends by where they can be found, each list in the order of (time, id).

    It has none that never arrived: every reply would have to pass over all of them.
    """

    def __init__(self, ordered: Iterable[Message]) -> None:
        self._by_place: dict[Place, list[Message]] = defaultdict(list)
        for send in ordered:
            for place in _places(send.ticket_id, send.account_id, send.names):
                self._by_place[place].append(send)

    def at(self, place: Place) -> list[Message]:
        """The sends at a place."""
        return self._by_place.get(place, [])

    def latest(self, place: Place, at: int) -> Message | None:
        """The latest send at a place up to the second of an instant."""
        found = self.at(place)
        index = bisect_left(found, (at // SECOND + 1) * SECOND, key=lambda send: send.sent_at)
        return found[index - 1] if index else None


class _Writer:
    """Whoever wrote replies under the same names: the sends that these may answer by rule 3."""

    def __init__(self, sends: _Arrived, names: frozenset[str], changes: Changes) -> None:
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


def _places(ticket: str | None, account: str | None, names: Iterable[str]) -> Iterator[Place]:
    if ticket:
        yield ("TICKET", "", ticket)
    if account:
        for name in names:
            yield ("CONVERSATION", account, name)


def match_replies(
    sends: Iterable[Message], replies: Iterable[Reply], accounts: Accounts, changes: Changes, window: int
) -> dict[str, ReplyMatch]:
    """Return the match of each reply, by reply id; a reply that answers nothing is absent.

    `window` is the reply window in seconds. `sends` must hold every send that one of the replies may answer,
    and `replies` every reply that refers to one of those sends: whether a failed send arrived after all can
    depend on a reply that quotes it.
    """
    ordered = sorted(sends, key=_time_and_id)
    quotable = _Quotable(ordered)
    replies = [reply for reply in replies if not reply.in_group]
    answers: dict[str, ReplyMatch] = {}
    for reply in replies:
        if exact := quotable.meant(reply, accounts):
            answers[reply.id] = ReplyMatch(exact.id, "EXACT")
    quoted = {answer.message_id for answer in answers.values()}
    arrived = _Arrived(send for send in ordered if not send.undelivered or send.id in quoted)
    by_names: dict[frozenset[str], list[Reply]] = defaultdict(list)
    for reply in replies:
        if reply.id in answers or reply.from_ad:
            continue
        if found := reply.ticket_id and arrived.latest(("TICKET", "", reply.ticket_id), reply.at):
            answers[reply.id] = ReplyMatch(found.id, "TICKET")
        else:
            by_names[reply.names].append(reply)
    for names, written in by_names.items():
        writer = _Writer(arrived, names, changes)
        for reply in written:
            account_id = _account_of(reply, accounts)
            found = account_id and writer.latest(account_id, reply.at)
            if found and found.sent_at // SECOND >= reply.at // SECOND - window:
                answers[reply.id] = ReplyMatch(found.id, "CONVERSATION")
    return answers


def _account_of(reply: Reply, accounts: Accounts) -> str | None:
    return accounts.of(reply.account_id, reply.phone_number_id, reply.at)
