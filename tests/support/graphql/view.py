"""The whole view in one document, and what it should answer, computed from the oracle."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from analytics.domain.query_spec import DIMENSIONS
from analytics.domain.whatsapp_errors import TITLES
from tests.support.oracle import DAY, Filter, Funnel, Granularity, Oracle, OracleMessage, day_start, load_zone

Row = dict[str, Any]

FRAGMENTS = """
fragment Step on FunnelStep { count tickets base rate }
fragment Steps on Funnel {
  messages tickets
  sent { ...Step } bounced { ...Step } pending { ...Step }
  delivered { ...Step } read { ...Step } responded { ...Step }
}
fragment Ends on FunnelStep { interval { low high } }
fragment Info on PageInfo { hasNextPage hasPreviousPage }
fragment Agents on AgentPerformanceConnection {
  totalCount pageInfo { ...Info }
  nodes { agent { id name email active } department { id name active } funnel { ...Steps } }
}
fragment Departments on DepartmentPerformanceConnection {
  totalCount pageInfo { ...Info } nodes { department { id name active } funnel { ...Steps } }
}
fragment Templates on TemplatePerformanceConnection {
  totalCount pageInfo { ...Info }
  nodes { template { id name category language active } departments { id name } funnel { ...Steps } }
}
fragment Accounts on AccountPerformanceConnection {
  totalCount pageInfo { ...Info } nodes { account { id name phone } funnel { ...Steps } }
}
fragment Points on TimeSeriesPoint { startsAt on funnel { ...Steps } }
fragment View on CampaignAnalytics {
  period { from to timeZone startsAt endsAt }
  funnel {
    ...Steps
    sent { ...Ends } bounced { ...Ends } pending { ...Ends }
    delivered { ...Ends } read { ...Ends } responded { ...Ends }
  }
  byAgent(first: 200) { ...Agents }
  byDepartment(first: 200) { ...Departments }
  byTemplate(first: 200) { ...Templates }
  byAccount(first: 200) { ...Accounts }
  orderedAgents: byAgent(orderBy: $order) { ...Agents }
  orderedDepartments: byDepartment(orderBy: $order) { ...Departments }
  orderedTemplates: byTemplate(orderBy: $order) { ...Templates }
  orderedAccounts: byAccount(orderBy: $order) { ...Accounts }
  hours: timeSeries(granularity: HOUR) { startsAt on funnel { messages tickets sent { rate } } }
  days: timeSeries { ...Points }
  weeks: timeSeries(granularity: WEEK) { ...Points }
  months: timeSeries(granularity: MONTH) { ...Points }
  responsesByHour { hour responses }
  responseHeatmap { weekday hour responses }
  responseTime { responses median p90 }
  bounceReasons { code title count share }
  maturing { messages until }
}
"""
DOCUMENT = (
    FRAGMENTS
    + """
query Everything($filter: CampaignAnalyticsFilter!, $order: PerformanceOrder) {
  campaignAnalytics(filter: $filter) { ...View previousPeriod { ...View previousPeriod { funnel { messages } } } }
}
"""
)
FURTHER = """
query Further($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    byCategory { totalCount nodes { category funnel { messages tickets } } }
    byAnswer { totalCount nodes { kind label payload messages replies share medianResponseTime } }
    sendTimes { weekday hour delivered responded rate typicalResponseTime }
  }
}
"""
# Longer ranges have more hours than a series may have points.
LONGEST_HOURLY = 45 * DAY
HOURS = "hours: timeSeries(granularity: HOUR) { startsAt on funnel { messages tickets sent { rate } } }"

BASES = {
    "sent": "messages",
    "bounced": "messages",
    "pending": "messages",
    "delivered": "sent",
    "read": "delivered",
    "responded": "delivered",
}


def hourly(filter: Filter) -> bool:
    """Return True if a filter's days can be drawn by the hour."""
    return filter.last - filter.first <= LONGEST_HOURLY


def document(filter: Filter) -> str:
    """The document, as far as it can be asked for a filter."""
    return DOCUMENT if hourly(filter) else DOCUMENT.replace(HOURS, "")


def variables(filter: Filter, order: tuple[str, str] | None = None) -> dict[str, Any]:
    """The document's variables."""
    asked: dict[str, Any] = {"sentOn": {"from": filter.first.isoformat(), "to": filter.last.isoformat()}}
    if filter.time_zone is not None:
        asked["timeZone"] = filter.time_zone
    for dimension in DIMENSIONS:
        ids: frozenset[str] | None = getattr(filter, dimension.field)
        if ids is not None:
            asked[dimension.argument] = sorted(ids)
    for name in ("categories", "languages"):
        if (values := getattr(filter, name)) is not None:
            asked[name] = sorted(values)
    return {"filter": asked, "order": None if order is None else {"field": order[0], "direction": order[1]}}


def funnel(steps: Funnel) -> Row:
    """A funnel with its rates."""
    shown: Row = {"messages": steps["messages"][0], "tickets": steps["messages"][1]}
    for step, of in BASES.items():
        count, base = steps[step][0], steps[of][0]
        rate = count / base if base else None
        shown[step] = {"count": count, "tickets": steps[step][1], "base": base, "rate": rate}
    return shown


def with_intervals(funnel: Row) -> Row:
    """A funnel with the interval of each rate."""
    return funnel | {
        step: funnel[step] | {"interval": interval(funnel[step]["count"], funnel[step]["base"])} for step in BASES
    }


def interval(count: int, base: int) -> Row | None:
    """The ends of Wilson's interval: the shares from which the observed one is 1.96 deviations away."""
    if base == 0:
        return None
    n, z = Decimal(base), Decimal("1.959963984540054")
    # The two roots of (count/n - p)² = z² p (1 - p) / n.
    a, b, c = 1 + z * z / n, -(2 * count / n + z * z / n), (count / n) ** 2
    root = max(Decimal(0), b * b - 4 * a * c).sqrt()
    return {"low": approx(float((-b - root) / (2 * a))), "high": approx(float((-b + root) / (2 * a)))}


def approx(value: float) -> Any:
    """A number that may differ in the last digits, as two ways of computing it do."""
    return pytest.approx(value, abs=1e-12)


def folded(name: str) -> str:
    """A name without case and accents."""
    kept = [c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) != "Mn"]
    return "".join(kept).casefold()


VALUES: dict[str, Callable[[Row], Any]] = {
    "MESSAGES": lambda funnel: funnel["messages"],
    "TICKETS": lambda funnel: funnel["tickets"],
    "SENT": lambda funnel: funnel["sent"]["count"],
    "SENT_RATE": lambda funnel: funnel["sent"]["rate"],
    "BOUNCE_RATE": lambda funnel: funnel["bounced"]["rate"],
    "DELIVERED_RATE": lambda funnel: funnel["delivered"]["rate"],
    "READ_RATE": lambda funnel: funnel["read"]["rate"],
    "RESPONDED_RATE": lambda funnel: funnel["responded"]["rate"],
}
ORDERS = [(field, direction) for field in ("NAME", *VALUES) for direction in ("ASC", "DESC")]


def ordered(rows: Iterable[Row], of: str, order: tuple[str, str] | None) -> list[Row]:
    """The rows of a table in their order: the value, nulls last; then name, id and, for agents, the department's id."""
    field, direction = order or ("MESSAGES", "DESC")
    down = direction == "DESC"
    placed = sorted(
        rows, key=lambda row: (folded(row[of]["name"]), row[of]["id"], row.get("department", {}).get("id", ""))
    )
    if field == "NAME":  # sorting is stable, also in reverse: ties stay by id
        return sorted(placed, key=lambda row: folded(row[of]["name"]), reverse=down)
    value = VALUES[field]
    known = sorted(
        (row for row in placed if value(row["funnel"]) is not None), key=lambda row: value(row["funnel"]), reverse=down
    )
    return known + [row for row in placed if value(row["funnel"]) is None]


def _few(funnel: Row) -> Row:
    """Of the many hours only some numbers are asked for, which keeps the tests quick."""
    return {"messages": funnel["messages"], "tickets": funnel["tickets"], "sent": {"rate": funnel["sent"]["rate"]}}


def _send_time(weekday: int, hour: int, delivered: int, responded: int, bins: int) -> Row:
    return {
        "weekday": weekday,
        "hour": hour,
        "delivered": delivered,
        "responded": responded,
        "rate": responded / delivered if delivered else None,
        "typicalResponseTime": approx(1.05 ** (bins / responded - 0.5)) if responded else None,
    }


class View:
    """The answer to `DOCUMENT`, as the oracle has it."""

    def __init__(self, events: Iterable[dict[str, Any]], now: datetime) -> None:
        self.events = list(events)
        self.oracle = Oracle(self.events)
        self.now = now

    def everything(self, filter: Filter, order: tuple[str, str] | None) -> Row:
        """The answer for a filter whose departments are narrowed already."""
        before = {**self.part(self.oracle.previous(filter), order), "previousPeriod": None}
        return {"campaignAnalytics": {**self.part(filter, order), "previousPeriod": before}}

    def part(self, filter: Filter, order: tuple[str, str] | None) -> Row:
        """The answer for one period."""
        oracle, chosen = self.oracle, self.oracle.select(filter)
        zone = load_zone(filter.time_zone or oracle.time_zone)
        count, median, p90 = oracle.response_time(chosen)
        maturing, until = oracle.maturing(filter, self.now)
        return {
            "period": {
                "from": filter.first.isoformat(),
                "to": filter.last.isoformat(),
                "timeZone": filter.time_zone or oracle.time_zone,
                "startsAt": day_start(filter.first, zone).astimezone(zone).isoformat(),
                "endsAt": day_start(filter.last + DAY, zone).astimezone(zone).isoformat(),
            },
            "funnel": with_intervals(funnel(oracle.funnel(chosen))),
            **self._tables(chosen, ("byAgent", "byDepartment", "byTemplate", "byAccount"), None),
            **self._tables(
                chosen, ("orderedAgents", "orderedDepartments", "orderedTemplates", "orderedAccounts"), order
            ),
            **({"hours": self._hours(filter)} if hourly(filter) else {}),
            "days": self._series(filter, "DAY"),
            "weeks": self._series(filter, "WEEK"),
            "months": self._series(filter, "MONTH"),
            "responsesByHour": [
                {"hour": hour, "responses": responses} for hour, responses in oracle.hours(filter).items()
            ],
            "responseHeatmap": [
                {"weekday": weekday, "hour": hour, "responses": responses}
                for (weekday, hour), responses in oracle.heatmap(filter).items()
            ],
            "responseTime": {"responses": count, "median": median, "p90": p90},
            "bounceReasons": self._bounces(chosen, filter),
            "maturing": {
                "messages": maturing,
                "until": None if until is None else until.astimezone(zone).isoformat(),
            },
        }

    def tables(self, chosen: list[OracleMessage]) -> dict[str, tuple[str, list[Row]]]:
        """The rows of each table in no order, and by what they are named."""
        agents = [
            {"agent": self.agent(agent), "department": self.department(department), "funnel": funnel(steps)}
            for (agent, department), steps in self.oracle.by(chosen, "agent_id", "department_id").items()
        ]
        departments = [
            {"department": self.department(id), "funnel": funnel(steps)}
            for (id,), steps in self.oracle.by(chosen, "department_id").items()
        ]
        templates = [
            {"template": self.template(id), "departments": self._users_of(id, chosen), "funnel": funnel(steps)}
            for (id,), steps in self.oracle.by(chosen, "template_id").items()
        ]
        accounts = [
            {"account": self.account(id), "funnel": funnel(steps)}
            for (id,), steps in self.oracle.by(chosen, "account_id").items()
        ]
        return {
            "agents": ("agent", agents),
            "departments": ("department", departments),
            "templates": ("template", templates),
            "accounts": ("account", accounts),
        }

    def _tables(self, chosen: list[OracleMessage], names: tuple[str, ...], order: tuple[str, str] | None) -> Row:
        return {
            name: {
                "totalCount": len(rows),
                "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
                "nodes": ordered(rows, of, order),
            }
            for name, (of, rows) in zip(names, self.tables(chosen).values(), strict=True)
        }

    def further(self, filter: Filter) -> Row:
        """The answer to `FURTHER`."""
        counts = self.oracle.by(self.oracle.select(filter), "template_category")
        nodes = [
            {"category": category, "funnel": {"messages": steps["messages"][0], "tickets": steps["messages"][1]}}
            for (category,), steps in sorted(counts.items(), key=lambda row: (-row[1]["messages"][0], row[0]))
        ]
        answers = self._answers(filter)
        return {
            "campaignAnalytics": {
                "byCategory": {"totalCount": len(nodes), "nodes": nodes},
                "byAnswer": {"totalCount": len(answers), "nodes": answers},
                "sendTimes": [
                    _send_time(weekday, hour, *counts)
                    for (weekday, hour), counts in self.oracle.send_times(filter).items()
                ],
            }
        }

    def _answers(self, filter: Filter) -> list[Row]:
        answers = self.oracle.answers(filter)
        responded = sum(messages for _, messages, _, _ in answers.values())
        return [
            {
                "kind": kind,
                "label": label,
                "payload": None if button == label else button,
                "messages": messages,
                "replies": replies,
                "share": messages / responded,
                "medianResponseTime": median,
            }
            for (kind, button), (label, messages, replies, median) in sorted(
                answers.items(), key=lambda row: (-row[1][1], row[0][0], row[0][1] or "")
            )
        ]

    def _users_of(self, template: str, chosen: list[OracleMessage]) -> list[Row]:
        ids = {message.department_id for message in chosen if message.template_id == template}
        used = [{"id": id, "name": self.oracle.name("department", id)} for id in ids]
        return sorted(used, key=lambda row: (folded(row["name"]), row["id"]))

    def department(self, id: str) -> Row:
        """A department as tables show it."""
        return self._entity("department", id, "active")

    def agent(self, id: str) -> Row:
        """An agent as tables show it."""
        return self._entity("agent", id, "email", "active")

    def account(self, id: str) -> Row:
        """An account as tables show it."""
        account = self._entity("account", id, "phone")
        return account | {"phone": account["phone"] or ""}

    def template(self, id: str) -> Row:
        """A template as tables show it."""
        template = self._entity("template", id, "language", "active")
        return template | {"category": self.oracle.category_at(id, datetime.max.replace(tzinfo=self.now.tzinfo))}

    def _entity(self, kind: str, id: str, *keys: str) -> Row:
        known = self.oracle._newest(kind, id)
        details = {key: known.get(key, True if key == "active" else None) for key in keys}
        return {"id": id, "name": self.oracle.name(kind, id), **details}

    def _series(self, filter: Filter, granularity: Granularity) -> list[Row]:
        zone = load_zone(filter.time_zone or self.oracle.time_zone)
        return [
            {"startsAt": start.astimezone(zone).isoformat(), "on": on.isoformat(), "funnel": funnel(steps)}
            for start, on, steps in self.oracle.series(filter, granularity)
        ]

    def _hours(self, filter: Filter) -> list[Row]:
        return [{**point, "funnel": _few(point["funnel"])} for point in self._series(filter, "HOUR")]

    def _bounces(self, chosen: list[OracleMessage], filter: Filter) -> list[Row]:
        bounces = self.oracle.bounces(chosen)
        return [
            {"code": code, "title": self._title(code, filter), "count": count, "share": count / sum(bounces.values())}
            for code, count in sorted(bounces.items(), key=lambda item: (-item[1], item[0] is None, item[0] or 0))
        ]

    def _title(self, code: int | None, filter: Filter) -> str:
        if code is None:
            return "Unknown reason"
        if code in TITLES:
            return TITLES[code]
        told = [event["error"].get("title") for event in self.events if event.get("error", {}).get("code") == code]
        heard = (title for title in told if title and filter.departments is None)
        return next(heard, f"Error {code}")


def narrowed(filter: Filter, departments: frozenset[str] | None) -> Filter | None:
    """The filter within some departments (None: all); None when it names any other."""
    if departments is None:
        return filter
    if not (filter.excluded_departments or frozenset()) <= departments:
        return None
    if filter.departments is None:
        return replace(filter, departments=departments)
    return filter if filter.departments <= departments else None
