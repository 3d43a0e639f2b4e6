"""The pages where only their own documents are run: the manifest that their build writes, and each page with it."""

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import REMOVE, FieldNode, OperationDefinitionNode, Visitor, parse, print_ast, visit
from playwright.sync_api import Page, Route, expect

from graphql_schema.schema import schema
from service.graphql.persisted_documents import OWN_DOCUMENTS, parse_manifest
from tests.frontend.test_exports import ask_and_see, fetched
from tests.frontend.test_view import settled
from tests.support.browser.users import EXECUTE, Reader, operation, run
from tests.support.paths import ROOT
from tests.support.servers.server import Server, eventually

SOURCES = ROOT / "frontend" / "src"
REFUSED = "Only documents of this service's own pages are run here."


@pytest.fixture(scope="module")
def strict(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of a small tenant that runs what its own pages ask for, and nothing else."""
    del demo  # it says whether there are pages
    server = Server(tmp_path_factory.mktemp("strict"), EMBUDO_DOCUMENTS_ONLY="true", EMBUDO_INTROSPECTION="everyone")
    try:
        run(server, "migrate")
        run(server, "demo", "--messages", "300")
        server.start()
        yield server
    finally:
        server.close()


class _WithoutTypenames(Visitor):
    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        """Drop the fields that the client adds for its cache."""
        return REMOVE if node.name.value == "__typename" else None


def definitions(text: str) -> dict[str, str]:
    """The operations and fragments of a text, by what they say without `__typename`; an operation's name with each."""
    found = visit(parse(text), _WithoutTypenames()).definitions
    return {
        print_ast(one): one.name.value if isinstance(one, OperationDefinitionNode) and one.name else "" for one in found
    }


def test_the_manifest_has_every_document_of_the_pages(demo: Server) -> None:
    del demo
    written: dict[str, str] = {}
    for path in SOURCES.rglob("*.graphql"):
        if path.parent.name != "graphiql":
            written |= definitions(path.read_text("utf-8"))
    built: dict[str, str] = {}
    for hash, text in parse_manifest(OWN_DOCUMENTS, schema._schema, only=True).documents.items():
        assert hash == hashlib.sha256(text.encode()).hexdigest()
        assert sum(map(bool, definitions(text).values())) == 1
        built |= definitions(text)
    assert built == written
    assert {"View", "Viewer", "ExportUpdated"} < set(built.values())


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """While it lasts, a process does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def answered(page: Page, name: str) -> Any:
    """Wait, at the end of a block, for the answer to an operation."""
    return page.expect_response(lambda answer: answer.url.endswith("/graphql") and operation(answer.request) == name)


def test_the_pages_work_where_nothing_else_is_run(strict: Server, page: Page, tmp_path: Path) -> None:
    answers: list[tuple[str, Any]] = []
    messages: list[str] = []

    def passed_on(route: Route) -> None:
        answer = route.fetch()
        answers.append((operation(route.request), answer.json()))
        route.fulfill(response=answer)

    page.route("**/graphql", passed_on)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: messages.append(str(frame))))
    reader = Reader.enter(strict, page, "p1", "/?period=last90")
    settled(reader)
    expect(page.locator("li[data-step=sent]")).to_be_visible()
    page.locator("li[data-step=sent]").get_by_role("button", name="enviados: ver mensajes").click()
    expect(page.get_by_role("dialog").locator("[data-message]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with answered(page, "UsedTemplates"):
        page.get_by_label("Filtros").get_by_role("button", name="Plantilla HSM").click()
    with answered(page, "TemplateOptions"):
        page.get_by_label("Plantilla HSM: Buscar…").fill("a")
    looked = "SELECT 1 FROM figures WHERE name = 'drift'"
    eventually(lambda: strict.row(looked))  # what the worker writes by itself: it must not be stopped at it
    with paused(strict.worker()):  # an export that is over when the page sees it is not followed
        ask_and_see(reader, "Con lo justo", "CSV")
        row = page.get_by_role("row").filter(has_text="Con lo justo")
        expect(row).to_have_attribute("data-status", "QUEUED")
    assert fetched(page, "Con lo justo", tmp_path).read_text("utf-8-sig").startswith("Plantilla HSM")
    page.get_by_role("button", name="Eliminar Con lo justo").click()
    page.get_by_role("dialog").get_by_role("button", name="Eliminar").click()
    expect(row).to_have_count(0)
    assert [body["errors"] for _, body in answers if "errors" in body] == []
    asked = {name for name, _ in answers}
    assert {"View", "Viewer", "Messages", "CreateExport", "Exports", "DownloadLink", "DeleteExport"} <= asked
    assert any('"next"' in message for message in messages)
    assert not any('"error"' in message for message in messages)


def test_another_document_is_refused(strict: Server, page: Page) -> None:
    reader = Reader.enter(strict, page, "p1", "/graphiql")
    signed = strict.headers(reader.identity)
    own = next(iter(parse_manifest(OWN_DOCUMENTS, schema._schema, only=True).documents.values()))
    for text in ("{ viewer { id } }", own + " "):
        answer = strict.client.post("/graphql", json={"query": text}, headers=signed)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["message"] == REFUSED
    # Also the questions of GraphiQL, which says so.
    page.locator(EXECUTE).click()
    page.get_by_role("menuitem", name="Options").click()
    expect(page.locator(".graphiql-response")).to_contain_text(REFUSED)
