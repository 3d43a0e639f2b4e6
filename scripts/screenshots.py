#!/usr/bin/env python3
"""Take the pictures of docs/screenshots: `.venv/bin/python scripts/screenshots.py [URL]`, with `make run` running.

Needs Chromium, as the tests do. The URL is the service's; by default http://127.0.0.1:8000.
"""

import json
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]

# name, address, person, width and height, colour scheme
PICTURES = [
    ("envios-individuales", "/", "p1", (1440, 1000), "light"),
    ("envios-individuales-oscuro", "/", "p3", (1440, 1000), "dark"),
    ("envios-individuales-telefono", "/", "p1", (390, 844), "light"),
    ("mensajes", "/?messages=bounced", "p1", (1440, 1000), "light"),
    ("impresion", "/", "p3", (794, 1123), "light"),  # a sheet of A4 at 96 points an inch
    ("exportaciones", "/exports", "p1", (1440, 620), "light"),
    ("graphiql", "/graphiql", "p2", (1440, 900), "light"),
]


EXPORTS = """
mutation Ask($year: DateRange!, $month: DateRange!) {
  year: createExport(input: {name: "Envíos del año", filter: {sentOn: $year}}) { export { id } }
  month: createExport(input: {name: "Para el CRM", format: CSV, filter: {sentOn: $month}}) { export { id } }
}
"""
RANGES = {
    "year": {"from": "2026-01-01", "to": "2026-12-31"},
    "month": {"from": "2026-10-01", "to": "2026-10-31"},
}


def post(path: str, body: dict[str, Any], **headers: str) -> Any:
    """Post to the service and return its response."""
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{SERVICE}{path}", json.dumps(body).encode(), sent)  # noqa: S310 - ours
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - ours
        return json.load(answer)


def token(person: str) -> str:
    """Issue a token for one of the demo's people."""
    return str(post("/session", {"person": person})["token"])


def ready(page: Page, name: str) -> None:
    """Wait until the page shows the content of the picture."""
    if name == "graphiql":
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="Execute query").click()
        page.get_by_role("menuitem", name="Funnel").click()
    elif name == "exportaciones":
        page.locator("[data-status]").first.wait_for()
    else:
        page.locator("[data-drawn]").nth(2).wait_for()
    if name == "mensajes":
        page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
    if name == "impresion":
        page.emulate_media(media="print")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # charts grow


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    post("/graphql", {"query": EXPORTS, "variables": RANGES}, Authorization=f"Bearer {token('p1')}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, address, person, (width, height), scheme in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
                locale="es-CL",
            )
            page.goto(f"{SERVICE}{address}#token={token(person)}")
            ready(page, name)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
