"""Exports in a browser: from the click to the opened file."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.frontend.people import Reader
from tests.service.servers import Server


def ask_for(reader: Reader, name: str, format: str) -> None:
    """Ask for an export of what the view shows."""
    page = reader.page
    page.get_by_role("button", name="Exportar").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nombre").fill(name)
    dialog.get_by_label(format).check()
    dialog.get_by_role("button", name="Exportar").click()


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
    expect(page.get_by_role("heading", name="Exportaciones")).to_be_visible()
    path = fetched(page, name, tmp_path)
    assert path.name == f"{name}.xlsx"
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book["Envíos"].iter_rows(values_only=True))
    assert rows[0][:3] == ("Plantilla HSM", "Tipo de plantilla", "Fecha y hora de envío")
    assert len(rows) - 1 == messages
    book.close()


def test_csv_and_deleting(administrator: Reader, tmp_path: Path) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_for(administrator, "Para otro programa", "CSV")
    path = fetched(page, "Para otro programa", tmp_path)
    assert path.read_text("utf-8-sig").startswith("Plantilla HSM,Tipo de plantilla")
    page.get_by_role("button", name="Eliminar Para otro programa").click()
    page.get_by_role("dialog").get_by_role("button", name="Eliminar").click()
    expect(page.get_by_role("row").filter(has_text="Para otro programa")).to_have_count(0)


def test_a_name_is_needed_and_the_sentence_says_so(administrator: Reader) -> None:
    page = administrator.page
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    ask_for(administrator, "   ", "Excel")
    expect(page.get_by_role("dialog")).to_contain_text("Escribe un nombre.")
