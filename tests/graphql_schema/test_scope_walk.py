"""Scope, proven over the whole schema: whoever may see a part sees what there would be if there were only that part.

The documents are made from the schema (`walk`), so a new field is compared without being named here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    GraphQLSchema,
    OperationType,
    parse_type,
    type_from_ast,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.annotations import requests as annotations
from analytics.domain.access import Identity
from analytics.domain.query_spec import DIMENSIONS
from analytics.exports import jobs, requests
from analytics.storage.database import Database
from graphql_schema.schema import schema
from resolvers.pagination import encode
from tests.support import factories, strategies
from tests.support.factories import ask, context, execute, identity, member, message_sent, status, supervisor
from tests.support.graphql.naming import naming
from tests.support.graphql.view import ORDERS, variables
from tests.support.graphql.walk import Walk, reachable, selected, walks
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle
from tests.support.sql.counter import statements
from tests.support.tenants import marked
from tests.support.tenants.marked import HIDDEN
from tests.support.tenants.twin import twin

pytestmark = pytest.mark.usefixtures("without_threads")

OURS: GraphQLSchema = schema._schema
Values = dict[str, Any]

# What a supervisor is told otherwise than an administrator of a tenant of their departments, and why.
DIFFERENT = {
    "Viewer.role": "it is what they are",
    "Viewer.departments": "an administrator's are not counted: all of them",
}
# What the twin tenant states otherwise: it names people anew, and says which message a reply answers.
RESTATED = {"Message.recipient", "Recipient.phone", "Recipient.id", "Reply.rule"}
WALKS = walks(OURS, without=DIFFERENT.keys() | RESTATED)
EVERYTHING = walks(OURS)
WEEK = Filter(date(2026, 11, 2), date(2026, 11, 8))
TUESDAY = Filter(date(2026, 11, 3), date(2026, 11, 3))
NOW = datetime(2026, 11, 5, tzinfo=UTC)
MINE, THEIRS, NOBODYS = "export of mine", "export of others", "export of nobody"
CREATE = "mutation M($input: CreateExportInput!) { createExport(input: $input) { export { id } userErrors { code } } }"
ANNOTATE = """mutation M($input: CreateAnnotationInput!) {
  createAnnotation(input: $input) { annotation { id } userErrors { code } } }"""
ANY_ID = (
    *strategies.AGENTS,
    *strategies.DEPARTMENTS,
    *strategies.TEMPLATES,
    *strategies.ACCOUNTS,
    "unknown",
)


@contextmanager
def ids_of_exports(ids: Iterable[str]) -> Iterator[None]:
    """Exports that are created inside the block have these ids, so that answers of two tenants can be equal."""
    given = iter(ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "uuid", SimpleNamespace(uuid4=lambda: SimpleNamespace(hex=next(given))))
        yield


async def annotate(database: Database, who: Identity, text: str, department: str, id: str | None = None) -> None:
    """An annotation of Tuesday, for a department."""
    days = {"from": TUESDAY.first.isoformat(), "to": TUESDAY.last.isoformat()}
    asked = {"input": {"text": text, "days": days, "departmentId": department}}
    with pytest.MonkeyPatch.context() as patch:
        if id is not None:
            patch.setattr(annotations, "uuid", SimpleNamespace(uuid4=lambda: SimpleNamespace(hex=id)))
        created = await ask(database, who, ANNOTATE, asked)
    assert created["createAnnotation"]["userErrors"] == []


def microseconds(now: datetime) -> int:
    return int(now.timestamp()) * 1_000_000


async def export(
    database: Database, who: Identity, id: str, filter: Filter, now: datetime, name: str = "Envíos"
) -> None:
    """Somebody's export that a worker has made."""
    asked = {"input": {"name": name, "filter": variables(filter)["filter"]}}
    with ids_of_exports([id]):
        created = await ask(database, who, CREATE, asked, now=microseconds(now))
    assert created == {"createExport": {"export": {"id": id}, "userErrors": []}}
    until = microseconds(now + timedelta(days=1))
    async with database.write() as writer:
        claimed = await jobs.claim(writer, who.tenant_id, id, microseconds(now))
        assert claimed is not None
        await jobs.complete(
            writer,
            claimed,
            microseconds(now),
            rows=2,
            file_name="x.xlsx",
            file_size=9,
            file_digest="d",
            expires_at=until,
        )


async def answers(
    database: Database, who: Identity, values: Mapping[str, Any], now: datetime = NOW, walked: list[Walk] = WALKS
) -> dict[Walk, Any]:
    """Return the responses to all documents for a viewer."""
    told = {}
    for walk in walked:
        asked = {name: values[name] for name in walk.variables}
        told[walk] = answered(await execute(database, who, walk.text, asked, now=microseconds(now)))
    return told


def answered(result: Any) -> Any:
    """All that a client is shown of a result, but for what it cost."""
    return {"data": result.data, "errors": [error.formatted for error in result.errors or []]}


def values(filter: Filter, order: tuple[str, str] | None = None, **others: Any) -> Values:
    """The variables of the walks."""
    asked = variables(filter, order)
    return {
        "filter": asked["filter"],
        "orderBy": asked["order"],
        "ids": None,
        "search": None,
        "status": None,
        "id": MINE,
        **others,
    }


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Filter, datetime]:
    """Events, a filter that seldom misses them all, and a time to ask."""
    events, filter = draw(strategies.cases(notices=True, by_template=True))
    noon = datetime(filter.first.year, filter.first.month, filter.first.day, 12, tzinfo=UTC)
    joins = draw(st.frozensets(st.sampled_from(strategies.DEPARTMENTS)))
    events = [*events, *(member("u1", department) for department in sorted(joins))]
    return events, filter, noon + timedelta(days=draw(st.integers(-10, 40)))


asked_for = st.fixed_dictionaries(
    {},
    optional={
        "ids": st.none() | st.lists(st.sampled_from(ANY_ID), unique=True),
        "search": st.none() | st.sampled_from(["a", "diaz", "saludo", "u2", "d"]),
        "status": st.none() | st.lists(st.sampled_from(["COMPLETED", "QUEUED"]), unique=True),
        "id": st.sampled_from([MINE, THEIRS, NOBODYS]),
    },
)


def test_every_field_is_compared() -> None:
    left_out = DIFFERENT.keys() | RESTATED
    assert selected(OURS, WALKS) | left_out == reachable(OURS)
    assert selected(OURS, WALKS) & left_out == set()


# Each example asks all documents of two tenants; a profile of more examples has more here too.
FEWER = settings(max_examples=max(settings().max_examples // 6, 1))


@FEWER
@given(case=cases(), order=st.none() | st.sampled_from(ORDERS), others=asked_for)
async def test_a_supervisor_is_told_what_a_tenant_of_their_departments_would_be(
    database: Database,
    case: tuple[list[dict[str, Any]], Filter, datetime],
    order: tuple[str, str] | None,
    others: Values,
) -> None:
    events, filter, now = case
    own = frozenset(Oracle(events).members().get("u1", ()))
    filter = filter.within(own)
    whole, part = uuid4().hex, uuid4().hex
    await feed(database, whole, events)
    await feed(database, part, twin(events, own))
    supervising, administering = supervisor(whole, "u1"), identity(part, "administrator", "u1")
    named = filter if filter.departments is not None else replace(filter, departments=own)
    await export(database, supervising, MINE, filter, now)
    await export(database, administering, MINE, named, now)
    await export(database, identity(whole), THEIRS, filter, now)
    asked = values(filter, order, **others)
    told, expected = [await answers(database, who, asked, now) for who in (supervising, administering)]
    assert list(map(positions, told.values())) == list(map(positions, expected.values()))


CHECK = 8  # characters at the beginning of a cursor, which say of which list it is


def positions(answer: Any, of_messages: bool = False) -> Any:
    """An answer without the checks in cursors of messages: they are of the tenant and the filter."""
    if isinstance(answer, list):
        return [positions(item, of_messages) for item in answer]
    if isinstance(answer, dict):
        return {
            name: value[CHECK:]
            if of_messages and name.lower().endswith("cursor") and value
            else positions(value, of_messages or name == "messages")
            for name, value in answer.items()
        }
    return answer


def tenant_events() -> list[dict[str, Any]]:
    """A supervisor's department, and another one where everything has one id.

    Each sent on Monday, on Tuesday and a year before.
    """
    events = [factories.tenant(), member("s1", "d1")]
    for department, agent, template, account in (("d1", "u1", "t1", "a1"), (OUTSIDE,) * 4):
        events += [
            factories.department(department, f"Área {department}"),
            factories.agent(agent, f"Agente {agent}"),
            factories.template(template, f"plantilla_{template}"),
            factories.account(account, f"Cuenta {account}"),
        ]
        for day, fate in product((0, 1, 1 - 365), ("read", "failed")):
            id, at = f"{department} {fate} {day}", factories.after(days=day, hours=len(department))
            events += [
                message_sent(
                    id, at, department_id=department, agent_id=agent, template_id=template, account_id=account
                ),
                status(id, fate, at),
            ]
            if fate == "read":
                events.append(factories.reply(id, factories.after(at, minutes=len(id)), account_id=account))
    return events


# Of one length, so that it says nothing either.
OUTSIDE, NOWHERE = "id-outside", "id-nowhere"


async def test_the_comparison_would_show_a_leak(database: Database, tenant: str) -> None:
    """An administrator's responses differ wherever scope matters, and the exceptions are needed."""
    await feed(database, tenant, tenant_events())
    for who, id in ((supervisor(tenant), MINE), (identity(tenant), THEIRS)):
        await export(database, who, id, TUESDAY, NOW)
    mine = await answers(database, supervisor(tenant), values(TUESDAY), walked=EVERYTHING)
    all_of_it = await answers(database, identity(tenant, id="s1"), values(TUESDAY), walked=EVERYTHING)
    same = {walk.root for walk in EVERYTHING if mine[walk] == all_of_it[walk]}
    assert same == {"limits", "export"}
    (viewer,) = (walk for walk in EVERYTHING if walk.root == "viewer")
    mine_of_viewer, theirs = (told[viewer]["data"]["viewer"] for told in (mine, all_of_it))
    assert {f"Viewer.{name}" for name in theirs if theirs[name] != mine_of_viewer[name]} == set(DIFFERENT)


@FEWER
@given(case=cases(), others=cases(), role=st.sampled_from(["administrator", "supervisor"]), named=asked_for)
async def test_a_tenant_is_told_the_same_whoever_else_there_is(
    database: Database,
    case: tuple[list[dict[str, Any]], Filter, datetime],
    others: tuple[list[dict[str, Any]], Filter, datetime],
    role: str,
    named: Values,
) -> None:
    """Before and after another tenant with the same ids, and in one that came after it."""
    events, filter, now = case
    if role == "supervisor":
        filter = replace(filter, departments=None)
    first, other, last = (uuid4().hex for _ in range(3))
    asked = values(filter, **named)

    async def told(tenant: str, events: list[dict[str, Any]]) -> dict[Walk, Any]:
        await feed(database, tenant, events)
        await export(database, identity(tenant, role, "u1"), MINE, filter, now)
        return await answers(database, identity(tenant, role, "u1"), asked, now)

    alone = await told(first, events)
    await told(other, others[0])
    await export(database, identity(other), THEIRS, filter, now)
    assert await answers(database, identity(first, role, "u1"), asked, now) == alone
    assert list(map(positions, (await told(last, events)).values())) == list(map(positions, alone.values()))


HIDDEN_IDS: list[Values] = [
    {dimension.field: frozenset({HIDDEN[dimension.column.removesuffix("_id")]})} for dimension in DIMENSIONS
]
FILTERS = (
    *(replace(WEEK, **named) for named in HIDDEN_IDS),
    replace(WEEK, time_zone="Asia/Tokyo"),  # from the messages themselves
)
# Ways to ask for what is hidden: by other orders, by its ids, by a part of its names.
ASKED: tuple[Values, ...] = (
    {},
    {"orderBy": {"field": "NAME", "direction": "ASC"}, "search": "hidden"},
    {"orderBy": {"field": "BOUNCE_RATE", "direction": "DESC"}, "ids": sorted(HIDDEN.values())},
    {"orderBy": {"field": "NAME", "direction": "DESC"}, "id": THEIRS, "status": ["COMPLETED"]},
    *({"filter": variables(filter)["filter"]} for filter in FILTERS),
)
# What no answer of the API shows of anybody's messages: it counts them, or files show it.
NEVER_SHOWN = {
    "wamid",
    "new-contact",
    "reply",
    "member",
    "meta-id",
    "number-id",
    "title-of-a-known-code",
    "title-of-nobodys",
}


def test_marks_are_found_in_cursors_too() -> None:
    place = encode("agents", ("nombre", HIDDEN["agent-name"], 1))
    assert marked.found(json.dumps({"endCursor": place})) == {"agent-name"}


async def test_no_answer_has_a_word_from_outside_the_scope(database: Database, tenant: str) -> None:
    """Every text of another department, of its messages and of others' exports is looked for in every answer."""
    await feed(database, tenant, marked.tenant_events())
    boss = identity(tenant, id=HIDDEN["boss"], name=HIDDEN["boss-name"], email=HIDDEN["boss-email"])
    named = replace(WEEK, departments=frozenset({HIDDEN["department"]}), agents=frozenset({HIDDEN["agent"]}))
    await export(database, boss, THEIRS, named, NOW, HIDDEN["export"])
    await export(database, supervisor(tenant), MINE, WEEK, NOW)
    await annotate(database, boss, HIDDEN["note"], HIDDEN["department"])
    seen = {
        who.role: set().union(
            *[
                marked.found(json.dumps(answer, ensure_ascii=False))
                for asked in ASKED
                for answer in (await answers(database, who, {**values(WEEK), **asked}, walked=EVERYTHING)).values()
            ]
        )
        for who in (supervisor(tenant), boss)
    }
    assert seen["supervisor"] == set()
    # There was something to find.
    assert seen["administrator"] == marked.MARKS.keys() - NEVER_SHOWN


def named_ids(id: str) -> Iterator[tuple[Walk, Values]]:
    """Every place where a client can name an id. What changes things comes last."""
    for operation in (OperationType.QUERY, OperationType.SUBSCRIPTION, OperationType.MUTATION):
        for walk in walks(OURS, operation):
            for name, text in walk.variables.items():
                type: Any = type_from_ast(OURS, parse_type(text))
                for value in naming(type, id):
                    yield walk, {**values(TUESDAY), name: value}


async def told_of(database: Database, who: Identity, id: str) -> list[tuple[str, str, list[str]]]:
    """By root field: what somebody is told when they name an id, as if it were any, and the statements that took."""
    found = []
    with ids_of_exports(f"{n} of {who.id}" for n in count()):
        for walk, value in named_ids(id):
            asked = {name: value[name] for name in walk.variables}
            with statements(database) as run:
                if walk.text.startswith("subscription"):
                    stream: Any = await schema.subscribe(
                        walk.text, asked, context_value=context(database, who, now=microseconds(NOW))
                    )
                    result = await anext(stream)
                    await stream.aclose()
                else:
                    result = await execute(database, who, walk.text, asked, now=microseconds(NOW))
            found.append((walk.root, json.dumps(positions(answered(result))).replace(id, "?"), sorted(run)))
    return found


async def test_nothing_tells_an_id_outside_the_scope_from_one_that_is_nowhere(database: Database) -> None:
    """The same answers, words and statements: what takes longer than nothing would be another statement."""
    tenants = uuid4().hex, uuid4().hex
    for tenant in tenants:
        await feed(database, tenant, tenant_events())
        await export(database, identity(tenant), OUTSIDE, TUESDAY, NOW)
        await annotate(database, identity(tenant), "of others", OUTSIDE, OUTSIDE)
    outside, nowhere = [
        await told_of(database, supervisor(tenant), id) for tenant, id in zip(tenants, (OUTSIDE, NOWHERE), strict=True)
    ]
    assert outside == nowhere
    # Whoever may see it is told of it, so there was something to tell.
    seen, unseen = [
        await told_of(database, identity(tenant), id) for tenant, id in zip(tenants, (OUTSIDE, NOWHERE), strict=True)
    ]
    same = {one[0] for one, other in zip(seen, unseen, strict=True) if one[1] == other[1]}
    assert same == {"createExport"}  # it says what will be counted, and nothing is counted yet
    roots = {walk.root for walk, _ in named_ids(OUTSIDE)}
    assert {one[0] for one in seen} == roots
