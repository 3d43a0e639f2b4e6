"""Exports in a browser: from the click to the opened file."""

import json
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.support.browser.users import ARGUMENTS, Reader, operation
from tests.support.servers.server import Server


def opened_dialog(reader: Reader, name: str, format: str) -> Locator:
    """The dialog that asks for an export of what the view shows, filled in but for further choices."""
    reader.page.get_by_role("button", name="Exportar").click()
    dialog = reader.page.get_by_role("dialog")
    dialog.get_by_label("Nombre").fill(name)
    dialog.get_by_label(format).check()
    return dialog


def ask_for(reader: Reader, name: str, format: str) -> None:
    """Ask for an export of what the view shows."""
    opened_dialog(reader, name, format).get_by_role("button", name="Exportar").click()


def ask_and_see(reader: Reader, name: str, format: str) -> None:
    """Ask for an export of what the view shows, and open the list of exports."""
    ask_for(reader, name, format)
    open_list(reader.page)


def open_list(page: Page) -> None:
    """Open the list of exports once the dialog has closed."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("navigation", name="Secciones").get_by_role("link", name="Exportaciones").click()


def fetched(page: Page, name: str, folder: Path) -> Path:
    """The file of an export, once there is one."""
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_have_attribute("data-status", "COMPLETED")
    with page.expect_download() as download:
        row.get_by_role("button", name=f"Descargar {name}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("person", ["p1", "p3"])
def test_from_the_click_to_the_opened_file(demo: Server, page: Page, tmp_path: Path, person: str) -> None:
    reader = Reader.enter(demo, page, person)
    reader.choose_period("Últimos 90 días")
    expect(page.locator("[aria-busy=false] li[data-step=sent]")).to_be_visible()
    messages = reader.api()["funnel"]["messages"]
    name = f"Envíos de {person}"
    ask_and_see(reader, name, "Excel")
    expect(page.get_by_role("heading", name="Exportaciones", exact=True)).to_be_visible()
    path = fetched(page, name, tmp_path)
    assert path.name == f"{name}.xlsx"
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book["Envíos"].iter_rows(values_only=True))
    assert rows[0][:3] == ("Plantilla HSM", "Tipo de plantilla", "Fecha y hora de envío")
    assert rows[0][-1] == "Respuesta"
    assert len(rows) - 1 == messages
    book.close()


def test_further_columns_are_chosen_by_keyboard_and_are_in_the_file(administrator: Reader, tmp_path: Path) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    dialog = opened_dialog(administrator, "Con más columnas", "Excel")
    fold = dialog.get_by_role("button", name="Más columnas")
    columns = dialog.get_by_role("group", name="Van después").get_by_role("checkbox")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(columns).to_have_count(0)  # what is folded away is in nobody's way
    fold.press("Enter")
    expect(columns).to_have_count(12)
    assert not any(box.is_checked() for box in columns.all())
    fold.press("Tab")
    expect(dialog.get_by_label("Respondido")).to_be_focused()
    page.keyboard.press("Space")
    dialog.get_by_label("Fecha y hora de lectura").check()
    dialog.get_by_label("ID del usuario").check()
    dialog.get_by_label("ID del usuario").uncheck()
    expect(fold).to_have_text("Más columnas (2)")
    expect(dialog.get_by_role("radiogroup", name="Separador")).to_have_count(0)  # Excel files have none
    dialog.get_by_role("button", name="Exportar").click()
    open_list(page)
    path = fetched(page, "Con más columnas", tmp_path)
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book["Envíos"].iter_rows(values_only=True))
    assert rows[0][13:] == ("Respuesta", "Respondido", "Fecha y hora de lectura")
    assert {row[14] for row in rows[1:]} == {"sí", "no"}
    assert all((row[13] is not None) == (row[14] == "sí") for row in rows[1:])
    book.close()


def test_csv_and_deleting(administrator: Reader, tmp_path: Path) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_and_see(administrator, "Para otro programa", "CSV")
    path = fetched(page, "Para otro programa", tmp_path)
    assert path.read_text("utf-8-sig").startswith("Plantilla HSM;Tipo de plantilla")
    page.get_by_role("button", name="Eliminar Para otro programa").click()
    page.get_by_role("dialog").get_by_role("button", name="Eliminar").click()
    expect(page.get_by_role("row").filter(has_text="Para otro programa")).to_have_count(0)


def test_the_separator_of_a_csv_file_is_a_choice(administrator: Reader, tmp_path: Path) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    dialog = opened_dialog(administrator, "Con comas", "CSV")
    expect(dialog.get_by_label("Punto y coma (;)")).to_be_checked()
    dialog.get_by_label("Coma (,)").check()
    dialog.get_by_role("button", name="Exportar").click()
    open_list(page)
    path = fetched(page, "Con comas", tmp_path)
    assert path.read_text("utf-8-sig").startswith("Plantilla HSM,Tipo de plantilla")


def test_in_english_it_is_the_comma(administrator: Reader) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    page.get_by_role("button", name="Cuenta de").click()
    page.get_by_text("English", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog").filter(has_text="Export sends")
    dialog.get_by_label("CSV").check()
    expect(dialog.get_by_label("Comma (,)")).to_be_checked()
    expect(dialog.get_by_label("Semicolon (;)")).not_to_be_checked()


def test_a_name_is_needed_and_the_sentence_says_so(administrator: Reader) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_for(administrator, "   ", "Excel")
    expect(page.get_by_role("dialog")).to_contain_text("Escribe un nombre.")


def test_the_dialog_says_what_it_would_export_and_asks_for_nothing_of_no_messages(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", "/?period=last30&department=d1")
    filters = page.get_by_label("Filtros")
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    department = filters.get_by_role("button", name="Departamento").first.locator("span").nth(1).inner_text()
    page.get_by_role("button", name="Exportar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"Departamento: {department}")).to_be_visible()
    expect(dialog.get_by_label("Nombre")).to_have_value(re.compile(f"· {department}$"))
    page.goto(f"{demo.url}/?from=2001-01-01&to=2001-01-01")
    expect(page.get_by_role("heading", name="No hubo envíos")).to_be_visible()
    page.get_by_role("button", name="Exportar").click()
    expect(dialog.get_by_role("button", name="Exportar")).to_be_disabled()
    expect(dialog).to_contain_text("No hay mensajes que exportar")


def test_who_stays_on_the_view_is_told_once_that_the_file_is_there(administrator: Reader) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_for(administrator, "Para la reunión", "CSV")
    notice = page.get_by_role("log").get_by_text("Listo: Para la reunión")
    expect(notice).to_have_count(1)
    expect(page).to_have_title("Listo: Para la reunión · Embudo")
    assert page.evaluate("location.pathname") == "/"
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar Para la reunión").click()
    assert download.value.suggested_filename == "Para la reunión.csv"
    expect(notice).to_have_count(0)
    expect(page).to_have_title("Envíos individuales · Embudo")
    page.reload()
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    expect(notice).to_have_count(0)


def test_who_loads_the_page_meanwhile_and_hears_of_no_event_is_told_all_the_same(administrator: Reader) -> None:
    page = administrator.page

    def delay(route: Route) -> None:
        """Let every export that is asked about still be running."""
        response = route.fetch()
        body = response.json()
        if export := (body.get("data") or {}).get("export"):
            export["status"] = "RUNNING"
        route.fulfill(response=response, json=body)

    page.route_web_socket("**/graphql", lambda socket: None)
    page.route("**/graphql", delay)
    page.reload()
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    with page.expect_response(
        lambda answer: answer.url.endswith("/graphql") and operation(answer.request) == "ExportState"
    ):
        ask_for(administrator, "Durante la carga", "CSV")
    notices = page.get_by_role("log")
    expect(notices.get_by_text("Preparando «Durante la carga»")).to_have_count(1)
    page.reload()
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    expect(notices.get_by_text("Durante la carga")).to_have_count(0)
    page.unroute_all()
    page.reload()
    expect(notices.get_by_text("Listo: Durante la carga")).to_have_count(1)


def test_an_export_that_gave_no_file_is_repeated_and_its_view_opened(administrator: Reader) -> None:
    page = administrator.page
    others = {"excludeAgentIds": ["u1"], "categories": ["UTILITY", "SERVICE"], "languages": ["es_CL"]}
    filter = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}, "departmentIds": ["d1"], **others}
    asked = {"name": "Otra vez", "format": "CSV", "separator": "SEMICOLON", "columns": ["ANSWERED"], "filter": filter}
    answer = administrator.server.ask(administrator.identity, CREATE, input={**asked, "where": {"step": "BOUNCED"}})
    assert answer["createExport"]["userErrors"] == []

    def expire(route: Route) -> None:
        """Let the list say that the first of them has expired."""
        response = route.fetch()
        body = response.json()
        listed = (body.get("data") or {}).get("exports")
        for node in (listed or {"nodes": []})["nodes"]:
            if node["id"] == answer["createExport"]["export"]["id"]:
                node |= {"status": "EXPIRED", "fileSize": None}
        route.fulfill(response=response, json=body)

    page.route("**/graphql", expire)
    open_list(page)
    row = page.get_by_role("row").filter(has_text="Otra vez")
    with page.expect_request(lambda request: "CreateExport" in (request.post_data or "")) as sent:
        row.get_by_role("button", name="Repetir Otra vez").click()
    input = json.loads(sent.value.post_data or "")["variables"]["input"]
    assert input.pop("idempotencyKey")
    assert input == {
        **asked, "locale": "ES", "where": input["where"],
        "filter": {**dict.fromkeys(ARGUMENTS.values()), **filter, "categories": input["filter"]["categories"]},
    }  # fmt: skip
    assert sorted(input["filter"]["categories"]) == ["SERVICE", "UTILITY"]
    assert input["where"]["step"] == "BOUNCED"
    expect(row).to_have_count(2)
    expect(page.get_by_role("log").get_by_text("Listo: Otra vez")).to_have_count(1)
    row.last.get_by_role("link", name="Abrir esta vista").click()
    values = "department=d1&not_agent=u1&category=%s&category=%s&language=es_CL"
    ordered = values % tuple(category.lower() for category in input["filter"]["categories"])
    assert page.evaluate("location.search") == f"?from=2026-11-02&to=2026-11-08&{ordered}&messages=bounced"
    expect(page.get_by_role("dialog").get_by_role("heading", name="Rebotados")).to_be_visible()


def test_what_cannot_be_done_without_the_service_says_so(administrator: Reader, context: BrowserContext) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_and_see(administrator, "Sin conexión", "CSV")
    row = page.get_by_role("row").filter(has_text="Sin conexión")
    expect(row).to_have_attribute("data-status", "COMPLETED")
    page.get_by_role("button", name="Cerrar").click()
    context.set_offline(True)
    said = row.get_by_role("alert")
    row.get_by_role("button", name="Descargar").click()
    expect(said).to_have_text("No hay conexión con el servicio. Intenta de nuevo.")
    row.get_by_role("button", name="Eliminar").click()
    page.get_by_role("dialog").get_by_role("button", name="Eliminar").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(said).to_have_text("No hay conexión con el servicio. Intenta de nuevo.")
    context.set_offline(False)


CREATE = """
mutation Create($input: CreateExportInput!) { createExport(input: $input) { export { id } userErrors { message } } }"""


def test_on_a_phone_an_export_is_a_card_that_says_which_messages(demo: Server, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    reader = Reader.enter(demo, page, "p1", "/exports")
    names = demo.ask(
        reader.identity, "{ templates(first: 2) { nodes { id name } } agents(first: 1) { nodes { id name } } }"
    )
    templates, (agent,) = names["templates"]["nodes"], names["agents"]["nodes"]
    filter = {
        "sentOn": {"from": "2026-01-01", "to": "2026-01-31"},
        "templateIds": [template["id"] for template in templates],
        "agentIds": [agent["id"]],
        "accountIds": ["one that nobody knows"],
    }
    answer = demo.ask(reader.identity, CREATE, input={"name": "Para el teléfono", "format": "CSV", "filter": filter})
    assert answer["createExport"]["userErrors"] == []
    page.reload()
    row = page.get_by_role("row").filter(has_text="Para el teléfono")
    expect(row).to_have_attribute("data-status", "COMPLETED")
    written = [template["name"] for template in sorted(templates, key=lambda template: str(template["id"]))]
    expect(row).to_contain_text(f"Plantilla HSM: {written[0]} y {written[1]}")
    expect(row).to_contain_text(f"Agente: {agent['name']}")
    expect(row).to_contain_text("1 cuenta")
    group = page.get_by_role("radiogroup", name="Mostrar").locator("label").last
    for part in (group, row, row.get_by_role("button", name="Descargar"), row.get_by_role("button", name="Eliminar")):
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
