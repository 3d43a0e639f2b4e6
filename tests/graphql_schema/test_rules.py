"""Rules that the whole schema keeps: described, guarded, bounded, and the shape of the contract."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from importlib.resources import files
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_required_argument,
    is_specified_scalar_type,
    print_ast,
)

from analytics.domain.query_spec import DIMENSIONS
from analytics.reports.directory import Account
from analytics.storage.database import Database
from graphql_schema.schema import schema
from tests.support.factories import context, identity

OURS: GraphQLSchema = schema._schema
PRINTED = build_schema(schema.as_str())
CONTRACT = build_schema(files("tests.graphql_schema").joinpath("contract.graphql").read_text("utf-8"))
ROOTS = ("Query", "Mutation", "Subscription")

# Lists that are not connections, since they cannot grow without bound: what bounds each.
FIXED = {
    "CampaignAnalytics.timeSeries": "limits.seriesPoints",
    "CampaignAnalytics.responsesByHour": "24 hours",
    "CampaignAnalytics.responseHeatmap": "7 x 24 cells",
    "CampaignAnalytics.sendTimes": "7 x 24 cells",
    "CampaignAnalytics.sendTimeBlocks": "six blocks",
    "CampaignAnalytics.bounceReasons": "WhatsApp's error codes",
    "TemplatePerformance.departments": "the tenant's departments",
    "AgentTotalPerformance.departments": "the tenant's departments",
    **{
        f"{row}Performance.messagesOverTime": "the days of a range"
        for row in ("Agent", "AgentTotal", "Department", "Template", "Account")
    },
    "Viewer.departments": "the tenant's departments",
    **{f"AppliedFilter.{dimension.argument}": "limits.filterIds" for dimension in DIMENSIONS},
    "AppliedFilter.categories": "the enum TemplateCategory",
    "AppliedFilter.languages": "limits.filterIds",
    "AppliedConditions.bounceCodes": "limits.filterIds",
    "AppliedConditions.replyKinds": "the enum ReplyKind",
    "Export.columns": "the enum ExportColumn",
    "UserError.field": "the depth of the inputs",
    "TemplateHealth.history": "the newest changes, MAX_HISTORY of them",
    **{f"{kind}AnnotationPayload.userErrors": "the inputs" for kind in ("Create", "Delete")},
    **{f"{kind}ExportPayload.userErrors": "the inputs" for kind in ("Create", "Cancel", "Delete")},
}


def own_types(of: GraphQLSchema = OURS) -> list[GraphQLNamedType]:
    return [
        type
        for type in of.type_map.values()
        if not is_introspection_type(type)
        and not (isinstance(type, GraphQLScalarType) and is_specified_scalar_type(type))
    ]


def described() -> Iterator[tuple[str, str | None]]:
    """Everything that needs a description, by where it is."""
    for type in own_types():
        yield type.name, type.description
        if isinstance(type, GraphQLEnumType):
            yield from ((f"{type.name}.{name}", value.description) for name, value in type.values.items())
        if isinstance(type, (GraphQLObjectType, GraphQLInputObjectType)):
            for name, field in type.fields.items():
                yield f"{type.name}.{name}", field.description
                for argument, value in getattr(field, "args", {}).items():
                    yield f"{type.name}.{name}({argument})", value.description


QUESTIONS = {"How", "What", "Whether", "Which", "Who", "Whose", "When", "Where", "Why"}


def test_descriptions_say_what_a_thing_is_and_are_no_questions() -> None:
    assert [place for place, text in described() if text and text.split()[0] in QUESTIONS] == []


def test_everything_is_described() -> None:
    everything = dict(described())
    assert len(everything) > 200
    assert [where for where, text in everything.items() if not (text and text.strip())] == []


def fields(of: GraphQLSchema = OURS) -> Iterator[tuple[str, GraphQLField]]:
    for type in own_types(of):
        if isinstance(type, GraphQLObjectType):
            yield from ((f"{type.name}.{name}", field) for name, field in type.fields.items())


def _is_list(field: GraphQLField) -> bool:
    return isinstance(get_nullable_type(field.type), GraphQLList)


def test_every_list_is_bounded() -> None:
    pages = ("Connection.edges", "Connection.nodes")
    lists = {where for where, field in fields() if _is_list(field) and not where.endswith(pages)}
    assert lists == set(FIXED)
    connections = {where: field for where, field in fields() if get_named_type(field.type).name.endswith("Connection")}
    assert len(connections) == 15
    for where, field in connections.items():
        assert str(field.args["first"].type) == "Int!", where
        assert 0 < field.args["first"].default_value <= 200, where
        assert str(field.args["after"].type) == "String", where


def root_fields() -> list[tuple[str, str]]:
    return [(root, name) for root in ROOTS for name in OURS.type_map[root].fields]  # type: ignore[attr-defined]


SAMPLES = {
    "ID": "x",
    "String": "x",
    "CampaignAnalyticsFilter": {"sentOn": {"from": "2026-11-02", "to": "2026-11-02"}},
    "CreateExportInput": {"name": "x", "filter": {"sentOn": {"from": "2026-11-02", "to": "2026-11-02"}}},
    "CancelExportInput": {"id": "x"},
    "DeleteExportInput": {"id": "x"},
    "CreateAnnotationInput": {"days": {"from": "2026-11-02", "to": "2026-11-02"}, "text": "x"},
    "DeleteAnnotationInput": {"id": "x"},
}


def calling(root: str, name: str) -> tuple[str, dict[str, Any]]:
    """The smallest operation that asks for a root field, and its variables."""
    field = OURS.type_map[root].fields[name]  # type: ignore[attr-defined]
    needed = {key: value for key, value in field.args.items() if is_required_argument(value)}
    declared = ", ".join(f"${key}: {value.type}" for key, value in needed.items())
    passed = ", ".join(f"{key}: ${key}" for key in needed)
    values = {key: SAMPLES[get_named_type(value.type).name] for key, value in needed.items()}
    head = f"{root.lower()} Q({declared})" if needed else f"{root.lower()} Q"
    arguments = f"({passed})" if needed else ""
    return f"{head} {{ {name}{arguments} {{ __typename }} }}", values


@pytest.mark.parametrize(("role", "code"), [(None, "UNAUTHENTICATED"), ("agent", "FORBIDDEN"), ("ingest", "FORBIDDEN")])
@pytest.mark.parametrize(("root", "name"), root_fields())
async def test_every_root_field_is_for_viewers_only(
    database: Database, tenant: str, root: str, name: str, role: str | None, code: str
) -> None:
    document, values = calling(root, name)
    who = identity(tenant, role) if role else None
    if root == "Subscription":
        stream: Any = await schema.subscribe(document, values, context_value=context(database, who))
        # As they are sent: what is put right after a result was handed over comes too late.
        shown = [_shown(result) async for result in stream] if hasattr(stream, "__aiter__") else [_shown(stream)]
    else:
        shown = [_shown(await schema.execute(document, values, context_value=context(database, who)))]
    ((data, codes),) = shown
    assert codes == [code]
    assert not data or data == {name: None}


def _shown(result: Any) -> tuple[Any, list[Any]]:
    return getattr(result, "data", None), [(error.extensions or {}).get("code") for error in result.errors]


def test_the_roots_are_those_of_the_contract() -> None:
    for root in ROOTS:
        ours, theirs = (set(of.type_map[root].fields) for of in (OURS, CONTRACT))  # type: ignore[attr-defined]
        assert theirs <= ours


@pytest.mark.parametrize("name", [type.name for type in own_types(CONTRACT)])
def test_every_type_of_the_contract_is_ours(name: str) -> None:
    ours, theirs = PRINTED.type_map.get(name), CONTRACT.type_map[name]
    assert ours is not None, f"the contract has a type {name}"
    assert isinstance(ours, type(theirs))
    assert _differences(ours, theirs) == []


def _differences(ours: Any, theirs: Any) -> list[str]:
    """List the parts of the contract that our schema lacks or has otherwise."""
    if isinstance(theirs, GraphQLEnumType):
        return [value for value in theirs.values if value not in ours.values]
    if isinstance(theirs, GraphQLScalarType):
        return []
    differing = []
    for name, field in theirs.fields.items():
        own = ours.fields.get(name)
        if own is None or _shape(own) != _shape(field):
            differing.append(f"{name}: ours {own and _shape(own)}, the contract's {_shape(field)}")
        for key, argument in getattr(field, "args", {}).items():
            mine = own and own.args.get(key)
            if mine is None or _shape(mine) != _shape(argument):
                differing.append(f"{name}({key}): ours {mine and _shape(mine)}, the contract's {_shape(argument)}")
    return differing


def _shape(thing: Any) -> tuple[str, str | None]:
    """Type and default; no default and a null one are the same to callers."""
    default = getattr(thing.ast_node, "default_value", None)
    text = None if default is None else print_ast(default)
    return str(thing.type), None if text == "null" else text


def test_inputs_ask_for_no_more_than_the_contract() -> None:
    """A caller who knows only the contract can make every request."""
    for type in own_types(CONTRACT):
        ours = OURS.type_map.get(type.name)
        if isinstance(ours, GraphQLInputObjectType):
            assert isinstance(type, GraphQLInputObjectType)
            added = {name: field for name, field in ours.fields.items() if name not in type.fields}
            assert [name for name, field in added.items() if str(field.type).endswith("!")] == []


def test_the_committed_schema_is_the_codes(pytestconfig: pytest.Config) -> None:
    committed = (pytestconfig.rootpath / "schema.graphql").read_text("utf-8")
    assert committed.strip() == schema.as_str().strip()


def test_values_that_are_graphql_types_stay_the_frozen_values_they_are() -> None:
    account = Account("a1", "Acme", "+56 9", active=True)
    assert account == Account("a1", "Acme", "+56 9", active=True) != replace(account, active=False)
    assert len({account, replace(account)}) == 1
    with pytest.raises(FrozenInstanceError):
        account.name = "other"  # type: ignore[misc]
    assert [*OURS.type_map["Account"].fields] == ["id", "name", "phone"]  # type: ignore[attr-defined]
