"""Events over HTTP into PostgreSQL: how fast they go in, and what the view feels of it."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import islice

from analytics.domain.access import Identity
from benchmarks.groups.ingest import command_seconds
from benchmarks.page.variables import Filters
from benchmarks.page.viewers import PLATFORM, Viewer
from benchmarks.support.measuring import Result, compared, percentile_95
from benchmarks.support.postgresql import RANGE, empty_database, forget, large_database
from benchmarks.support.serving import ADMINISTRATOR, Client, serving
from benchmarks.workload.data import FOLDER
from benchmarks.workload.events import lines
from benchmarks.workload.messages import TENANT

MESSAGES, OF = 100_000, 10_000_000
CLIENTS = 4
LINES = 20_000  # of a request
REQUESTS = 60  # of the view
Made = Callable[[], AbstractContextManager[str]]


def results(large: int, quick: bool) -> Iterator[Result]:
    """The results of feeding."""
    sent = list(lines(MESSAGES, OF))
    some = sent[: len(sent) // 5] if quick else sent
    yield compared("http_ingest_vs_import", http_rate(some), import_rate(some), "events/s", ">= 0.5")
    yield dashboard(large, sent)


def import_rate(sent: list[bytes], made: Made = empty_database) -> float:
    """Events a second through `embudo import` into a database that is made; the start of the process not counted."""
    file, nothing = FOLDER / "feeding.ndjson", FOLDER / "nothing.ndjson"
    file.write_bytes(b"\n".join(sent))
    nothing.write_bytes(b"")
    with made() as url:
        spent = -command_seconds(url, nothing) + command_seconds(url, file)
    file.unlink()
    return len(sent) / spent


def http_rate(sent: list[bytes], made: Made = empty_database, size: int = LINES) -> float:
    """Events a second from several clients at once, in bodies of a size, once the service is warm."""
    with made() as url, serving(url, PLATFORM) as (client,), ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client.feed, [sent[0]] * CLIENTS))
        started = time.perf_counter()
        list(clients.map(client.feed, bodies(sent, size)))
        return len(sent) / (time.perf_counter() - started)


def bodies(sent: Iterable[bytes], size: int = LINES) -> list[bytes]:
    """The lines as bodies of so many each."""
    waiting, found = iter(sent), []
    while taken := list(islice(waiting, size)):
        found.append(b"\n".join(taken))
    return found


def dashboard(large: int, sent: list[bytes]) -> Result:
    """The 95th percentile of the page's first request while events come in as fast as they can, and while none do."""
    newcomer = Identity("platform", f"{TENANT}-{time.time_ns()}", "ingest")
    people = (ADMINISTRATOR, PLATFORM, newcomer)
    with serving(large_database(large), *people) as (administrator, own_platform, platform):
        viewer = Viewer(administrator, own_platform)

        def look() -> float:
            return viewer.first_ms(Filters(*RANGE))

        platform.feed(sent[0])
        alone = percentile_95(look, REQUESTS)
        with feeding(platform, bodies(sent)):
            beside = percentile_95(look, REQUESTS)
    forget(large, newcomer.tenant_id)
    return compared("dashboard_during_ingest", beside, alone, "ms", "<= 2.5")


@contextmanager
def feeding(platform: Client, waiting: list[bytes]) -> Iterator[None]:
    """Send bodies from several clients until the block ends. Raises RuntimeError if there were too few of them."""
    ended, left = threading.Event(), iter(waiting)

    def feed() -> None:
        while not ended.is_set():
            platform.feed(next(left))

    with ThreadPoolExecutor(CLIENTS) as clients:
        sending = [clients.submit(feed) for _ in range(CLIENTS)]
        try:
            yield
        finally:
            ended.set()
        for sender in sending:
            sender.result()
