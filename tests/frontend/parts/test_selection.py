"""Values that are left out, categories and languages, and the rows and columns of tables that come on demand."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.frontend.parts.test_files import saved
from tests.frontend.parts.test_options import numbers, opened
from tests.frontend.test_accessibility import violations
from tests.frontend.test_view import row_numbers, seconds, settled, table_agrees
from tests.support.browser.users import Reader, operation, periods
from tests.support.servers.server import Server

QUARTER = "/?period=last90"
EXTRAS = """query Q($filter: CampaignAnalyticsFilter!) {
  agents(first: 200) { nodes { id name } }
  campaignAnalytics(filter: $filter) {
    byTemplate(first: 200, orderBy: {field: SENT}) { nodes { template { id name language } funnel { messages } } }
    byAgentTotal(first: 200, orderBy: {field: SENT}) {
      nodes { agent { id name } responseTime { median } messagesOverTime(granularity: WEEK) }
    }
  }
}"""


def told(reader: Reader, **filter: Any) -> Any:
    """The API's rows of the quarter under some filters."""
    since, until = periods(reader.today())["last90"]
    return reader.server.ask(reader.identity, EXTRAS, filter={"sentOn": {"from": since, "to": until}, **filter})


def parameter(page: Page, name: str) -> list[str]:
    """The values of a parameter of the page's address."""
    values: list[str] = page.evaluate("(name) => new URLSearchParams(location.search).getAll(name)", name)
    return values


def messages(page: Page) -> Locator:
    """The number of all messages."""
    return page.locator("li[data-step=messages]").get_by_role("button").first


def shows_what_the_api_says(reader: Reader) -> Any:
    """The funnel has the messages of the address's filter, which are returned with the other numbers."""
    settled(reader)
    numbers = reader.api()
    expect(messages(reader.page)).to_have_text(reader.written("count", numbers["funnel"]["messages"]))
    return numbers


def test_templates_are_left_out_and_shown_again(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    rows = told(reader)["campaignAnalytics"]["byTemplate"]["nodes"]
    names = [row["template"]["name"] for row in rows[:2]]
    options = opened(page, "Plantilla HSM")
    switch = page.get_by_role("radiogroup", name="Plantilla HSM: es o no es")
    switch.get_by_text("no es", exact=True).click()
    options.filter(has_text=names[0]).first.click()
    expect(page).to_have_url(re.compile("not_template="))
    settled(reader)
    assert violations(page) == []
    button = page.get_by_label("Filtros").get_by_role("button", name="Plantilla HSM").first
    expect(button).to_contain_text(f"no es {names[0]}")
    page.keyboard.press("Escape")
    without = shows_what_the_api_says(reader)
    assert parameter(page, "not_template") == [rows[0]["template"]["id"]]
    all_messages = sum(row["funnel"]["messages"] for row in rows)
    assert without["funnel"]["messages"] == all_messages - rows[0]["funnel"]["messages"] > 0

    options = opened(page, "Plantilla HSM")
    expect(options).to_have_count(len(rows))
    assert sum(numbers(options)) == all_messages  # under the other filters
    options.filter(has_text=names[1]).first.click()
    expect(button).to_contain_text("no 2 seleccionadas")
    switch.get_by_text("es", exact=True).click()  # the same two, the other way round
    expect(page).not_to_have_url(re.compile("not_template="))
    page.keyboard.press("Escape")
    assert shows_what_the_api_says(reader)["funnel"]["messages"] == sum(row["funnel"]["messages"] for row in rows[:2])
    assert parameter(page, "template") == sorted(row["template"]["id"] for row in rows[:2])


def test_what_is_left_out_is_left_out_of_lists_and_files(demo: Server, page: Page) -> None:
    template = told(Reader.enter(demo, page, "p1", QUARTER))["campaignAnalytics"]["byTemplate"]["nodes"][0]["template"]
    reader = Reader.enter(demo, page, "p1", f"{QUARTER}&not_template={template['id']}&category=utility")
    count = shows_what_the_api_says(reader)["funnel"]["messages"]
    page.locator("li[data-step=messages]").get_by_role("button", name="ver mensajes").first.click()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_contain_text(reader.written("count", count))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Exportar", exact=True).click()
    dialog = page.get_by_role("dialog", name="Exportar envíos")
    expect(dialog).to_contain_text(f"Plantilla HSM no es: {template['name']}")
    expect(dialog).to_contain_text("Tipo de plantilla: Utilidad")
    name = f"Sin {template['id']}"
    dialog.get_by_label("Nombre").fill(name)
    dialog.get_by_role("button", name="Exportar").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Exportaciones").first.click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(f"Plantilla HSM no es: {template['name']}")
    expect(row).to_contain_text("Lista", timeout=60_000)
    row.get_by_role("link", name="Abrir esta vista").click()
    assert shows_what_the_api_says(reader)["funnel"]["messages"] == count
    assert parameter(page, "not_template") == [template["id"]]
    assert parameter(page, "category") == ["utility"]


def test_a_supervisors_link_leaves_out_their_departments_only(demo: Server, page: Page) -> None:
    supervisor = Reader.enter(demo, page, "p3", QUARTER)
    own = demo.ask(supervisor.identity, "{ viewer { departments { id } } }")["viewer"]["departments"]
    page.goto(f"{demo.url}{QUARTER}&not_department={own[0]['id']}&not_department=foreign")
    settled(supervisor)
    expect(page.get_by_text("Este enlace incluía 1 departamento que no ves.")).to_be_visible()
    page.get_by_role("button", name="Entendido").click()
    expect(page).not_to_have_url(re.compile("foreign"))
    assert parameter(page, "not_department") == [own[0]["id"]]
    shows_what_the_api_says(supervisor)


def test_categories_and_languages_are_further_filters(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    rows = reader.api()["byCategory"]["nodes"]
    utility = next(row["funnel"]["messages"] for row in rows if row["category"] == "UTILITY")
    page.get_by_role("button", name="Más filtros").click()
    choice = page.get_by_role("dialog", name="Más filtros")
    expect(choice).to_contain_text(f"{reader.written('count', utility)} mensaje")
    choice.get_by_label("Utilidad").click()
    expect(page).to_have_url(re.compile("category=utility"))
    assert shows_what_the_api_says(reader)["funnel"]["messages"] == utility
    sums: Counter[str] = Counter()
    for row in told(reader, categories=["UTILITY"])["campaignAnalytics"]["byTemplate"]["nodes"]:
        if language := row["template"]["language"]:
            sums[language] += row["funnel"]["messages"]
    languages = choice.get_by_role("group", name="Idioma")
    expect(languages.get_by_role("checkbox")).to_have_count(len(sums))
    assert violations(page) == []
    languages.get_by_role("checkbox").first.click()
    shows_what_the_api_says(reader)
    assert parameter(page, "language") == [sums.most_common(1)[0][0]]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Quitar filtro Idioma").click()
    expect(page).not_to_have_url(re.compile("language="))
    page.get_by_role("button", name="Quitar filtro Tipo de plantilla").click()
    expect(page).not_to_have_url(re.compile("category="))
    assert len(shows_what_the_api_says(reader)["byCategory"]["nodes"]) == len(rows)


def test_too_many_messages_to_look_at_are_told_with_what_to_do(demo: Server, page: Page) -> None:
    extensions = {"code": "BAD_USER_INPUT", "reason": "TOO_MANY_MESSAGES"}

    def refuse(route: Route) -> None:
        if operation(route.request) in ("View", "UsedCategories") and "MARKETING" in (route.request.post_data or ""):
            route.fulfill(json={"data": None, "errors": [{"message": "no", "extensions": extensions}]})
        else:
            route.continue_()

    page.route("**/graphql", refuse)
    Reader.enter(demo, page, "p1", QUARTER + "&category=marketing")
    expect(page.get_by_text("demasiados mensajes para revisar el tipo")).to_be_visible()
    expect(page.get_by_text("Elige menos días.")).to_be_visible()


def test_a_row_by_category_filters_and_opens_its_messages(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER + "&tab=categories")
    settled(reader)
    rows = reader.api()["byCategory"]["nodes"]
    words = {"MARKETING": "Marketing", "UTILITY": "Utilidad", "AUTHENTICATION": "Autenticación", "SERVICE": "Servicio"}
    named = [{**row, "category": {"name": words.get(row["category"], "Otra")}} for row in rows]
    table_agrees(reader, "Envíos por tipo de plantilla", named, ("category",))
    line = page.get_by_role("table", name="Envíos por tipo de plantilla").locator("tbody tr").first
    line.locator("[data-column=messages]").get_by_role("button").click()
    first = reader.written("count", rows[0]["funnel"]["messages"])
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_contain_text(first)
    assert parameter(page, "messages") == ["all", f"category.{rows[0]['category'].lower()}"]
    page.keyboard.press("Escape")
    line.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"category={rows[0]['category'].lower()}"))
    assert shows_what_the_api_says(reader)["funnel"]["messages"] == rows[0]["funnel"]["messages"]


def test_agents_are_shown_by_department_and_with_those_who_did_not_send(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER + "&department=d2&rows=50")
    settled(reader)
    answer = reader.api()
    totals = answer["byAgentTotal"]["nodes"]
    table_agrees(reader, "Envíos por agente", totals, ("agent",))
    page.get_by_text("Por agente y departamento", exact=True).click()
    expect(page).to_have_url(re.compile("agents=departments"))
    table_agrees(reader, "Envíos por agente y departamento", answer["byAgent"]["nodes"], ("agent", "department"))
    page.get_by_text("Por agente", exact=True).click()
    expect(page).not_to_have_url(re.compile("agents="))

    page.get_by_role("button", name="Mostrar también a quienes no enviaron").click()
    senders = {row["agent"]["name"] for row in totals}
    idle = [one["name"] for one in told(reader)["agents"]["nodes"] if one["name"] not in senders]
    assert idle
    lines = page.get_by_role("table", name="Envíos por agente").locator("tbody tr")
    expect(lines).to_have_count(min(50, len(totals) + len(idle)))
    for row, line in zip(totals, lines.all(), strict=False):
        expect(line).to_contain_text(row["agent"]["name"])
    below = lines.nth(len(totals))
    expect(below).to_contain_text(idle[0])
    expect(below.locator("[data-column]")).to_have_text(["0", "0", "0", "–", "–", "–"])
    expect(page.get_by_role("table", name="Envíos por agente").locator("tfoot td")).to_have_text(
        row_numbers(reader, answer["funnel"])
    )
    assert violations(page) == []


def test_medians_and_trends_are_columns_on_demand(demo: Server, page: Page) -> None:
    asked: list[Any] = []
    page.on("request", lambda sent: asked.append(sent.post_data_json) if sent.url.endswith("/graphql") else None)
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    assert {one["operationName"] for one in asked} <= {"View", "Viewer", "EarlierSeries", "Annotations"}
    page.get_by_role("button", name="Columnas: Envíos por agente").click()
    choice = page.get_by_role("dialog", name="Columnas")
    choice.get_by_label("Mediana de respuesta").click()
    expect(page).to_have_url(re.compile(r"columns=[\w.]*median"))
    choice.get_by_label("Tendencia").click()
    page.keyboard.press("Escape")
    rows = told(reader)["campaignAnalytics"]["byAgentTotal"]["nodes"]
    table = page.get_by_role("table", name="Envíos por agente")
    lines = table.locator("tbody tr")
    for row, line in zip(rows[:10], lines.all(), strict=True):
        points = [reader.written("count", n) for n in (f(row["messagesOverTime"]) for f in (min, max, lambda n: n[-1]))]
        picture = line.locator("[data-column=trend]").get_by_role("img")
        expect(picture).to_have_accessible_name("mín {}, máx {}, último {}".format(*points))
        shown, median = line.locator("[data-column=median]").inner_text(), row["responseTime"]["median"]
        assert shown == "–" if median is None else seconds(shown) == pytest.approx(median, rel=0.05, abs=60)
    assert violations(page) == []
    file = saved(page, "Envíos por agente", "Descargar CSV")
    head, *text = file.path().read_text("utf-8-sig").splitlines()
    assert head.split(";")[-1] == "Mediana de respuesta (segundos)"
    assert len(text) == len(rows)
    for written, row in zip(text, rows, strict=True):
        median = row["responseTime"]["median"]
        assert written.split(";")[-1] == ("" if median is None else str(median).replace(".", ",").removesuffix(",0"))
    page.get_by_role("tab", name="Tipo").click()
    expect(page.locator("[data-column=trend]")).to_have_count(0)  # which rows of categories do not have


@pytest.mark.parametrize("is_masked", [True, False])
def test_the_search_of_messages_offers_phones_to_who_sees_them(demo: Server, page: Page, is_masked: bool) -> None:
    def mask(route: Route) -> None:
        if operation(route.request) != "Viewer":
            return route.continue_()
        answer = route.fetch().json()
        answer["data"]["viewer"]["phonesMasked"] = is_masked
        return route.fulfill(json=answer)

    page.route("**/graphql", mask)
    Reader.enter(demo, page, "p1", QUARTER + "&messages=read")
    hint = "Comienzo del ticket o ID" if is_masked else "Comienzo del teléfono con código de país"
    expect(page.get_by_role("dialog").get_by_text(hint)).to_be_visible()
