"""The search in the drawer of messages, for numbers as people of a country write them."""

import re

from playwright.sync_api import Page, expect

from tests.frontend.test_messages import drawer, told
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader
from tests.support.servers.server import Server


def test_a_number_without_its_calling_code_is_found_by_that_of_the_account(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last90&messages=read")
    settled(reader)
    panel = drawer(page)
    expect(panel.locator("[data-message]").first).to_be_visible()
    digits = re.sub(r"\D", "", told(reader, {"step": "READ"})["nodes"][0]["recipient"]["phone"])
    assert digits.startswith("56")
    national = digits.removeprefix("56")
    assert told(reader, {"step": "READ", "text": national})["totalCount"] == 0
    expected = told(reader, {"step": "READ", "text": digits})["totalCount"]
    panel.get_by_role("searchbox").fill(f"{national[0]} {national[1:5]} {national[5:]}")
    expect(panel.get_by_text(re.compile(rf"^{expected} encontrados? · buscado como {digits}$"))).to_be_visible()
    expect(panel.locator("[data-message]")).to_have_count(expected)
    expect(panel).to_contain_text("con código de país")
