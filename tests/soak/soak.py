"""A soak: a service that is fed, looked at and killed all the time, and whose every number is right in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from analytics.ingest import webhook_inbox
from analytics.rollups.rebuild import unfinished
from analytics.storage.database import Database, Reader
from tests.soak.clients import Plan, Tally, deliver
from tests.soak.comparing import Comparison
from tests.soak.fleet import Fleet
from tests.soak.tenants import TenantData, tenant_data
from tests.soak.watching import Watcher
from tests.support.servers.server import embudo

STARTING = 3.0  # seconds that clients take to begin
SETTLING = 300.0  # seconds in which workers must have done what is left to do


@dataclass
class Report:
    """The work of a soak, and its errors."""

    messages: int = 0
    events: int = 0
    sent: int = 0  # events, repeated ones counted again
    bodies: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    looks: int = 0
    compared: int = 0
    differences: list[str] = field(default_factory=list)


def soak(plan: Plan, folder: Path, database_url: str, broker_url: str | None, kill_every: float) -> Report:
    """Feed, kill and compare. `kill_every` is in seconds, on average."""
    tenants = [tenant_data(plan.seed, n, plan.messages) for n in range(plan.tenants)]
    report = Report(plan.tenants * plan.messages, sum(len(one.events) for one in tenants))
    fleet = Fleet(folder, database_url, broker_url, Random(f"fleet {plan.seed}"))
    try:
        fleet.start()
        _feed(plan, fleet, tenants, kill_every, report)
        _settle(database_url, webhook_inbox.pending_tenants)
        comparisons = [Comparison(one, plan.seed) for one in tenants]
        _compare(comparisons, fleet, report)
        # Of a tenant whose zone changed last, the numbers came from the rows until now, and come from rollups soon.
        _settle(database_url, unfinished)
        _compare(comparisons, fleet, report)
        for one in tenants:
            report.differences += _rollups(fleet, one)
        report.differences += [f"children of the killed API {pid} still run" for pid in fleet.left_behind()]
        report.kills, report.restarts = fleet.kills, fleet.restarts
        return report
    finally:
        fleet.close()


def _feed(plan: Plan, fleet: Fleet, tenants: list[TenantData], kill_every: float, report: Report) -> None:
    """Let the clients send everything, kill as long as the plan's time lasts, and look meanwhile."""
    watcher = Watcher(fleet.servers, [one.tenant for one in tenants], Random(f"watcher {plan.seed}"))
    rng, until = Random(f"kills {plan.seed}"), time.monotonic() + STARTING + plan.seconds
    urls = [server.url for server in fleet.servers]
    watcher.start()
    # Fresh processes: one that was forked would have our threads' locks.
    with ProcessPoolExecutor(plan.clients, get_context("spawn")) as processes:
        clients = [processes.submit(deliver, plan, n, urls) for n in range(plan.clients)]
        while wait(clients, rng.expovariate(1 / kill_every)).not_done:
            if time.monotonic() < until:
                fleet.strike()
    watcher.stop()
    report.looks = watcher.looks
    report.differences += watcher.problems
    for client in clients:
        _add(report, client.result())


def _add(report: Report, tally: Tally) -> None:
    report.sent += tally.events
    report.bodies += tally.bodies
    report.answers += tally.answers
    report.differences += tally.problems


def _settle(database_url: str, left: Callable[[Reader], Coroutine[Any, Any, list[str]]]) -> None:
    """Wait until nothing is left to do."""

    async def nothing() -> bool:
        async with Database(database_url) as database, database.read() as reader:
            return not await left(reader)

    deadline = time.monotonic() + SETTLING
    while not asyncio.run(nothing()):
        assert time.monotonic() < deadline, f"{left.__name__}: not done after {SETTLING:g} seconds"
        time.sleep(0.2)


def _compare(comparisons: list[Comparison], fleet: Fleet, report: Report) -> None:
    for comparison, server in zip(comparisons, cycle(fleet.servers), strict=False):
        for compared in (comparison.numbers(server), comparison.exports(server)):
            report.compared += compared.values
            report.differences += compared.differences


def _rollups(fleet: Fleet, one: TenantData) -> list[str]:
    """Return the findings of `rollups check`."""
    done = embudo(fleet.servers[0].folder, "rollups", "check", "--tenant", one.tenant, env=fleet.settings)
    found = (done.stdout or done.stderr).decode().splitlines() if done.returncode else []
    return [f"{one.tenant}, rollups check: {line}" for line in found]
