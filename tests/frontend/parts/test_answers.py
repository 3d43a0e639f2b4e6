"""The card of answers and the heat map by hour of sending: the API's numbers, and the messages behind an answer."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.frontend.parts.test_files import saved
from tests.frontend.test_accessibility import violations
from tests.frontend.test_messages import QUARTER, drawer, shows, told
from tests.frontend.test_view import as_written, seconds, settled
from tests.support.browser.users import Reader, operation, periods
from tests.support.servers.server import Server

ANSWERS = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
  byAnswer(first: 200) { nodes { kind label payload messages share medianResponseTime replies } }
} }"""
SENDS = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
  sendTimes { weekday hour delivered responded rate typicalResponseTime }
  sendTimeBlocks { fromHour toHour delivered responded comparable best }
} }"""
FEW = 20  # messages of which a rate says little
FIRST_ROWS = 6
REPLIES, RATE, TIME = (
    "Respuestas por día y hora",
    "Tasa de respuesta por hora de envío",
    "Tiempo de respuesta por hora de envío",
)
CHOICES = {REPLIES: "Por hora de respuesta", RATE: "Tasa por hora de envío", TIME: "Tiempo por hora de envío"}
REFUSALS = {
    "TOO_MANY_MESSAGES": "Este período tiene demasiados mensajes para revisarlos uno por uno",
    "MESSAGES_DROPPED": "Los mensajes de esas fechas ya se eliminaron",
}


def asked_of(reader: Reader, query: str) -> Any:
    """The API's answer about the quarter."""
    since, until = periods(reader.today())["last90"]
    return reader.server.ask(reader.identity, query, filter={"sentOn": {"from": since, "to": until}})[
        "campaignAnalytics"
    ]


def card(page: Page) -> Locator:
    """The card of answers, scrolled to."""
    found = page.locator("section[data-area=answers]")
    found.scroll_into_view_if_needed()
    return found


def choose(page: Page, measure: str) -> None:
    """Choose what the heat map shows."""
    part = page.locator("section[data-area=heatmap]")
    part.get_by_label("Medida del mapa de calor").first.click()
    page.get_by_role("option", name=CHOICES[measure]).click()
    expect(part.get_by_role("heading", name=measure)).to_be_visible()


def refuse(page: Page, reason: str) -> None:
    """Let the API refuse for a reason what is counted message by message."""
    errors = [{"message": "no", "extensions": {"code": "BAD_USER_INPUT", "reason": reason}}]

    def answer(route: Route) -> None:
        if operation(route.request) in ("Answers", "SendTimes"):
            route.fulfill(json={"data": None, "errors": errors})
        else:
            route.continue_()

    page.route("**/graphql", answer)


def test_the_card_has_the_apis_answers_and_asks_for_them_when_it_is_seen(demo: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    expect(page.locator("[data-drawn]")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    assert "Answers" not in asked
    answers = asked_of(reader, ANSWERS)["byAnswer"]["nodes"]
    assert len(answers) > FIRST_ROWS
    rows = card(page).locator("tbody tr")
    expect(rows).to_have_count(FIRST_ROWS)
    page.get_by_role("button", name=f"Ver todas ({len(answers)})").click()
    expect(rows).to_have_count(len(answers))
    card(page).get_by_label("Contar todas las respuestas").check()
    assert asked.count("Answers") == 1
    for row, answer in zip(rows.all(), answers, strict=True):
        if answer["kind"] == "BUTTON":
            expect(row.locator("th")).to_contain_text(answer["label"] or answer["payload"] or "otros botones")
        messages, share, median, replies = (cell.inner_text() for cell in row.locator("td").all())
        assert messages == reader.written("count", answer["messages"])
        assert share == reader.written("rate", answer["share"])
        assert seconds(median) == as_written(answer["medianResponseTime"])
        assert replies == reader.written("count", answer["replies"])
    assert violations(page) == []


def test_a_row_opens_its_messages_which_are_exported_by_their_button(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p2", QUARTER)
    settled(reader)
    answers = asked_of(reader, ANSWERS)["byAnswer"]["nodes"]
    words = next(answer for answer in answers if answer["kind"] == "TEXT")
    row = card(page).locator("tr[data-answer=TEXT]")
    row.locator("th").click()
    expect(page).to_have_url(re.compile("messages=answer-text"))
    expected = told(reader, {"replyKinds": ["TEXT"]})
    assert expected["totalCount"] == words["messages"]
    shows(reader, "Respondidos", expected)
    page.keyboard.press("Escape")
    expect(drawer(page)).to_have_count(0)
    expect(row.get_by_role("button")).to_be_focused()

    tapped = next(answer for answer in answers if answer["kind"] == "BUTTON" and answer["label"])
    button = tapped["payload"] or tapped["label"]
    row = card(page).locator("tr[data-answer=BUTTON]").filter(has_text=tapped["label"]).first
    row.get_by_role("button").click()
    expected = told(reader, {"button": button})
    assert expected["totalCount"] == tapped["messages"]
    shows(reader, "Respondidos", expected)
    panel = drawer(page)
    expect(panel).to_contain_text(f"botón «{tapped['label']}»")
    panel.get_by_role("button", name="Exportar estos").click()
    dialog = page.get_by_role("dialog", name="Exportar envíos")
    expect(dialog).to_contain_text(f"Solo: Respondidos, botón «{tapped['label']}»")
    with page.expect_request(lambda sent: sent.url.endswith("/graphql") and operation(sent) == "CreateExport") as asked:
        dialog.get_by_role("button", name="Exportar", exact=True).click()
    body = asked.value.post_data_json
    assert body
    assert body["variables"]["input"]["where"] == {"button": button, "text": None}
    expect(page.get_by_role("log").get_by_text("Listo: Respondidos")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Exportaciones").click()
    expect(page.get_by_text(f"Solo: botón «{button}»").first).to_be_visible()


def test_the_heat_map_shows_the_apis_rates_and_times_by_hour_of_sending(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    answer = asked_of(reader, SENDS)
    cells = sorted(answer["sendTimes"], key=lambda cell: (cell["hour"], cell["weekday"]))
    assert any(cell["delivered"] >= FEW for cell in cells)
    choose(page, RATE)
    expect(page).to_have_url(re.compile("heatmap=rate"))
    part = page.locator("section[data-area=heatmap]")
    expect(part.locator("[data-drawn]")).to_be_visible()
    best = next((block for block in answer["sendTimeBlocks"] if block["best"]), None)
    compared = sum(block["comparable"] for block in answer["sendTimeBlocks"])
    if best:
        verdict = f"Mejor horario de envío: {best['fromHour']} a {best['toHour']} h: "
    else:
        verdict = "Sin diferencia clara entre horarios" if compared > 1 else "Pocos mensajes para comparar horarios"
    expect(part).to_contain_text(verdict)
    part.get_by_role("button", name=verdict).click()
    expect(page.get_by_role("dialog")).to_contain_text("No prueba que la hora sea la causa")
    assert violations(page) == []
    page.keyboard.press("Escape")

    part.get_by_role("button", name=f"Ver como tabla: {RATE}").click()
    few = [0 < cell["delivered"] < FEW for cell in cells]
    expect(part.locator("tbody td")).to_have_text(
        [
            f"{cell['responded']} de {cell['delivered']}" if is_few else reader.written("rate", cell["rate"])
            for cell, is_few in zip(cells, few, strict=True)
        ]
    )
    assert part.locator("tbody td button").count() == 0  # there is no condition by the hour of sending
    lines = saved(page, RATE, "Descargar CSV").path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Hora de envío;")
    assert len(lines) == 25
    choose(page, TIME)
    shown = part.locator("tbody td").all_inner_texts()
    for text, cell in zip(shown, cells, strict=True):
        time = cell["typicalResponseTime"]
        assert text == "–" if time is None else seconds(text) == as_written(time)
    page.reload()
    expect(part.get_by_role("heading", name=TIME)).to_be_visible()
    choose(page, REPLIES)
    expect(page).not_to_have_url(re.compile("heatmap="))


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_refusal_is_told_in_the_cards(demo: Server, page: Page, reason: str) -> None:
    refuse(page, reason)
    reader = Reader.enter(demo, page, "p1", QUARTER + "&heatmap=rate")
    settled(reader)
    expect(card(page)).to_contain_text(REFUSALS[reason])
    expect(page.locator("section[data-area=heatmap]")).to_contain_text(REFUSALS[reason])
    expect(page.locator("li[data-step=messages]")).to_be_visible()
    assert violations(page) == []
