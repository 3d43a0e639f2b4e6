"""Exports in a browser: from the click to the opened file."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.browser.users import Reader
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
    ask_for(reader, name, "Excel")
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
    ask_for(administrator, "Para otro programa", "CSV")
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


def test_what_cannot_be_done_without_the_service_says_so(administrator: Reader, context: BrowserContext) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_for(administrator, "Sin conexión", "CSV")
    row = page.get_by_role("row").filter(has_text="Sin conexión")
    expect(row).to_have_attribute("data-status", "COMPLETED")
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
    filter = {"sentOn": {"from": "2026-01-01", "to": "2026-01-31"}, "templateIds": ["t1", "t2"], "agentIds": ["u1"]}
    answer = demo.ask(reader.identity, CREATE, input={"name": "Para el teléfono", "format": "CSV", "filter": filter})
    assert answer["createExport"]["userErrors"] == []
    page.reload()
    row = page.get_by_role("row").filter(has_text="Para el teléfono")
    expect(row).to_have_attribute("data-status", "COMPLETED")
    expect(row).to_contain_text("2 plantillas y 1 agente")
    for part in (row, row.get_by_role("button", name="Descargar"), row.get_by_role("button", name="Eliminar")):
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
