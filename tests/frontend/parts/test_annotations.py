"""Annotations in the browser: marks on the chart, the list beneath it, and the health beside a template's name."""

import re

from playwright.sync_api import Page, expect

from tests.frontend.test_accessibility import violations
from tests.support.browser.users import Reader
from tests.support.servers.server import Server

TEMPLATES = "/?period=last30&tab=templates"


def test_a_pause_is_told_beneath_the_chart_and_beside_the_template(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1", TEMPLATES)
    page.get_by_role("button", name="anotaciones").click()
    shown = page.get_by_role("list", name="Anotaciones")
    expect(shown).to_contain_text("oferta_fin_de_temporada: pausada (primera pausa), de 14:02 a 17:02")
    expect(shown).to_contain_text("calidad de media a baja")
    chip = page.get_by_role("button", name="Salud de oferta_fin_de_temporada: Calidad baja")
    expect(chip).to_have_text("Calidad baja")
    chip.click()
    expect(page.get_by_role("list", name="Salud de la plantilla")).to_contain_text("pausada (segunda pausa)")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("template="))  # a chip is no filter


def test_an_administrator_writes_a_note_and_deletes_it_and_a_supervisor_reads_it(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1")
    page.get_by_role("button", name="Añadir anotación").click()
    dialog = page.get_by_role("dialog", name="Anotar un día")
    expect(dialog.get_by_label("Texto")).to_be_focused()
    assert violations(page) == []
    dialog.get_by_label("Texto").fill("Corte de luz")
    dialog.get_by_role("button", name="Guardar").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="anotaciones").click()
    shown = page.get_by_role("list", name="Anotaciones")
    expect(shown).to_contain_text("Corte de luz")

    other = page.context.new_page()
    Reader.enter(demo, other, "p3")
    other.get_by_role("button", name="anotaci").first.click()
    expect(other.get_by_role("list", name="Anotaciones")).to_contain_text("Corte de luz")
    expect(other.get_by_role("button", name="Añadir anotación")).to_have_count(0)
    expect(other.get_by_role("button", name="Eliminar anotación")).to_have_count(0)

    page.get_by_role("button", name="Eliminar anotación: Corte de luz").click()
    expect(shown).not_to_contain_text("Corte de luz")
