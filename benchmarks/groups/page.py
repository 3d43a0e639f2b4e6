"""The page's first request, as a browser sends it, against the same sections in DuckDB, and for many people at once."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from benchmarks.page import reference
from benchmarks.page.comparison import compare_numbers
from benchmarks.page.sections import Question
from benchmarks.page.variables import Filters
from benchmarks.page.viewers import NOW, PLATFORM, SUPERVISORS, Viewer, add_supervisors
from benchmarks.support import postgresql
from benchmarks.support.measuring import RUNS, WARM_UPS, Measure, Result, beside, compared, percentile_95_of, timed
from benchmarks.support.serving import ADMINISTRATOR, serving
from benchmarks.workload.data import duckdb_file, sqlite_file, url
from benchmarks.workload.messages import DAYS, FIRST_DAY, LAST_DAY

# The last thirty days are what the page shows to whoever opens it.
MONTH = Filters(LAST_DAY - timedelta(days=29), LAST_DAY)
YEAR = Filters(FIRST_DAY, LAST_DAY)
FILTERED = Filters(
    MONTH.first, LAST_DAY, {"templates": ["t3"], "accounts": ["a1", "a2"], "agents": ["u1", "u41", "u81"]}
)

PROCESSES = 2  # that answer many people, as in docs/deployment.md
VIEWS = 40  # of each client
ADMINISTRATORS = 12
SECONDS = 20  # in which each viewer opens the page every second


def results(large: int, small: int, quick: bool) -> Iterator[Result]:
    """All results of the page's first request."""
    large_url, small_url = url(sqlite_file(large)), url(sqlite_file(small))
    asyncio.run(add_supervisors(large_url))
    yield from _alone(large, large_url)
    yield _two_services("page_growth_10x", large_url, small_url, "<= 1.2")
    santiago = url(sqlite_file(small, "America/Santiago"))
    yield _two_services("page_santiago_vs_utc", santiago, small_url, "<= 1.2")
    if postgresql.reachable():
        yield _two_services("page_pg_vs_sqlite", postgresql.year_database(small), small_url, "<= 1.6")
    else:
        print("no PostgreSQL server: page_pg_vs_sqlite is left out")
    yield _four_clients(large_url, VIEWS // 4 if quick else VIEWS)
    yield _sixteen_viewers(large_url, SECONDS // 4 if quick else SECONDS)


def _alone(large: int, database_url: str) -> Iterator[Result]:
    """One reader at a time."""
    with (
        serving(database_url, ADMINISTRATOR, SUPERVISORS[0], PLATFORM, now=NOW) as (client, supervised, platform),
        reference.opened(duckdb_file(large)) as duck,
    ):
        viewer, supervisor = Viewer(client, platform), Viewer(supervised, platform)
        for name, filters, bound in (
            ("page_30d_vs_duckdb", MONTH, "<= 0.4"),
            ("page_365d_vs_duckdb", YEAR, "<= 0.08"),
            ("page_filtered_vs_duckdb", FILTERED, "<= 0.4"),
        ):
            theirs = reference.ask(duck, Question(filters, NOW))
            compare_numbers(viewer.answer(filters), theirs())
            yield beside(name, _first(viewer, filters), timed(theirs), bound)
        yield beside("page_365d_vs_30d", _first(viewer, YEAR), _first(viewer, MONTH), "<= 1.5")
        yield beside("supervisor_vs_admin", _first(supervisor, MONTH), _first(viewer, MONTH), "<= 1.1")
        times = [(viewer.first_ms(MONTH), viewer.again_ms(MONTH)) for _ in range(WARM_UPS + RUNS)][WARM_UPS:]
        first, again = map(statistics.median, zip(*times, strict=True))
        yield compared("page_again", again, first, "ms", "<= 0.35")


def _first(viewer: Viewer, filters: Filters) -> Measure:
    return lambda: viewer.first_ms(filters)


def _two_services(name: str, database_url: str, reference_url: str, bound: str) -> Result:
    """The first request of a month, of two services."""
    with (
        serving(database_url, ADMINISTRATOR, PLATFORM, now=NOW) as ours,
        serving(reference_url, ADMINISTRATOR, PLATFORM, now=NOW) as theirs,
    ):
        return beside(name, _first(Viewer(*ours), MONTH), _first(Viewer(*theirs), MONTH), bound)


def _four_clients(database_url: str, views: int) -> Result:
    """The views a second of four clients against those of one, each view of other days."""
    with serving(database_url, *[ADMINISTRATOR] * 4, PLATFORM, workers=PROCESSES, now=NOW) as (*clients, platform):
        viewers = [Viewer(client, platform, new_connections=True) for client in clients]
        months = _other_months()
        _views_a_second(viewers, months, 2)  # each process has read the database once
        one = _views_a_second(viewers[:1], months, views)
        four = _views_a_second(viewers, months, views)
    return compared("page_4_clients", four, one, "views/s", ">= 1.5")


def _views_a_second(viewers: list[Viewer], months: Iterator[Filters], views: int) -> float:
    """The rate at which clients get so many views each, one after the other."""
    shares = [[next(months) for _ in range(views)] for _ in viewers]

    def look(viewer: Viewer, share: list[Filters]) -> None:
        for filters in share:
            viewer.again_ms(filters)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(viewers)) as clients:
        list(clients.map(look, viewers, shares))
    return len(viewers) * views / (time.perf_counter() - started)


def _other_months() -> Iterator[Filters]:
    """Ranges of about a month, none of which is another one's or its period before: nothing of them is in memory."""
    ranges = [
        Filters(FIRST_DAY + timedelta(days=start), FIRST_DAY + timedelta(days=start + length - 1))
        for length in (29, 30, 31, 32)
        for start in range(DAYS - length)
        if start // length % 2
    ]
    random.Random(7).shuffle(ranges)  # noqa: S311
    return iter(ranges)


def _sixteen_viewers(database_url: str, seconds: int) -> Result:
    """The 95th percentile of people who open the page every second, against that of one of them alone.

    Nothing changes meanwhile: what one has read is there for all others of the same departments.
    """
    people = [*[ADMINISTRATOR] * ADMINISTRATORS, *SUPERVISORS]
    with serving(database_url, *people, PLATFORM, workers=PROCESSES, now=NOW) as (*clients, platform):
        viewers = [Viewer(client, platform, new_connections=True) for client in clients]
        _open_every_second(viewers, 2)  # each process has read everybody's numbers
        alone = _open_every_second(viewers[:1], seconds)
        together = _open_every_second(viewers, seconds)
    return compared("page_16_viewers", together, alone, "ms", "<= 4")


def _open_every_second(viewers: list[Viewer], seconds: int) -> float:
    """The 95th percentile (ms) from when somebody opens the page, each at a moment of their own in each second."""
    chance = random.Random(7)  # noqa: S311 - the same moments each time
    moments = [chance.random() for _ in viewers]
    started = time.perf_counter()

    def look(viewer: Viewer, moment: float) -> list[float]:
        times = []
        for second in range(seconds):
            opened = started + second + moment
            time.sleep(max(0.0, opened - time.perf_counter()))
            viewer.again_ms(MONTH)
            times.append((time.perf_counter() - opened) * 1000)
        return times

    with ThreadPoolExecutor(len(viewers)) as people:
        times = [ms for each in people.map(look, viewers, moments) for ms in each]
    return percentile_95_of(times)
