"""The service on a Citus cluster against the same on plain PostgreSQL, turn by turn.

The cluster is that of `EMBUDO_TEST_CITUS_URL` and `EMBUDO_TEST_CITUS_NODES`, on the machine of PostgreSQL or on one of
its kind.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from analytics.migrations import migrate
from analytics.storage.citus.distribution import distribute
from analytics.storage.database import Database
from benchmarks.groups.feeding import Made, http_rate, import_rate
from benchmarks.groups.ingest import command_seconds
from benchmarks.page.variables import Filters
from benchmarks.page.viewers import Viewer
from benchmarks.support.measuring import Result, compared
from benchmarks.support.postgresql import RANGE, empty_database
from benchmarks.support.serving import serving
from benchmarks.workload.data import FOLDER
from benchmarks.workload.events import lines
from tests.support.sql.clusters import create_database, drop_database, nodes_named

CITUS = os.environ.get("EMBUDO_TEST_CITUS_URL")  # noqa: TID251
NODES = nodes_named(os.environ.get("EMBUDO_TEST_CITUS_NODES", ""))  # noqa: TID251
NAME = "embudo_bench_citus"
MESSAGES, OF = 20_000, 200_000  # a tenth of a year
TURNS = 3
BATCH = 500  # lines of a request
VIEWERS, VIEWS = 4, 25


def results(quick: bool) -> Iterator[Result]:
    """The results, each the median of some turns."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sent = list(lines(MESSAGES // 4 if quick else MESSAGES, OF))
    turns = 1 if quick else TURNS
    yield _compared("citus_import_vs_postgresql", lambda made: import_rate(sent, made), turns, "events/s", ">= 0.85")
    yield _compared("citus_http_vs_postgresql", lambda made: http_rate(sent, made, BATCH), turns, "events/s", ">= 0.7")
    yield _compared("citus_viewers_vs_postgresql", lambda made: views_rate(sent, made), turns, "views/s", ">= 0.65")


def _compared(name: str, rate: Callable[[Made], float], turns: int, unit: str, bound: str) -> Result:
    rates = [(rate(cluster), rate(empty_database)) for _ in range(turns)]
    citus, postgresql = map(statistics.median, zip(*rates, strict=True))
    return compared(name, citus, postgresql, unit, bound)


def views_rate(sent: list[bytes], made: Made) -> float:
    """Views of 30 days a second, asked for by four people at once, once the service is warm."""
    file = FOLDER / "viewers.ndjson"
    file.write_bytes(b"\n".join(sent))
    with made() as url:
        command_seconds(url, file)
        file.unlink()
        with serving(url) as (client,), ThreadPoolExecutor(VIEWERS) as viewers:
            viewer = Viewer(client, client)

            def look(_: int) -> object:
                return viewer.again_ms(Filters(*RANGE))

            list(viewers.map(look, range(VIEWERS * 2)))
            started = time.perf_counter()
            list(viewers.map(look, range(VIEWERS * VIEWS)))
            return VIEWERS * VIEWS / (time.perf_counter() - started)


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a migrated and distributed database, dropped afterwards."""
    if not CITUS:
        raise RuntimeError("EMBUDO_TEST_CITUS_URL is not set")
    url = f"{CITUS.rpartition('/')[0]}/{NAME}".replace("postgresql://", "postgresql+asyncpg://")

    async def make() -> None:
        await drop_database(CITUS, NAME, NODES, force=True)
        await create_database(CITUS, NAME, NODES)
        async with Database(url) as database:
            await migrate(database)
            await distribute(database)

    asyncio.run(make())
    try:
        yield url
    finally:
        asyncio.run(drop_database(CITUS, NAME, NODES, force=True))
