from importlib.resources import files

import httpx
import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route

from graphql_schema.schema import schema
from service.graphiql import graphiql

EXAMPLES = files("service").joinpath("pages", "examples.graphql").read_text("utf-8")


@pytest.fixture
async def page() -> str:
    """The page as a browser gets it."""
    app = Starlette(routes=[Route("/graphiql", graphiql)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        return (await client.get("/graphiql")).text


def test_the_examples_are_good_queries() -> None:
    document = parse(EXAMPLES.replace("__FROM__", "2026-11-01").replace("__TO__", "2026-11-30"))
    assert validate(schema._schema, document) == []
    named = {
        node.name.value for node in document.definitions if isinstance(node, OperationDefinitionNode) and node.name
    }
    assert named >= {"Funnel", "Tables", "Responses", "Export", "Exports"}


def test_the_page_has_the_examples_with_days_filled_in(page: str) -> None:
    assert "query Funnel" in page
    assert "__FROM__" not in page
    assert "__TO__" not in page


def test_the_page_asks_our_endpoint_and_keeps_no_token(page: str) -> None:
    assert 'new URL("/graphql", window.location.href)' in page
    assert "shouldPersistHeaders: false" in page
    assert "localStorage" not in page
    assert "embudo-token" in page
