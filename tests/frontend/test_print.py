"""The view on paper: what somebody hands on."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.frontend.test_view import settled
from tests.support.browser.paper import Paper, read_paper
from tests.support.browser.users import Reader
from tests.support.servers.server import Server

POINTS = 72 / 25.4  # in a millimetre
MARGIN = 12 * POINTS
TITLES = ["Embudo", "Evolución", "Tiempo de respuesta", "Respuestas por hora", "Respuestas por día y hora"]
# The page as a sheet between its margins, in the pixels of a stylesheet.
SHEET = ViewportSize(width=703, height=1000)


def drawn(page: Page) -> None:
    """All charts are there."""
    expect(page.locator("[data-drawn]")).to_have_count(3)


def printed(page: Page, **options: Any) -> Paper:
    """The page as the browser prints it, on A4."""
    return read_paper(page.pdf(format="A4", prefer_css_page_size=True, **options))


@pytest.mark.parametrize("width", [390, 1440, 2560])
@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
def test_all_of_it_is_on_the_paper(demo: Server, page: Page, width: int, landscape: bool) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    settled(Reader.enter(demo, page, "p1", "/?period=last30"))
    drawn(page)
    paper = printed(page, landscape=landscape)
    for one in paper.texts:
        assert MARGIN - 1 <= one.x < paper.width - MARGIN, one
        assert 0 < one.y < paper.height, one
    places = [paper.find(title) for title in TITLES]
    assert places == sorted(places, key=lambda place: (place.sheet, place.y))  # one column
    assert max(place.x for place in places) - min(place.x for place in places) < 1
    heat = paper.find("Respuestas por día y hora")
    assert paper.find("dom").sheet == heat.sheet  # no card is cut, and its chart is there
    assert paper.find("dom").y > heat.y


def test_no_card_is_over_another_and_paper_is_light(demo: Server, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    settled(Reader.enter(demo, page, "p1"))
    drawn(page)
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)
    cards = [card.bounding_box() for card in page.locator("main section[data-area], main [data-area=funnel]").all()]
    boxes = [box for box in cards if box]
    assert len(boxes) >= 8
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"]
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SHEET["width"]
    for chart in page.locator("[data-drawn]").all():
        inner, outer = chart.locator("svg").bounding_box(), chart.locator("xpath=ancestor::section").bounding_box()
        assert inner
        assert outer
        assert inner["width"] > 0.8 * outer["width"]
        assert outer["y"] <= inner["y"]
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]
    colors = page.evaluate(
        """() => ["--card", "--ink"].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name))"""
    )
    assert colors == ["#fff", "#14201f"]
    page.emulate_media(media="screen")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_paper_says_what_it_is_of(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last90&department=d2")
    settled(reader)
    drawn(page)
    text = "".join(one.text for one in printed(page).texts)
    name = demo.ask(reader.identity, '{ departments(ids: ["d2"]) { nodes { name } } }')["departments"]["nodes"][0]
    assert f"Departamento: {name['name']}" in text
    assert "(hora de Santiago)" in text
    assert "Ver motivos" not in text


def test_the_key_for_printing_brings_the_reasons_of_bounces(demo: Server, page: Page) -> None:
    page.add_init_script("window.print = () => document.documentElement.setAttribute('data-printed', '');")
    reader = Reader.enter(demo, page, "p1", "/?period=last90")
    settled(reader)
    drawn(page)
    page.keyboard.press("Control+p")
    expect(page.locator("html[data-printed]")).to_be_attached()
    paper = printed(page)
    reasons = reader.api()["bounceReasons"]
    table = paper.find("Motivos de rebote")
    for reason in reasons:
        assert paper.find(str(reason["code"])).sheet == table.sheet


def test_an_open_list_of_messages_is_not_over_the_paper(demo: Server, page: Page) -> None:
    settled(Reader.enter(demo, page, "p1", "/?period=last30&messages=read"))
    drawn(page)
    expect(page.get_by_role("dialog").locator("[data-message]").first).to_be_visible()
    with_list = printed(page)
    for title in TITLES:
        with_list.find(title)  # which fails where it is not
    assert not any("Buscar en estos mensajes" in one.text for one in with_list.texts)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(printed(page).texts) == len(with_list.texts)


def test_the_key_for_printing_brings_the_whole_tables(demo: Server, page: Page) -> None:
    page.add_init_script("window.print = () => document.documentElement.setAttribute('data-printed', '');")
    reader = Reader.enter(demo, page, "p1", "/?period=last90")
    settled(reader)
    drawn(page)
    rows = reader.api()["byAgentTotal"]["nodes"]
    assert 10 < len(rows) <= 50
    table = page.get_by_role("table", name="Envíos por agente").locator("tbody tr")
    expect(table).to_have_count(10)
    page.keyboard.press("Control+p")
    expect(page.locator("html[data-printed]")).to_be_attached()
    expect(table).to_have_count(len(rows))
    text = "".join(one.text for one in printed(page).texts)
    assert "… y " not in text
    for row in rows:
        assert row["agent"]["name"].split()[0] in text
    expect(table).to_have_count(10)
    page.emulate_media(media="print")
    focused = page.locator("[data-area=speed] button").first
    page.keyboard.press("Tab")
    focused.focus()
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "none"


def test_without_the_key_paper_says_how_many_rows_it_lacks(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last90")
    settled(reader)
    drawn(page)
    rows = reader.api()["byAgentTotal"]["nodes"]
    page.route("**/graphql", lambda route: None)  # no answer comes before the paper
    text = "".join(one.text for one in printed(page).texts)
    assert f"… y {len(rows) - 10} más" in text
