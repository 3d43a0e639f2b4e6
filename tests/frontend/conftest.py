"""Fixtures: a real service with demo data, and Debian's Chromium to look at it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.web.pages import BUILT
from tests.support.browser.contexts import PATIENCE, reset_context, reusable_context
from tests.support.browser.platforms import Platform, serving
from tests.support.browser.playwright_loop import PlaywrightLoop
from tests.support.browser.users import Reader, run
from tests.support.servers.server import Server

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A platform whose pages frame ours."""
    with serving() as platform:
        yield platform


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, platform: Platform) -> Iterator[Server]:
    """The service as `make run` starts it, with a smaller tenant, and a platform that may frame its pages."""
    if not (BUILT / "index.html").exists():
        if os.environ.get("CI"):
            pytest.fail("the pages are not built: make build")
        pytest.skip("the pages are not built: make build")
    server = Server(tmp_path_factory.mktemp("demo"), EMBUDO_DEMO="true", EMBUDO_ALLOWED_ORIGINS=platform.origin)
    try:
        run(server, "migrate")
        run(server, "demo", "--messages", "3000")
        server.start()
        yield server
    finally:
        server.close()


LOOP = PlaywrightLoop()


@pytest.fixture(autouse=True)
def playwright_loop() -> Iterator[None]:
    """Let these tests, and nobody else, call Playwright."""
    with LOOP.current():
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Its tests skip visibly where there is none, never in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium: apt-get install chromium")
        pytest.skip("there is no Chromium: apt-get install chromium")
    with LOOP.current():
        playwright = sync_playwright().start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    with LOOP.current():
        browser.close()
        playwright.stop()


@pytest.fixture(scope="session")
def shared_context(chromium: Browser) -> Iterator[BrowserContext]:
    """The context of all tests that need none of their own: what takes longest is to compile the pages' scripts."""
    with ExitStack() as stack:
        with LOOP.current():
            context = stack.enter_context(reusable_context(chromium))
        yield context
        with LOOP.current():
            stack.close()


@pytest.fixture
def context(shared_context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that has nothing of who used it before."""
    yield shared_context
    reset_context(shared_context)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab. A script that fails, breaks the policy or asks another host fails the test."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: wrong.append(asked.url) if "//127.0.0.1:" not in asked.url else None)
    yield page
    assert wrong == []


@pytest.fixture
def administrator(demo: Server, page: Page) -> Reader:
    """Someone who sees everything, before the open view."""
    return Reader.enter(demo, page, "p1")
