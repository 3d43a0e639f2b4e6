"""Numbers, names and memberships, computed from the derived state."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.support.oracle.derivation import Derivation
from tests.support.oracle.local_time import bin_middle, bucket_of, bucket_starts, load_zone, parse_instant, response_bin
from tests.support.oracle.statements import in_force
from tests.support.oracle.values import (
    DAY,
    KIND_WORDS,
    KINDS,
    WRITTEN,
    EarlierFilter,
    Filter,
    Funnel,
    Granularity,
    OracleMessage,
)


class Oracle(Derivation):
    """All numbers of a set of events."""

    def select(self, filter: Filter) -> list[OracleMessage]:
        """§ Days, hours, periods: a message belongs to the local day it was sent on. In the order of (sent at, id)."""
        zone = self._zone(filter)
        until = filter.until if isinstance(filter, EarlierFilter) else None
        wanted = {
            "template_id": filter.templates,
            "account_id": filter.accounts,
            "department_id": filter.departments,
            "agent_id": filter.agents,
            "template_category": filter.categories,
            "template_language": filter.languages,
        }
        left_out = {
            "template_id": filter.excluded_templates,
            "account_id": filter.excluded_accounts,
            "department_id": filter.excluded_departments,
            "agent_id": filter.excluded_agents,
        }
        selected = (
            message
            for message in self.messages.values()
            if filter.first <= message.sent_at.astimezone(zone).date() <= filter.last
            and (until is None or message.sent_at < until)
            and all(ids is None or getattr(message, field) in ids for field, ids in wanted.items())
            and not any(ids and getattr(message, field) in ids for field, ids in left_out.items())
        )
        return sorted(selected, key=lambda message: (message.sent_at, message.id))

    def funnel(self, messages: Iterable[OracleMessage]) -> Funnel:
        """§ A message and its states, § Rates: each step's messages, and those of them that created their ticket."""
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
        """§ Days, hours, periods: (startsAt in UTC, on, funnel) of every bucket of the range, oldest first.

        An hour is told apart by its UTC offset too, so a repeated one is two points, also where only half of it
        repeats. Wider buckets are made of calendar days, so that a day of 0 hours (Pacific/Apia never had
        2011-12-30) is a point as well, always empty.
        """
        zone = self._zone(filter)
        buckets: dict[Hashable, tuple[datetime, date, list[OracleMessage]]] = {}
        for start, day, key in bucket_starts(filter, zone, granularity):
            buckets.setdefault(key, (start, day, []))
        for message in self.select(filter):
            buckets[bucket_of(message.sent_at.astimezone(zone), granularity)][2].append(message)
        return [(start, day, self.funnel(held)) for start, day, held in buckets.values()]

    def heatmap(self, filter: Filter) -> dict[tuple[int, int], int]:
        """§ Days, hours, periods: responses by the reply's own local (ISO weekday, hour); all 168 cells."""
        replies = Counter((local.isoweekday(), local.hour) for local in self._local_replies(filter))
        return {(weekday, hour): replies[weekday, hour] for weekday in range(1, 8) for hour in range(24)}

    def hours(self, filter: Filter) -> dict[int, int]:
        """§ Days, hours, periods: responses by the reply's own local hour; all 24 of them."""
        replies = Counter(local.hour for local in self._local_replies(filter))
        return {hour: replies[hour] for hour in range(24)}

    def response_time(self, messages: Iterable[OracleMessage]) -> tuple[int, float | None, float | None]:
        """§ Days, hours, periods: (responses, median, 90th percentile), seconds; None without responses."""
        bins = sorted(response_bin(m.replied_at - m.sent_at) for m in messages if m.replied_at)

        def percentile(percent: int) -> float:
            rank = -(-percent * len(bins) // 100)  # nearest-rank, rounded up
            return bin_middle(bins[rank - 1])

        return (len(bins), percentile(50), percentile(90)) if bins else (0, None, None)

    def answers(self, filter: Filter) -> dict[tuple[str, str | None], tuple[str | None, int, int, float | None]]:
        """§ Answers: by kind and button: the label, messages by their first reply, all replies, the median time."""
        selected = [message for message in self.select(filter) if message.replied_at]
        groups: dict[tuple[str, str | None], list[OracleMessage]] = defaultdict(list)
        for message in selected:
            groups[KINDS.get(message.reply_kind or "", "OTHER"), message.reply_button].append(message)
        replies = Counter(
            (KINDS.get(answer.reply.kind, "OTHER"), answer.reply.button)
            for message in selected
            for answer in self.replies_to[message.id]
        )
        return {
            key: (
                _most_frequent(m.reply_text for m in members) if key[1] else None,
                len(members),
                replies[key],
                self.response_time(members)[1],
            )
            for key, members in groups.items()
        }

    def send_times(self, filter: Filter) -> dict[tuple[int, int], tuple[int, int, int]]:
        """§ Send times: by the local (ISO weekday, hour) of sending: delivered, answered in time, sum of the bins."""
        zone = self._zone(filter)
        cells = {(weekday, hour): (0, 0, 0) for weekday in range(1, 8) for hour in range(24)}
        for message in self.select(filter):
            if message.status not in {"DELIVERED", "READ"}:
                continue
            local = message.sent_at.astimezone(zone)
            delivered, responded, bins = cells[local.isoweekday(), local.hour]
            if message.replied_at and message.replied_at <= message.sent_at + DAY:
                responded, bins = responded + 1, bins + response_bin(message.replied_at - message.sent_at)
            cells[local.isoweekday(), local.hour] = delivered + 1, responded, bins
        return cells

    def bounces(self, messages: Iterable[OracleMessage]) -> dict[int | None, int]:
        """Bounced messages by WhatsApp's error code; None where it gave none."""
        return dict(Counter(m.bounce_code for m in messages if m.status == "FAILED"))

    def maturing(self, filter: Filter, now: datetime) -> tuple[int, datetime | None]:
        """§ Days, hours, periods: (messages still maturing, when the newest of them is final)."""
        age = max(self.reply_window, 7 * DAY)
        recent = [m.sent_at for m in self.select(filter) if m.sent_at > now - age]
        return len(recent), max(recent) + age if recent else None

    def previous(self, filter: Filter) -> Filter:
        """§ Days, hours, periods: as many calendar days, ending the day before the first."""
        length = filter.last - filter.first + DAY
        return replace(filter, first=filter.first - length, last=filter.first - DAY)

    # Directory

    def name(self, kind: str, id: str) -> str:
        """§ Names: what the newest version says; the id where it says nothing."""
        return str(self._newest(kind, id).get("name", id))

    def name_at(self, kind: str, id: str, instant: datetime) -> str:
        """§ Names: the newest version at or before the instant, else the oldest."""
        return str((in_force(self._versions.get((kind, id), []), instant) or {}).get("name", id))

    def members(self) -> dict[str, set[str]]:
        """§ Who sees what: the newest statement counts, at equal times the removal. Only users who have departments."""
        newest: dict[tuple[str, str], tuple[datetime, bool]] = {}
        for kind in ("member.added", "member.removed"):
            for event in self._events[kind]:
                key = event["user_id"], event["department_id"]
                statement = parse_instant(event["at"]), kind == "member.removed"
                newest[key] = max(statement, newest.get(key, statement))
        members: dict[str, set[str]] = defaultdict(set)
        for (user, department), (_, removed) in newest.items():
            if not removed:
                members[user].add(department)
        return dict(members)

    def _zone(self, filter: Filter) -> ZoneInfo:
        return load_zone(filter.time_zone or self.time_zone)

    def _local_replies(self, filter: Filter) -> list[datetime]:
        zone = self._zone(filter)
        return [m.replied_at.astimezone(zone) for m in self.select(filter) if m.replied_at]


def _most_frequent(labels: Iterable[str | None]) -> str | None:
    """§ Answers: of a button's labels the most frequent, of two the lesser; none comes after any."""
    counts = Counter(labels)
    return min(counts, key=lambda label: (-counts[label], label is None, label or ""))


def shown_reply(kind: str | None, text: str | None, locale: str) -> str:
    """§ Which message a reply answers: the column "Respuesta" of a file: its text, or its kind before its caption."""
    said = text if text and text.strip() else ""
    shown = f"[{KIND_WORDS[kind][locale]}]"
    if kind in WRITTEN:
        return said or shown
    return f"{shown} {said}" if said else shown
