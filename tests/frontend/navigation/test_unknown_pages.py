"""Addresses that lead nowhere, as a person meets them."""

from playwright.sync_api import Page, expect

from tests.support.browser.users import Reader


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
