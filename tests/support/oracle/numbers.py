"""A second implementation of every number: naive, in memory, and independent of the service.

Each part cites the section of "What every number means" (`semantics`) it implements. Nothing here is fast and
nothing is merged incrementally: all events are collected first and the state is derived from the whole set.

Not modelled: *Orphans* (nothing is ever dropped), *Scope* and retention. Events are valid: nothing is refused here.
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
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

Event = Mapping[str, Any]
Fields = dict[str, Any]
Counts = tuple[int, int]  # messages, and those among them that created their ticket
Funnel = dict[str, Counts]
Facts = dict[str, datetime]
Name = tuple[str, str]  # of a contact: its kind, "phone" or "id", and the name
T = TypeVar("T")
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
# The keys of an object in a description: null for the object is null for each of them.
LEAVES = {"contact": ("phone", "id"), "ticket": ("id", "key", "created")}
IDENTIFYING = {"wamid", "phone_number_id"}  # never taken away: null says nothing of them
WHOLE = {"account_id", "department_id", "agent_id", "template_id"}  # without these a message is not there
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE"}
NOT_REPLIES = {"reaction", "revoke", "edit", "system"}
KIND_RANKS = {"unsupported": 0, "text": 1, "media": 2, "interactive": 2}  # of a reply; of all others 3
WRITTEN = {"text", "button", "interactive", None}  # the kinds of replies that are shown as their text
KIND_WORDS: dict[str | None, dict[str, str]] = {
    None: {"ES": "Respuesta", "EN": "Reply"},
    "text": {"ES": "Texto", "EN": "Text"},
    "button": {"ES": "Botón", "EN": "Button"},
    "interactive": {"ES": "Interactivo", "EN": "Interactive"},
    "form": {"ES": "Formulario", "EN": "Form"},
    "image": {"ES": "Imagen", "EN": "Image"},
    "audio": {"ES": "Audio", "EN": "Audio"},
    "video": {"ES": "Video", "EN": "Video"},
    "sticker": {"ES": "Sticker", "EN": "Sticker"},
    "document": {"ES": "Documento", "EN": "Document"},
    "location": {"ES": "Ubicación", "EN": "Location"},
    "contact": {"ES": "Contacto", "EN": "Contact"},
    "order": {"ES": "Pedido", "EN": "Order"},
    "media": {"ES": "Archivo", "EN": "File"},
    "unsupported": {"ES": "No compatible", "EN": "Unsupported"},
}
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
    reply_kind: str | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None


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
class Reply:
    """All copies of one inbound message."""

    key: str
    at: datetime
    kind: str
    text: str | None
    account_id: str | None
    ticket_id: str | None
    in_reply_to: str | None
    names: frozenset[Name]
    from_ad: bool


@dataclass(frozen=True)
class Answer:
    """The match of one reply with the message that it answers."""

    reply: Reply
    rule: Rule


class Oracle:
    """§ State is a pure function of the set of events."""

    messages: dict[str, OracleMessage]

    def __init__(self, events: Iterable[Event]) -> None:
        self._events: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._events[event["type"]].append(_clean(event))
        self._statements = self._all_statements()
        self._versions = {key: _folded(statements) for key, statements in self._statements.items()}
        self._claims = self._all_claims()
        self._wamids = self._all_wamids()
        self._sends = {
            id: versions[-1][1]
            for (kind, id), versions in self._versions.items()
            if kind == "message" and versions[-1][1].keys() >= WHOLE
        }
        tenant = self._newest("tenant", "")
        self.time_zone: str = tenant.get("time_zone", "UTC")
        self.reply_window = timedelta(days=tenant.get("reply_window_days", DEFAULT_WINDOW))
        self._categories = self._all_categories()
        self._statuses = self._all_statuses()
        self._changes = self._all_changes()
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
        return str((_in_force(self._versions.get((kind, id), []), instant) or {}).get("name", id))

    def category_at(self, template_id: str, instant: datetime) -> str:
        """§ Names: of the platform's and WhatsApp's categories, as one time line; OTHER when unknown."""
        return _category(_in_force(self._categories.get(template_id, []), instant))

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

    def _stated(self) -> Iterator[tuple[str, str, datetime, Fields]]:
        """§ State …, descriptions: (kind, id, time, keys) of every statement; null says that there is none."""
        for kind in ("tenant", "department", "agent", "account", "template", "message"):
            for event in self._events[f"{kind}.sent" if kind == "message" else f"{kind}.upserted"]:
                fields = _flat(event if kind == "tenant" else event[kind])
                id = "" if kind == "tenant" else fields["id"]
                at = _instant(event["at"])
                updated_at = _instant(event["updated_at"]) if event.get("updated_at") else at
                said = {key: value for key, value in fields.items() if value is not None or key not in IDENTIFYING}
                yield kind, id, updated_at, {**said, "at": at}

    def _all_statements(self) -> dict[tuple[str, str], list[tuple[datetime, Fields]]]:
        """§ State …, descriptions: by (kind, id), oldest first; statements of one time are one."""
        at_once: dict[tuple[str, str, datetime], list[Fields]] = defaultdict(list)
        for kind, id, at, said in self._stated():
            at_once[kind, id, at].append(said)
        statements: dict[tuple[str, str], list[tuple[datetime, Fields]]] = defaultdict(list)
        for kind, id, at in sorted(at_once):
            statements[kind, id].append((at, _merged(at_once[kind, id, at])))
        return dict(statements)

    def _newest(self, kind: str, id: str) -> Fields:
        versions = self._versions.get((kind, id))
        return versions[-1][1] if versions else {}

    def _all_wamids(self) -> dict[str, set[str]]:
        """§ State …, what identifies: every wamid that a message ever had, the newest and the earlier attempts."""
        wamids: dict[str, set[str]] = defaultdict(set)
        for kind, id, _, said in self._stated():
            if kind == "message" and "wamid" in said:
                wamids[id].add(said["wamid"])
        return wamids

    def _all_claims(self) -> dict[str, list[tuple[datetime, str]]]:
        """§ State …, what identifies: by phone number id, (time, account) of every claim, oldest first."""
        claims: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for (kind, id), statements in self._statements.items():
            for at, said in statements:
                if kind == "account" and "phone_number_id" in said:
                    claims[said["phone_number_id"]].append((at, id))
        return {number: sorted(claimed) for number, claimed in claims.items()}

    def _account(self, named: Fields, at: datetime) -> str | None:
        """The account a status or reply of a time names: by id, else by a number that was the account's then."""
        if "account_id" in named:
            return str(named["account_id"])
        return _in_force(self._claims.get(named.get("phone_number_id", ""), []), at)

    def _all_categories(self) -> dict[str, list[tuple[datetime, str | None]]]:
        """(time, category) by template, oldest first: what the platform says until Meta does, then what Meta says."""
        newest = {id: self._newest("template", id) for kind, id in self._versions if kind == "template"}
        names = Counter(template.get("name") for template in newest.values())
        categories: dict[str, list[tuple[datetime, str | None]]] = {}
        for id, template in newest.items():
            noticed = sorted(
                (_instant(notice["at"]), notice["category"])
                for notice in self._events["template.notice"]
                if notice.get("category") is not None and _is_of(notice, template, names)
            )
            stated = [
                (at, said["category"])
                for at, said in self._statements["template", id]
                if "category" in said and (not noticed or at < noticed[0][0])
            ]
            categories[id] = stated + noticed
        return categories

    def _all_statuses(self) -> dict[tuple[str, str | None], list[Fields]]:
        """The statuses of known words by what they name: a message's id, else a wamid."""
        statuses: dict[tuple[str, str | None], list[Fields]] = defaultdict(list)
        for event in self._events["message.status"]:
            status = _present(_flat(event)) | {"at": _instant(event["at"])}
            key = "message_id" if "message_id" in status else "wamid"
            if status["status"] in FACTS:
                statuses[key, status.get(key)].append(status)
        return statuses

    def _statuses_of(self, id: str, wamids: Iterable[str]) -> list[Fields]:
        """Events, `message.status`: those that name the message, or one of the wamids on its account."""
        account = self._sends[id]["account_id"]
        named = self._statuses.get(("message_id", id), [])
        under = (status for wamid in wamids for status in self._statuses.get(("wamid", wamid), []))
        return named + [status for status in under if self._account(status, status["at"]) == account]

    def _counted(self, id: str) -> list[Fields]:
        """§ State …, what identifies: statuses of the newest wamid count, those of earlier attempts do not."""
        send = self._sends[id]
        return self._statuses_of(id, [send["wamid"]] if "wamid" in send else [])

    def _facts(self, id: str) -> Facts:
        """§ State …, facts: the earliest of each."""
        known: dict[str, list[datetime]] = defaultdict(list)
        for status in self._counted(id):
            known[FACTS[status["status"]]].append(status["at"])
        return {name: min(instants) for name, instants in known.items()}

    def _failed_code(self, id: str) -> int | None:
        """§ State …, facts: that of the earliest failure that has one; at equal times the smaller."""
        codes = [
            (status["at"], status["error.code"])
            for status in self._counted(id)
            if status["status"] == "failed" and "error.code" in status
        ]
        return min(codes)[1] if codes else None

    def _all_changes(self) -> list[tuple[datetime, frozenset[Name], frozenset[Name]]]:
        """§ Which message …: (time, old names, new names) of the notices of changed contacts."""
        notices = [(event["at"], _flat(event)) for event in self._events["contact.changed"]]
        return [(_instant(at), _names(notice, "old"), _names(notice, "new")) for at, notice in notices]

    def _known_as(self, names: frozenset[Name], at: datetime) -> frozenset[Name]:
        """§ Which message …: with the old names that notices up to the time tie to these, and so on."""
        old = {name for noticed, olds, news in self._changes if noticed <= at and news & names for name in olds}
        return names if old <= names else self._known_as(names | old, at)

    def _sent_to(self, id: str) -> frozenset[Name]:
        """§ Which message …: the names of a message's contact, its own and those in statuses of any attempt."""
        recipients = (_names(status, "recipient") for status in self._statuses_of(id, self._wamids[id]))
        return _names(self._sends[id], "contact").union(*recipients)

    def _replies(self) -> list[Reply]:
        """§ Which message …: what was said to us alone, known by its wamid, else its id."""
        copies: dict[str, list[Fields]] = defaultdict(list)
        for event in self._events["message.reply"]:
            copy = {"kind": "text", **_present(_flat(event["reply"]))}
            if copy["kind"] not in NOT_REPLIES:
                copies[copy.get("wamid") or copy["id"]].append({**copy, "at": _instant(event["at"])})
        return [self._reply(key, same) for key, same in copies.items() if not any("group_id" in copy for copy in same)]

    def _reply(self, key: str, copies: list[Fields]) -> Reply:
        """§ Which message …: copies complete each other; the earliest time counts."""
        merged = _merged(copies)
        at = min(copy["at"] for copy in copies)
        names = frozenset[Name]().union(*(_names(copy, "contact") for copy in copies))
        return Reply(
            key=key,
            at=at,
            kind=max((copy["kind"] for copy in copies), key=lambda kind: (KIND_RANKS.get(kind, 3), kind)),
            text=max((text for text in map(_text, copies) if text is not None), default=None),
            account_id=self._account(merged, at),
            ticket_id=merged.get("ticket_id"),
            in_reply_to=merged.get("in_reply_to"),
            names=self._known_as(names, at),
            from_ad=merged.get("referral", False),
        )

    def _answers(self, facts: Mapping[str, Facts]) -> dict[str, list[Answer]]:
        """§ Which message does a reply answer? By message, every reply that answers it."""
        replies = self._replies()
        exact = {reply.key: self._referred(reply) for reply in replies}
        names = {id: self._sent_to(id) for id in self._sends}
        arrived = [
            id
            for id in self._sends
            if "failed" not in facts[id] or {"delivered", "read"} & facts[id].keys() or id in exact.values()
        ]
        answers: dict[str, list[Answer]] = defaultdict(list)
        for reply in replies:
            # What came through an ad answers only what it refers to.
            earlier = [
                id for id in arrived if not reply.from_ad and _second(self._sends[id]["at"]) <= _second(reply.at)
            ]
            same_contact = [id for id in earlier if names[id] & reply.names]
            found: dict[Rule, str | None] = {
                "EXACT": exact[reply.key],
                "TICKET": self._latest(id for id in earlier if self._same_ticket(id, reply)),
                "CONVERSATION": self._latest(id for id in same_contact if self._same_conversation(id, reply)),
            }
            for rule, id in found.items():
                if id is not None:
                    answers[id].append(Answer(reply, rule))
                    break
        return answers

    def _referred(self, reply: Reply) -> str | None:
        """The message a reply refers to; of several that had that wamid, rather one on the reply's account."""
        referred = [id for id in self._sends if reply.in_reply_to in self._wamids[id]]
        own = [id for id in referred if self._sends[id]["account_id"] == reply.account_id]
        return self._latest(own or referred)

    def _same_ticket(self, id: str, reply: Reply) -> bool:
        return reply.ticket_id is not None and self._sends[id].get("ticket.id") == reply.ticket_id

    def _same_conversation(self, id: str, reply: Reply) -> bool:
        send = self._sends[id]
        in_time = _second(reply.at) - _second(send["at"]) <= self.reply_window
        return in_time and bool(send["account_id"] == reply.account_id)

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
        own = send.get("template_category")
        return OracleMessage(
            id=id,
            sent_at=send["at"],
            account_id=send["account_id"],
            department_id=send["department_id"],
            agent_id=send["agent_id"],
            template_id=send["template_id"],
            template_category=_category(own) if own is not None else self.category_at(send["template_id"], send["at"]),
            status=next(status for status, reached in furthest.items() if reached),
            bounce_code=self._failed_code(id) if bounced else None,
            replied_at=answer.reply.at if answer else None,
            reply_text=answer.reply.text if answer else None,
            reply_rule=answer.rule if answer else None,
            ticket_id=send.get("ticket.id"),
            ticket_key=send.get("ticket.key"),
            ticket_created=send.get("ticket.created", False),
            wamid=send.get("wamid"),
            contact_phone=send.get("contact.phone"),
            reply_kind=answer.reply.kind if answer else None,
            accepted_at=facts.get("accepted"),
            delivered_at=facts.get("delivered"),
            read_at=facts.get("read"),
            failed_at=facts.get("failed"),
        )

    def _zone(self, filter: Filter) -> ZoneInfo:
        return _zone(filter.time_zone or self.time_zone)

    def _local_replies(self, filter: Filter) -> list[datetime]:
        zone = self._zone(filter)
        return [m.replied_at.astimezone(zone) for m in self.select(filter) if m.replied_at]


def shown_reply(kind: str | None, text: str | None, locale: str) -> str:
    """§ Which message …: a reply in a file's column "Respuesta": its text, or its kind before its caption."""
    said = text if text and text.strip() else ""
    shown = f"[{KIND_WORDS[kind][locale]}]"
    if kind in WRITTEN:
        return said or shown
    return f"{shown} {said}" if said else shown


def _clean(value: Any) -> Any:
    """§ State …: U+0000 and lone surrogates become U+FFFD, in every text of an event."""
    if isinstance(value, str):
        return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return value


def _flat(value: Event) -> Fields:
    """Nested keys as `contact.phone`; null for an object is null for each of its keys."""
    fields: Fields = {}
    for key, inner in value.items():
        nested = dict.fromkeys(LEAVES[key]) if inner is None and key in LEAVES else inner
        if isinstance(nested, Mapping):
            fields |= {f"{key}.{name}": leaf for name, leaf in _flat(nested).items()}
        else:
            fields[key] = nested
    return fields


def _present(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value is not None}


def _merged(copies: Iterable[Fields]) -> Fields:
    """§ State …: of each key the greater value wins, and a value before null."""
    merged: Fields = {}
    for copy in copies:
        for key, value in copy.items():
            merged[key] = max(value, merged.get(key, value), key=lambda value: (value is not None, value))
    return merged


def _folded(statements: Iterable[tuple[datetime, Fields]]) -> list[tuple[datetime, Fields]]:
    """§ State …, descriptions: a version is all that was stated up to its time, key by key."""
    versions: list[tuple[datetime, Fields]] = []
    known: Fields = {}
    for at, said in statements:
        known = known | said
        versions.append((at, _present(known)))
    return versions


def _in_force(time_line: list[tuple[datetime, T]], instant: datetime) -> T | None:
    """§ Names: the newest at or before the instant, else the oldest; of equally old ones the last."""
    return [held for at, held in time_line if at <= max(instant, time_line[0][0])][-1] if time_line else None


def _is_of(notice: Event, template: Fields, names: Mapping[str | None, int]) -> bool:
    """Events, WhatsApp webhooks: by Meta's id, else by name and language, else by a name that one template has."""
    both = {key for key in ("meta_id", "name", "language") if notice.get(key) and template.get(key)}
    same = {key for key in both if notice[key] == template[key]}
    if "meta_id" in both:
        return "meta_id" in same
    if {"name", "language"} <= both:
        return {"name", "language"} <= same
    return "name" in same and names[template["name"]] == 1


def _category(word: str | None) -> str:
    """§ Names: OTHER when unknown."""
    category = (word or "").upper()
    return category if category in CATEGORIES else "OTHER"


def _names(fields: Fields, contact: str) -> frozenset[Name]:
    """§ Which message …: the digits of a phone, where there are 5 to 20 of them, and an id."""
    digits = "".join(re.findall("[0-9]", fields.get(f"{contact}.phone") or ""))
    names = {"phone": digits if 5 <= len(digits) <= 20 else None, "id": fields.get(f"{contact}.id")}
    return frozenset((kind, name) for kind, name in names.items() if name is not None)


def _text(copy: Fields) -> str | None:
    """§ Which message …: what a copy of a reply says, empty where it is `unsupported`."""
    return "" if copy["kind"] == "unsupported" else copy.get("text", copy.get("caption"))


def _first(answers: Iterable[Answer]) -> Answer:
    """§ Which message …: a message's reply is its earliest (time, then id)."""
    return min(answers, key=lambda answer: (answer.reply.at, answer.reply.key))


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
