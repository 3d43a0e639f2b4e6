"""The part of the drawer that says whose the messages behind a number are."""

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.test_accessibility import violations
from tests.frontend.test_messages import QUARTER, drawer, press, shows, told
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, periods
from tests.support.servers.server import Server


@pytest.fixture
def reader(demo: Server, page: Page) -> Reader:
    """Someone who sees everything, before a quarter of a year."""
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    return reader


BY = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
  messagesBy(dimension: AGENT, where: {step: BOUNCED}, first: 8) { nodes { id name messages } }
} }"""


def test_whose_they_are_is_told_and_each_opens_its_own(reader: Reader) -> None:
    page = reader.page
    press(page.locator("div[data-step=bounced]"), "rebotados")
    shows(reader, "Rebotados", told(reader, {"step": "BOUNCED"}))
    panel = drawer(page)
    panel.get_by_text("¿De quién son?").click()
    since, until = periods(reader.today())["last90"]
    answer = reader.server.ask(reader.identity, BY, filter={"sentOn": {"from": since, "to": until}})
    rows = answer["campaignAnalytics"]["messagesBy"]["nodes"]
    found = panel.locator("details li")
    expect(found).to_have_count(len(rows))
    shown = [f"{row['name']}{reader.written('count', row['messages'])}" for row in rows]
    assert [text.strip() for text in found.all_text_contents()] == shown
    assert violations(page) == []
    found.nth(1).get_by_role("button").click()
    shows(reader, "Rebotados", told(reader, {"step": "BOUNCED"}, {"agentIds": [rows[1]["id"]]}))
    page.go_back()
    shows(reader, "Rebotados", told(reader, {"step": "BOUNCED"}))
    panel.get_by_text("¿De quién son?").click()
    panel.locator("details li").first.get_by_role("button").click()
    shows(reader, "Rebotados", told(reader, {"step": "BOUNCED"}, {"agentIds": [rows[0]["id"]]}))
    page.keyboard.press("Escape")  # closes all of it at once
    expect(drawer(page)).to_be_hidden()
    assert "messages=" not in page.url
