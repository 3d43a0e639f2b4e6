"""Exports over HTTP, from the request to the rows of the file."""

import io
from typing import Any

import openpyxl

from analytics.domain.access import Identity
from tests.support.servers.server import Server, eventually

FILTER = 'filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}'
CREATE = 'mutation { createExport(input: {name: "x", %s}) { export { id } userErrors { message } } }' % FILTER  # noqa: UP031
EXPORT = "query Q($id: ID!) { export(id: $id) { status downloadUrl failure { code } } }"


def export_url(server: Server, who: Identity) -> str:
    """The download link of a new export of the week that tests send in."""
    created = server.ask(who, CREATE)["createExport"]
    assert created["userErrors"] == []

    def ended() -> dict[str, Any] | None:
        export: dict[str, Any] = server.ask(who, EXPORT, id=created["export"]["id"])["export"]
        return export if export["status"] in ("COMPLETED", "FAILED", "CANCELED") else None

    done = eventually(ended)
    assert done["status"] == "COMPLETED", done
    return str(done["downloadUrl"])


def exported_rows(server: Server, who: Identity) -> list[tuple[Any, ...]]:
    """Return the rows of a new export, without its header."""
    answer = server.client.get(export_url(server, who))
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Envíos"]
    return list(sheet.iter_rows(min_row=2, values_only=True))
