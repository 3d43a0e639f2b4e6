"""Which message does a reply answer? A pure function over sends and replies.

Source: semantics, "Which message does a reply answer?". The rules, the first that finds a message decides:
EXACT (it refers to it), TICKET (the latest send in its ticket), CONVERSATION (the latest send from the same
account to the same contact, inside the reply window). The last two pass over a send that never arrived.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analytics.ingest.accounts import Accounts
from analytics.ingest.contacts import Changes
from analytics.ingest.rows import Message, Reply
from analytics.zones import SECOND

Place = tuple[str, str, str]  # what two things must share: the rule, the account or '', a ticket or a name


class Answer(NamedTuple):
    """The message that a reply answers, and the rule that found it."""

    message_id: str
    rule: str


class _Sends:
    """Sends by where they can be found, each list in the order of (time, id)."""

    def __init__(self, sends: Iterable[Message]) -> None:
        self.by_wamid: dict[str, list[Message]] = defaultdict(list)
        self._by_place: dict[Place, list[Message]] = defaultdict(list)
        for send in sorted(sends, key=lambda send: (send.sent_at, send.id)):
            for wamid in send.wamids:
                self.by_wamid[wamid].append(send)
            for place in _places(send.ticket_id, send.account_id, send.names):
                self._by_place[place].append(send)

    def latest(self, place: Place, reply: Reply, oldest: int) -> Iterator[Message]:
        """The sends at a place from the second `oldest` to the second of the reply, the latest first."""
        found = self._by_place.get(place, [])
        after = (reply.at // SECOND + 1) * SECOND
        for index in range(bisect_left(found, after, key=lambda send: send.sent_at) - 1, -1, -1):
            if found[index].sent_at // SECOND < oldest:
                return
            yield found[index]


def _places(ticket: str | None, account: str | None, names: Iterable[str]) -> Iterator[Place]:
    if ticket:
        yield ("TICKET", "", ticket)
    if account:
        for name in names:
            yield ("CONVERSATION", account, name)


def attribute(
    sends: Iterable[Message], replies: Iterable[Reply], accounts: Accounts, changes: Changes, window: int
) -> dict[str, Answer]:
    """What each reply answers, by reply id; a reply that answers nothing is absent.

    `window` is the reply window in seconds. `sends` must hold every send that one of the replies may answer,
    and `replies` every reply that refers to one of those sends: whether a failed send arrived after all can
    depend on a reply that quotes it.
    """
    found = _Sends(sends)
    replies = [reply for reply in replies if not reply.in_group]
    answers: dict[str, Answer] = {}
    for reply in replies:
        if exact := _exact(found, reply, accounts):
            answers[reply.id] = Answer(exact.id, "EXACT")
    quoted = {answer.message_id for answer in answers.values()}
    for reply in replies:
        if reply.id in answers or reply.from_ad:
            continue
        if answer := _inferred(found, reply, accounts, changes, window, quoted):
            answers[reply.id] = answer
    return answers


def _account_of(reply: Reply, accounts: Accounts) -> str | None:
    return accounts.of(reply.account_id, reply.phone_number_id, reply.at)


def _exact(sends: _Sends, reply: Reply, accounts: Accounts) -> Message | None:
    """The message a reply refers to. Should several have borne the wamid: the reply's account, then the latest."""
    candidates = sends.by_wamid.get(reply.in_reply_to or "", [])
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    own = _account_of(reply, accounts)
    return max(candidates, key=lambda send: (send.account_id == own, send.sent_at, send.id))


def _inferred(
    sends: _Sends, reply: Reply, accounts: Accounts, changes: Changes, window: int, quoted: set[str]
) -> Answer | None:
    names = changes.names_at(reply.names, reply.at)
    places = list(_places(reply.ticket_id, _account_of(reply, accounts), names))
    for rule, oldest in (("TICKET", 0), ("CONVERSATION", reply.at // SECOND - window)):
        arrived = [
            next((s for s in sends.latest(place, reply, oldest) if not s.undelivered or s.id in quoted), None)
            for place in places
            if place[0] == rule
        ]
        if latest := max(filter(None, arrived), key=lambda send: (send.sent_at, send.id), default=None):
            return Answer(latest.id, rule)
    return None
