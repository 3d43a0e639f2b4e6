"""GraphiQL in a browser: signed in, without other hosts, subscriptions and all."""

import json
import re
from datetime import timedelta

from playwright.sync_api import Frame, Page, expect

from tests.support.browser.platforms import Platform, framed
from tests.support.browser.users import EXECUTE, IDENTITIES, Reader
from tests.support.servers.server import Server

CREATE = """
mutation { createExport(input: {name: "De GraphiQL", filter: {sentOn: {from: "2026-01-01", to: "2026-12-31"}}})
    { export { id } } }"""


def test_an_example_runs_as_the_viewer_and_the_token_is_not_kept(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p3", "/graphiql")
    page.locator(EXECUTE).click()
    page.get_by_role("menuitem", name="Options").click()
    answer = page.locator(".graphiql-response")
    expect(answer).to_contain_text("SUPERVISOR")
    expect(answer).to_contain_text(reader.identity.name or "?")
    token = page.evaluate("sessionStorage.getItem('embudo.token')")
    assert token not in page.evaluate("JSON.stringify({ ...localStorage })")
    page.get_by_role("button", name="Show GraphiQL Explorer").click()
    expect(page.get_by_text("campaignAnalytics").first).to_be_visible()


def test_a_subscription_follows_an_export(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/graphiql")
    id = demo.ask(reader.identity, CREATE)["createExport"]["export"]["id"]
    expect(page.locator(EXECUTE)).to_be_visible()
    page.get_by_role("button", name="Variables").click()
    page.get_by_label("Variables").locator("textarea, .native-edit-context").first.focus()
    page.keyboard.insert_text(f'{{"id": "{id}"}}')
    page.locator(EXECUTE).click()
    page.get_by_role("menuitem", name="Follow").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"COMPLETED"')


def test_it_looks_as_the_reader_chose(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p1")
    page.get_by_role("button", name="Cuenta de").click()
    page.get_by_text("Oscuro", exact=True).click()
    page.get_by_role("link", name="API", exact=True).click()
    expect(page).to_have_title("GraphiQL · Embudo")
    expect(page.locator("body")).to_have_class(re.compile("graphiql-dark"))


def test_it_has_the_bar_of_the_other_pages_and_asks_about_the_company_s_days(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/graphiql")
    expect(page.get_by_role("heading", name="GraphiQL", level=1)).to_have_count(1)
    expect(page.locator(EXECUTE)).to_be_visible()
    today = reader.today()
    assert f'sentOn: {{ from: \\"{today - timedelta(days=29)}\\", to: \\"{today}\\" }}' in page.evaluate(EDITED)
    wrapping = "__MONACO.editor.getEditors().map((one) => one.getOption(__MONACO.editor.EditorOption.wordWrap))"
    assert set(page.evaluate(wrapping)) == {"on"}
    page.get_by_role("navigation", name="Secciones").get_by_role("link", name="Envíos individuales").click()
    expect(page.get_by_role("heading", name="Envíos individuales")).to_be_visible()


def test_supervisors_are_not_led_to_it(demo: Server, page: Page) -> None:
    Reader.enter(demo, page, "p3")
    page.get_by_role("button", name="Cuenta de").click()
    expect(page.get_by_role("button", name="Cerrar sesión")).to_be_visible()
    expect(page.get_by_role("link", name="API", exact=True)).to_have_count(0)


def test_a_token_that_is_refused_ends_the_session(demo: Server, page: Page) -> None:
    page.goto(f"{demo.url}/graphiql#token=wrong")
    expect(page.get_by_role("heading", name="No pudimos reconocerte")).to_be_visible()


def wrote(frame: Frame, text: str) -> None:
    """Write variables."""
    frame.get_by_role("button", name="Variables").click()
    frame.get_by_label("Variables").locator("textarea, .native-edit-context").first.focus()
    frame.page.keyboard.insert_text(json.dumps({"id": text}))
    frame.wait_for_function(f"() => {EDITED}.includes('{text}')")


KEPT = "JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"
EDITED = "JSON.stringify(globalThis.__MONACO.editor.getModels().map((model) => model.getValue()))"


def test_what_somebody_wrote_stays_in_their_tab_and_ends_with_them(demo: Server, page: Page) -> None:
    page.goto(demo.url)
    page.evaluate("localStorage.setItem('graphiql:query', 'what an earlier version kept')")
    Reader.enter(demo, page, "p1", "/graphiql")
    expect(page.locator(EXECUTE)).to_be_visible()
    wrote(page.main_frame, "a-customer")
    page.wait_for_function("() => JSON.stringify({ ...sessionStorage }).includes('a-customer')")
    assert "graphiql" not in page.evaluate("JSON.stringify({ ...localStorage })")
    page.reload()
    expect(page.locator(".graphiql-execute-button")).to_be_visible()
    page.wait_for_function(f"() => {EDITED}.includes('a-customer')")
    other = Reader.enter(demo, page, "p3", "/graphiql").identity.name
    page.get_by_role("dialog").get_by_role("button", name=f"Entrar como {other}").click()
    expect(page.locator(EXECUTE)).to_be_visible()
    assert "a-customer" not in page.evaluate(KEPT) + page.evaluate(EDITED)


def test_in_a_frame_nothing_of_what_somebody_wrote_is_kept(demo: Server, platform: Platform, page: Page) -> None:
    platform.show(page, (f"{demo.url}/graphiql", IDENTITIES["p1"]))
    frame = framed(page)
    expect(frame.locator(EXECUTE)).to_be_visible()
    wrote(frame, "a-customer")
    platform.hand(page, 0, IDENTITIES["p3"])
    frame.wait_for_function(f"() => !{EDITED}.includes('a-customer')")
    expect(frame.locator(EXECUTE)).to_be_visible()
    assert "graphiql" not in frame.evaluate(KEPT)
    assert "a-customer" not in frame.evaluate(EDITED)
