"""The cost of a document that is not run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from analytics.domain.errors import RateLimitedError
from analytics.domain.limits import MAX_ALIASES, MAX_TOKENS, REFUSED_COST
from analytics.storage.database import Database
from graphql_schema.context import Context
from graphql_schema.schema import schema
from tests.support.factories import context, identity

DAYS = '{from: "2026-11-02", to: "2026-11-08"}'
TABLE = "campaignAnalytics(filter: {sentOn: %s}) { byTemplate { totalCount } }" % DAYS  # noqa: UP031  braces are GraphQL's
REFUSED = {
    "not parsed": "{",
    "too long": "{" + " id" * MAX_TOKENS + "}",
    "not valid": "{ nothing }",
    "too many aliases": "{" + "".join(f" a{n}: __typename" for n in range(MAX_ALIASES + 1)) + "}",
    "too dear": "{" + "".join(f" a{n}: {TABLE}" for n in range(20)) + "}",
    "no operation of the name": "query A { __typename } query B { __typename }",
}


async def charged(database: Database, tenant: str, document: str, **changes: Any) -> list[int]:
    """The points that are counted for an operation that is not run."""
    asked: Context = context(database, identity(tenant))
    counted = []

    async def charge(_context: Context, points: int) -> None:
        counted.append(points)

    asked.charge = charge
    for name, value in changes.items():
        setattr(asked, name, value)
    await schema.execute(document, context_value=asked)
    return counted


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
async def test_what_is_not_run_has_a_price(database: Database, tenant: str, document: str) -> None:
    for _ in range(2):  # a known document too
        assert await charged(database, tenant, document) == [REFUSED_COST]


async def test_what_is_run_or_refused_a_place_has_none_besides(database: Database, tenant: str) -> None:
    @asynccontextmanager
    async def no_place(asked: Context) -> AsyncIterator[None]:
        if asked.identity:
            raise RateLimitedError("Too many.", 1)
        yield

    for document in ("{ __typename }", "{ viewer { id } }", '{ export(id: "none") { id } }'):
        assert await charged(database, tenant, document) == []
        assert await charged(database, tenant, document, slot=no_place) == []
