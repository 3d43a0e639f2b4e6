"""The view when a part is unavailable or numbers grow old, and the requests that it saves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.frontend.test_view import settled
from tests.support.browser.contexts import reusable_context
from tests.support.browser.users import Reader, operation
from tests.support.servers.server import Server


@contextmanager
def failing(page: Page, *operations: str) -> Iterator[None]:
    """While it lasts, these operations never reach the service."""

    def decide(route: Route) -> None:
        if operation(route.request) in operations:
            route.abort()
        else:
            route.continue_()

    page.route("**/graphql", decide)
    yield
    page.unroute("**/graphql", decide)


def asked(page: Page) -> list[str]:
    """The names of the operations that the page will have asked for."""
    names: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/graphql"):
            names.append(operation(request))

    page.on("request", note)
    return names


def test_a_page_or_order_that_cannot_be_had_leaves_the_table_as_it_was(administrator: Reader) -> None:
    page = administrator.page
    administrator.choose_period("Últimos 90 días")
    settled(administrator)
    part = page.locator("[data-area=agents]")
    rows, pager = part.locator("tbody tr"), part.get_by_role("navigation")
    before, place = rows.all_inner_texts(), pager.inner_text()
    rate = part.get_by_role("columnheader", name="% Respondidos")
    with failing(page, "AgentTotals"):
        pager.get_by_label("Página siguiente").click()
        expect(part.get_by_role("alert")).to_contain_text("No se pudo cargar")
        assert (rows.all_inner_texts(), pager.inner_text()) == (before, place)
        rate.get_by_role("button", name="% Respondidos", exact=True).click()
        expect(part.get_by_role("alert")).to_contain_text("No se pudo cargar")
        assert rows.all_inner_texts() == before
        assert rate.get_attribute("aria-sort") is None
    part.get_by_role("button", name="Reintentar").click()
    expect(rate).to_have_attribute("aria-sort", "descending")
    expect(part.get_by_role("alert")).to_have_count(0)
    shown = [text.strip() for text in part.locator("td[data-column=responded]").all_inner_texts()]
    assert shown == sorted(shown, key=lambda text: float(text.rstrip("%").replace(",", ".")), reverse=True)


def test_a_granularity_that_cannot_be_had_leaves_the_series_as_it_was(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    part = page.locator("[data-area=series]")
    part.get_by_role("button", name="Ver como tabla").click()
    rows = part.locator("tbody tr")
    expect(rows).to_have_count(30)
    with failing(page, "Series"):
        part.get_by_label("Agrupar por").first.click()
        page.get_by_role("option", name="Mes").click()
        expect(part.get_by_role("alert")).to_contain_text("No se pudo cargar")
        expect(part.get_by_label("Agrupar por").first).to_have_value("Día")
        expect(rows).to_have_count(30)
    part.get_by_role("button", name="Reintentar").click()
    expect(part.get_by_label("Agrupar por").first).to_have_value("Mes")
    expect(rows.last.locator("th")).to_contain_text("(parcial)")
    expect(part.get_by_role("alert")).to_have_count(0)


def test_counts_that_are_being_rebuilt_come_by_themselves(demo: Server, page: Page) -> None:
    errors = [{"message": "The counts are being rebuilt.", "extensions": {"code": "UNAVAILABLE"}}]
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if operation(route.request) == "View" and not refused:
            refused.append("View")
            route.fulfill(json={"data": {"campaignAnalytics": None}, "errors": errors})
        else:
            route.continue_()

    page.route("**/graphql", refuse_once)
    reader = Reader.enter(demo, page, "p1")
    expect(page.get_by_role("heading", name="Por ahora no podemos responder")).to_be_visible()
    settled(reader)


def test_a_link_with_all_filters_takes_two_requests_and_names_them(demo: Server, page: Page) -> None:
    names = asked(page)
    reader = Reader.enter(
        demo, page, "p1", "/?from=2026-01-01&to=2026-12-31&template=t1&account=a1&department=d1&agent=u1"
    )
    bar = page.get_by_label("Filtros")
    told = demo.ask(
        reader.identity,
        """{ templates(ids: ["t1"]) { nodes { name } } accounts(ids: ["a1"]) { nodes { name } }
        departments(ids: ["d1"]) { nodes { name } } agents(ids: ["u1"]) { nodes { name } } }""",
    )
    for kind, label in (
        ("templates", "Plantilla HSM"),
        ("accounts", "Cuenta"),
        ("departments", "Departamento"),
        ("agents", "Agente"),
    ):
        for node in told[kind]["nodes"]:
            expect(bar.get_by_role("button", name=label).first).to_contain_text(node["name"])
    assert any(page_of["nodes"] for page_of in told.values())
    page.wait_for_load_state("networkidle")
    assert sorted(names) == ["View", "Viewer"]


@pytest.fixture
def reader_with_clock(demo: Server, chromium: Browser) -> Iterator[Reader]:
    """Someone whose clock a test may set. It stays set, so the context is theirs alone."""
    with reusable_context(chromium) as context:
        yield Reader.enter(demo, context.new_page(), "p1")


def test_numbers_are_asked_for_anew_on_demand_and_on_coming_back_later(reader_with_clock: Reader) -> None:
    page = reader_with_clock.page
    settled(reader_with_clock)
    expect(page.get_by_text("Actualizado")).to_be_visible()
    refresh = page.get_by_role("button", name="Actualizar")
    names = asked(page)
    with page.expect_response("**/graphql"):
        refresh.click()
    expect(refresh).not_to_have_attribute("data-loading", "true")
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=2))
    with page.expect_response("**/graphql"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    expect(refresh).not_to_have_attribute("data-loading", "true")
    # Those follow each of them.
    assert [name for name in names if name not in ("EarlierSeries", "Annotations")] == ["View", "View"]


def test_a_range_that_is_too_long_is_not_asked_for(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?from=2020-01-01&to=2026-12-31")
    expect(page.get_by_role("heading", name="Elige hasta 3 años (1.100 días).")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Últimos 30 días", exact=True).click()
    settled(reader)


def test_nothing_moves_for_who_asked_for_less_motion(administrator: Reader) -> None:
    settled(administrator)
    page = administrator.page
    moving = page.evaluate(
        """[...document.querySelectorAll("main *")]
            .filter((one) => getComputedStyle(one).transitionProperty !== "none"
                && getComputedStyle(one).transitionDuration.split(", ").some((time) => parseFloat(time) > 0))
            .map((one) => one.className)"""
    )
    assert moving == []
