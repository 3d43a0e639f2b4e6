"""A document lighter than the page's, over HTTP, against the same sections as SQL on the raw rows in DuckDB.

It is the first request after a change, as in the group `page`, which measures what readers do wait for.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from analytics.domain.access import Identity
from analytics.domain.query_spec import DIMENSIONS
from analytics.domain.time_zones import zone
from analytics.ingest.batch import apply_events
from analytics.ingest.formats.event_parser import parse_event
from analytics.storage.database import Database
from benchmarks.page.viewers import CHANGE, PLATFORM
from benchmarks.support.measuring import Measure, Result, beside, timed
from benchmarks.support.reference import sections, where
from benchmarks.support.serving import ADMINISTRATOR, Client, serving
from benchmarks.workload.data import duckdb_file, sqlite_file, url
from benchmarks.workload.messages import FIRST_DAY, LAST_DAY, TENANT

SUPERVISOR = Identity("supervisor", TENANT, "supervisor")
# Thirty days that are no whole month: the common case, and the one that months do not help.
MONTH = (LAST_DAY - timedelta(days=44), LAST_DAY - timedelta(days=15))
YEAR = (FIRST_DAY, LAST_DAY)
FILTERED = {"templateIds": ["t3"], "accountIds": ["a1", "a2"], "agentIds": ["u1", "u41", "u81"]}
COLUMNS = {dimension.argument: dimension.column for dimension in DIMENSIONS}


def filter_of(days: tuple[date, date], **others: list[str]) -> dict[str, Any]:
    """A filter of the API."""
    return {"sentOn": {"from": str(days[0]), "to": str(days[1])}, **others}


def sections_in(
    duck: duckdb.DuckDBPyConnection, days: tuple[date, date], series: str, **others: list[str]
) -> Callable[[], object]:
    """A call that asks DuckDB for the view's sections."""
    utc = zone("UTC")
    first, until = utc.day_start(days[0]), utc.day_start(days[1] + timedelta(days=1))
    condition = where(first, until, {COLUMNS[name]: ids for name, ids in others.items()})
    statements = list(sections(condition, series, "(replied_at // 3600000000)"))
    return lambda: [duck.execute(statement).fetchall() for statement in statements]


DAY_SERIES = "sent_at // 86400000000"
WEEK_SERIES = "(sent_at // 86400000000 + 3) // 7"


def results(large: int, small: int) -> Iterator[Result]:
    """All results of the view on SQLite."""
    file = sqlite_file(large)
    asyncio.run(_make_supervisor(url(file)))
    with (
        serving(url(file), ADMINISTRATOR, SUPERVISOR, PLATFORM) as (administrator, supervisor, platform),
        duckdb.connect(str(duckdb_file(large)), read_only=True, config={"threads": 2}) as duck,
    ):
        month = first_view(administrator, platform, filter_of(MONTH))
        yield beside("dashboard_30d_vs_duckdb", month, timed(sections_in(duck, MONTH, DAY_SERIES)), "<= 0.5")
        yield beside(
            "dashboard_365d_vs_duckdb",
            first_view(administrator, platform, filter_of(YEAR), "WEEK"),
            timed(sections_in(duck, YEAR, WEEK_SERIES)),
            "<= 0.2",
        )
        yield beside(
            "dashboard_filtered_vs_duckdb",
            first_view(administrator, platform, filter_of(MONTH, **FILTERED)),
            timed(sections_in(duck, MONTH, DAY_SERIES, **FILTERED)),
            "<= 0.5",
        )
        yield beside("supervisor_vs_admin", first_view(supervisor, platform, filter_of(MONTH)), month, "<= 1.1")
        print(f"peak memory of the service: {administrator.peak_mb():.0f} MB")
    yield _two_services("dashboard_growth_10x", sqlite_file(large), sqlite_file(small), "<= 1.3")
    santiago = sqlite_file(small, "America/Santiago")
    yield _two_services("dashboard_santiago_vs_utc", santiago, sqlite_file(small), "<= 1.2")


def first_view(client: Client, platform: Client, filter: dict[str, Any], granularity: str = "DAY") -> Measure:
    """The time of a view, the first after a change."""
    return timed(lambda: client.view(filter, granularity), lambda: platform.feed(CHANGE))


def _two_services(name: str, file: Path, reference: Path, bound: str) -> Result:
    """The same request to two services."""
    month = filter_of(MONTH)
    with (
        serving(url(file), ADMINISTRATOR, PLATFORM) as (ours, our_platform),
        serving(url(reference), ADMINISTRATOR, PLATFORM) as (theirs, their_platform),
    ):
        return beside(name, first_view(ours, our_platform, month), first_view(theirs, their_platform, month), bound)


async def _make_supervisor(database_url: str) -> None:
    """A supervisor of all departments but one: nearly all numbers, and the scope applied to each."""
    events = [
        f'{{"type":"member.added","at":"2025-01-01T00:00:00Z","user_id":"supervisor","department_id":"d{n}"}}'
        for n in range(19)
    ]
    async with Database(database_url) as database:
        await apply_events(database, TENANT, [parse_event(event) for event in events], 0)
