"""Every number of a tenant against the oracle's: the view for many filters and viewers, exports, the rollups."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from analytics.domain.access import Identity
from analytics.domain.query_spec import DIMENSIONS
from tests.soak.tenants import SUPERVISORS, UNTIL, ZONES, TenantData
from tests.support.exports.helpers import lines
from tests.support.exports.tables import guarded
from tests.support.factories import identity, supervisor
from tests.support.graphql.view import ORDERS, View, document, narrowed, variables
from tests.support.oracle import Filter
from tests.support.servers.server import Server, eventually

WHOLE = Filter(UNTIL.date() - timedelta(days=400), UNTIL.date() + timedelta(days=10))
NIGHTS = (date(2026, 3, 20), date(2026, 8, 25))  # clocks change in the month after each
RANDOM_FILTERS = 4
MOST_NAMED = 10  # differences of one answer

CREATE = """mutation M($filter: CampaignAnalyticsFilter!) { createExport(input: {
  name: "soak", format: CSV, filter: $filter }) { export { id } userErrors { message } } }"""
EXPORT = "query Q($id: ID!) { export(id: $id) { status downloadUrl failure { code } } }"
FINAL = ("COMPLETED", "FAILED", "CANCELED")


Question = tuple[Identity, Filter, tuple[str, str] | None]  # who asks, for what, in which order


@dataclass
class Compared:
    """The number of values compared, and those that differ."""

    values: int
    differences: list[str]


class Comparison:
    """A tenant, and what the oracle makes of its events."""

    def __init__(self, data: TenantData, seed: int) -> None:
        self._tenant = data.tenant
        self._view = View(data.events, datetime.now(UTC))
        questions = self._questions(Random(f"questions {seed} {data.tenant}"))
        self._answers = [
            (who, filter, order, {"data": self._view.everything(self._narrowed(who, filter), order)})
            for who, filter, order in questions
        ]

    def numbers(self, server: Server) -> Compared:
        """The view, for every question."""
        compared = Compared(0, [])
        for who, filter, order, expected in self._answers:
            answer = server.post(who, document(filter), **variables(filter, order))
            found = {key: value for key, value in answer.items() if key != "extensions"}  # what it cost
            self._note(f"{who.role} {who.id}, {filter}, {order}", expected, found, compared)
        return compared

    def exports(self, server: Server) -> Compared:
        """The rows of CSV files: of everything, and of a supervisor's month."""
        compared = Compared(0, [])
        for who, filter, *_ in (self._answers[0], self._answers[-1]):
            expected = [[_written(value) for value in line] for line in self._lines(who, filter)]
            self._note(f"export of {who.id}, {filter}", expected, _exported(server, who, filter), compared)
        return compared

    def _questions(self, rng: Random) -> Iterator[Question]:
        boss = identity(self._tenant)
        yield boss, WHOLE, None
        yield boss, replace(WHOLE, time_zone="Asia/Kathmandu"), rng.choice(ORDERS)
        for night in NIGHTS:
            yield boss, Filter(night, night + timedelta(days=31)), rng.choice(ORDERS)
        for _ in range(RANDOM_FILTERS):
            yield boss, self._random_filter(rng), rng.choice(ORDERS)
        for id in SUPERVISORS:
            yield supervisor(self._tenant, id), WHOLE, rng.choice(ORDERS)
            yield supervisor(self._tenant, id), replace(self._random_filter(rng), departments=None), None

    def _random_filter(self, rng: Random) -> Filter:
        first = (UNTIL - timedelta(days=rng.randrange(20, 390))).date()
        messages = list(self._view.oracle.messages.values())

        def some(field: str) -> frozenset[str] | None:
            return frozenset(getattr(m, field) for m in rng.sample(messages, 4)) if rng.random() < 0.4 else None

        return Filter(
            first,
            first + timedelta(days=rng.randrange(40)),
            rng.choice((None, None, *ZONES)),
            **{dimension.field: some(dimension.column) for dimension in DIMENSIONS},
        )

    def _narrowed(self, who: Identity, filter: Filter) -> Filter:
        own = frozenset(self._view.oracle.members().get(who.id, ()))
        allowed = narrowed(filter, own if who.role == "supervisor" else None)
        assert allowed is not None, "supervisors name no departments here"
        return allowed

    def _lines(self, who: Identity, filter: Filter) -> list[list[Any]]:
        return lines(self._view.oracle, self._narrowed(who, filter), "ES")  # type: ignore[arg-type]

    def _note(self, what: str, expected: Any, found: Any, compared: Compared) -> None:
        different = list(differences("", expected, found))
        compared.values += _size(expected)
        compared.differences += [f"{self._tenant}, {what}: {place}" for place in different[:MOST_NAMED]]


def differences(place: str, expected: Any, found: Any) -> Iterator[str]:
    """List the differences of two values."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            yield from differences(f"{place}.{key}", expected.get(key), found.get(key))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for n, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(f"{place}[{n}]", one, other)
    elif expected != found:
        yield f"{place}: expected {str(expected)[:500]}, found {str(found)[:500]}"


def _size(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_size, value.values() if isinstance(value, dict) else value))
    return 1


def _written(value: Any) -> str:
    """A value as a CSV file has it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return guarded(value)


def _exported(server: Server, who: Identity, filter: Filter) -> list[list[str]]:
    """The lines of a CSV file, made by the service."""
    created = server.ask(who, CREATE, filter=variables(filter)["filter"])["createExport"]
    assert created["userErrors"] == []

    def ended() -> dict[str, Any] | None:
        export: dict[str, Any] = server.ask(who, EXPORT, id=created["export"]["id"])["export"]
        return export if export["status"] in FINAL else None

    export = eventually(ended)
    if export["status"] != "COMPLETED":
        return [[f"{export['status']} {export['failure']}"]]
    text = server.client.get(export["downloadUrl"]).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))
