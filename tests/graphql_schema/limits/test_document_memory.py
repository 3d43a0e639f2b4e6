"""Documents are validated once, and leave no memory behind."""

import gc
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from graphql import (
    GraphQLSyntaxError,
    Token,
)

from analytics.domain import limits
from analytics.domain.errors import TooComplexError
from analytics.storage.database import Database
from graphql_schema.extensions import document_validation
from graphql_schema.extensions.document_cache import DocumentCache
from graphql_schema.extensions.parser import parse as lean_parse
from tests.support.factories import execute, identity


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The database of these tests is SQLite alone: documents are refused before any SQL is run."""
    return sqlite_database


async def test_a_document_is_validated_once(database: Database, tenant: str, unknown: list[Any]) -> None:
    for _ in range(3):
        assert (await execute(database, identity(tenant), "{ limits { first } }")).errors is None
    assert len(unknown) == 1
    for _ in range(3):
        assert (await execute(database, identity(tenant), "{ nothing }")).errors
    assert len(unknown) == 4  # what is not valid is not kept


async def test_strangers_do_not_fill_the_memory(database: Database, unknown: list[Any]) -> None:
    for _ in range(3):
        await execute(database, None, "{ limits { first } }")
    assert len(unknown) == 3
    assert len(document_validation.DocumentValidationExtension._cache) == 0


async def test_only_so_many_bytes_of_documents_are_kept(
    database: Database, tenant: str, unknown: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = DocumentCache(most_bytes=100_000)
    monkeypatch.setattr(document_validation.DocumentValidationExtension, "_cache", cache)
    for n in range(100):
        await execute(database, identity(tenant), f"{{ a{n}: __typename }}")
        assert cache.bytes <= 100_000
    kept = len(cache)
    assert 10 < kept < 100
    await execute(database, identity(tenant), "{ a99: __typename }")
    assert len(unknown) == 100
    await execute(database, identity(tenant), "{ a0: __typename }")
    assert len(unknown) == 101
    # One that is large takes the place of many.
    await execute(database, identity(tenant), "{ limits { first } }" + " # long" * 5_000)
    assert len(cache) < kept


def large(n: int) -> str:
    """One of any number of documents with ids written into them, of 17,000 characters."""
    ids = " ".join(f'"agent-{n:06}-{id:03}"' for id in range(900))
    days = 'sentOn: {from: "2026-11-02", to: "2026-11-08"}'
    return "{ campaignAnalytics(filter: {%s, agentIds: [%s]}) { funnel { messages sent { count } } } }" % (days, ids)  # noqa: UP031


async def test_documents_leave_no_memory_behind(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even garbage that grows old: old garbage is looked for very rarely."""

    async def grown(first: int) -> int:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for n in range(first, first + 15):
            assert (await execute(database, identity(tenant), large(n))).errors is None
        gc.collect(1)  # what did not grow old
        return tracemalloc.get_traced_memory()[0] - before

    cache = DocumentCache(most_bytes=3_000_000)
    monkeypatch.setattr(document_validation.DocumentValidationExtension, "_cache", cache)
    tracemalloc.start()
    try:
        await grown(0)
        assert 3 < len(cache) < 15
        assert await grown(15) < 500_000  # one more would be nearly that much
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", [large(0), "{ a b c (", "{ a # " + "b " * 9 + "\n b", "{ a " * 500, "{ a " * 1_490])
def test_no_token_is_left_to_the_garbage_collector(text: str) -> None:
    gc.collect()
    gc.disable()
    # Documents that other tests have parsed with graphql-core's own parser may live on.
    others = {id(token) for token in gc.get_objects() if type(token) is Token}
    try:
        with suppress(GraphQLSyntaxError, TooComplexError):
            lean_parse(text, limits.MAX_TOKENS)
        tokens = [token for token in gc.get_objects() if type(token) is Token and id(token) not in others]
        assert not [token for token in tokens if token.prev]
    finally:
        gc.enable()
