"""Readers of the schema: introspection, the names of types, and suggested names."""

from typing import Any

import pytest
from graphql import (
    GraphQLResolveInfo,
    TypeMetaFieldDef,
    build_client_schema,
    get_introspection_query,
)

from analytics.domain.access import Identity
from analytics.storage.database import Database
from graphql_schema.context import Context, Introspection, RequestPolicy
from graphql_schema.schema import build_schema, schema
from tests.support.factories import context, execute, identity


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The database of these tests is SQLite alone: documents are refused before any SQL is run."""
    return sqlite_database


async def test_where_everybody_may_read_the_schema_strangers_may_ask_for_no_more_than_that(database: Database) -> None:
    for document, code in ((get_introspection_query(), None), ("{ " + "__typename " * 400 + "}", "UNAUTHENTICATED")):
        result = await schema.execute(document, context_value=asking(database, None, Introspection.EVERYONE))
        assert [(error.extensions or {})["code"] for error in result.errors or ()] == ([code] if code else [])


def asking(database: Database, who: Identity | None, setting: Introspection) -> Context:
    asked = context(database, who)
    asked.policy = RequestPolicy(introspection=setting)
    return asked


@pytest.mark.parametrize(
    ("setting", "role", "code"),
    [
        (Introspection.VIEWERS, "administrator", None),
        (Introspection.VIEWERS, "supervisor", None),
        (Introspection.VIEWERS, "ingest", "FORBIDDEN"),
        (Introspection.VIEWERS, None, "UNAUTHENTICATED"),
        (Introspection.EVERYONE, None, None),
        (Introspection.EVERYONE, "ingest", None),
        (Introspection.NOBODY, "administrator", "FORBIDDEN"),
        (Introspection.NOBODY, None, "UNAUTHENTICATED"),
    ],
)
async def test_the_schema_is_shown_to_whom_it_is_meant_for(
    database: Database, tenant: str, setting: Introspection, role: str | None, code: str | None
) -> None:
    who = identity(tenant, role) if role else None
    for document in (
        get_introspection_query(),
        "query Q { ...f } fragment f on Query { a: __schema { types { name } } }",
    ):
        # A viewer's question first, so that the document is known.
        await schema.execute(document, context_value=asking(database, identity(tenant), Introspection.VIEWERS))
        result = await schema.execute(document, context_value=asking(database, who, setting))
        assert [(error.extensions or {})["code"] for error in result.errors or ()] == ([code] if code else [])
        assert (result.data is None) == (code is not None)
    if code is None:
        found = await schema.execute(get_introspection_query(), context_value=asking(database, who, setting))
        assert "Query" in build_client_schema(found.data).type_map  # type: ignore[arg-type]


TYPES = """
query Q($show: Boolean!) {
  __type(name: "Export") { name }
  ... { a: __type(name: "Query") { fields { name } } b: __type(name: "Nothing") { name } ...t }
  __typename
}
fragment t on Query {
  skipped: __type(name: "Query") @skip(if: true) { name }
  shown: __type(name: "Query") @include(if: $show) { name }
}
"""


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("role", "readable"), [("administrator", True), ("ingest", False)])
async def test_there_are_no_types_for_those_who_may_not_read_the_schema(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch, plain: bool, role: str, readable: bool
) -> None:
    resolved: list[str] = []
    stock = TypeMetaFieldDef.resolve
    assert stock is not None

    def noted(source: Any, info: GraphQLResolveInfo[Any], name: str) -> Any:
        resolved.append(name)
        return stock(source, info, name=name)

    monkeypatch.setattr(TypeMetaFieldDef, "resolve", noted)
    own = build_schema(plain_execution=plain)
    for show, asked_for in ((False, {"__type", "a", "b"}), (True, {"__type", "a", "b", "shown"})):
        asked = asking(database, identity(tenant, role), Introspection.VIEWERS)
        answer = await own.execute(TYPES, {"show": show}, context_value=asked)
        assert answer.errors is None
        assert answer.data is not None
        assert answer.data.pop("__typename") == "Query"
        assert answer.data.keys() == asked_for
        types = {name for name, value in answer.data.items() if value is not None}
        assert types == (asked_for - {"b"} if readable else set())
        assert len(resolved) == (len(asked_for) if readable else 0)
        resolved.clear()


async def test_there_are_no_types_for_strangers(database: Database) -> None:
    assert (await execute(database, None, '{ __type(name: "Query") { name } }')).data == {"__type": None}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ viewers { id } }", {}),
        ("{ viewer { i } }", {}),
        ("{ accounts(serch: 1) { totalCount } }", {}),
        ("{ exports(status: [QUEUE]) { totalCount } }", {}),
        ("{ ... on Viewers { id } }", {}),
        ("query Q($f: CampaignAnalyticsFilte) { campaignAnalytics(filter: $f) { period { from } } }", {}),
        ("{ viewer }", {}),
        ("query Q($s: [ExportStatus!]) { exports(status: $s) { totalCount } }", {"s": ["QUEUE"]}),
        (
            "query Q($f: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $f) { period { from } } }",
            {"f": {"sentOm": {}}},
        ),
    ],
)
async def test_names_are_suggested_to_those_who_may_read_the_schema(
    database: Database, tenant: str, document: str, variables: dict[str, Any]
) -> None:
    for who, suggested in ((identity(tenant), True), (identity(tenant, "ingest"), False), (None, False)):
        result = await schema.execute(document, variables, context_value=context(database, who))
        assert any("Did you mean" in error.message for error in result.errors or []) == suggested, result.errors
