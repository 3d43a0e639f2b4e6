"""A short soak on each database, and that a soak sees what is wrong."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.soak.clients import Plan, share
from tests.soak.comparing import differences
from tests.soak.soak import soak
from tests.soak.stages import Stage, stage
from tests.soak.tenants import tenant_data
from tests.soak.watching import inconsistencies
from tests.support.brokers import reachable

SHORT = Plan(seed=1, tenants=1, messages=120, clients=2, seconds=5)


@pytest.fixture(params=["sqlite", "postgresql"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The servers to run on. PostgreSQL and Redis skip visibly where they do not answer, never in CI."""
    if request.param == "postgresql":
        reachable("redis")
    with ExitStack() as stack:
        try:
            made = stack.enter_context(stage(request.param, tmp_path))
        except OSError:
            if os.environ.get("CI"):
                raise
            pytest.skip("no PostgreSQL server at EMBUDO_TEST_POSTGRESQL_URL")
        yield made


def test_every_number_is_right_after_repeated_kills(at: Stage, tmp_path: Path) -> None:
    report = soak(SHORT, tmp_path, at.database, at.broker, kill_every=0.7)
    assert report.differences == []
    assert min(report.kills.total(), report.looks, report.compared) > 0
    assert report.sent > report.events


def test_a_seed_gives_the_same_workload_and_another_one_another() -> None:
    assert share(SHORT, 0) == share(SHORT, 0)
    assert tenant_data(1, 0, 50) == tenant_data(1, 0, 50) != tenant_data(2, 0, 50)


def test_clients_share_everything() -> None:
    whole = share(replace(SHORT, clients=1), 0)
    assert sorted(share(SHORT, 0) + share(SHORT, 1)) == sorted(whole)
    assert {delivery.whatsapp for delivery in whole} == {delivery.packed for delivery in whole} == {True, False}


def test_differences_are_named() -> None:
    expected = {"a": [{"n": 1}, {"n": 2}], "b": None}
    assert list(differences("", expected, expected)) == []
    found = {"a": [{"n": 1}, {"n": 3}], "b": None, "errors": []}
    assert list(differences("", expected, found)) == [
        ".a[1].n: expected 2, found 3",
        ".errors: expected None, found []",
    ]


def view(**changes: Any) -> dict[str, Any]:
    """A period of one message, which bounced."""
    step = {"count": 0, "tickets": 0}
    steps = dict.fromkeys(("sent", "pending", "delivered", "read", "responded"), step)
    funnel: dict[str, Any] = {"messages": 1, "tickets": 0, "bounced": {"count": 1, "tickets": 0}, **steps}
    tables = {name: {"nodes": [{"funnel": funnel}]} for name in ("byAgent", "byDepartment", "byTemplate", "byAccount")}
    series = {name: [{"funnel": funnel}] for name in ("days", "weeks", "months")}
    charts = {"responsesByHour": [], "responseHeatmap": [], "responseTime": {"responses": 0}}
    return {"funnel": funnel, **tables, **series, **charts, "bounceReasons": [{"count": 1}], **changes}


@pytest.mark.parametrize(
    "wrong",
    [
        {"byAgent": {"nodes": []}},
        {"days": []},
        {"responseHeatmap": [{"responses": 1}]},
        {"responseTime": {"responses": 1}},
        {"bounceReasons": []},
        {"funnel": view()["funnel"] | {"pending": {"count": 1, "tickets": 0}}},
    ],
)
def test_parts_that_do_not_add_up_are_named(wrong: dict[str, Any]) -> None:
    assert inconsistencies(view()) == []
    assert inconsistencies(view(**wrong)) != []
