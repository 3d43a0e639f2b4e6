"""Tables and charts that the cards' menus copy and save."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Download, Page, expect

from tests.frontend.test_accessibility import violations
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, periods
from tests.support.servers.server import Server

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def reader(demo: Server, page: Page, context: BrowserContext) -> Reader:
    """Someone who sees everything, before a quarter of a year."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.url)
    reader = Reader.enter(demo, page, "p1", "/?period=last90")
    settled(reader)
    expect(page.locator("[data-drawn]")).to_have_count(3)
    return reader


def opened(page: Page, title: str) -> None:
    """The menu of a card is open."""
    page.get_by_role("button", name=f"Copiar o descargar: {title}").click()
    expect(page.get_by_role("dialog", name="Copiar o descargar")).to_be_visible()


def saved(page: Page, title: str, item: str) -> Download:
    """The file that an item of a card's menu saves."""
    opened(page, title)
    with page.expect_download() as download:
        page.get_by_role("button", name=item).click()
    page.keyboard.press("Escape")
    return download.value


def test_a_table_is_saved_whole_with_the_separators_of_its_language(reader: Reader) -> None:
    page = reader.page
    rows = reader.api()["byAgentTotal"]["nodes"]
    assert len(rows) > 10
    file = saved(page, "Envíos por agente", "Descargar CSV")
    first, last = periods(reader.today())["last90"]
    assert file.suggested_filename == f"Envíos por agente {first} {last}.csv"
    text = Path(file.path()).read_bytes().decode()
    assert text.startswith(
        "\ufeffAgente;Departamentos;Tickets;Mensajes;Enviados;% Entregados;% Leídos;% Respondidos\r\n"
    )
    lines = text.removesuffix("\r\n").split("\r\n")[1:]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        name, departments, tickets, messages, sent, *rates = line.split(";")
        funnel = row["funnel"]
        assert (name, departments) == (row["agent"]["name"], ", ".join(one["name"] for one in row["departments"]))
        counts = (funnel["tickets"], funnel["messages"], funnel["sent"]["count"])
        assert (int(tickets), int(messages), int(sent)) == counts
        for rate, step in zip(rates, ("delivered", "read", "responded"), strict=True):
            expected = funnel[step]["rate"]
            assert re.fullmatch(r"\d+(,\d\d?)?%", rate) if expected is not None else rate == ""
            if expected is not None:
                assert float(rate.removesuffix("%").replace(",", ".")) == pytest.approx(100 * expected, abs=0.006)


def test_a_chart_is_copied_as_a_table_and_saved_as_an_image(reader: Reader) -> None:
    page = reader.page
    opened(page, "Respuestas por hora")
    assert violations(page) == []
    page.get_by_role("button", name="Copiar tabla").click()
    expect(page.get_by_role("status").filter(has_text="Tabla copiada")).to_be_visible()
    rows = [f"{row['hour']:02}:00\t{row['responses']}" for row in reader.api()["responsesByHour"]]
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split("\n") == ["Hora\tRespuestas", *rows]
    page.keyboard.press("Escape")
    for title in ("Evolución", "Respuestas por hora", "Respuestas por día y hora"):
        file = saved(page, title, "Descargar PNG")
        assert file.suggested_filename.startswith(f"{title} 20")
        content = Path(file.path()).read_bytes()
        assert content.startswith(PNG)
        assert int.from_bytes(content[16:20]) == 2_000  # pixels wide
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_an_image_is_light_and_the_dark_page_stays_dark(reader: Reader) -> None:
    page = reader.page
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    content = Path(saved(page, "Evolución", "Descargar PNG").path()).read_bytes()
    corner = page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            context.drawImage(image, 0, 0);
            return Array.from(context.getImageData(0, 0, 1, 1).data);
        }""",
        list(content),
    )
    assert corner == [255, 255, 255, 255]
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_what_cannot_be_copied_is_told(reader: Reader) -> None:
    page = reader.page
    opened(page, "Envíos por agente")
    page.route("**/graphql", lambda route: route.abort())
    page.get_by_role("button", name="Copiar tabla").click()
    expect(page.get_by_role("status").filter(has_text="No se pudo. Intenta de nuevo.")).to_be_visible()


def test_the_reasons_of_bounces_are_copied_in_words(reader: Reader) -> None:
    page = reader.page
    page.get_by_role("button", name="Ver motivos").click()
    opened(page, "Motivos de rebote")
    page.get_by_role("button", name="Copiar tabla").click()
    expect(page.get_by_role("status").filter(has_text="Tabla copiada")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    reasons = reader.api()["bounceReasons"]
    assert lines[0] == "Motivo\tCódigo\tMensajes\t% de rebotados"
    assert [line.split("\t")[1:3] for line in lines[1:]] == [[str(one["code"]), str(one["count"])] for one in reasons]
