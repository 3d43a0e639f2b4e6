"""Somebody who looks at the view all the time: whatever happens behind it, its parts add up to the whole."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import httpx

from analytics.domain.access import Identity
from tests.soak.tenants import SUPERVISORS, UNTIL, ZONES
from tests.support.factories import identity, supervisor
from tests.support.graphql.view import DOCUMENT, variables
from tests.support.oracle import Filter
from tests.support.servers.server import Server

PAUSE = 0.2  # seconds between two looks
STEPS = ("sent", "bounced", "pending", "delivered", "read", "responded")
TABLES = ("byAgent", "byDepartment", "byTemplate", "byAccount")
SERIES = ("days", "weeks", "months")


def inconsistencies(part: dict[str, Any]) -> list[str]:
    """List the numbers that do not add up in one period of the view."""
    whole = _counts(part["funnel"])
    wrong = []
    if whole["messages"] != whole["sent"] + whole["bounced"] + whole["pending"]:
        wrong.append(f"messages are not sent + bounced + pending: {whole}")
    sums = {table: _sum(row["funnel"] for row in part[table]["nodes"]) for table in TABLES}
    sums |= {series: _sum(point["funnel"] for point in part[series]) for series in SERIES}
    wrong += [f"{name} gives {found}, the funnel {whole}" for name, found in sums.items() if found != whole]
    responses = {
        "responsesByHour": sum(row["responses"] for row in part["responsesByHour"]),
        "responseHeatmap": sum(row["responses"] for row in part["responseHeatmap"]),
        "responseTime": part["responseTime"]["responses"],
    }
    wrong += [f"{name} gives {n}, the funnel {whole}" for name, n in responses.items() if n != whole["responded"]]
    if sum(row["count"] for row in part["bounceReasons"]) != whole["bounced"]:
        wrong.append(f"bounceReasons do not give the bounces of {whole}")
    return wrong


def _counts(funnel: dict[str, Any]) -> dict[str, int]:
    steps = {f"{step}{what}": funnel[step][key] for step in STEPS for what, key in (("", "count"), (" t", "tickets"))}
    return {"messages": funnel["messages"], "tickets": funnel["tickets"], **steps}


def _sum(funnels: Iterable[dict[str, Any]]) -> dict[str, int]:
    counted = [_counts(funnel) for funnel in funnels]
    return {name: sum(counts[name] for counts in counted) for name in ("messages", "tickets", *_names())}


def _names() -> list[str]:
    return [f"{step}{what}" for step in STEPS for what in ("", " t")]


class Watcher(threading.Thread):
    """Looks until it is told to stop."""

    def __init__(self, servers: list[Server], tenants: list[str], rng: Random) -> None:
        super().__init__(daemon=True)
        self.looks = 0
        self.problems: list[str] = []
        self._servers = servers
        self._tenants = tenants
        self._rng = rng
        self._over = threading.Event()

    def run(self) -> None:
        """Look at something, again and again."""
        while not self._over.wait(PAUSE):
            tenant, filter = self._rng.choice(self._tenants), self._filter()
            everyone = [identity(tenant), *(supervisor(tenant, id) for id in SUPERVISORS)]
            with suppress(httpx.TransportError):  # what was asked was killed, or is being started
                self._look(self._rng.choice(everyone), filter)

    def _filter(self) -> Filter:
        first = (UNTIL - timedelta(days=self._rng.randrange(20, 390))).date()
        return Filter(first, first + timedelta(days=self._rng.randrange(40)), self._rng.choice((None, None, *ZONES)))

    def _look(self, who: Identity, filter: Filter) -> None:
        server = self._rng.choice(self._servers)
        asked = {"query": DOCUMENT, "variables": variables(filter)}
        answer = server.client.post("/graphql", json=asked, headers=server.headers(who)).json()
        self.looks += 1
        if "errors" in answer:
            self.problems.append(f"{who} {filter}: {answer['errors']}")
            return
        part = answer["data"]["campaignAnalytics"]
        wrong = [*inconsistencies(part), *inconsistencies(part["previousPeriod"])]
        self.problems += [f"while it ran, {who} {filter}: {problem}" for problem in wrong]

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()
