"""Coming in, being shown out, and a service that goes away: in a browser."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from analytics.domain.access import Identity
from service.auth.tokens import TokenService
from tests.support.browser.contexts import reset_context
from tests.support.browser.users import COMES_BACK, IDENTITIES, Reader, run
from tests.support.servers.server import SECRET, Server

VIEW = "Envíos individuales"
SANTIAGO = ZoneInfo("America/Santiago")
HOUR = timedelta(hours=1)


def account(reader: Reader) -> Locator:
    """The button that says who is signed in."""
    return reader.page.get_by_role("button", name=f"Cuenta de {reader.identity.name}")


@pytest.fixture
def own_server(demo: Server, tmp_path: Path) -> Iterator[Server]:
    """A service of an empty tenant that a test may stop."""
    del demo  # it says whether there are pages
    server = Server(tmp_path)
    try:
        run(server, "migrate")
        server.start()
        yield server
    finally:
        server.close()


def test_what_a_test_leaves_in_the_browser_no_other_finds(demo: Server, context: BrowserContext) -> None:
    def kept() -> str:
        page = context.new_page()
        page.goto(demo.url)
        return str(page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"))

    page = context.new_page()
    page.goto(demo.url)
    page.evaluate("localStorage.left = 1; sessionStorage.left = 1; document.cookie = 'left=1'")
    assert kept() == '[{"left":"1"},{},"left=1"]'
    reset_context(context)
    assert kept() == '[{},{},""]'


def test_in_the_demo_one_chooses_who_to_be(demo: Server, page: Page) -> None:
    page.goto(demo.url)
    page.get_by_role("button", name="Entrar como Tomás Echeverría").click()
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    page.get_by_role("button", name="Cuenta de Tomás Echeverría").click()
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()


def test_a_token_leaves_the_address_at_once_and_stays_in_its_tab(demo: Server, context: BrowserContext) -> None:
    page = context.new_page()
    Reader.enter(demo, page, "p1")
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    assert "token" not in page.url
    assert "eyJ" not in page.evaluate("JSON.stringify({ ...localStorage }) + document.cookie")
    page.reload()
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    other = context.new_page()
    other.goto(demo.url)
    expect(other.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()


def test_a_link_of_another_person_asks_before_it_signs_in(demo: Server, page: Page) -> None:
    shown = Reader.enter(demo, page, "p1")
    expect(account(shown)).to_be_visible()
    for answer in ("Escape", "Enter"):
        Reader.enter(demo, page, "p3")  # the fragment of the same address: nothing is loaded
        question = page.get_by_role("dialog", name="Este enlace es de otra persona")
        for who in (IDENTITIES["p1"].name, IDENTITIES["p3"].name):
            expect(question.get_by_text(f"como {who} · ")).to_be_visible()
        expect(question.get_by_role("button", name=f"Seguir como {shown.identity.name}")).to_be_focused()
        assert "token" not in page.url
        page.keyboard.press(answer)
        expect(question).to_have_count(0)
        expect(account(shown)).to_be_visible()
    page.goto("about:blank")
    other = Reader.enter(demo, page, "p3", "/?period=last7")  # and in a page that is loaded
    page.get_by_role("dialog").get_by_role("button", name=f"Entrar como {other.identity.name}").click()
    expect(account(other)).to_be_visible()
    assert page.url == f"{demo.url}/?period=last7"
    page.reload()
    expect(account(other)).to_be_visible()


def test_a_link_of_another_role_is_another_persons(demo: Server, page: Page) -> None:
    shown = Reader.enter(demo, page, "p1")
    expect(account(shown)).to_be_visible()
    page.goto(f"{demo.url}/#token={TokenService(SECRET).issue(replace(IDENTITIES['p1'], role='analyst'), HOUR)}")
    expect(page.get_by_role("dialog").get_by_text("· Analista")).to_be_visible()


def test_a_link_of_the_same_person_goes_on_with_the_newer_token(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1")
    expect(account(reader)).to_be_visible()
    page.get_by_role("button", name="Exportar").click()
    name = page.get_by_role("dialog").get_by_label("Nombre")
    name.fill("Lo que estaba haciendo")
    newer = TokenService(SECRET).issue(IDENTITIES["p1"], timedelta(days=2))
    page.goto(f"{demo.url}/#token={newer}")
    page.wait_for_function("newer => sessionStorage.getItem('embudo.token') === newer", arg=newer)
    expect(name).to_have_value("Lo que estaba haciendo")


@pytest.mark.parametrize("loaded", [True, False])
def test_a_bad_link_signs_nobody_out(demo: Server, page: Page, loaded: bool) -> None:
    reader = Reader.enter(demo, page, "p1")
    expect(account(reader)).to_be_visible()
    over = TokenService(SECRET).issue(IDENTITIES["p3"], -HOUR)
    forged = TokenService("another secret, that is long enough too").issue(IDENTITIES["p1"], 2 * HOUR)
    for token in ("wrong", over, forged):
        if loaded:
            page.goto("about:blank")
        page.goto(f"{demo.url}/#token={token}")
        question = page.get_by_role("dialog", name="El enlace no es válido")
        question.get_by_role("button", name=f"Seguir como {reader.identity.name}").click()
        expect(question).to_have_count(0)
        expect(account(reader)).to_be_visible()
        assert "token" not in page.url


def test_a_session_that_is_over_does_not_stand_in_a_links_way(demo: Server, page: Page) -> None:
    page.goto(demo.url)
    forged = TokenService("another secret, that is long enough too").issue(IDENTITIES["p1"], HOUR)
    for kept in (TokenService(SECRET).issue(IDENTITIES["p1"], -HOUR), forged):
        page.evaluate("kept => sessionStorage.setItem('embudo.token', kept)", kept)
        page.goto("about:blank")
        expect(account(Reader.enter(demo, page, "p3"))).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_signing_out_leaves_nothing_in_the_tab(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last7&department=d1")
    page.evaluate("sessionStorage.setItem('something', 'of theirs')")
    account(reader).click()
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()
    assert page.url == f"{demo.url}/"
    assert page.evaluate("({ ...sessionStorage })") == {}


def test_a_page_that_comes_back_from_the_browsers_cache_shows_who_is_signed_in_now(demo: Server, page: Page) -> None:
    expect(account(Reader.enter(demo, page, "p1"))).to_be_visible()
    token = TokenService(SECRET).issue(IDENTITIES["p3"], HOUR)
    page.evaluate("token => sessionStorage.setItem('embudo.token', token)", token)
    page.evaluate(COMES_BACK)
    expect(page.get_by_role("button", name=f"Cuenta de {IDENTITIES['p3'].name}")).to_be_visible()
    page.evaluate("sessionStorage.clear()")
    page.evaluate(COMES_BACK)
    expect(page.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()


def test_a_tab_that_a_link_of_the_page_opens_has_its_session(demo: Server, page: Page, context: BrowserContext) -> None:
    Reader.enter(demo, page, "p1")
    link = page.get_by_role("navigation", name="Secciones").get_by_role("link", name="Exportaciones")
    for how in ({"modifiers": ["ControlOrMeta"]}, {"button": "middle"}):
        with context.expect_page() as opened:
            link.click(**how)
        expect(opened.value.get_by_role("heading", name="Exportaciones", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name=VIEW)).to_be_visible()


def test_a_page_is_named_and_has_the_focus_when_one_goes_there(demo: Server, page: Page) -> None:
    page.goto(demo.url)
    expect(page).to_have_title("Elige con quién entrar · Embudo")
    Reader.enter(demo, page, "p1")
    expect(page).to_have_title("Envíos individuales · Embudo")
    page.get_by_role("link", name="Exportaciones").click()
    expect(page).to_have_title("Exportaciones · Embudo")
    expect(page.get_by_role("main")).to_be_focused()


BLOCKED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });"""


def test_a_browser_that_keeps_nothing_shows_the_pages(demo: Server, page: Page) -> None:
    page.add_init_script(BLOCKED)
    Reader.enter(demo, page, "p1")
    page.get_by_role("button", name="Cuenta de").click()
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Dark", exact=True).click()
    expect(page.get_by_role("heading", name="Individual sends")).to_be_visible()
    Reader.enter(demo, page, "p1", "/graphiql")
    expect(page.get_by_role("button", name="Execute query")).to_be_visible()


def test_a_wrong_token_is_told_from_one_that_is_over(demo: Server, page: Page) -> None:
    page.goto(f"{demo.url}/#token=wrong")
    expect(page.get_by_role("heading", name="No pudimos reconocerte")).to_be_visible()
    over = TokenService(SECRET).issue(IDENTITIES["p1"], timedelta(hours=-1))
    page.goto(f"{demo.url}/exports#token={over}")
    expect(page.get_by_role("heading", name="Tu sesión terminó")).to_be_visible()


def test_a_session_ends_when_its_token_does(demo: Server, page: Page) -> None:
    soon = TokenService(SECRET).issue(IDENTITIES["p1"], timedelta(seconds=8))
    page.goto(f"{demo.url}/#token={soon}")
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    expect(page.get_by_role("heading", name="Tu sesión terminó")).to_be_visible()


def test_times_are_those_of_the_tenant_not_of_the_browser(demo: Server, chromium: Browser) -> None:
    context = chromium.new_context(timezone_id="Asia/Tokyo", locale="es-CL")
    page = context.new_page()
    earliest = datetime.now(SANTIAGO)
    Reader.enter(demo, page, "p1")
    shown = page.locator("li[data-step=sent]")
    expect(shown).to_be_visible()
    possible = {f"{at:%H:%M}" for at in (earliest, datetime.now(SANTIAGO))}
    context.set_offline(True)
    page.get_by_role("button", name="Fecha de envío").click()
    page.get_by_role("navigation", name="Períodos").get_by_role("button", name="Últimos 90 días").click()
    notice = page.get_by_role("alert").filter(has_text="No hay conexión con el servicio")
    expect(notice).to_be_visible()
    assert any(time in notice.inner_text() for time in possible)
    context.close()


def test_where_nothing_was_chosen_the_browser_s_language_decides(demo: Server, chromium: Browser) -> None:
    for locale, title in (("en-GB", "Individual sends"), ("es-MX", VIEW), ("pt-BR", VIEW)):
        context = chromium.new_context(locale=locale)
        page = context.new_page()
        Reader.enter(demo, page, "p1")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        context.close()


def test_other_roles_and_supervisors_of_nothing_are_told_so(demo: Server, page: Page) -> None:
    for role, said in (
        ("agent", "No tienes acceso a estos números"),
        ("supervisor", "Aún no tienes departamentos"),
    ):
        token = TokenService(SECRET).issue(Identity("nobody", "demo", role), HOUR)
        page.goto(demo.url)
        page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.goto(f"{demo.url}/#token={token}")
        expect(page.get_by_role("heading", name=said)).to_be_visible()


def test_without_the_demo_nobody_is_offered(own_server: Server, page: Page) -> None:
    page.goto(own_server.url)
    expect(page.get_by_role("heading", name="Abre esta página desde tu plataforma")).to_be_visible()
    expect(page.get_by_role("button", name="Entrar como")).to_have_count(0)
    Reader.enter(own_server, page, "p1")
    page.get_by_role("button", name="Cuenta de").click()
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("heading", name="Cerraste tu sesión")).to_be_visible()


def test_a_service_that_goes_away_is_noticed_and_found_again(demo: Server, page: Page, context: BrowserContext) -> None:
    reader = Reader.enter(demo, page, "p1")
    shown = page.locator("li[data-step=sent]").get_by_role("button").first
    expect(shown).to_be_visible()
    before = shown.inner_text()
    context.set_offline(True)
    page.get_by_role("button", name="Fecha de envío").click()
    page.get_by_role("navigation", name="Períodos").get_by_role("button", name="Últimos 90 días").click()
    notice = page.get_by_role("alert").filter(has_text="No hay conexión con el servicio")
    expect(notice).to_be_visible()
    expect(shown).to_have_text(before)
    context.set_offline(False)
    expect(notice).to_have_count(0)
    funnel = reader.api()["funnel"]
    expect(shown).to_have_text(reader.written("rate", funnel["sent"]["rate"]))


def test_a_killed_service_is_found_again_when_it_is_back(own_server: Server, page: Page) -> None:
    token = own_server.headers(Identity("boss", "acme", "administrator"))["Authorization"].removeprefix("Bearer ")
    page.goto(f"{own_server.url}/#token={token}")
    expect(page.get_by_role("heading", name="No hubo envíos en este período")).to_be_visible()
    own_server.kill()
    page.get_by_role("link", name="Exportaciones").click()
    expect(page.get_by_role("heading", name="No hay conexión con el servicio")).to_be_visible()
    own_server.start()
    expect(page.get_by_role("heading", name="Aún no hay exportaciones")).to_be_visible()
