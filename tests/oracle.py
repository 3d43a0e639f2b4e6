"""What every number means, written a second time: naive, in memory, and independent of the service.

Each part cites the section of "What every number means" (`semantics`) it implements. Nothing here is fast and
nothing is merged incrementally: all events are collected first and the state is derived from the whole set.

Not modelled: *Orphans* (nothing is ever dropped), *Scope* and retention.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

Event = Mapping[str, Any]
Fields = dict[str, Any]
Counts = tuple[int, int]  # messages, and those among them that created their ticket
Funnel = dict[str, Counts]
Fact = tuple[datetime, int | None]  # when, and the code of a failure
Facts = dict[str, Fact]
Granularity = Literal["HOUR", "DAY", "WEEK", "MONTH"]
Rule = Literal["EXACT", "TICKET", "CONVERSATION"]
Status = Literal["PENDING", "SENT", "DELIVERED", "READ", "FAILED"]

FACTS = {
    "accepted": "accepted",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
NOT_REPLIES = {"reaction", "revoke", "edit", "system"}
DEFAULT_WINDOW = 7  # days, of replies
DAY = timedelta(days=1)
BIN_EDGES = [Fraction(21, 20) ** power for power in range(600)]  # 1.05^599 s are 150,000 years


@dataclass(frozen=True)
class OracleMessage:
    id: str
    sent_at: datetime
    account_id: str
    department_id: str
    agent_id: str
    template_id: str
    template_category: str
    status: str
    bounce_code: int | None
    replied_at: datetime | None
    reply_text: str | None
    reply_rule: Rule | None
    ticket_id: str | None
    ticket_key: str | None
    ticket_created: bool
    wamid: str | None
    contact_phone: str | None


@dataclass(frozen=True)
class Filter:
    """§ Filters: both days included; None restricts nothing, an empty set selects nothing."""

    first: date
    last: date
    time_zone: str | None = None
    templates: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    agents: frozenset[str] | None = None


@dataclass(frozen=True)
class Answer:
    """That one reply answers one message."""

    at: datetime
    reply_key: str
    rule: Rule
    text: str | None


class Oracle:
    """§ State is a pure function of the set of events."""

    messages: dict[str, OracleMessage]

    def __init__(self, events: Iterable[Event]) -> None:
        self._events: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._events[event["type"]].append(_clean(event))
        self._versions = self._all_versions()
        self._accounts_known = self._ids("account")
        self._sends = {id: versions[-1][1] for (kind, id), versions in self._versions.items() if kind == "message"}
        tenant = self._newest("tenant", "")
        self.time_zone: str = tenant.get("time_zone", "UTC")
        self.reply_window = timedelta(days=tenant.get("reply_window_days", DEFAULT_WINDOW))
        self._categories = self._all_categories()
        self._statuses = self._all_statuses()
        facts = {id: self._facts(id) for id in self._sends}
        answers = {id: _first(answers) for id, answers in self._answers(facts).items()}
        self.messages = {id: self._message(id, facts[id], answers.get(id)) for id in sorted(self._sends)}

    # Numbers

    def select(self, filter: Filter) -> list[OracleMessage]:
        """§ Filters; a message belongs to the local day it was sent on. In the order of (sent at, id)."""
        zone = self._zone(filter)
        wanted = {
            "template_id": filter.templates,
            "account_id": filter.accounts,
            "department_id": filter.departments,
            "agent_id": filter.agents,
        }
        selected = (
            message
            for message in self.messages.values()
            if filter.first <= message.sent_at.astimezone(zone).date() <= filter.last
            and all(ids is None or getattr(message, field) in ids for field, ids in wanted.items())
        )
        return sorted(selected, key=lambda message: (message.sent_at, message.id))

    def funnel(self, messages: Iterable[OracleMessage]) -> Funnel:
        """§ State …, § Tickets: each step's messages, and those of them that created their ticket."""
        everything = list(messages)
        steps = {
            "messages": everything,
            "sent": [m for m in everything if m.status in {"SENT", "DELIVERED", "READ"}],
            "bounced": [m for m in everything if m.status == "FAILED"],
            "pending": [m for m in everything if m.status == "PENDING"],
            "delivered": [m for m in everything if m.status in {"DELIVERED", "READ"}],
            "read": [m for m in everything if m.status == "READ"],
            "responded": [m for m in everything if m.replied_at],
        }
        return {step: (len(reached), sum(m.ticket_created for m in reached)) for step, reached in steps.items()}

    def by(self, messages: Iterable[OracleMessage], *keys: str) -> dict[tuple[str, ...], Funnel]:
        """A funnel per combination of the attributes, as in `by(messages, "agent_id", "department_id")`."""
        groups: dict[tuple[str, ...], list[OracleMessage]] = defaultdict(list)
        for message in messages:
            groups[tuple(getattr(message, key) for key in keys)].append(message)
        return {group: self.funnel(members) for group, members in sorted(groups.items())}

    def series(self, filter: Filter, granularity: Granularity) -> list[tuple[datetime, date, Funnel]]:
        """§ Days, hours and zones: (startsAt in UTC, on, funnel) of every bucket of the range, oldest first.

        An hour is told apart by its UTC offset too, so a repeated one is two points, also where only half of it
        repeats. Wider buckets are made of calendar days, so that a day of 0 hours (Pacific/Apia never had
        2011-12-30) is a point as well, always empty.
        """
        zone = self._zone(filter)
        buckets: dict[Hashable, tuple[datetime, date, list[OracleMessage]]] = {}
        for start, day, key in _starts(filter, zone, granularity):
            buckets.setdefault(key, (start, day, []))
        for message in self.select(filter):
            buckets[_bucket(message.sent_at.astimezone(zone), granularity)][2].append(message)
        return [(start, day, self.funnel(held)) for start, day, held in buckets.values()]

    def heatmap(self, filter: Filter) -> dict[tuple[int, int], int]:
        """§ Days, hours and zones: responses by the reply's own local (ISO weekday, hour); all 168 cells."""
        replies = Counter((local.isoweekday(), local.hour) for local in self._local_replies(filter))
        return {(weekday, hour): replies[weekday, hour] for weekday in range(1, 8) for hour in range(24)}

    def hours(self, filter: Filter) -> dict[int, int]:
        """§ Days, hours and zones: responses by the reply's own local hour; all 24 of them."""
        replies = Counter(local.hour for local in self._local_replies(filter))
        return {hour: replies[hour] for hour in range(24)}

    def response_time(self, messages: Iterable[OracleMessage]) -> tuple[int, float | None, float | None]:
        """§ Response times: (responses, median, 90th percentile), seconds; None without responses."""
        bins = sorted(_bin(m.replied_at - m.sent_at) for m in messages if m.replied_at)

        def percentile(percent: int) -> float:
            rank = -(-percent * len(bins) // 100)  # nearest-rank, rounded up
            return _middle(bins[rank - 1])

        return (len(bins), percentile(50), percentile(90)) if bins else (0, None, None)

    def bounces(self, messages: Iterable[OracleMessage]) -> dict[int | None, int]:
        """Bounced messages by WhatsApp's error code; None where it gave none."""
        return dict(Counter(m.bounce_code for m in messages if m.status == "FAILED"))

    def maturing(self, filter: Filter, now: datetime) -> tuple[int, datetime | None]:
        """§ What may still change."""
        age = max(self.reply_window, 7 * DAY)
        recent = [m.sent_at for m in self.select(filter) if m.sent_at > now - age]
        return len(recent), max(recent) + age if recent else None

    def previous(self, filter: Filter) -> Filter:
        """§ Days, hours and zones: as many calendar days, ending the day before the first."""
        length = filter.last - filter.first + DAY
        return replace(filter, first=filter.first - length, last=filter.first - DAY)

    # Directory

    def name(self, kind: str, id: str) -> str:
        """§ Names: what the newest version says; the id where it says nothing."""
        return str(self._newest(kind, id).get("name", id))

    def name_at(self, kind: str, id: str, instant: datetime) -> str:
        """§ Names: the newest version at or before the instant, else the oldest."""
        versions = self._versions.get((kind, id), [])
        in_force = [fields for at, fields in versions if at <= instant][-1:] or [fields for _, fields in versions][:1]
        return str(in_force[0].get("name", id)) if in_force else id

    def category_at(self, template_id: str, instant: datetime) -> str:
        """§ Names: of the platform's and WhatsApp's categories, as one time line; OTHER when unknown."""
        known = sorted(self._categories[template_id])
        in_force = [category for at, category in known if at <= instant][-1:]
        # Before the first of them: of equally old ones the greater, as everywhere.
        oldest = [category for at, category in known if at == known[0][0]][-1:]
        return (in_force or oldest or ["OTHER"])[0]

    def members(self) -> dict[str, set[str]]:
        """§ State …, membership: newest wins, at equal times removed. Only users who have departments."""
        newest: dict[tuple[str, str], tuple[datetime, bool]] = {}
        for kind in ("member.added", "member.removed"):
            for event in self._events[kind]:
                key = event["user_id"], event["department_id"]
                statement = _instant(event["at"]), kind == "member.removed"
                newest[key] = max(statement, newest.get(key, statement))
        members: dict[str, set[str]] = defaultdict(set)
        for (user, department), (_, removed) in newest.items():
            if not removed:
                members[user].add(department)
        return dict(members)

    # Derivation

    def _all_versions(self) -> dict[tuple[str, str], list[tuple[datetime, Fields]]]:
        """§ State …, descriptions: by (kind, id), oldest first; statements of one time are one version."""
        statements: dict[tuple[str, str, datetime], list[Fields]] = defaultdict(list)
        for kind in ("tenant", "department", "agent", "account", "template", "message"):
            for event in self._events[f"{kind}.sent" if kind == "message" else f"{kind}.upserted"]:
                fields = _flat(event if kind == "tenant" else event[kind])
                id = "" if kind == "tenant" else fields["id"]
                at = _instant(event["at"])
                updated_at = _instant(event["updated_at"]) if event.get("updated_at") else at
                statements[kind, id, updated_at].append({**fields, "at": at})
        versions: dict[tuple[str, str], list[tuple[datetime, Fields]]] = defaultdict(list)
        for kind, id, updated_at in sorted(statements):
            versions[kind, id].append((updated_at, _merged(statements[kind, id, updated_at])))
        return dict(versions)

    def _newest(self, kind: str, id: str) -> Fields:
        versions = self._versions.get((kind, id))
        return versions[-1][1] if versions else {}

    def _ids(self, kind: str) -> list[str]:
        return [id for known, id in self._versions if known == kind]

    def _all_categories(self) -> dict[str, set[tuple[datetime, str]]]:
        """(time, category) by template: its versions that carry one, and WhatsApp's updates that name it.

        An update names a template by Meta's id where it and the template's newest version have one, else by
        that version's name and language.
        """
        categories: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
        for id in self._ids("template"):
            newest = self._newest("template", id)
            categories[id] |= {
                (at, fields["category"]) for at, fields in self._versions["template", id] if "category" in fields
            }
            for notice in self._events["template.notice"]:
                keys = ["meta_id"] if notice.get("meta_id") and "meta_id" in newest else ["name", "language"]
                if all(notice.get(key) is not None and notice[key] == newest.get(key) for key in keys):
                    categories[id].add((_instant(notice["at"]), notice["category"]))
        return categories

    def _accounts(self, named: Fields) -> set[str]:
        """The accounts a status or reply names: by id, else by their newest version's phone number id."""
        if "account_id" in named:
            return {named["account_id"]}
        number = named.get("phone_number_id")
        return {
            id for id in self._accounts_known if number and self._newest("account", id).get("phone_number_id") == number
        }

    def _all_statuses(self) -> dict[Any, list[Fields]]:
        """The statuses by the message id or the wamid that they name."""
        statuses: dict[Any, list[Fields]] = defaultdict(list)
        for event in self._events["message.status"]:
            status = _flat(event)
            statuses[status.get("message_id", status.get("wamid"))].append(status)
        return statuses

    def _facts(self, id: str) -> Facts:
        """§ State …, facts: the earliest of each; at equal times the smaller code, an absent one last."""
        known: dict[str, list[Fact]] = defaultdict(list)
        for status in (*self._statuses.get(id, ()), *self._statuses.get(self._sends[id].get("wamid"), ())):
            if status["status"] in FACTS and self._is_about(status, id):
                fact = _instant(status["at"]), status.get("error.code")
                known[FACTS[status["status"]]].append(fact)
        return {
            name: min(facts, key=lambda fact: (fact[0], fact[1] is None, fact[1] or 0)) for name, facts in known.items()
        }

    def _is_about(self, status: Fields, id: str) -> bool:
        """Events, `message.status`: `message_id` names one message, else the wamid those on its account."""
        if "message_id" in status:
            return bool(status["message_id"] == id)
        send = self._sends[id]
        same_wamid = "wamid" in send and send["wamid"] == status.get("wamid")
        return same_wamid and send["account_id"] in self._accounts(status)

    def _replies(self) -> dict[str, Fields]:
        """§ Which message …: copies of one wamid (else id) complete each other; the earliest time counts."""
        copies: dict[str, list[Fields]] = defaultdict(list)
        for event in self._events["message.reply"]:
            reply = _flat(event["reply"])
            if reply.get("kind") not in NOT_REPLIES:
                text = {"text": ""} if reply.get("kind") == "unsupported" else {}
                copies[reply.get("wamid") or reply["id"]].append({**reply, **text, "at": _instant(event["at"])})
        return {key: {**_merged(same), "at": min(copy["at"] for copy in same)} for key, same in copies.items()}

    def _answers(self, facts: Mapping[str, Facts]) -> dict[str, list[Answer]]:
        """§ Which message does a reply answer? By message, every reply that answers it."""
        replies = self._replies()
        exact = {key: self._referred(reply) for key, reply in replies.items()}
        arrived = [
            id
            for id in self._sends
            if "failed" not in facts[id] or {"delivered", "read"} & facts[id].keys() or id in exact.values()
        ]
        answers: dict[str, list[Answer]] = defaultdict(list)
        for key, reply in replies.items():
            earlier = [id for id in arrived if _second(self._sends[id]["at"]) <= _second(reply["at"])]
            found: dict[Rule, str | None] = {
                "EXACT": exact[key],
                "TICKET": self._latest(id for id in earlier if self._same_ticket(id, reply)),
                "CONVERSATION": self._latest(id for id in earlier if self._same_conversation(id, reply)),
            }
            for rule, id in found.items():
                if id is not None:
                    answers[id].append(Answer(reply["at"], key, rule, reply.get("text")))
                    break
        return answers

    def _referred(self, reply: Fields) -> str | None:
        """The message a reply refers to; of several with that wamid, rather one on the reply's account."""
        if "in_reply_to" not in reply:
            return None
        referred = [id for id, send in self._sends.items() if send.get("wamid") == reply["in_reply_to"]]
        accounts = self._accounts(reply)
        own = [id for id in referred if self._sends[id]["account_id"] in accounts]
        return self._latest(own or referred)

    def _same_ticket(self, id: str, reply: Fields) -> bool:
        return "ticket_id" in reply and self._sends[id].get("ticket.id") == reply["ticket_id"]

    def _same_conversation(self, id: str, reply: Fields) -> bool:
        send = self._sends[id]
        return (
            send["account_id"] in self._accounts(reply)
            and _same_contact(send, reply)
            and _second(reply["at"]) - _second(send["at"]) <= self.reply_window
        )

    def _latest(self, ids: Iterable[str]) -> str | None:
        return max(ids, default=None, key=lambda id: (self._sends[id]["at"], id))

    def _message(self, id: str, facts: Facts, answer: Answer | None) -> OracleMessage:
        """§ State …, the table of what is derived."""
        send = self._sends[id]
        delivered = "delivered" in facts or "read" in facts or answer is not None
        bounced = "failed" in facts and not delivered
        furthest: dict[Status, bool] = {
            "FAILED": bounced,
            "READ": "read" in facts,
            "DELIVERED": delivered,
            "SENT": "accepted" in facts,
            "PENDING": True,
        }
        return OracleMessage(
            id=id,
            sent_at=send["at"],
            account_id=send["account_id"],
            department_id=send["department_id"],
            agent_id=send["agent_id"],
            template_id=send["template_id"],
            template_category=send.get("template_category") or self.category_at(send["template_id"], send["at"]),
            status=next(status for status, reached in furthest.items() if reached),
            bounce_code=facts["failed"][1] if bounced else None,
            replied_at=answer.at if answer else None,
            reply_text=answer.text if answer else None,
            reply_rule=answer.rule if answer else None,
            ticket_id=send.get("ticket.id"),
            ticket_key=send.get("ticket.key"),
            ticket_created=send.get("ticket.created", False),
            wamid=send.get("wamid"),
            contact_phone=send.get("contact.phone"),
        )

    def _zone(self, filter: Filter) -> ZoneInfo:
        return _zone(filter.time_zone or self.time_zone)

    def _local_replies(self, filter: Filter) -> list[datetime]:
        zone = self._zone(filter)
        return [m.replied_at.astimezone(zone) for m in self.select(filter) if m.replied_at]


def _clean(value: Any) -> Any:
    """§ State …: U+0000 and lone surrogates become U+FFFD, in every text of an event."""
    if isinstance(value, str):
        return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return value


def _flat(value: Event) -> Fields:
    """Nested keys as `contact.phone`; what is null is absent."""
    fields: Fields = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            fields |= {f"{key}.{name}": leaf for name, leaf in _flat(inner).items()}
        elif inner is not None:
            fields[key] = inner
    return fields


def _merged(copies: Iterable[Fields]) -> Fields:
    """§ State …: field by field the greater value wins and an absent field loses."""
    merged: Fields = {}
    for copy in copies:
        for key, value in copy.items():
            merged[key] = max(value, merged.get(key, value))
    return merged


def _first(answers: Iterable[Answer]) -> Answer:
    """§ Which message …: a message's reply is its earliest (time, then id)."""
    return min(answers, key=lambda answer: (answer.at, answer.reply_key))


def _same_contact(one: Fields, other: Fields) -> bool:
    """§ Which message …: they share the digits of a phone or an id."""
    phones = ["".join(re.findall("[0-9]", contact.get("contact.phone", ""))) for contact in (one, other)]
    same_phone = phones[0] == phones[1] != ""
    return same_phone or ("contact.id" in one and one["contact.id"] == other.get("contact.id"))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


@cache
def _zone(name: str) -> ZoneInfo:
    """§ Days, hours and zones: from the pinned `tzdata` package, never from the machine."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def _start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant whose local date is the day, or a later one where the zone never had it."""
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    seconds = range(midnight - 2 * 86400, midnight + 2 * 86400)
    found = bisect_left(seconds, day, key=lambda second: datetime.fromtimestamp(second, zone).date())
    return datetime.fromtimestamp(seconds[found], UTC)


def _starts(filter: Filter, zone: ZoneInfo, granularity: Granularity) -> Iterator[tuple[datetime, date, Hashable]]:
    """§ Days, hours and zones: instants and days at which buckets may begin, with the bucket each is in."""
    if granularity == "HOUR":
        start, quarter = _start(filter.first, zone), timedelta(minutes=15)
        for n in range((_start(filter.last + DAY, zone) - start) // quarter):
            local = (start + n * quarter).astimezone(zone)
            yield start + n * quarter, local.date(), _bucket(local, granularity)
        return
    for n in range((filter.last - filter.first).days + 1):
        day = filter.first + n * DAY
        yield _start(day, zone), day, _bucket(datetime.combine(day, time()), granularity)


def _bucket(local: datetime, granularity: Granularity) -> Hashable:
    """§ Days, hours and zones: the bucket of a local time."""
    day = local.date()
    keys: dict[Granularity, Hashable] = {
        "HOUR": (day, local.hour, local.utcoffset()),
        "DAY": day,
        "WEEK": day.isocalendar()[:2],
        "MONTH": (day.year, day.month),
    }
    return keys[granularity]


def _bin(elapsed: timedelta) -> int:
    """§ Response times: bin 0 is under 1 s, bin k ≥ 1 is [1.05^(k-1), 1.05^k) s. Exact."""
    return bisect_right(BIN_EDGES, Fraction(elapsed // timedelta(microseconds=1), 1_000_000))


def _middle(bin: int) -> float:
    """§ Response times: a bin's geometric middle, in seconds."""
    return 1.05 ** (bin - 0.5) if bin else 0.5
