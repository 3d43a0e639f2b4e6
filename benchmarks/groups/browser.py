"""The page in Chromium on the large year: how long until it shows its first number, in how many requests and bytes."""

import shutil
import statistics
import time
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from analytics.domain.time_zones import SECOND, now_micros
from benchmarks.page.documents import BUILT
from benchmarks.page.viewers import CHANGE, NOW, PLATFORM
from benchmarks.support.measuring import Result, compared
from benchmarks.support.serving import ADMINISTRATOR, serving
from benchmarks.workload.data import sqlite_file, url

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
RUNS = 7
PROMISED = 1_000.0  # milliseconds to the first number
# The page shows the thirty days until today: the browser has the clock that the service has.
CLOCK = """{
    const ahead = %d;
    globalThis.Date = new Proxy(Date, {
        construct: (Real, given, self) => Reflect.construct(Real, given.length ? given : [Real.now() + ahead], self),
        get: (Real, name) => (name === "now" ? () => Real.now() + ahead : Reflect.get(Real, name)),
    });
}"""


class Opened(NamedTuple):
    """One opening of the page by a browser that has kept nothing."""

    ms: float
    requests: int
    graphql: int
    sent_kb: float  # what came over the wire until then, compressed where the service compresses


def results(large: int) -> Iterator[Result]:
    """Milliseconds to the first number of the funnel, against the second that is promised.

    The browser has kept nothing, and the service none of the counts (see `benchmarks/page/viewers.py`).
    """
    chromium = shutil.which("chromium")
    if chromium is None or not BUILT.exists():
        print("no Chromium, or the pages are not built: browser is left out")
        return
    file = sqlite_file(large)
    with serving(url(file), ADMINISTRATOR, PLATFORM, now=NOW) as (reader, platform), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        opened = []
        for _ in range(1 + RUNS):
            platform.feed(CHANGE)
            opened.append(_opened(browser, f"{reader.address}/#token={reader.token}"))
        browser.close()
    last = opened[-1]
    print(f"the page: {last.requests} requests, {last.graphql} of them GraphQL, {last.sent_kb:.0f} kB")
    yield compared("page_first_number", statistics.median(one.ms for one in opened[1:]), PROMISED, "ms", "<= 0.6")


def _opened(browser: Browser, address: str) -> Opened:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="es-CL")
    context.add_init_script(CLOCK % ((NOW - now_micros()) // SECOND * 1000))
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("li[data-step=sent] button").first.wait_for()
    ms = (time.perf_counter() - started) * 1000
    paths, sent = _fetched(page)
    context.close()
    return Opened(ms, len(paths), sum(path.endswith("/graphql") for path in paths), sent / 1000)


def _fetched(page: Page) -> tuple[list[str], int]:
    """The addresses that the page has fetched, itself among them, and the bytes of their answers' bodies."""
    entries = page.evaluate(
        """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .map((entry) => [entry.name.split(/[?#]/)[0], entry.encodedBodySize])"""
    )
    return [name for name, _ in entries], sum(size for _, size in entries)
