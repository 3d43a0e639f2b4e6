"""Addresses that lead nowhere, as a person meets them."""

from playwright.sync_api import Page, expect

from tests.support.browser.users import Reader
from tests.support.servers.server import Server


def test_an_unknown_page_leads_back_to_the_view(administrator: Reader) -> None:
    page: Page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    answer = page.goto(f"{administrator.server.url}/nada")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Esta página no existe")).to_be_visible()
    assert page.locator("main").evaluate("element => getComputedStyle(element.parentElement).maxWidth") == "512px"
    page.get_by_role("link", name="Volver").click()
    expect(page.locator("li[data-step=sent]")).to_be_visible()


def test_dates_that_are_none_are_told_and_the_last_thirty_days_shown(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", "/?from=2026-02-31&to=2026-03-04")
    notice = page.get_by_role("status").filter(has_text="Las fechas del enlace no son válidas")
    expect(notice).to_be_visible()
    expect(page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío")).to_contain_text("Últimos 30 días")
    notice.get_by_role("button", name="Entendido").click()
    page.wait_for_function("() => location.search === '?period=last30'")
    expect(notice).to_have_count(0)


def test_a_filter_that_names_nobody_is_told_from_one_without_messages(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", "/?period=last30&agent=nobody")
    expect(page.get_by_text("El filtro nombra algo que no conocemos: agente desconocido")).to_be_visible()
    expect(page.get_by_text("No hubo envíos en este período")).to_have_count(0)
    page.get_by_role("main").get_by_role("button", name="Quitar filtros").last.click()
    expect(page.locator("li[data-step=sent]")).to_be_visible()
