"""The bar of filters while the page is scrolled, and on a phone."""

from playwright.sync_api import Page, expect

from tests.support.browser.users import Reader
from tests.support.servers.server import Server


def test_the_view_is_exported_and_loaded_anew_from_wherever_one_has_scrolled_to(administrator: Reader) -> None:
    page = administrator.page
    expect(page.locator("[data-drawn]")).to_have_count(3)
    filters = page.get_by_label("Filtros")
    expect(filters.get_by_role("button", name="Exportar")).to_have_count(0)
    page.mouse.wheel(0, 1500)
    with page.expect_request("**/graphql"):
        filters.get_by_role("button", name="Actualizar").click()
    filters.get_by_role("button", name="Exportar").click()
    expect(page.get_by_role("dialog").get_by_label("Nombre")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("window.scrollTo(0, 0)")
    expect(filters.get_by_role("button", name="Exportar")).to_have_count(0)
    expect(page.get_by_role("button", name="Exportar")).to_have_count(1)


def test_on_a_phone_filters_are_in_a_sheet_that_closes_apart_from_its_lists(demo: Server, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    Reader.enter(demo, page, "p1", "/?period=last90")
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    page.mouse.wheel(0, 900)
    page.get_by_role("button", name="Filtros", exact=True).click()  # it stays where the reader is
    sheet = page.get_by_role("dialog", name="Filtros")
    sheet.get_by_role("button", name="Departamento").click()
    option = page.get_by_role("option").first
    option.click()
    page.wait_for_function("() => location.search.includes('department=')")
    page.keyboard.press("Escape")
    expect(option).to_have_count(0)
    expect(sheet).to_have_count(1)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.get_by_role("button", name="Filtros · 1").click()
    sheet.get_by_role("button", name="Quitar filtros").click()
    page.wait_for_function("() => !location.search.includes('department=')")


def test_on_a_phone_days_are_whole_and_all_columns_are_there(demo: Server, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    Reader.enter(demo, page, "p1", "/?period=last30")
    dates = page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío").locator("span").nth(1)
    assert dates.evaluate("element => element.scrollWidth <= element.clientWidth")
    table = page.get_by_role("table", name="Envíos por agente")
    for column in ("messages", "responded"):
        expect(table.locator(f"tbody [data-column={column}]").first).to_be_visible()
    assert table.evaluate("element => element.parentElement.scrollWidth <= element.parentElement.clientWidth + 1")
    page.get_by_role("button", name="Filtros", exact=True).click()
    expect(page.get_by_role("dialog", name="Filtros").get_by_text("Copiar enlace", exact=True)).to_be_visible()
