"""The outcomes of the demo's messages: statuses and replies, some late, repeated, out of order or lost."""

import heapq
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple, TypeVar

from service.demo.directory import ACCOUNTS
from service.demo.schedule import HOUR, MINUTE, Day, next_waking_time, seconds
from service.demo.texts import ENDINGS, ERROR_TITLES, KINDS, ODD_TEXTS, TAPPED, TEXTS, ResponseProfile

Event = dict[str, Any]
T = TypeVar("T")

REPEATED = 0.03  # webhooks that come again
DELAYED = 0.02  # webhooks that come hours or days late
UNDELIVERED = 0.055  # accepted by WhatsApp, and never heard of again
READ_ALONE = 0.05  # `read` that no `delivered` comes with
REPAIRED = 0.03  # bounces another device of the contact gets after all
FAILED_AFTER = 0.002  # `failed` that comes after `delivered`
FOLLOWED = 0.2  # texts with another one behind
ODD = 0.03  # texts that are trouble
USERNAME_ONLY_EVERY = 211  # contacts
ORDINARY_STATUSES = ("sent", "delivered", "delivered", "read", "read", "played", "deleted")
QUOTING = {"button": 0.92, "interactive": 0.9, "reaction": 1.0}  # other kinds: 0.12

NUMBERS = {account.id: account.phone_number_id for account in ACCOUNTS}
REPLY_KINDS = (list(KINDS), list(accumulate(KINDS.values())))


class Sent(NamedTuple):
    """The values that one message's outcome depends on."""

    day: Day
    at: float
    id: str
    wamid: str | None
    account: str
    contact: dict[str, str]
    ticket: str | None
    habit: ResponseProfile
    eagerness: float  # how much more, or less, than the habit this one is answered
    shows_reads: bool
    error: int | None


class Queue:
    """A queue of events by time of arrival. Events that would arrive after the end of the history are dropped."""

    def __init__(self, end: float) -> None:
        self._end = end
        self._heap: list[tuple[float, int, Event]] = []
        self._serial = 0

    def put(self, arrival: float, event: Event) -> None:
        if arrival <= self._end:
            self._serial += 1
            heapq.heappush(self._heap, (arrival, self._serial, event))

    def before(self, moment: float) -> Iterator[Event]:
        while self._heap and self._heap[0][0] < moment:
            yield heapq.heappop(self._heap)[2]


class MessageOutcomes:
    """The reactions of WhatsApp and of customers to a message, as events on the queue."""

    def __init__(self, rng: Random, queue: Queue, strangers: int) -> None:
        self._rng = rng
        self._random = rng.random  # called some twenty times a message
        self._queue = queue
        self._strangers = strangers  # contacts from this number on never get a message of ours
        self._replies = 0

    def wamid(self) -> str:
        return f"wamid.HBgL{self._rng.getrandbits(112):028X}"

    def simulate(self, sent: Sent) -> None:
        if sent.error:
            self._bounce(sent, sent.error)
        elif sent.wamid:
            self._arrive(sent)

    def _bounce(self, sent: Sent, code: int) -> None:
        at = sent.at + 1 + self._rng.expovariate(0.2)
        if sent.wamid and self._random() < 0.4:
            self._status(sent, "sent", sent.at + 1)
        self._status(sent, "failed", at, error=_error(code))
        if sent.wamid and self._random() < REPAIRED:
            self._status(sent, "delivered", at + self._rng.expovariate(1 / HOUR))

    def _arrive(self, sent: Sent) -> None:
        self._status(sent, "sent", sent.at + 1 + self._random())
        if self._random() < UNDELIVERED:
            return
        delivered = sent.at + 2 + self._journey()
        opened = self._random() < sent.habit.opened
        reads_are_reported = opened and sent.shows_reads
        if not reads_are_reported or self._random() > READ_ALONE:
            self._status(sent, "delivered", delivered)
        if self._random() < FAILED_AFTER:
            self._status(sent, "failed", delivered + MINUTE, error=_error(131000))
        if opened:
            read = next_waking_time(sent.day, delivered + 2 + self._rng.lognormvariate(6, 1.6), self._random())
            if reads_are_reported:
                self._status(sent, "read", read)
            if self._random() < sent.habit.replied * sent.eagerness:
                self._answer(sent, read + 5 + self._rng.lognormvariate(5.8, 1.7))

    def _journey(self) -> float:
        """Return the seconds until a message reaches the phone: a few, or hours when the phone is off."""
        usual = self._random() < 0.88
        return self._rng.lognormvariate(1.2, 0.8) if usual else self._rng.lognormvariate(8.3, 1.2)

    def _status(self, sent: Sent, status: str, at: float, **error: Any) -> None:
        names = self._names(sent)
        event = {"type": "message.status", "at": seconds(sent.day, at), **names, "status": status, **error}
        self._webhook(at, event)

    def _names(self, sent: Sent) -> Event:
        chance = self._random()
        if not sent.wamid or chance < 0.15:
            return {"message_id": sent.id}
        if chance < 0.6:
            return {"wamid": sent.wamid, "phone_number_id": NUMBERS[sent.account]}
        return {"wamid": sent.wamid, "account_id": sent.account}

    def _webhook(self, at: float, event: Event) -> None:
        """Queue an event as webhooks deliver it: seconds or much later, once or twice, in no sure order."""
        late = self._random() < DELAYED
        arrival = at + (self._rng.lognormvariate(9.5, 1.3) if late else self._rng.expovariate(0.7))
        self._queue.put(arrival, event)
        if self._random() < REPEATED:
            self._queue.put(arrival + self._rng.expovariate(1 / HOUR), dict(event))

    def _answer(self, sent: Sent, at: float) -> None:
        at = next_waking_time(sent.day, at, self._random())
        kind = pick(self._random, *REPLY_KINDS)
        self._reply(sent.day, at, kind, sent.account, sent.contact, self._reference(sent, kind))
        if kind == "text" and self._random() < FOLLOWED:
            self._answer(sent, at + 5 + self._rng.expovariate(1 / MINUTE))

    def _reference(self, sent: Sent, kind: str) -> Event:
        """Return the reference of a reply to what it answers: the message, the ticket, both or nothing."""
        ticket = {"ticket_id": sent.ticket} if sent.ticket and self._random() < 0.6 else {}
        quotes = self._random() < QUOTING.get(kind, 0.12)
        return {"in_reply_to": sent.wamid} | ticket if quotes else ticket

    def _reply(self, day: Day, at: float, kind: str, account: str, contact: dict[str, str], reference: Event) -> None:
        self._replies += 1
        reply = {
            "id": f"r{self._replies}",
            "account_id": account,
            "contact": self._seen(contact),
            **reference,
        }
        if self._random() < 0.95:
            reply["wamid"] = self.wamid()
        reply |= {"kind": kind, "text": self._text(kind)}
        self._webhook(at, {"type": "message.reply", "at": seconds(day, at), "reply": reply})

    def _seen(self, contact: dict[str, str]) -> dict[str, str]:
        """Return the keys under which a contact writes: all of them, or one of two."""
        if len(contact) == 1 or self._random() < 0.4:
            return contact
        key = self._rng.choice(("phone", "phone", "id"))
        return {key: contact[key]}

    def _text(self, kind: str) -> str:
        if kind != "text":
            return self._rng.choice(TAPPED.get(kind, ("",)))
        if self._random() < ODD:
            return self._rng.choice(ODD_TEXTS)
        return self._rng.choice(TEXTS) + self._rng.choice(ENDINGS)

    def unrelated_chat(self, day: Day, at: float) -> None:
        """Queue an event of the tenant's other conversations, which belong to no template message."""
        account, at = any_account(self._rng), at + self._random() * MINUTE
        if self._random() < 0.6:
            stranger = self._strangers + self._rng.randrange(self._strangers)
            self._reply(day, at, "text", account, contact_keys(stranger), {})
        else:
            status = self._rng.choice(ORDINARY_STATUSES)
            names = {"wamid": self.wamid(), "phone_number_id": NUMBERS[account]}
            self._webhook(at, {"type": "message.status", "at": seconds(day, at), **names, "status": status})


def pick(chance: Callable[[], float], names: Sequence[T], weights: Sequence[float]) -> T:
    """Return a random name, by cumulative weights."""
    return names[bisect(weights, chance() * weights[-1])]


def any_account(rng: Random) -> str:
    return rng.choice(ACCOUNTS).id


def contact_keys(who: int) -> dict[str, str]:
    """Return the keys of contact number `who`, a phone, an id or both; no two contacts share one."""
    phone = {"phone": f"+569{20_000_000 + who * 48_271 % 80_000_000}"}
    user = {"id": f"CL.{134_900_000_000 + who * 7_919}"}
    if who % USERNAME_ONLY_EVERY == 7:
        return user
    return phone | user if who % 3 == 0 else phone


def _error(code: int) -> Event:
    return {"code": code, "title": ERROR_TITLES[code]}
