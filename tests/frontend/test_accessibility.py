"""The findings of axe on every page, light and dark, wide and narrow."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser.users import Reader
from tests.support.paths import ROOT
from tests.support.servers.server import Server

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WRONG = {"serious", "critical"}


def violations(page: Page, *exclude: str) -> list[Any]:
    """Serious and critical ones, with what they are about."""
    page.evaluate(Path(AXE).read_text("utf-8") + "; null")
    # What is right is not to be described, too: that took two thirds of the time.
    found = page.evaluate("(exclude) => axe.run({ exclude }, { resultTypes: ['violations'] })", list(exclude))
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found["violations"]
        if one["impact"] in WRONG
        for node in one["nodes"]
    ]


def test_what_is_wrong_is_found(page: Page) -> None:
    page.set_content("<html lang=es><title>A picture that says nothing</title><main><img src=data:,></main>")
    assert [(id, target) for id, target, _ in violations(page)] == [("image-alt", ["img"])]
    assert violations(page, "img") == []


@pytest.fixture(params=[("light", 1440), ("dark", 390)], ids=["light", "dark phone"])
def seen(request: pytest.FixtureRequest, context: BrowserContext) -> Page:
    """A tab in a colour scheme and width."""
    scheme, width = request.param
    page = context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    return page


def test_the_view(demo: Server, seen: Page) -> None:
    Reader.enter(demo, seen, "p1")
    expect(seen.locator("[data-drawn]")).to_have_count(3)
    assert violations(seen) == []
    for title in ("Evolución", "Respuestas por hora"):
        seen.get_by_role("button", name=f"Ver como tabla: {title}").click()
    folded = seen.get_by_role("button", name="Filtros", exact=True)
    on_phone = folded.is_visible()
    if on_phone:
        folded.click()
        expect(seen.get_by_role("dialog", name="Filtros")).to_be_visible()
    seen.get_by_label("Filtros").get_by_role("button", name="Departamento").click()
    expect(seen.get_by_role("option").first).to_be_visible()
    assert violations(seen) == []
    seen.keyboard.press("Escape")
    if on_phone:
        seen.keyboard.press("Escape")
        expect(seen.get_by_role("dialog")).to_have_count(0)
    seen.get_by_label("Filtros").get_by_role("button", name="Fecha de envío").click()
    expect(seen.get_by_role("navigation", name="Períodos")).to_be_visible()
    assert violations(seen) == []
    seen.keyboard.press("Escape")
    seen.locator("li[data-step=read]").get_by_role("button").first.click()
    expect(seen.get_by_role("dialog")).to_be_visible()
    assert violations(seen) == []
    seen.keyboard.press("Escape")
    seen.get_by_role("button", name="Ver motivos").click()
    expect(seen.get_by_role("dialog").locator("tbody tr").first).to_be_visible()
    assert violations(seen) == []


def test_the_keys_of_the_view(demo: Server, seen: Page) -> None:
    Reader.enter(demo, seen, "p1")
    expect(seen.locator("li[data-step=sent]")).to_be_visible()
    seen.keyboard.press("?")
    expect(seen.get_by_role("dialog", name="Atajos de teclado")).to_be_visible()
    assert violations(seen) == []


def test_the_account_and_the_view_in_english(demo: Server, seen: Page) -> None:
    Reader.enter(demo, seen, "p1")
    expect(seen.locator("[data-drawn]")).to_have_count(3)
    seen.get_by_role("button", name="Cuenta de").click()
    expect(seen.get_by_role("dialog")).to_be_visible()
    assert violations(seen) == []
    seen.get_by_text("English", exact=True).click()
    seen.keyboard.press("Escape")
    expect(seen.get_by_role("heading", name="Individual sends")).to_be_visible()
    assert violations(seen) == []


def test_exports_and_the_dialog_that_asks_for_one(demo: Server, seen: Page) -> None:
    Reader.enter(demo, seen, "p1")
    expect(seen.locator("li[data-step=sent]")).to_be_visible()
    seen.get_by_role("button", name="Exportar").click()
    expect(seen.get_by_role("dialog")).to_be_visible()
    assert violations(seen) == []
    seen.get_by_role("dialog").get_by_label("CSV").check()
    seen.get_by_role("dialog").get_by_role("button", name="Más columnas").click()
    expect(seen.get_by_role("dialog").get_by_label("Respondido")).to_be_visible()
    assert violations(seen) == []
    seen.get_by_role("dialog").get_by_role("button", name="Exportar").click()
    expect(seen.get_by_text("Listo: Envíos")).to_be_visible()
    assert violations(seen) == []
    seen.get_by_role("link", name="Exportaciones").click()
    expect(seen.locator("[data-status=COMPLETED]").first).to_be_visible()
    assert violations(seen) == []
    seen.get_by_role("button", name="Eliminar").first.click()
    expect(seen.get_by_role("dialog")).to_be_visible()
    assert violations(seen) == []


def test_signing_in_and_states(demo: Server, seen: Page) -> None:
    seen.goto(demo.url)
    expect(seen.get_by_role("button", name="Entrar como").first).to_be_visible()
    assert violations(seen) == []
    Reader.enter(demo, seen, "p1", "/?from=2001-01-01&to=2001-01-01")
    expect(seen.get_by_role("heading", name="No hubo envíos")).to_be_visible()
    assert violations(seen) == []


# GraphiQL's own: the editor's colours, and tabs that hold buttons.
OF_GRAPHIQL = (".monaco-editor", ".graphiql-tabs")


def test_graphiql(demo: Server, seen: Page) -> None:
    Reader.enter(demo, seen, "p1", "/graphiql")
    expect(seen.get_by_role("button", name="Execute query")).to_be_visible()
    assert violations(seen, *OF_GRAPHIQL) == []
