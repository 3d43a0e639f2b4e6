"""The view in a browser: every role, every part, and each number against the API's."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser.users import FUNNEL, Reader, operation, periods
from tests.support.servers.server import Server

STEPS = ["sent", "delivered", "read", "responded"]


def settled(reader: Reader) -> None:
    """The view shows the answer to its filters."""
    expect(reader.page.locator("[aria-busy=false] li[data-step=messages]").first).to_be_visible()


def agrees(reader: Reader) -> None:
    """The funnel and the tables say what the API says."""
    settled(reader)
    told = reader.api()
    page, funnel, before = reader.page, told["funnel"], told["previousPeriod"]
    assert before["coverage"]["complete"]
    first = page.locator("li[data-step=messages]")
    expect(first.get_by_role("button").first).to_have_text(reader.written("count", funnel["messages"]))
    expect(first.locator("[data-number=tickets]")).to_contain_text(reader.written("count", funnel["tickets"]))
    expect(first.locator("[data-number=before]")).to_contain_text(
        "antes " + reader.written("count", before["funnel"]["messages"])
    )
    for name in STEPS:
        step = page.locator(f"li[data-step={name}]")
        expect(step.get_by_role("button").first).to_have_text(reader.written("rate", funnel[name]["rate"]))
        expect(step.locator("[data-number=count] b")).to_have_text(reader.written("count", funnel[name]["count"]))
        expect(step.locator("[data-number=tickets] b")).to_have_text(reader.written("count", funnel[name]["tickets"]))
        expect(step.locator("[data-number=before]")).to_contain_text(
            "antes " + reader.written("rate", before["funnel"][name]["rate"])
        )
    bounced = page.locator("div[data-step=bounced]")
    expect(bounced).to_contain_text(reader.written("rate", funnel["bounced"]["rate"]))
    expect(bounced.locator("[data-number=count] b")).to_have_text(reader.written("count", funnel["bounced"]["count"]))
    pending = page.locator("div[data-step=pending]")
    expect(pending).to_have_count(1 if funnel["pending"]["count"] else 0)
    if funnel["pending"]["count"]:
        expect(pending).to_contain_text(reader.written("rate", funnel["pending"]["rate"]))
        expect(pending.locator("[data-number=count] b")).to_have_text(
            reader.written("count", funnel["pending"]["count"])
        )
    maturing = told["maturing"]["messages"]
    young = f"{reader.written('count', maturing)} mensaje" if maturing else "ya no cambiarán"
    expect(page.locator("[data-step=maturing]")).to_contain_text(young)
    times_agree(reader, told)
    for tab, rows, names in (
        ("Agente", told["byAgentTotal"]["nodes"], ("agent",)),
        ("Departamento", told["byDepartment"]["nodes"], ("department",)),
        ("Plantilla", told["byTemplate"]["nodes"], ("template",)),
        ("Cuenta", told["byAccount"]["nodes"], ("account",)),
    ):
        page.get_by_role("tab", name=tab).click()
        title = f"Envíos por {tab.lower()}"
        table_agrees(reader, title, rows[:10], names)
        total = page.get_by_role("table", name=title).locator("tfoot td")
        expect(total).to_have_text(row_numbers(reader, funnel))
    page.get_by_role("tab", name="Agente").click()


UNITS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "día": 86_400, "días": 86_400}


def seconds(shown: str) -> float:
    """The seconds of a text like `2,37 h` or `2 h 22 min`."""
    parts = re.findall(r"([\d,]+)\s*(días?|min|[dhs])\b", shown)
    assert parts, shown
    return sum(float(number.replace(",", ".")) * UNITS[unit] for number, unit in parts)


def as_written(seconds: float) -> Any:
    """A time as people are told it: to the minute, and to the hour from ten hours on."""
    return pytest.approx(seconds, abs=1_801 if seconds >= 10 * 3_600 else 31, rel=0.015)


def times_agree(reader: Reader, told: Any) -> None:
    """The times to reply are the API's, as precisely as they are written, beside those of the period before."""
    now, before = told["responseTime"], told["previousPeriod"]["responseTime"]
    speed = reader.page.locator("[data-area=speed]")
    expect(speed).to_contain_text(f"{reader.written('count', now['responses'])} respuesta")
    for name in ("median", "p90"):
        time = speed.locator(f"[data-time={name}]")
        shown = time.get_by_role("button").inner_text()
        assert seconds(shown) == as_written(now[name])
        if before[name] is not None:
            earlier = time.locator("[data-number=before]").inner_text().partition(" · ")[0]
            assert seconds(earlier) == as_written(before[name])


def table_agrees(reader: Reader, title: str, rows: list[Any], names: tuple[str, ...]) -> None:
    """A table shows these rows, in their order."""
    lines = reader.page.get_by_role("table", name=title).locator("tbody tr")
    expect(lines).to_have_count(len(rows))
    for row, line in zip(rows, lines.all(), strict=True):
        for name in names:
            expect(line).to_contain_text(row[name]["name"])
        expect(line.locator("td[data-column]")).to_have_text(row_numbers(reader, row["funnel"]))


def row_numbers(reader: Reader, funnel: Any) -> list[str]:
    """The numbers of a table's row, as they are written."""
    return [
        *(reader.written("count", funnel[name]) for name in ("tickets", "messages")),
        reader.written("count", funnel["sent"]["count"]),
        *(reader.written("rate", funnel[name]["rate"]) for name in ("delivered", "read", "responded")),
    ]


@pytest.mark.parametrize("person", ["p1", "p2", "p3", "p4"])
def test_everyone_sees_the_numbers_that_the_api_gives_them(demo: Server, page: Page, person: str) -> None:
    reader = Reader.enter(demo, page, person)
    reader.choose_period("Últimos 90 días")
    agrees(reader)
    assert reader.api()["funnel"]["messages"] > 0


def test_supervisors_are_offered_their_departments_only(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p3")
    own = demo.ask(reader.identity, "{ viewer { departments { name } } }")["viewer"]["departments"]
    page.get_by_label("Filtros").get_by_role("button", name="Departamento").click()
    expect(page.get_by_role("option")).to_have_count(len(own))
    for one in own:
        expect(page.get_by_role("option", name=one["name"])).to_be_visible()
    expect(page.get_by_text("Ves Renovaciones y Ventas")).to_be_visible()
    box = page.get_by_label("Filtros").get_by_role("button", name="Departamento").first
    expect(box).to_contain_text("Tus 2 departamentos")
    for name in ("Renovaciones", "Ventas"):  # all of them are no filter
        page.get_by_role("option", name=name).click()
    expect(box).to_contain_text("Tus 2 departamentos")
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("department="))


def test_the_first_screen_takes_two_requests_and_what_is_drawn_later_one_each_after_them(
    demo: Server, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    settled(Reader.enter(demo, page, "p1"))
    page.wait_for_load_state("networkidle")
    assert asked == ["Viewer", "View", "EarlierSeries", "Annotations"]


def test_a_filter_changes_the_numbers_and_the_link_shows_the_same(
    administrator: Reader, context: BrowserContext
) -> None:
    page = administrator.page
    administrator.choose_period("Últimos 90 días")
    page.get_by_label("Filtros").get_by_role("button", name="Plantilla HSM").click()
    page.get_by_label("Plantilla HSM: Buscar…").fill("PAGO")
    expect(page.get_by_role("option").first).to_contain_text("pago")
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("template="))
    agrees(administrator)

    shared = page.url.removeprefix(administrator.server.url)
    other = Reader.enter(administrator.server, context.new_page(), "p2", shared)
    agrees(other)
    expect(other.page.get_by_label("Filtros").get_by_role("button", name="Plantilla HSM").first).to_contain_text("pago")
    page.get_by_role("button", name="Quitar filtros").click()
    expect(page).not_to_have_url(re.compile("template="))


def test_all_of_a_filter_is_no_filter(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    box = page.get_by_label("Filtros").get_by_role("button", name="Departamento").first
    box.click()
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("department="))
    page.get_by_role("dialog").or_(page.locator("body")).get_by_role("button", name="Todos", exact=True).click()
    expect(page).not_to_have_url(re.compile("department="))
    expect(box).to_contain_text("Todos")


def test_a_name_in_a_table_filters_and_the_key_back_undoes_it(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    table = page.get_by_role("table", name="Envíos por agente")
    name = table.locator("tbody a").first
    agent = name.inner_text()
    name.click()
    expect(page).to_have_url(re.compile("agent="))
    expect(page.get_by_label("Filtros").get_by_role("button", name="Agente").first).to_contain_text(agent)
    expect(name).to_have_attribute("aria-current", "true")
    agrees(administrator)
    table.get_by_role("link", name=agent).first.click()  # once more: all again
    expect(page).not_to_have_url(re.compile("agent="))
    page.get_by_role("tab", name="Departamento").click()
    expect(page).to_have_url(re.compile("tab=departments"))
    row = page.get_by_role("table", name="Envíos por departamento").locator("tbody tr").first
    row.locator("td").last.click()  # anywhere on the row
    expect(page).to_have_url(re.compile("department=.*tab=departments"))
    page.keyboard.press("Backspace")
    expect(page).not_to_have_url(re.compile("department="))
    expect(page.get_by_role("tab", name="Departamento")).to_have_attribute("aria-selected", "true")


def test_a_table_is_sorted_and_paged_by_the_api(administrator: Reader) -> None:
    administrator.choose_period("Últimos 90 días")
    settled(administrator)
    page = administrator.page
    table = page.get_by_role("table", name="Envíos por agente")
    query = """query Q($filter: CampaignAnalyticsFilter!, $after: String, $order: PerformanceOrder!) {
      campaignAnalytics(filter: $filter) { byAgentTotal(first: 10, after: $after, orderBy: $order) {
        nodes { agent { name } funnel { ...Numbers } } pageInfo { endCursor } } } }"""
    first, last = periods(administrator.today())["last90"]
    filter = {"sentOn": {"from": first, "to": last}}
    orders = (
        ("Agente", {"field": "NAME", "direction": "ASC"}, "ascending"),
        ("% Leídos", {"field": "READ_RATE", "direction": "DESC"}, "descending"),
    )
    for header, order, direction in orders:
        table.get_by_role("button", name=header, exact=True).click()
        expect(table.get_by_role("columnheader", name=header)).to_have_attribute("aria-sort", direction)
        after = None
        for turned in range(3):
            if turned:
                pages = page.get_by_role("navigation", name="Páginas de Envíos por agente")
                pages.get_by_label("Página siguiente").click()
            told = administrator.server.ask(
                administrator.identity, query + FUNNEL, filter=filter, after=after, order=order
            )
            rows = told["campaignAnalytics"]["byAgentTotal"]
            table_agrees(administrator, "Envíos por agente", rows["nodes"], ("agent",))
            after = rows["pageInfo"]["endCursor"]


def test_charts_can_be_read_as_tables(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    administrator.choose_period("Últimos 90 días")
    settled(administrator)
    told = administrator.api()
    for title in ("Respuestas por hora", "Respuestas por día y hora", "Evolución"):
        page.get_by_role("button", name=f"Ver como tabla: {title}").click()
    hours = page.get_by_role("region", name="Respuestas por hora").last.locator("tbody td")
    expect(hours).to_have_text([administrator.written("count", row["responses"]) for row in told["responsesByHour"]])
    heat = page.get_by_role("region", name="Respuestas por día y hora").last.locator("tbody td")
    cells = sorted(told["responseHeatmap"], key=lambda cell: (cell["hour"], cell["weekday"]))
    expect(heat).to_have_text([administrator.written("count", cell["responses"]) for cell in cells])
    series = page.get_by_role("region", name="Evolución").last.locator("tbody tr")
    expect(series).to_have_count(len(told["timeSeries"]))
    steps = ("sent", "delivered", "read", "responded", "bounced")
    counts = [
        count
        for point in told["timeSeries"]
        for count in (point["funnel"]["messages"], *(point["funnel"][name]["count"] for name in steps))
    ]
    columns = 1 + len(steps)
    numbers = series.locator(f"td:nth-of-type(-n+{columns})")  # the others are the earlier period's
    expect(numbers).to_have_text([administrator.written("count", count) for count in counts])


def test_bounce_reasons_come_on_demand(administrator: Reader) -> None:
    administrator.choose_period("Últimos 90 días")
    settled(administrator)
    page = administrator.page
    page.get_by_role("button", name="Ver motivos").click()
    reasons = administrator.api()["bounceReasons"]
    lines = page.get_by_role("dialog").locator("tbody tr")
    expect(lines).to_have_count(len(reasons))
    for line, reason in zip(lines.all(), reasons, strict=True):
        expect(line).to_contain_text(reason["title"])
        numbers = [administrator.written("count", reason["count"]), administrator.written("rate", reason["share"])]
        expect(line.locator("td").nth(0)).to_contain_text(re.compile("[a-záéíóúñ]+ .*" + re.escape(reason["title"])))
        expect(line.locator("td").nth(1)).to_have_text(str(reason["code"]))
        expect(line.locator("td").nth(2)).to_have_text(numbers[0])
        expect(line.locator("td").nth(3)).to_have_text(numbers[1])


def test_a_number_says_what_it_means(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    page.locator("li[data-step=responded]").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Pueden superar a los leídos")


def test_a_period_of_nothing_says_so(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", "/?from=2001-01-01&to=2001-01-02")
    expect(page.get_by_role("heading", name="No hubo envíos en este período")).to_be_visible()


def test_a_link_to_departments_of_others_shows_the_rest_and_says_so(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p3", "/?from=2026-01-01&to=2026-12-31&department=d1&department=d2")
    settled(reader)
    expect(page.get_by_role("status")).to_contain_text("Este enlace incluía 1 departamento que no ves")
    box = page.get_by_label("Filtros").get_by_role("button", name="Departamento").first
    expect(box).to_contain_text("Ventas")
    own = reader.api("?from=2026-01-01&to=2026-12-31&department=d1")
    first = page.locator("li[data-step=messages]").get_by_role("button").first
    expect(first).to_have_text(reader.written("count", own["funnel"]["messages"]))
    page.get_by_role("button", name="Entendido").click()
    expect(page).not_to_have_url(re.compile("d2"))
    expect(page).to_have_url(re.compile("department=d1"))
    expect(page.get_by_text("Este enlace incluía")).to_have_count(0)


def test_what_has_no_name_is_not_called_by_its_id(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", "/?period=last30&agent=nobody")
    expect(page.get_by_label("Filtros").get_by_role("button", name="Agente desconocido")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("nobody")


def test_an_error_of_the_api_is_shown_in_the_readers_words(demo: Server, page: Page) -> None:
    """The words of every other code are tested in frontend/src/api/client.test.ts."""
    body = {"data": None, "errors": [{"message": "no", "extensions": {"code": "TIMEOUT"}}]}
    page.route("**/graphql", lambda route: route.fulfill(json=body))
    Reader.enter(demo, page, "p1")
    expect(page.get_by_role("heading", name="La consulta tardó demasiado")).to_be_visible()


def test_english_is_a_choice_that_stays(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    page.get_by_role("button", name="Cuenta de").click()
    page.get_by_text("English", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Individual sends")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en-US")
    page.reload()
    expect(page.get_by_role("heading", name="Individual sends")).to_be_visible()


def test_a_phone_shows_the_first_number_at_once(administrator: Reader) -> None:
    page = administrator.page
    page.set_viewport_size({"width": 390, "height": 844})
    settled(administrator)
    first = page.locator("li[data-step=messages]").get_by_role("button").first.bounding_box()
    assert first
    assert first["y"] < 300
    filters = page.get_by_label("Filtros")
    expect(filters.get_by_role("button", name="Departamento")).to_have_count(0)
    page.get_by_role("button", name="Filtros", exact=True).click()
    expect(filters.get_by_role("button", name="Departamento")).to_be_visible()


def test_days_are_chosen_in_the_chart_and_in_its_table(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    part = page.locator("[data-area=series]")
    expect(part.locator("[data-drawn]")).to_be_visible()
    box = part.locator("[data-drawn]").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from="))
    first, last = (date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", page.url))
    assert 7 <= (last - first).days <= 11
    agrees(administrator)
    part.get_by_role("button", name="Ver como tabla").click()
    day = part.locator("tbody th").first.get_by_role("button")
    expect(day).to_contain_text(str(first.day))
    day.click()
    expect(page).to_have_url(re.compile(f"from={first}&to={first}"))
    page.keyboard.press("Backspace")
    expect(page).to_have_url(re.compile(f"from={first}&to={last}"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("from="))


def test_the_page_fits_a_phone_and_a_wall(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    for width in (360, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
