"""The keys of the view: periods, steps between them, filters, help."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.users import Reader


@pytest.fixture
def reader(administrator: Reader) -> Reader:
    """Someone before the whole view."""
    expect(administrator.page.locator("li[data-step=sent]")).to_be_visible()
    return administrator


def press(page: Page, key: str, search: str) -> None:
    """Press a key, and see the address that it leads to."""
    page.keyboard.press(key)
    page.wait_for_function("(search) => location.search === search", arg=search)


def test_periods_are_chosen_and_stepped_through_by_keys(reader: Reader) -> None:
    page = reader.page
    today = reader.today()
    press(page, "d", "?period=today")
    press(page, "ArrowLeft", "?period=yesterday")
    press(page, "ArrowRight", "?period=today")
    page.keyboard.press("ArrowRight")  # there is no day after today
    press(page, "W", "?period=thisWeek")
    press(page, "ArrowLeft", "?period=lastWeek")
    monday = today - timedelta(days=today.weekday() + 14)
    press(page, "ArrowLeft", f"?from={monday}&to={monday + timedelta(days=6)}")
    press(page, "m", "?period=thisMonth")
    press(page, "ArrowLeft", "?period=lastMonth")
    last = date(today.year, today.month, 1) - timedelta(days=1)
    before = date(last.year, last.month, 1) - timedelta(days=1)
    press(page, "ArrowLeft", f"?from={before.replace(day=1)}&to={before}")
    page.go_back()
    page.wait_for_function("() => location.search === '?period=lastMonth'")


def test_keys_leave_alone_who_writes_or_chooses(reader: Reader) -> None:
    page = reader.page
    before = page.evaluate("location.search")
    filters = page.get_by_label("Filtros")
    filters.get_by_role("button", name="Agente").click()
    page.get_by_role("textbox", name="Agente: Buscar").press_sequentially("dwm/?")
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Tasas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+d")
    assert page.evaluate("location.search") == before
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_slash_leads_to_the_filters_and_the_question_mark_to_a_help_that_turns_keys_off(reader: Reader) -> None:
    page = reader.page
    page.keyboard.press("/")
    expect(page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío")).to_be_focused()
    page.keyboard.press("?")
    help = page.get_by_role("dialog", name="Atajos de teclado")
    expect(help).to_contain_text("Esta semana")
    help.get_by_role("switch", name="Usar atajos de teclado").uncheck(force=True)
    page.keyboard.press("Escape")
    expect(help).to_have_count(0)
    before = page.evaluate("location.search")
    for _ in range(2):  # the choice outlives the page
        page.keyboard.press("d")
        assert page.evaluate("location.search") == before
        page.reload()
        expect(page.locator("li[data-step=sent]")).to_be_visible()
    page.keyboard.press("?")
    help.get_by_role("switch", name="Usar atajos de teclado").check(force=True)
    page.keyboard.press("Escape")
    expect(help).to_have_count(0)
    press(page, "d", "?period=today")


def test_weeks_and_twelve_months_are_presets(reader: Reader) -> None:
    reader.choose_period("Semana pasada")
    reader.choose_period("Últimos 12 meses")
    assert reader.page.evaluate("location.search") == "?period=last12Months"
    today = reader.today()
    shown = reader.page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío")
    expect(shown).to_contain_text(f"{today.year - 1} – {today.day}")
