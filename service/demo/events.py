"""A believable tenant's history as an event stream, for demonstrations and load tests.

Pure and deterministic: the same arguments give the same events. Days are made one after another; events that arrive
later than on their day wait in a small heap, so memory does not grow with the history.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from analytics.domain.access import Identity
from service.demo.directory import AGENTS, DEPARTMENTS, PEOPLE, TEMPLATES, Agent, Department, Person, statements
from service.demo.outcomes import Event, MessageOutcomes, Queue, Sent, any_account, contact_keys, pick
from service.demo.schedule import DAY, HOUR, MINUTE, Day, days, milliseconds, seconds
from service.demo.texts import REFUSALS, RESPONSE_PROFILES

__all__ = ["DEMO_TENANT", "PEOPLE", "Person", "demo_events", "identity_of"]

DEMO_TENANT = "demo"

OFFICE_OPENS = 6 * HOUR  # directory statements are made before the first send of their day
MESSAGES_PER_CONTACT = 4
RECEIPTS_OFF_EVERY = 8  # contacts
TEMPLATE_FALLOFF = 0.55  # each next template of a department is used this much as often
TICKETS_CREATED, TICKETS_REUSED = 0.8, 0.14
FIRST_TICKET = 900_000
STILL_WAITING = 30 * MINUTE  # before the end: WhatsApp has not answered some of these sends yet
ORDINARY_CHATS = 0.08  # for each message of ours

ERRORS = {
    name: (list(habit.errors), list(accumulate(habit.errors.values()))) for name, habit in RESPONSE_PROFILES.items()
}


def identity_of(person: Person) -> Identity:
    """Return the identity that a token gives one of the demo's people."""
    return Identity(person.user_id, DEMO_TENANT, person.role, person.email, person.name)


def demo_events(messages: int, seed: int, until: datetime) -> Iterator[Event]:
    """Yield about 13 months of events that end at `until` (an aware time), in rough order of arrival.

    Exactly `messages` of them are `message.sent`, and no `at` is after `until`.
    """
    if until.tzinfo is None:
        raise ValueError("until needs an offset")
    rng = Random(seed)  # noqa: S311 - invented data, nothing secret: it must repeat, not surprise
    queue = Queue(until.timestamp())
    office = _Simulation(rng, queue, messages, until.timestamp())
    for day in days(rng, messages, until):
        office.work(day)
        yield from queue.before(day.midnight + DAY)
    yield from queue.before(float("inf"))


class _Sender(NamedTuple):
    """An agent at work in a department."""

    agent: str
    department: Department


class _Simulation:
    """The simulation of agents, customers and WhatsApp: it turns each day into events on the queue."""

    def __init__(self, rng: Random, queue: Queue, messages: int, end: float) -> None:
        self._rng = rng
        self._random = rng.random
        self._queue = queue
        self._end = end
        self._messages = 0
        self._contacts = max(messages // MESSAGES_PER_CONTACT, 1)
        self._tickets = array("Q", bytes(8 * self._contacts))  # each contact's latest ticket; 0 is none
        self._fates = MessageOutcomes(rng, queue, strangers=self._contacts)
        self._untold = statements()
        self._directory: dict[str, dict[str, Any]] = {}
        self._paces = {agent.id: rng.lognormvariate(0, 0.5) for agent in AGENTS}
        self._skills = {agent.id: rng.uniform(0.75, 1.25) for agent in AGENTS}
        self._appeals = {template.id: rng.uniform(0.8, 1.2) for template in TEMPLATES}

    def work(self, day: Day) -> None:
        self._tell(day)
        senders, weights = self._shift()
        mixes = {department.id: self._mix(department) for department in DEPARTMENTS}
        chosen = self._rng.choices(senders, cum_weights=weights, k=day.count)
        for at, sender in zip(self._times(day), chosen, strict=True):
            template = pick(self._random, *mixes[sender.department.id])
            self._fates.simulate(self._send(day, at, sender, template))
            if self._random() < ORDINARY_CHATS:
                self._fates.unrelated_chat(day, at)

    def _tell(self, day: Day) -> None:
        """Queue the directory events that are due by this day."""
        at = day.midnight + OFFICE_OPENS
        while self._untold and self._untold[0].progress <= day.progress:
            statement = self._untold.pop(0)
            self._queue.put(at, {"type": statement.type, "at": seconds(day, at), **statement.body})
            self._directory |= {entity["id"]: entity for entity in statement.entities}

    def _shift(self) -> tuple[list[_Sender], list[float]]:
        """Return a day's senders and their cumulative weights: a department's share, split by its agents' paces."""
        senders, weights = [], []
        for department in filter(self._active, DEPARTMENTS):
            team = [agent.id for agent in filter(self._active, AGENTS) if department.id in agent.departments]
            whole = sum(self._paces[agent] for agent in team)
            senders += [_Sender(agent, department) for agent in team]
            weights += [department.share * self._paces[agent] / whole for agent in team]
        return senders, list(accumulate(weights))

    def _mix(self, department: Department) -> tuple[list[str], list[float]]:
        """Return the templates that a department uses, and their cumulative weights."""
        names = [name for name in department.templates if self._directory[name]["active"]]
        return names, list(accumulate(TEMPLATE_FALLOFF**rank for rank in range(len(names))))

    def _active(self, entity: Department | Agent) -> bool:
        return entity.id in self._directory and bool(self._directory[entity.id]["active"])

    def _times(self, day: Day) -> list[float]:
        if not day.count:
            return []
        minutes = self._rng.choices(range(len(day.minutes)), cum_weights=day.minutes, k=day.count)
        return sorted(day.midnight + (minute + self._random()) * MINUTE for minute in minutes)

    def _send(self, day: Day, at: float, sender: _Sender, template: str) -> Sent:
        self._messages += 1
        category = self._directory[template]["category"]
        habit = RESPONSE_PROFILES[category]
        who = self._someone(day)
        error = pick(self._random, *ERRORS[category]) if self._random() < habit.bounced else None
        waiting = self._end - at < STILL_WAITING and self._random() < 0.4
        ticket = self._ticket(who)
        sent = Sent(
            day=day,
            at=at,
            id=f"m{self._messages}",
            wamid=None if waiting or error in REFUSALS else self._fates.wamid(),
            account=sender.department.account if self._random() < 0.94 else any_account(self._rng),
            contact=contact_keys(who),
            ticket=ticket["id"] if ticket else None,
            habit=habit,
            eagerness=self._skills[sender.agent] * self._appeals[template],
            shows_reads=who % RECEIPTS_OFF_EVERY != 0,
            error=None if waiting else error,
        )
        message = {
            "id": sent.id,
            "wamid": sent.wamid,
            "account_id": sent.account,
            "department_id": sender.department.id,
            "agent_id": sender.agent,
            "template_id": template,
            "template_category": category if self._random() < 0.9 else None,
            "contact": sent.contact,
            "ticket": ticket,
        }
        stated = {key: value for key, value in message.items() if value is not None}
        event = {"type": "message.sent", "at": milliseconds(day, at), "message": stated}
        self._queue.put(min(at + self._rng.expovariate(0.5), self._end), event)
        return sent

    def _someone(self, day: Day) -> int:
        """Return the number of a random contact: their count grows with time, and the first are more likely."""
        contacts_by_then = self._contacts * (0.3 + 0.7 * day.progress)
        return int(contacts_by_then * self._random() ** 1.15)

    def _ticket(self, who: int) -> dict[str, Any] | None:
        chance = self._random()
        created = chance < TICKETS_CREATED
        if created:
            self._tickets[who] = FIRST_TICKET + self._messages
        number = self._tickets[who]
        if not number or chance > TICKETS_CREATED + TICKETS_REUSED:
            return None
        return {"id": str(number), "key": f"DESK-{number - FIRST_TICKET}", "created": created}
