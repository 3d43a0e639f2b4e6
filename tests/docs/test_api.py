"""docs/api.md: its documents are valid, and it explains every code and status that the API answers with."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from analytics.domain.errors import PublicError
from graphql_schema.schema import schema
from service.graphql import http, persisted_documents, websocket

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
# Those that have no class of their own: graphql-core finds them.
OF_DOCUMENTS = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
DOCUMENTS = [
    *re.findall(r"^```graphql\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE),
    *re.findall(r'^const query = "(.*)";$', PAGE, flags=re.MULTILINE),
    *re.findall(r"^  \"query\": \"(.*)\",$", PAGE, flags=re.MULTILINE),
    *re.findall(r'"payload":\{"query":"(.*?)","variables"', PAGE),
]


def section(heading: str) -> str:
    """Return the part of the page below a heading."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> dict[str, str]:
    """Return the rows of a table by their first column."""
    return dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", text, flags=re.MULTILINE))


def all_codes(error: type[PublicError] = PublicError) -> set[str]:
    """Return the codes of an error and of all that derive from it."""
    return {error.code}.union(*(all_codes(kind) for kind in error.__subclasses__()))


def all_reasons(error: type[PublicError] = PublicError) -> set[tuple[str, str]]:
    """Return the reasons of an error and of all that derive from it, each with its code."""
    own = {(error.reason, error.code)} if error.reason else set()
    return own.union(*(all_reasons(kind) for kind in error.__subclasses__()))


def test_documents_are_found() -> None:
    assert len(DOCUMENTS) == 10


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_is_valid(document: str) -> None:
    assert validate(schema._schema, parse(document)) == []


def test_every_code_is_explained_and_no_other() -> None:
    codes = section("Errors").partition("| `extensions.reason` |")[0]
    explained = {code for cell in rows(codes) for code in re.findall(r"`([A-Z_]+)`", cell)}
    assert explained == all_codes() | OF_DOCUMENTS


def test_every_reason_is_explained_with_its_code_and_no_other() -> None:
    reasons = section("Errors").partition("| `extensions.reason` |")[2]
    assert set(re.findall(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \|", reasons, flags=re.MULTILINE)) == all_reasons()


def test_the_prefix_of_a_hash_is_the_codes() -> None:
    assert f'{{"documentId": "{persisted_documents.PREFIX}…"}}' in section("Documents by hash")


def test_every_status_is_explained() -> None:
    told = "\n".join(rows(section("Statuses")).values())
    for status in set(http.STATUSES.values()) | {400, 405, 408, 413, 415}:
        assert f"{status} | {status}" in told


def test_close_codes_of_ours_are_explained() -> None:
    explained = set(rows(section("Subscriptions")))
    assert {str(websocket.FORBIDDEN), str(websocket.TOO_MANY_REQUESTS)} <= explained
