"""A browser context that tests share: what takes longest of most of them is to compile the pages' scripts anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext

PATIENCE = 20_000  # milliseconds
# A blank page that stays open: resets are sent from there.
FIRST = 0


@contextmanager
def reusable_context(browser: Browser) -> Iterator[BrowserContext]:
    """A context as long as the block; call `reset_context` after each of its users."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce", locale="es-CL")
    context.set_default_timeout(PATIENCE)
    context.new_page()
    yield context
    context.close()


def reset_context(context: BrowserContext) -> None:
    """Leave nothing of the last user but the HTTP cache and compiled scripts: no tab, no storage, no cookie."""
    for page in context.pages[FIRST + 1 :]:
        page.close()
    context.set_offline(False)
    context.unroute_all()
    context.clear_permissions()
    session = context.new_cdp_session(context.pages[FIRST])
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    session.detach()
