"""The tables' column of earlier numbers, and the median of all replies, in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.frontend.parts.test_comparison import days, first_day
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, operation
from tests.support.servers.server import Server

ROWS = """query Q($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    rows: byTemplate(first: 200, orderBy: {field: SENT}) { nodes { template { name } } }
    previousPeriod(comparison: DAYS_BEFORE) {
      rows: byTemplate(first: 200) { nodes { template { name } funnel { sent { count } read { rate } } } }
    }
  }
}"""


def test_earlier_numbers_are_a_column_on_demand(demo: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    reader = Reader.enter(demo, page, "p1", "/?period=last30&tab=templates")
    settled(reader)
    assert "EarlierTemplates" not in asked
    page.get_by_role("button", name=re.compile("^Columnas: ")).click()
    page.get_by_label("Antes", exact=True).click()
    page.keyboard.press("Escape")
    since, until = page.evaluate(
        "(today) => [new Date(Date.parse(today) - 29 * 864e5).toISOString().slice(0, 10), today]", str(reader.today())
    )
    told = demo.ask(reader.identity, ROWS, filter={"sentOn": {"from": since, "to": until}})["campaignAnalytics"]
    before = {row["template"]["name"]: row["funnel"] for row in told["previousPeriod"]["rows"]["nodes"]}
    table = page.get_by_role("table", name="Envíos por plantilla")
    expect(table.locator("thead [data-column=before]")).to_have_text(re.compile("Enviados, antes"))
    for line, row in zip(table.locator("tbody tr").all(), told["rows"]["nodes"], strict=False):
        count = before.get(row["template"]["name"], {"sent": {"count": 0}})["sent"]["count"]
        expected = re.compile(rf"^{re.escape(reader.written('count', count))}(\D|$)")
        expect(line.locator("[data-column=before]")).to_have_text(expected)
    assert asked.count("EarlierTemplates") == 1
    assert "Templates" not in asked  # the rows are those of the view
    table.get_by_role("button", name="% Leídos", exact=True).click()  # what the rows are sorted by is compared
    expect(table.locator("thead [data-column=before]")).to_have_text(re.compile("% Leídos, antes"))
    expect(table.locator("tfoot [data-column=before]")).to_have_text(re.compile("%.* pp$"))


def test_where_the_data_begins_the_column_says_so(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    page.goto(f"{administrator.server.url}/?{days(first_day(administrator), 10)}&columns=sent.before")
    settled(administrator)
    cells = page.get_by_role("table", name="Envíos por agente").locator("tbody [data-column=before]")
    expect(cells.first).to_have_text("sin datos")
    page.goto(page.url + "&compare=none")
    settled(administrator)
    expect(page.get_by_role("table", name="Envíos por agente").locator("[data-column=sent]").first).to_be_visible()
    expect(cells).to_have_count(0)


def test_the_row_of_all_has_the_median_of_all_replies(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last90&columns=sent.median")
    settled(reader)
    shown = page.locator("[data-area=speed] dd button").first
    expect(shown).to_have_text(re.compile(r"\d"))
    expect(page.get_by_role("table", name="Envíos por agente").locator("tfoot [data-column=median]")).to_have_text(
        shown.inner_text()
    )
