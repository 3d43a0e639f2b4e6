"""Coming in, being shown out, and a service that goes away: in a browser."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from analytics.viewers import Identity
from service.tokens import Tokens
from tests.frontend.people import IDENTITIES, Reader, run
from tests.service.servers import SECRET, Server

VIEW = "Envíos individuales"
SANTIAGO = ZoneInfo("America/Santiago")


@pytest.fixture
def own_server(demo: Server, tmp_path: Path) -> Iterator[Server]:
    """A service of an empty company that a test may stop."""
    del demo  # it says whether there are pages
    server = Server(tmp_path)
    try:
        run(server, "migrate")
        server.start()
        yield server
    finally:
        server.close()


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


def test_a_link_is_taken_in_a_tab_that_shows_the_page_already(demo: Server, page: Page) -> None:
    for person in ("p1", "p3"):
        reader = Reader.enter(demo, page, person)
        expect(page.get_by_role("button", name=f"Cuenta de {reader.identity.name}")).to_be_visible()
        assert "token" not in page.url
    page.goto(f"{demo.url}/#token=wrong")
    expect(page.get_by_role("heading", name="No pudimos reconocerte")).to_be_visible()
    assert "token" not in page.url


def test_a_tab_that_a_link_of_the_page_opens_has_its_session(demo: Server, page: Page, context: BrowserContext) -> None:
    Reader.enter(demo, page, "p1")
    link = page.get_by_role("navigation", name="Secciones").get_by_role("link", name="Exportaciones")
    for how in ({"modifiers": ["ControlOrMeta"]}, {"button": "middle"}):
        with context.expect_page() as opened:
            link.click(**how)
        expect(opened.value.get_by_role("heading", name="Exportaciones")).to_be_visible()
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
    over = Tokens(SECRET).issue(IDENTITIES["p1"], timedelta(hours=-1))
    page.goto(f"{demo.url}/exports#token={over}")
    expect(page.get_by_role("heading", name="Tu sesión terminó")).to_be_visible()


def test_a_session_ends_when_its_token_does(demo: Server, page: Page) -> None:
    soon = Tokens(SECRET).issue(IDENTITIES["p1"], timedelta(seconds=8))
    page.goto(f"{demo.url}/#token={soon}")
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    expect(page.get_by_role("heading", name="Tu sesión terminó")).to_be_visible()


def test_a_session_may_last_longer_than_a_timer(demo: Server, page: Page) -> None:
    page.clock.install()
    token = Tokens(SECRET).issue(IDENTITIES["p1"], timedelta(days=40))
    page.goto(f"{demo.url}/exports#token={token}")
    expect(page.get_by_role("heading", name="Exportaciones")).to_be_visible()
    page.clock.fast_forward(timedelta(days=30) // timedelta(milliseconds=1))
    page.get_by_role("link", name=VIEW).click()
    expect(page.get_by_role("heading", name=VIEW)).to_be_visible()
    page.clock.fast_forward(timedelta(days=11) // timedelta(milliseconds=1))
    expect(page.get_by_role("heading", name="Tu sesión terminó")).to_be_visible()


def test_times_are_those_of_the_company_not_of_the_browser(demo: Server, chromium: Browser) -> None:
    context = chromium.new_context(timezone_id="Asia/Tokyo")
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


def test_other_roles_and_supervisors_of_nothing_are_told_so(demo: Server, page: Page) -> None:
    for role, said in (
        ("agent", "No tienes acceso a estos números"),
        ("supervisor", "Aún no tienes departamentos"),
    ):
        token = Tokens(SECRET).issue(Identity("nobody", "demo", role), timedelta(hours=1))
        page.goto(f"{demo.url}/#token={token}")
        expect(page.get_by_role("heading", name=said)).to_be_visible()


def test_without_the_demo_nobody_is_offered(own_server: Server, page: Page) -> None:
    page.goto(own_server.url)
    expect(page.get_by_role("heading", name="Abre esta página desde tu plataforma")).to_be_visible()
    expect(page.get_by_role("button", name="Entrar como")).to_have_count(0)


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


@pytest.fixture
def platform() -> Iterator[str]:
    """The origin of a page that frames ours and hands it a token; where ours is comes in the query."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(FRAMING.encode())

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


FRAMING = """<!doctype html><iframe title="Embudo" style="width: 100%; height: 90vh"></iframe><script>
const { embudo, token } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
window.asked = [];
addEventListener("message", (event) => {
  if (event.origin !== embudo) return;
  window.asked.push(event.data.type);
  event.source.postMessage({ type: "embudo:token", token }, embudo);
});
document.querySelector("iframe").src = embudo;
</script>"""


@pytest.mark.parametrize("allowed", [True, False])
def test_an_allowed_platform_hands_a_token_to_the_page_in_its_frame(
    demo: Server, tmp_path: Path, platform: str, context: BrowserContext, allowed: bool
) -> None:
    del demo
    server = Server(tmp_path, EMBUDO_ALLOWED_ORIGINS=platform if allowed else "https://desk.example")
    try:
        run(server, "migrate")
        server.start()
        token = server.headers(Identity("boss", "acme", "administrator"))["Authorization"].removeprefix("Bearer ")
        page = context.new_page()
        page.goto(f"{platform}/#{json.dumps({'embudo': server.url, 'token': token})}")
        heading = page.frame_locator("iframe").get_by_role("heading", name=VIEW)
        if allowed:
            expect(heading).to_be_visible()
            assert page.evaluate("window.asked") == ["embudo:ready"]
        else:
            time.sleep(1)  # nothing is to happen
            expect(heading).to_have_count(0)
            assert page.evaluate("window.asked") == []
    finally:
        server.close()
