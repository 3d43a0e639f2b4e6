"""Our pages in a platform's frames: who reads is whom the platform names, and nobody of before."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Route, WebSocketRoute, expect

from analytics.domain.access import Identity
from service.auth.tokens import TokenService
from tests.frontend.test_graphiql import CREATE
from tests.support.browser.platforms import HOUR, Platform, asked, framed, hearing
from tests.support.browser.users import COMES_BACK, IDENTITIES, run
from tests.support.servers.server import SECRET, Server

BOSS, SUPERVISOR = IDENTITIES["p1"], IDENTITIES["p3"]
WAITING = "Esperando a tu plataforma…"
FILTERS = "/?period=last90"


def reads(frame: Frame, reader: Identity) -> None:
    """Expect somebody to be signed in."""
    expect(frame.get_by_role("button", name=f"Cuenta de {reader.name}")).to_be_visible()


def holds_nothing_of(frame: Frame, reader: Identity) -> None:
    """Expect a frame to show and to keep nothing of somebody."""
    assert str(reader.name) not in frame.evaluate("document.documentElement.outerHTML")
    kept = frame.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert [word for word in ("eyJ", reader.id, "token") if word in kept] == []


def messages(frame: Frame) -> str:
    """The number of messages that a frame shows."""
    return frame.locator("[aria-busy=false] li[data-step=messages]").inner_text()


def test_a_frame_of_another_platform_is_not_shown(
    demo: Server, tmp_path: Path, platform: Platform, context: BrowserContext
) -> None:
    del demo
    page = context.new_page()
    server = Server(tmp_path, EMBUDO_ALLOWED_ORIGINS="https://desk.example")
    try:
        run(server, "migrate")
        server.start()
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            platform.show(page, (server.url, Identity("boss", "acme", "administrator")))
        assert asked(page) == []
    finally:
        server.close()


def test_each_load_asks_who_reads_and_shows_nothing_until_then(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (demo.url, BOSS))
    reads(framed(page), BOSS)
    of_boss = messages(framed(page))
    loads: tuple[Callable[[], object], ...] = (
        page.reload,
        lambda: page.goto(f"{platform.origin}/elsewhere"),
        page.go_back,
        page.go_forward,
    )
    for load in loads:
        platform.seat(0, None)
        load()
        expect(framed(page).get_by_role("heading", name=WAITING)).to_be_visible()
        page.wait_for_function("window.asked[0].length > 0")
        assert asked(page) == ["embudo:ready"]
        holds_nothing_of(framed(page), BOSS)
        expect(framed(page).get_by_role("button", name="Entrar como")).to_have_count(0)  # the demo's people
        platform.hand(page, 0, SUPERVISOR)
        reads(framed(page), SUPERVISOR)
        holds_nothing_of(framed(page), BOSS)
        assert messages(framed(page)) != of_boss
        platform.hand(page, 0, BOSS)
        reads(framed(page), BOSS)
        assert messages(framed(page)) == of_boss
    for address in ("/exports", "/graphiql"):  # a link inside the frame
        framed(page).goto(f"{demo.url}{address}")
        page.wait_for_function("window.asked[0].length > 1")


def test_the_documented_page_shows_whoever_reads(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (demo.url, BOSS), path="/documented")
    reads(framed(page), BOSS)
    platform.seat(0, SUPERVISOR)
    page.reload()
    reads(framed(page), SUPERVISOR)
    platform.seat(0, BOSS)
    page.evaluate("signIn()")
    reads(framed(page), BOSS)
    page.evaluate("say({ type: 'embudo:signout' })")
    expect(framed(page).get_by_role("heading", name="Abre esta página desde tu plataforma")).to_be_visible()


def test_another_persons_token_leaves_nothing_of_the_first(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (f"{demo.url}{FILTERS}&department=d1", BOSS))
    frame = framed(page)
    reads(frame, BOSS)
    of_boss = messages(frame)
    held: list[Route] = []

    def hold(route: Route) -> None:
        token = TokenService(SECRET).verify(route.request.headers["authorization"].removeprefix("Bearer "))
        if token.id == BOSS.id:
            held.append(route)
        else:
            route.continue_()

    page.route("**/graphql", hold)
    frame.get_by_role("button", name="Exportar").click()
    frame.get_by_role("dialog").get_by_label("Nombre").fill(f"De {BOSS.name}")
    frame.get_by_role("dialog").get_by_role("button", name="Exportar").click()
    while not held:
        page.wait_for_timeout(20)
    with page.expect_event("requestfailed", lambda request: request == held[0].request):
        platform.hand(page, 0, SUPERVISOR)
    reads(frame, SUPERVISOR)
    holds_nothing_of(frame, BOSS)
    assert frame.evaluate("location.pathname + location.search") == "/"
    assert messages(frame) != of_boss
    assert frame.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("other", [replace(BOSS, role="analyst"), replace(BOSS, tenant_id="acme")])
def test_another_role_or_tenant_is_another_person(
    demo: Server, platform: Platform, page: Page, other: Identity
) -> None:
    platform.show(page, (f"{demo.url}{FILTERS}&department=d1", BOSS))
    frame = framed(page)
    reads(frame, BOSS)
    frame.get_by_role("button", name="Exportar").click()
    expect(frame.get_by_role("dialog")).to_be_visible()
    platform.hand(page, 0, other)
    expect(frame.get_by_role("dialog")).to_have_count(0)
    reads(frame, other)
    assert frame.evaluate("location.search") == ""


def test_a_newer_token_of_the_same_person_takes_nothing_away(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (f"{demo.url}{FILTERS}&department=d1", BOSS))
    frame = framed(page)
    reads(frame, BOSS)
    messages(frame)
    frame.get_by_role("button", name="Exportar").click()
    name = frame.get_by_role("dialog").get_by_label("Nombre")
    name.fill("Lo que estaba haciendo")
    with page.expect_request("**/graphql") as request:
        platform.hand(page, 0, replace(BOSS, email="newer@example.com"))
        frame.get_by_role("dialog").get_by_role("button", name="Exportar").click()
    assert "createExport" in (request.value.post_data or "")  # and no question before it
    assert request.value.headers["authorization"] == f"Bearer {platform.tokens[0]}"
    expect(frame.get_by_role("log").get_by_text("Lo que estaba haciendo")).to_be_visible()


def test_the_platform_alone_signs_out(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (f"{demo.url}{FILTERS}&department=d1", BOSS), (demo.url, SUPERVISOR))
    frame, sibling = framed(page), framed(page, 1)
    reads(frame, BOSS)
    reads(sibling, SUPERVISOR)
    for stranger in (sibling, frame):
        with hearing(frame):
            stranger.evaluate("parent.frames[0].postMessage({ type: 'embudo:signout' }, '*')")
    reads(frame, BOSS)
    platform.say(page, 0, "embudo:signout")
    expect(frame.get_by_role("heading", name="Abre esta página desde tu plataforma")).to_be_visible()
    holds_nothing_of(frame, BOSS)
    assert frame.evaluate("location.search") == ""
    reads(sibling, SUPERVISOR)
    assert asked(page) == ["embudo:ready"]  # it does not ask to be signed in again
    platform.hand(page, 0, SUPERVISOR)
    reads(frame, SUPERVISOR)


def test_two_people_in_two_frames_of_a_tab_do_not_share(demo: Server, platform: Platform, page: Page) -> None:
    people = (BOSS, SUPERVISOR)
    platform.show(page, *((f"{demo.url}{FILTERS}", one) for one in people))
    for _ in range(2):
        for at, one in enumerate(people):
            reads(framed(page, at), one)
            holds_nothing_of(framed(page, at), people[1 - at])
        page.reload()


def test_a_frame_takes_no_token_from_its_address_or_its_tab(demo: Server, platform: Platform, page: Page) -> None:
    token = TokenService(SECRET).issue(BOSS, HOUR)
    page.goto(f"{demo.url}/#token={token}")  # the tab's own session, on the same site
    expect(page.get_by_role("button", name=f"Cuenta de {BOSS.name}")).to_be_visible()
    platform.show(page, (f"{demo.url}/#token={token}", None))
    frame = framed(page)
    expect(frame.get_by_role("heading", name=WAITING)).to_be_visible()
    frame.evaluate(f"location.hash = 'token={token}'")
    frame.wait_for_function("() => location.hash === ''")
    expect(frame.get_by_role("heading", name=WAITING)).to_be_visible()


def test_a_frame_that_is_shown_again_asks_again(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (f"{demo.url}{FILTERS}", BOSS))
    frame = framed(page)
    reads(frame, BOSS)
    platform.seat(0, SUPERVISOR)
    frame.evaluate(COMES_BACK)
    reads(frame, SUPERVISOR)
    holds_nothing_of(frame, BOSS)
    assert asked(page) == ["embudo:ready", "embudo:ready"]


def test_a_tab_that_a_frame_opens_has_no_session(
    demo: Server, platform: Platform, page: Page, context: BrowserContext
) -> None:
    platform.show(page, (demo.url, BOSS))
    reads(framed(page), BOSS)
    with context.expect_page() as opened:
        framed(page).get_by_role("link", name="Exportaciones").click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name="Elige con quién entrar")).to_be_visible()


def test_subscriptions_end_with_the_person(demo: Server, platform: Platform, page: Page) -> None:
    subscribed: list[str] = []
    closed: list[int | None] = []

    def accept(socket: WebSocketRoute) -> None:
        def answer(said: str | bytes) -> None:
            type = json.loads(said)["type"]
            if type == "connection_init":
                socket.send(json.dumps({"type": "connection_ack"}))
            elif type == "subscribe":
                subscribed.append(type)

        socket.on_message(answer)
        socket.on_close(lambda code, _reason: closed.append(code))

    page.route_web_socket("**/graphql", accept)

    def under_way(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"COMPLETED"', '"RUNNING"'))

    demo.ask(BOSS, CREATE)
    page.route("**/graphql", under_way)
    platform.show(page, (f"{demo.url}/exports", BOSS))
    frame = framed(page)
    expect(frame.locator("[data-status=RUNNING]").first).to_be_visible()
    while not subscribed:
        page.wait_for_timeout(20)
    assert closed == []
    platform.hand(page, 0, SUPERVISOR)
    reads(frame, SUPERVISOR)
    while not closed:
        page.wait_for_timeout(20)
    page.unroute_all(behavior="ignoreErrors")
