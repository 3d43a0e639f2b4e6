"""The pages as files: what is sent with them, and what there is before they are built."""

import gzip
from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.applications import Starlette

from graphql_schema.schema import schema
from service.web.pages import NONCE, routes
from tests.support.paths import ROOT

EXAMPLES = ROOT / "frontend" / "src" / "features" / "graphiql" / "examples.graphql"
SCRIPT = b"console.log('" + b"x" * 2000 + b"')"


def client(built: Path, *origins: str) -> httpx.AsyncClient:
    """A client of the pages in a folder."""
    app = Starlette(routes=list(routes(origins, built)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as a build leaves it."""
    for name in ("index.html", "graphiql.html"):
        (tmp_path / name).write_text(f"<meta content={NONCE}>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "view-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "view-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "small-1.js").write_bytes(b"1")
    return tmp_path


async def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    for path in ("/", "/exports", "/graphiql"):
        answer = await client(tmp_path).get(path)
        assert answer.status_code == 200
        assert "make build" in answer.text


@pytest.mark.parametrize("path", ["/", "/exports", "/graphiql"])
async def test_pages_run_scripts_of_ours_only(built: Path, path: str) -> None:
    answer = await client(built, "https://desk.example").get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert policy["frame-ancestors"] == "'self' https://desk.example"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_view_has_a_nonce_of_its_own_each_time(built: Path) -> None:
    seen = set()
    for _ in range(2):
        answer = await client(built).get("/")
        nonce = answer.text.removeprefix("<meta content=").removesuffix(">")
        assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        seen.add(nonce)
    assert len(seen) == 2


async def test_assets_are_kept_and_come_compressed(built: Path) -> None:
    async with client(built) as asking:
        packed = await asking.get("/assets/view-1.js", headers={"Accept-Encoding": "gzip"})
        plain = await asking.get("/assets/view-1.js", headers={"Accept-Encoding": "identity"})
        small = await asking.get("/assets/small-1.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 10
    assert packed.content == plain.content == SCRIPT
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain, small):
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


async def test_nothing_but_assets_is_served(built: Path) -> None:
    (built / ".vite").mkdir()
    (built / ".vite" / "manifest.json").write_text("{}")
    async with client(built) as asking:
        odd = ("/assets/" + "a" * 256, "/assets/a%00", "/assets/" + "é" * 200)
        for path in ("/assets/none.js", "/assets/..%2Findex.html", "/assets/%2E%2E", "/.vite/manifest.json", *odd):
            assert (await asking.get(path)).status_code == 404


def test_the_examples_of_graphiql_are_good_queries() -> None:
    text = EXAMPLES.read_text("utf-8").replace("__FROM__", "2026-11-01").replace("__TO__", "2026-11-30")
    document = parse(text)
    assert validate(schema._schema, document) == []
    named = {
        node.name.value for node in document.definitions if isinstance(node, OperationDefinitionNode) and node.name
    }
    assert named >= {"Funnel", "Tables", "Responses", "Export", "Exports", "Follow"}
