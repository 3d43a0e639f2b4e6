"""The drawer of the messages behind a number: from each place, the same messages as the API's, and all that it does."""

import re
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.frontend.test_accessibility import violations
from tests.frontend.test_view import settled
from tests.support.browser.users import IDENTITIES, Reader, operation, periods
from tests.support.servers.server import Server

QUERY = """query Q($filter: CampaignAnalyticsFilter!, $where: MessageWhere!, $order: MessageOrder, $first: Int!) {
  campaignAnalytics(filter: $filter) { messages(where: $where, orderBy: $order, first: $first) { totalCount nodes {
    id status recipient { phone } ticket { key } bounce { code title } reply { kind text } template { name }
  } } }
}"""
PAGE = 50  # messages that the drawer asks for at once
QUARTER = "/?period=last90"


@pytest.fixture
def reader(demo: Server, page: Page) -> Reader:
    """Someone who sees everything, before a quarter of a year."""
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    return reader


def told(reader: Reader, where: Any, row: Any = None, first: int = PAGE, order: Any = None) -> Any:
    """The API's messages of the quarter."""
    since, until = periods(reader.today())["last90"]
    filter = {"sentOn": {"from": since, "to": until}, **(row or {})}
    answer = reader.server.ask(reader.identity, QUERY, filter=filter, where=where, order=order, first=first)
    return answer["campaignAnalytics"]["messages"]


def drawer(page: Page) -> Locator:
    """The open drawer, which has the only search among messages."""
    return page.get_by_role("dialog").filter(has=page.get_by_label("Buscar en estos mensajes"))


def ids(page: Page) -> list[str | None]:
    """The messages that are listed, in their order."""
    return [item.get_attribute("data-message") for item in drawer(page).locator("[data-message]").all()]


def shows(reader: Reader, title: str, expected: Any) -> None:
    """The drawer has this title, with the API's count, and lists the API's messages."""
    total = expected["totalCount"]
    noun = "mensaje" if total == 1 else "mensajes"
    panel = drawer(reader.page)
    expect(panel.get_by_role("heading").first).to_have_text(f"{title} · {reader.written('count', total)} {noun}")
    reader.page.wait_for_function(
        """(ids) => JSON.stringify(ids) === JSON.stringify(
            Array.from(document.querySelectorAll("[role=dialog] [data-message]"), ({ dataset }) => dataset.message))""",
        arg=[node["id"] for node in expected["nodes"]],
    )


def press(scope: Locator | Page, name: str) -> None:
    """Press the number of this name."""
    scope.get_by_role("button", name=re.compile(rf"^[\d.,% \s]*{name}.*: ver mensajes$")).click()


STEPS = [
    ("li[data-step=messages]", "mensajes", "Todos", {}),
    ("li[data-step=sent]", "enviados", "Enviados", {"step": "SENT"}),
    ("li[data-step=delivered]", "entregados", "Entregados", {"step": "DELIVERED"}),
    ("li[data-step=read]", "leídos", "Leídos", {"step": "READ"}),
    ("li[data-step=responded]", "respondidos", "Respondidos", {"step": "RESPONDED"}),
    ("div[data-step=bounced]", "rebotados", "Rebotados", {"step": "BOUNCED"}),
    ("li[data-step=delivered]", "no entregados", "No entregados", {"step": "DELIVERED", "reached": False}),
    ("li[data-step=read]", "no leídos", "No leídos", {"step": "READ", "reached": False}),
    ("li[data-step=responded]", "sin respuesta", "Sin respuesta", {"step": "RESPONDED", "reached": False}),
    ("[data-area=speed]", "respondidos", "Respondidos", {"step": "RESPONDED"}),
]


def test_each_number_of_the_funnel_opens_its_messages(reader: Reader) -> None:
    for place, noun, title, where in STEPS:
        expected = told(reader, where)
        assert expected["totalCount"] > 1
        button = reader.page.locator(place).get_by_role(
            "button", name=f"{reader.written('count', expected['totalCount'])} {noun}: ver mensajes", exact=True
        )
        button.click()
        shows(reader, title, expected)
        reader.page.keyboard.press("Escape")
        expect(drawer(reader.page)).to_have_count(0)
        expect(button).to_be_focused()


def test_a_bounce_reason_opens_its_messages_above_the_reasons(reader: Reader) -> None:
    page = reader.page
    reason = reader.api()["bounceReasons"][0]
    page.get_by_role("button", name="Ver motivos").click()
    line = page.get_by_role("dialog").locator("tbody tr").first
    button = line.get_by_role("button", name=re.compile("rebotados?, .*: ver mensajes"))
    expect(button).to_have_text(reader.written("count", reason["count"]))
    button.click()
    expected = told(reader, {"bounceCodes": [reason["code"]]})
    assert expected["totalCount"] == reason["count"]
    shows(reader, "Rebotados", expected)
    page.keyboard.press("Escape")
    expect(drawer(page)).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def test_a_cell_of_the_heatmap_and_an_hour_open_their_messages(reader: Reader) -> None:
    page = reader.page
    cells = {(cell["weekday"], cell["hour"]): cell["responses"] for cell in reader.api()["responseHeatmap"]}
    (weekday, hour), count = max(cells.items(), key=lambda cell: cell[1])
    page.get_by_role("button", name="Ver como tabla: Respuestas por día y hora").click()
    press(page.locator("[data-area=heatmap]"), f"respuestas?, {WEEKDAYS[weekday - 1]} a las {hour:02}:00")
    expected = told(reader, {"repliedAt": {"weekday": weekday, "hour": hour}})
    assert expected["totalCount"] == count
    shows(reader, "Respondidos", expected)
    expect(drawer(page)).to_contain_text(f"{WEEKDAYS[weekday - 1]} a las {hour:02}:00")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Ver como tabla: Respuestas por hora").click()
    press(page.locator("[data-area=hours]"), f"respuestas?, a las {hour:02}:00")
    shows(reader, "Respondidos", told(reader, {"repliedAt": {"hour": hour}}))


@pytest.mark.parametrize(("area", "pattern"), [("heatmap", r"reply-(\d)-(\d+)"), ("hours", r"reply-()(\d+)")])
def test_a_click_on_a_chart_opens_the_messages_beneath_it(reader: Reader, area: str, pattern: str) -> None:
    chart = reader.page.locator(f"[data-area={area}] [data-drawn] [role=img]")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    for x, y in ((0.62, 0.6), (0.6, 0.55), (0.64, 0.65)):  # between two cells is nothing to click on
        chart.click(position={"x": box["width"] * x, "y": box["height"] * y})
        with suppress(PlaywrightTimeoutError):
            reader.page.wait_for_url(re.compile(f"messages={pattern}"), timeout=2_000)
            break
    expect(reader.page).to_have_url(re.compile(f"messages={pattern}"))
    found = re.search(f"messages={pattern}", reader.page.url)
    assert found
    weekday, hour = found.groups()
    at = {"hour": int(hour)} | ({"weekday": int(weekday)} if weekday else {})
    assert 12 <= int(hour) <= 16
    shows(reader, "Respondidos", told(reader, {"repliedAt": at}))


def test_a_number_of_a_row_opens_the_messages_of_that_row_only(reader: Reader) -> None:
    page = reader.page
    page.get_by_text("Por agente y departamento", exact=True).click()
    row = page.get_by_role("table", name="Envíos por agente y departamento").locator("tbody tr").first
    press(row, "leídos, ")
    parameters = page.evaluate("new URLSearchParams(location.search).getAll('messages')")
    assert parameters[0] == "read"
    one = dict(parameter.split(".", 1) for parameter in parameters[1:])
    of_row = {"agentIds": [one["agent"]], "departmentIds": [one["department"]]}
    shows(reader, "Leídos", told(reader, {"step": "READ"}, of_row))
    agent = row.locator("td").first.inner_text().split("\n")[0].strip()
    expect(drawer(page)).to_contain_text(agent)
    assert "agent=" not in page.url.replace("messages=agent", "")
    page.keyboard.press("Escape")
    for noun, where in (("enviados", {"step": "SENT"}), ("tickets creados", {"createdTicket": True})):
        press(row, f"{noun}, ")
        expected = told(reader, where, of_row)
        column = {"enviados": "sent", "tickets creados": "tickets"}[noun]
        expect(row.locator(f"[data-column={column}]")).to_have_text(reader.written("count", expected["totalCount"]))
        expect(drawer(page).get_by_role("heading").first).to_contain_text(
            f"{reader.written('count', expected['totalCount'])} mensaje"
        )
        page.keyboard.press("Escape")
        expect(drawer(page)).to_have_count(0)


def test_more_are_loaded_until_there_are_no_more(reader: Reader) -> None:
    page = reader.page
    page.locator("li[data-step=responded]").get_by_role("button", name="respondidos: ver mensajes").click()
    expected = told(reader, {"step": "RESPONDED"}, first=200)
    assert expected["totalCount"] > PAGE
    panel = drawer(page)
    seen = PAGE
    while seen < min(expected["totalCount"], 200):
        expect(panel.locator("[data-message]")).to_have_count(seen)
        panel.get_by_role("button", name="Cargar más").click()
        expect(panel.locator("[data-message]").nth(seen).get_by_role("button")).to_be_focused()
        seen = min(seen + PAGE, expected["totalCount"])
    expect(panel.locator("[data-message]")).to_have_count(seen)
    assert ids(page)[:200] == [node["id"] for node in expected["nodes"]]
    if seen == expected["totalCount"]:
        expect(panel.get_by_role("button", name="Cargar más")).to_have_count(0)


def test_when_no_more_can_be_had_the_list_stays_and_can_go_on(reader: Reader) -> None:
    page, panel = reader.page, drawer(reader.page)
    press(page.locator("li[data-step=responded]"), "respondidos")
    expect(panel.locator("[data-message]")).to_have_count(PAGE)
    body = {"data": None, "errors": [{"message": "no", "extensions": {"code": "RATE_LIMITED"}}]}
    page.route("**/graphql", lambda route: route.fulfill(json=body))
    panel.get_by_role("button", name="Cargar más").click()
    expect(panel.get_by_role("alert")).to_have_text("No se pudieron cargar más mensajes.")
    expect(panel.locator("[data-message]")).to_have_count(PAGE)
    page.unroute("**/graphql")
    panel.get_by_role("button", name="Cargar más").click()
    expect(panel.locator("[data-message]")).to_have_count(2 * PAGE)
    expect(panel.get_by_role("alert")).to_have_count(0)


def test_the_order_is_the_readers_where_there_are_replies(reader: Reader) -> None:
    page = reader.page
    press(page.locator("li[data-step=responded]"), "respondidos")
    for name, order in (
        ("Respuesta más rápida", {"field": "RESPONSE_TIME", "direction": "ASC"}),
        ("Respuesta más reciente", {"field": "REPLIED_AT", "direction": "DESC"}),
    ):
        drawer(page).get_by_label("Ordenar por").select_option(label=name)
        shows(reader, "Respondidos", told(reader, {"step": "RESPONDED"}, order=order))
    page.keyboard.press("Escape")
    press(page.locator("div[data-step=bounced]"), "rebotados")
    expect(drawer(page).locator("[data-message]").first).to_be_visible()
    expect(drawer(page).get_by_label("Ordenar por")).to_have_count(0)


def test_a_message_is_found_by_phone_ticket_or_id(reader: Reader) -> None:
    page = reader.page
    press(page.locator("li[data-step=messages]"), "mensajes")
    every = told(reader, {}, first=200)
    panel, search = drawer(page), drawer(page).get_by_label("Buscar en estos mensajes")
    expect(panel.locator("[data-message]")).to_have_count(PAGE)
    node = next(node for node in every["nodes"] if node["ticket"] and node["recipient"]["phone"])
    digits = re.sub(r"\D", "", node["recipient"]["phone"])
    for text in (digits, node["ticket"]["key"], node["id"]):
        search.fill(text)
        expected = told(reader, {"text": text})
        expect(panel.get_by_text(re.compile(rf"^{expected['totalCount']} encontrados?$"))).to_be_visible()
        shows(reader, "Todos", every | {"nodes": expected["nodes"]})
        assert node["id"] in ids(page)
    assert digits not in page.url
    search.fill("zzzz no such")
    expect(panel.get_by_role("heading", name="Ningún mensaje empieza así")).to_be_visible()
    search.fill("zzz")  # too short to be looked for
    expect(panel.locator("[data-message]")).to_have_count(PAGE)


def test_a_message_opens_to_its_history(reader: Reader) -> None:
    page = reader.page
    press(page.locator("li[data-step=responded]"), "respondidos")
    node = next(node for node in told(reader, {"step": "RESPONDED"})["nodes"] if node["reply"]["text"])
    item = drawer(page).locator(f"[data-message='{node['id']}']")
    summary = item.get_by_role("button")
    expect(summary).to_contain_text(node["reply"]["text"])
    expect(summary).to_contain_text(node["template"]["name"])
    expect(summary).to_have_attribute("aria-expanded", "false")
    summary.press("Enter")
    expect(summary).to_have_attribute("aria-expanded", "true")
    history = item.get_by_role("list", name="Historia del mensaje")
    expect(history.get_by_role("listitem").first).to_contain_text("Intento de envío")
    replied = history.locator("[data-event=replied]")
    expect(replied).to_contain_text(node["reply"]["text"])
    expect(replied).to_contain_text(re.compile(r"(Texto|Botón) · después de .* · .*"))
    expect(item).to_contain_text(node["id"])
    summary.press("Enter")
    expect(history).to_have_count(0)

    page.keyboard.press("Escape")
    press(page.locator("div[data-step=bounced]"), "rebotados")
    bounced = told(reader, {"step": "BOUNCED"})["nodes"][0]
    item = drawer(page).locator(f"[data-message='{bounced['id']}']")
    item.get_by_role("button").click()
    event = item.locator("[data-event=bounced]")
    expect(event).to_contain_text(f"(código {bounced['bounce']['code']})")
    expect(event).not_to_contain_text(bounced["bounce"]["title"])


def test_the_address_opens_the_drawer_and_back_closes_it(reader: Reader, context: BrowserContext) -> None:
    page = reader.page
    before = page.url
    press(page.locator("li[data-step=read]"), "no leídos")
    expect(page).to_have_url(re.compile("messages=not-read"))
    linked = page.url.removeprefix(reader.server.url)
    shows(reader, "No leídos", told(reader, {"step": "READ", "reached": False}))
    page.go_back()
    expect(drawer(page)).to_have_count(0)
    expect(page).to_have_url(before)
    page.go_forward()
    expect(drawer(page)).to_have_count(1)
    page.get_by_role("button", name="Cerrar", exact=True).click()
    expect(drawer(page)).to_have_count(0)
    expect(page).to_have_url(before)

    other = Reader.enter(reader.server, context.new_page(), "p2", linked)
    shows(other, "No leídos", told(other, {"step": "READ", "reached": False}))
    other.page.keyboard.press("Escape")
    expect(drawer(other.page)).to_have_count(0)
    expect(other.page).not_to_have_url(re.compile("messages="))
    expect(other.page.locator("#content")).to_be_focused()


def test_an_address_that_nobody_understands_opens_nothing(demo: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    settled(Reader.enter(demo, page, "p1", QUARTER + "&messages=everything"))
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert {*asked} == {"View", "Viewer", "EarlierSeries", "Annotations"}


def test_a_supervisor_sees_the_messages_of_their_departments(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p3", QUARTER)
    settled(reader)
    expected = told(reader, {"step": "SENT"})
    everything = told(Reader(demo, page, IDENTITIES["p1"]), {"step": "SENT"})
    assert 0 < expected["totalCount"] < everything["totalCount"]
    press(page.locator("li[data-step=sent]"), "enviados")
    shows(reader, "Enviados", expected)


def test_the_focus_stays_in_the_drawer(reader: Reader) -> None:
    page = reader.page
    press(page.locator("li[data-step=sent]"), "enviados")
    expect(drawer(page).locator("[data-message]").first).to_be_visible()
    inside = "() => document.activeElement.closest('[role=dialog]') !== null"
    page.wait_for_function(inside)
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(inside)


@pytest.mark.parametrize(
    ("extensions", "heading"),
    [
        (
            {"code": "BAD_USER_INPUT", "reason": "TOO_MANY_MESSAGES"},
            "Este período tiene demasiados mensajes para revisarlos uno por uno",
        ),
        ({"code": "TIMEOUT"}, "La consulta tardó demasiado"),
    ],
)
def test_an_error_is_told_in_words(reader: Reader, extensions: dict[str, str], heading: str) -> None:
    body = {"data": None, "errors": [{"message": "no", "extensions": extensions}]}

    def refuse(route: Route) -> None:
        if operation(route.request) == "Messages":
            route.fulfill(json=body)
        else:
            route.continue_()

    reader.page.route("**/graphql", refuse)
    press(reader.page.locator("li[data-step=sent]"), "enviados")
    expect(drawer(reader.page).get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)], ids=["light", "dark phone"])
def test_the_drawer_is_accessible_and_fills_a_phone(demo: Server, page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    press(page.locator("li[data-step=responded]"), "respondidos")
    panel = drawer(page)
    panel.locator("[data-message]").first.get_by_role("button").click()
    expect(panel.get_by_role("list", name="Historia del mensaje")).to_be_visible()
    assert violations(page) == []
    box = panel.bounding_box()
    assert box
    assert box["x"] + box["width"] == width
    assert (box["width"] == width) == (width == 390)
    assert panel.evaluate("(element) => element.scrollWidth <= element.clientWidth")


def test_a_script_that_cannot_be_loaded_is_told(demo: Server, page: Page) -> None:
    page.route("**/MessagesDrawer-*.js", lambda route: route.abort())
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    press(page.locator("li[data-step=sent]"), "enviados")
    expect(page.get_by_role("heading", name="No se pudo abrir la lista de mensajes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
