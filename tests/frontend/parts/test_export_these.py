"""The messages behind a number become a file: the drawer's filter, its condition and its search."""

import re

from playwright.sync_api import Page, expect

from tests.frontend.test_messages import QUARTER, drawer, press, told
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, operation
from tests.support.servers.server import Server


def test_the_listed_messages_are_exported_and_the_dialog_says_which(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p2", QUARTER)
    settled(reader)
    page.get_by_text("Por agente y departamento", exact=True).click()
    row = page.get_by_role("table", name="Envíos por agente y departamento").locator("tbody tr").first
    agent = row.locator("td a").first.inner_text()
    press(row, "leídos, ")
    panel = drawer(page)
    one = dict(
        part.split(".", 1) for part in page.evaluate("new URLSearchParams(location.search).getAll('messages')")[1:]
    )
    node = told(reader, {"step": "READ"}, {"agentIds": [one["agent"]], "departmentIds": [one["department"]]})["nodes"][
        0
    ]
    expect(panel.locator("[data-message]").first).to_be_visible()
    panel.get_by_role("button", name="Exportar estos").click()
    dialog = page.get_by_role("dialog", name="Exportar envíos")
    expect(dialog.get_by_label("Nombre")).to_have_value(re.compile(rf"^Leídos, {agent}, .* 20\d\d$"))
    expect(dialog).to_contain_text(re.compile(rf"[\d.]+ filas?\. Solo: Leídos, {agent}, "))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel).to_have_count(1)

    digits = re.sub(r"\D", "", node["recipient"]["phone"])[:5]
    panel.get_by_label("Buscar en estos mensajes").fill(digits)
    expect(panel.get_by_text(re.compile(r"encontrados?$"))).to_be_visible()
    panel.get_by_role("button", name="Exportar estos").click()
    expect(dialog).to_contain_text(f"que empiezan con «{digits}»")
    expect(dialog.get_by_label("Nombre")).not_to_have_value(re.compile(digits))
    with page.expect_request(lambda sent: sent.url.endswith("/graphql") and operation(sent) == "CreateExport") as asked:
        dialog.get_by_role("button", name="Exportar", exact=True).click()
    body = asked.value.post_data_json
    assert body
    sent = body["variables"]["input"]
    assert sent["where"] == {"step": "READ", "text": digits}
    assert len(sent["filter"]["agentIds"]) == len(sent["filter"]["departmentIds"]) == 1
    expect(page.get_by_role("log").get_by_text("Listo: Leídos, ")).to_be_visible()
    expect(panel).to_have_count(1)
