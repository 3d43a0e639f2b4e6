"""The tables: searched, with other columns and longer pages, and the same again from their address."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.frontend.test_accessibility import violations
from tests.frontend.test_view import row_numbers, settled
from tests.support.browser.users import Reader, operation
from tests.support.servers.server import Server

QUARTER = "/?period=last90"


def agents(page: Page) -> Locator:
    """The table by agent."""
    return page.get_by_role("table", name="Envíos por agente")


def parameters(page: Page) -> dict[str, str]:
    """The parameters of the page's address."""
    found: dict[str, str] = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    return found


def test_a_name_is_found_among_all_rows_and_those_are_summed(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    rows = reader.api()["byAgentTotal"]["nodes"]
    name = rows[-1]["agent"]["name"]  # on the last page
    expected = [row for row in rows if name in (row["agent"]["name"], *(one["name"] for one in row["departments"]))]
    page.get_by_label("Buscar por nombre: Envíos por agente").fill(name.upper().replace("Á", "a"))
    lines = agents(page).locator("tbody tr")
    expect(lines).to_have_count(len(expected))
    for row, line in zip(expected, lines.all(), strict=True):
        expect(line.locator("td[data-column]")).to_have_text(row_numbers(reader, row["funnel"]))
    total = agents(page).locator("tfoot")
    expect(total).to_contain_text("Total de lo encontrado")
    expect(total.locator("[data-column=messages]")).to_have_text(
        reader.written("count", sum(row["funnel"]["messages"] for row in expected))
    )
    expect(page).to_have_url(re.compile("find="))
    page.get_by_label("Buscar por nombre: Envíos por agente").fill("nadie se llama así")
    expect(page.get_by_role("status").filter(has_text="Sin resultados")).to_be_visible()
    page.get_by_role("tab", name="Departamento").click()  # whose names are others
    expect(page).not_to_have_url(re.compile("find="))


def test_columns_marks_sizes_and_order_are_in_the_address(demo: Server, page: Page, context: BrowserContext) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER + "&agents=departments")
    settled(reader)
    rows = reader.api()["byAgent"]["nodes"]
    page.get_by_role("button", name=re.compile("^Columnas: Envíos por agente")).click()
    choice = page.get_by_role("dialog", name="Columnas")
    for label in ("Tickets", "Rebotados", "% Rebotados", "Intervalo del 95 %", "Diferencia con el promedio"):
        choice.get_by_label(label, exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("radiogroup", name="Filas por página").get_by_text("25", exact=True).click()
    agents(page).get_by_role("button", name="% Leídos", exact=True).click()
    expect(agents(page).locator("tbody tr")).to_have_count(min(25, len(rows)))
    expect(agents(page).get_by_role("columnheader", name="% Leídos")).to_have_attribute("aria-sort", "descending")
    columns = "messages.sent.bounced.bounceRate.delivered.read.responded.interval.difference"
    chosen = {"agents": "departments", "columns": columns, "rows": "25", "sort": "-read-rate"}
    assert parameters(page) == {"period": "last90", **chosen}

    other = Reader.enter(demo, context.new_page(), "p2", page.url.removeprefix(demo.url))
    settled(other)
    table = agents(other.page)
    expect(table.locator("thead [data-column]")).to_have_count(7)
    expect(table.locator("tbody tr")).to_have_count(min(25, len(rows)))
    expect(table.get_by_role("columnheader", name="% Leídos")).to_have_attribute("aria-sort", "descending")
    by_names = {(row["agent"]["name"], row["department"]["name"]): row["funnel"] for row in rows}
    few = 0
    for line in table.locator("tbody tr").all():
        agent, department = (re.sub(r" \(.*", "", cell.inner_text()) for cell in line.locator("td").all()[:2])
        funnel, cell = by_names[agent, department], line.locator("[data-column=read]")
        count, base = funnel["read"]["count"], funnel["delivered"]["count"]
        if base < 20:  # a rate of so few says nothing
            expect(cell).to_have_text(f"{count} de {base}")
            few += 1
            continue
        expect(cell).to_contain_text(other.written("rate", count / base))
        expect(cell.locator("[data-mark=interval]")).to_have_text(re.compile(r"^\d+,\d–\d+,\d%$"))
        expect(cell.locator("[data-mark=difference]")).to_have_text(re.compile(r"^[+-]?\d+,\d$"))
    assert 0 < few < min(25, len(rows))
    other.page.get_by_role("button", name=re.compile("^Columnas: Envíos por agente")).click()
    other.page.get_by_role("button", name="Columnas de siempre").click()
    expect(table.locator("thead [data-column]")).to_have_count(6)


def test_what_is_chosen_in_the_series_is_in_the_address_until_the_days_change(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", QUARTER)
    settled(reader)
    part = page.locator("[data-area=series]")
    part.get_by_text("Tasas", exact=True).click()
    part.get_by_role("button", name="Enviados", exact=True).click()
    part.get_by_label("Agrupar por").first.click()
    page.get_by_role("option", name="Mes").click()
    part.get_by_role("button", name="Ver como tabla").click()
    chosen = {"measure": "rates", "lines": "messages.sent.read.responded", "granularity": "month", "series": "table"}
    assert parameters(page) == {"period": "last90", **chosen}
    page.reload()
    settled(reader)
    expect(part.locator("thead th")).to_have_text(
        ["Fecha", "Enviados", "Entregados", "Leídos", "Respondidos", "Rebotados", "Fecha, antes", "Enviados, antes"]
    )
    last = reader.today()
    first = last - timedelta(days=89)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    expect(part.locator("tbody tr")).to_have_count(months)
    part.get_by_role("button", name="Ver como gráfico").click()
    expect(part.get_by_role("button", name="Enviados", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(part.get_by_role("button", name="Entregados", exact=True)).to_have_attribute("aria-pressed", "false")
    reader.choose_period("Últimos 7 días")
    settled(reader)
    expect(part.get_by_label("Agrupar por").first).to_have_value("Día")
    assert "granularity" not in parameters(page)
    assert parameters(page)["measure"] == "rates"


def test_a_link_keeps_its_dates_or_moves_with_the_calendar(demo: Server, page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.url)
    reader = Reader.enter(demo, page, "p1", "/?period=last30&tab=templates&sort=name")
    settled(reader)
    today = reader.today().isoformat()
    for item, expected in (
        ("Con estas fechas", rf"\?from=[\d-]+&to={today}&tab=templates&sort=name$"),
        ("Siempre «Últimos 30 días»", r"\?period=last30&tab=templates&sort=name$"),
    ):
        page.get_by_role("button", name=re.compile("^(Copiar enlace|Enlace copiado)$")).click()
        page.get_by_role("button", name=item).click()
        expect(page.get_by_role("button", name="Enlace copiado")).to_be_visible()
        page.wait_for_function(
            "async (pattern) => new RegExp(pattern).test(await navigator.clipboard.readText())", arg=expected
        )


def test_a_view_that_is_as_at_first_takes_no_request_of_its_own(demo: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    settled(Reader.enter(demo, page, "p1", "/?period=last30&rows=10&sort=-sent&measure=rates&lines=read"))
    page.wait_for_load_state("networkidle")
    assert sorted(asked) == ["Annotations", "EarlierSeries", "View", "Viewer"]


@pytest.mark.parametrize("width", [1010, 1440])
def test_the_head_stays_beneath_the_filters_however_high_they_are(demo: Server, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    settled(Reader.enter(demo, page, "p1", QUARTER + "&rows=25"))
    expect(agents(page).locator("tbody tr")).to_have_count(25)
    agents(page).locator("tfoot").scroll_into_view_if_needed()
    page.mouse.wheel(0, -40)  # somewhere in the middle of the table
    filters = page.get_by_role("region", name="Filtros")
    page.wait_for_function("document.querySelector('[data-area=tables] tbody tr').getBoundingClientRect().top < 0")
    head, bar = agents(page).locator("thead th").first.bounding_box(), filters.bounding_box()
    assert head
    assert bar
    assert abs(head["y"] - (bar["y"] + bar["height"])) < 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
