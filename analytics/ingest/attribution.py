"""Which message does a reply answer? A pure function over sends and replies.

Source: semantics, "Which message does a reply answer?". The rules, the first that finds a message decides:
EXACT (it refers to it), TICKET (the latest send in its ticket), CONVERSATION (the latest send from the same
account to the same contact, inside the reply window). The last two pass over a send that never arrived.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from analytics.ingest.rows import Message, Reply
from analytics.zones import SECOND

Place = tuple[str, str, str]  # what two things must share: kind, account (or ''), value


class Answer(NamedTuple):
    """The message that a reply answers, and the rule that found it."""

    message_id: str
    rule: str


class Accounts:
    """The tenant's sender accounts and Meta's number of each, as the newest directory has them."""

    def __init__(self, numbers: Mapping[str, str | None]) -> None:
        self.numbers = numbers
        self._of_number: dict[str, set[str]] = defaultdict(set)
        for account_id, number in numbers.items():
            if number:
                self._of_number[number].add(account_id)

    def of(self, reply: Reply) -> Iterable[str]:
        """The accounts that a reply was written to: the one it names, or those that have its number."""
        if reply.account_id:
            return (reply.account_id,)
        return self._of_number.get(reply.phone_number_id or "", ())

    def having(self, number: str) -> Iterable[str]:
        """The accounts that have one of Meta's numbers."""
        return self._of_number.get(number, ())


class _Sends:
    """Sends by where they can be found, each list in the order of (time, id)."""

    def __init__(self, sends: Iterable[Message]) -> None:
        self.by_wamid: dict[str, list[Message]] = defaultdict(list)
        self._by_place: dict[Place, list[Message]] = defaultdict(list)
        for send in sorted(sends, key=lambda send: (send.sent_at, send.id)):
            if send.wamid:
                self.by_wamid[send.wamid].append(send)
            for place in _places(send, (send.account_id,)):
                self._by_place[place].append(send)

    def latest(self, place: Place, reply: Reply, oldest: int) -> Iterator[Message]:
        """The sends at a place from the second `oldest` to the second of the reply, the latest first."""
        found = self._by_place.get(place, [])
        after = (reply.at // SECOND + 1) * SECOND
        for index in range(bisect_left(found, after, key=lambda send: send.sent_at) - 1, -1, -1):
            if found[index].sent_at // SECOND < oldest:
                return
            yield found[index]


def _places(thing: Message | Reply, accounts: Iterable[str]) -> Iterator[Place]:
    if thing.ticket_id:
        yield ("ticket", "", thing.ticket_id)
    for account in accounts:
        if thing.contact_digits:
            yield ("phone", account, thing.contact_digits)
        if thing.contact_id:
            yield ("contact", account, thing.contact_id)


def attribute(sends: Iterable[Message], replies: Iterable[Reply], accounts: Accounts, window: int) -> dict[str, Answer]:
    """What each reply answers, by reply id; a reply that answers nothing is absent.

    `window` is the reply window in seconds. `sends` must hold every send that one of the replies may answer,
    and `replies` every reply that refers to one of those sends: whether a failed send arrived after all can
    depend on a reply that quotes it.
    """
    found = _Sends(sends)
    replies = list(replies)
    answers: dict[str, Answer] = {}
    for reply in replies:
        if exact := _exact(found, reply, accounts):
            answers[reply.id] = Answer(exact.id, "EXACT")
    quoted = {answer.message_id for answer in answers.values()}
    for reply in replies:
        if reply.id not in answers and (answer := _inferred(found, reply, accounts, window, quoted)):
            answers[reply.id] = answer
    return answers


def _exact(sends: _Sends, reply: Reply, accounts: Accounts) -> Message | None:
    """The message a reply refers to. Should two bear the same wamid: the reply's account, then the latest."""
    own = set(accounts.of(reply))
    candidates = sends.by_wamid.get(reply.in_reply_to or "", [])
    return max(candidates, key=lambda send: (send.account_id in own, send.sent_at, send.id), default=None)


def _inferred(sends: _Sends, reply: Reply, accounts: Accounts, window: int, quoted: set[str]) -> Answer | None:
    rules = (
        ("TICKET", {"ticket"}, 0),
        ("CONVERSATION", {"phone", "contact"}, reply.at // SECOND - window),
    )
    places = list(_places(reply, accounts.of(reply)))
    for rule, kinds, oldest in rules:
        arrived = [
            next((s for s in sends.latest(place, reply, oldest) if not s.undelivered or s.id in quoted), None)
            for place in places
            if place[0] in kinds
        ]
        if latest := max(filter(None, arrived), key=lambda send: (send.sent_at, send.id), default=None):
            return Answer(latest.id, rule)
    return None
