"""SQL for DuckDB on the message rows for all that the page's first request reads: a statement beside each field.

A field that is asked for inside `previousPeriod` is the same statement over the earlier days. The walk is over the
page's own document, so a new section of the page is part of the reference, or fails a test, the day it appears.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    is_object_type,
    parse,
)

from analytics.domain.measures.comparison import compared_days
from analytics.domain.query_spec import DIMENSIONS, finality_window
from analytics.domain.time_zones import DAY, local_day, zone
from benchmarks.page.documents import ROOT
from benchmarks.page.variables import PAGE_SIZE, Filters
from benchmarks.support.reference import DELIVERED, FUNNEL, READ, RESPONDED, SENT, where
from benchmarks.workload.events import REPLY_WINDOW_DAYS
from graphql_schema.limits.cost import WEIGHTS

COLUMNS = {dimension.field: dimension.column for dimension in DIMENSIONS}
HOUR = "replied_at // 3600000000"
SERIES = {
    "HOUR": "sent_at // 3600000000",
    "DAY": "sent_at // 86400000000",
    "WEEK": "(sent_at // 86400000000 + 3) // 7",  # the first day of 1970 was a Thursday
    "MONTH": "date_trunc('month', make_timestamp(sent_at))",
}
STEPS = {"sent": SENT, "delivered": DELIVERED, "read": READ, "responded": RESPONDED}
ROW = ", ".join(
    f'count(*) FILTER (WHERE {condition}) AS "{name}"'
    for name, condition in {"tickets": "ticket_created", **STEPS}.items()
)
POINT = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in ("true", "status = 1", *STEPS.values()))


@dataclass(frozen=True)
class Question:
    """A view: its filters, and the moment at which it is asked for, in microseconds."""

    filters: Filters
    now: int
    until: int | None = None  # the moment at which an earlier period ends, if not with its last day

    @property
    def where(self) -> str:
        """The condition of its messages."""
        utc = zone("UTC")
        ids = {COLUMNS[kind]: list(ids) for kind, ids in self.filters.ids.items()}
        first, until = utc.day_start(self.filters.first), utc.day_start(self.filters.last + timedelta(days=1))
        return where(first, until if self.until is None else self.until, ids)

    def previous(self) -> "Question":
        """Return the same over the earlier days that the page compares with."""
        utc, asked = zone("UTC"), self.filters
        today = local_day(utc.local(self.now))
        days = compared_days(asked.first, asked.last, asked.comparison, today)
        until = None if days.running is None else utc.day_start(days.running) + self.now % DAY
        return replace(self, filters=replace(asked, first=days.first, last=days.last), until=until)


def _table(keys: tuple[str, ...], names: tuple[str, ...]) -> Callable[[Question], str]:
    """Return the first page of a table by the column "sent", with its number of rows and the names of its keys."""
    joined = "".join(f" JOIN {name} ON {name}.id = {key}" for name, key in zip(names, keys, strict=True))

    def statement(question: Question) -> str:
        counted = f"SELECT {', '.join(keys)}, {ROW} FROM messages WHERE {question.where} GROUP BY ALL"
        page = f"SELECT *, count(*) OVER () AS total FROM ({counted}) ORDER BY sent DESC LIMIT {PAGE_SIZE}"
        return f"SELECT * FROM ({page}){joined} ORDER BY sent DESC"

    return statement


def _table_of_departments(key: str, name: str) -> Callable[[Question], str]:
    """Return the same by one key, with the names of the departments of each."""

    def statement(question: Question) -> str:
        counted = f"SELECT {key}, department_id, {ROW} FROM messages WHERE {question.where} GROUP BY ALL"
        sums = ", ".join(f"sum({name}) AS {name}" for name in ("tickets", *STEPS))
        names = "list(departments.name ORDER BY departments.name)"
        rows = f"""SELECT {key}, {sums}, {names} FROM ({counted})
            JOIN departments ON departments.id = department_id GROUP BY ALL"""
        page = f"SELECT *, count(*) OVER () AS total FROM ({rows}) ORDER BY sent DESC LIMIT {PAGE_SIZE}"
        return f"SELECT * FROM ({page}) JOIN {name} ON {name}.id = {key} ORDER BY sent DESC"

    return statement


def _series(question: Question) -> str:
    key = SERIES[question.filters.granularity]
    return f"SELECT {key}, {POINT} FROM messages WHERE {question.where} GROUP BY 1 ORDER BY 1"


def _response_time(question: Question) -> str:
    quantiles = "quantile_disc(replied_at - sent_at, [0.5, 0.9])"
    return f"SELECT count(*), {quantiles} FROM messages WHERE {question.where} AND {RESPONDED}"


def _heatmap(question: Question) -> str:
    """Return the replies of each hour of the week. The hours of the day are sums of it, as they are in the service."""
    return f"SELECT {HOUR} % 168, count(*) FROM messages WHERE {question.where} AND {RESPONDED} GROUP BY 1"


def _maturing(question: Question) -> str:
    since = question.now - finality_window(REPLY_WINDOW_DAYS)
    return f"SELECT count(*), max(sent_at) FROM messages WHERE {question.where} AND sent_at > {since}"


def _names(kind: str) -> Callable[[Question], str]:
    def statement(question: Question) -> str:
        ids = [repr(id) for id in question.filters.ids.get(kind, ())]
        return f"SELECT id, name FROM {kind} WHERE list_contains([{', '.join(ids)}]::VARCHAR[], id) ORDER BY name, id"

    return statement


SECTIONS: dict[str, Callable[[Question], str]] = {
    "Query.templates": _names("templates"),
    "Query.accounts": _names("accounts"),
    "Query.departments": _names("departments"),
    "Query.agents": _names("agents"),
    "CampaignAnalytics.funnel": lambda asked: f"SELECT {FUNNEL} FROM messages WHERE {asked.where}",
    "CampaignAnalytics.byAgentTotal": _table_of_departments("agent_id", "agents"),
    "CampaignAnalytics.byDepartment": _table(("department_id",), ("departments",)),
    "CampaignAnalytics.byTemplate": _table_of_departments("template_id", "templates"),
    "CampaignAnalytics.timeSeries": _series,
    "CampaignAnalytics.responsesByHour": _heatmap,
    "CampaignAnalytics.responseHeatmap": _heatmap,
    "CampaignAnalytics.responseTime": _response_time,
    "CampaignAnalytics.maturing": _maturing,
    "CampaignAnalytics.coverage": lambda _asked: "SELECT min(sent_at) FROM messages",  # whatever the filter
}

# Fields of the types above that read no messages and no names.
READ_NOTHING = {"Query.campaignAnalytics", "CampaignAnalytics.period", "CampaignAnalytics.previousPeriod"}
PREVIOUS = "CampaignAnalytics.previousPeriod"
READING_TYPES = {name.partition(".")[0] for name in SECTIONS}


@dataclass(frozen=True)
class Selected:
    """A field of a document: its type and name, and the number of `previousPeriod` around it."""

    coordinate: str
    periods_before: int = 0


def statements(document: str, question: Question) -> list[str]:
    """Return the statement of each of `reading_fields`, in that order. Raises KeyError for a field that has none."""
    found = []
    for field in reading_fields(document):
        asked = question
        for _ in range(field.periods_before):
            asked = asked.previous()
        found.append(SECTIONS[field.coordinate](asked))
    return found


def reading_fields(document: str) -> list[Selected]:
    """Return the fields of a document that read something, each once, in their order."""
    definitions = parse(document).definitions
    fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in definitions if isinstance(one, OperationDefinitionNode))
    root = _schema().query_type
    if root is None:
        raise LookupError("the schema has no type Query")
    fields = _fields(operation.selection_set, root, fragments, 0)
    return list(dict.fromkeys(field for field in fields if _reads(field.coordinate)))


def _reads(coordinate: str) -> bool:
    """Return True for any field beside those with a statement, and for what the limit of cost takes for a read."""
    if coordinate in READ_NOTHING:
        return False
    weight = next(weight for weight in WEIGHTS if re.fullmatch(weight.coordinates, coordinate))
    return weight.field >= 1 or coordinate.partition(".")[0] in READING_TYPES


@cache
def _schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


def _fields(
    selected: SelectionSetNode | None,
    type: GraphQLObjectType,
    fragments: dict[str, FragmentDefinitionNode],
    periods_before: int,
) -> Iterator[Selected]:
    """Yield the fields of a selection, and of the selections in them."""
    for selection in selected.selections if selected else ():
        if isinstance(selection, FieldNode):
            name = selection.name.value
            if name.startswith("__"):
                continue
            field = Selected(f"{type.name}.{name}", periods_before)
            yield field
            inner = get_named_type(type.fields[name].type)
            if is_object_type(inner):
                before = periods_before + (field.coordinate == PREVIOUS)
                yield from _fields(selection.selection_set, inner, fragments, before)
        elif isinstance(selection, FragmentSpreadNode):
            fragment = fragments[selection.name.value]
            yield from _fields(fragment.selection_set, type, fragments, periods_before)
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, type, fragments, periods_before)
