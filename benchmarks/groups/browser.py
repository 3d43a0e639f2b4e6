"""The page on the demo's data: how long until it shows its first number, in how many requests and bytes."""

import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.support.measuring import Result, compared
from benchmarks.support.serving import answers, free_port

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
RUNS = 5
PROMISED = 1_000.0  # milliseconds to the first number
ADMINISTRATOR = "p1"


class Opened(NamedTuple):
    """One opening of the page by a browser that has kept nothing."""

    ms: float
    requests: int
    graphql: int
    sent_kb: float  # what came over the wire until then, compressed where the service compresses


def results() -> Iterator[Result]:
    """Milliseconds to the first number of the funnel, against the second that is promised."""
    chromium = shutil.which("chromium")
    if chromium is None or not Path("service/pages/index.html").exists():
        print("no Chromium, or the pages are not built: page is left out")
        return
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        token = httpx.post(f"{address}/session", json={"person": ADMINISTRATOR}).raise_for_status().json()["token"]
        opened = [_opened(browser, f"{address}/#token={token}") for _ in range(1 + RUNS)][1:]
        browser.close()
    last = opened[-1]
    print(f"the page: {last.requests} requests, {last.graphql} of them GraphQL, {last.sent_kb:.0f} kB")
    yield compared("page_first_number", statistics.median(one.ms for one in opened), PROMISED, "ms", "<= 1")


def _opened(browser: Browser, address: str) -> Opened:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
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


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a service as `make run` starts it, on data of its own."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = {
            "EMBUDO_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/embudo.db",
            "EMBUDO_FILES_URL": Path(folder, "files").as_uri(),
            "EMBUDO_TOKEN_SECRET": secrets.token_hex(32),
            "EMBUDO_PORT": str(port),
            "EMBUDO_DEMO": "true",
            "EMBUDO_LOG_LEVEL": "warning",
        }
        command = [sys.executable, "-m", "service"]
        for step in ("migrate", "demo"):
            subprocess.run([*command, step], env=settings, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        serving = [*command, "serve"]
        with subprocess.Popen(serving, env=settings, stdout=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                answers(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
