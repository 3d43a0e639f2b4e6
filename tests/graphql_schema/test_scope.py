"""Visibility: tenants are walls, supervisors see their departments, and leaving one takes effect at once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from analytics.domain.access import Identity
from analytics.domain.query_spec import DIMENSIONS, INCLUDED
from analytics.storage.database import Database
from tests.support import factories
from tests.support.factories import ask, execute, identity, member, message_sent, reply, status, supervisor
from tests.support.graphql.view import DOCUMENT, View, variables
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter

WEEK = Filter(date(2026, 11, 2), date(2026, 11, 8))
NEXT_WEEK = Filter(date(2026, 11, 9), date(2026, 11, 15))
NOBODYS = "s0"  # a supervisor of no department

FUNNEL = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
  funnel { messages } previousPeriod { funnel { messages } } } }"""
OPTIONS = """{
  accounts { totalCount nodes { id } } agents { totalCount nodes { id } }
  departments { totalCount nodes { id } } templates { totalCount nodes { id } }
}"""
CREATE = """mutation M($input: CreateExportInput!) { createExport(input: $input) {
  export { id filter { departmentIds } } userErrors { field code message } } }"""


def tenant_events() -> list[dict[str, Any]]:
    """Department d1 of s1 and s2, d2 of s2, d3 of nobody; each with an agent, a template and an account of its own."""
    events = [factories.tenant(), member("s1", "d1"), member("s2", "d1"), member("s2", "d2")]
    for n in (1, 2, 3):
        events += [
            factories.department(f"d{n}", f"Área {n}"),
            factories.agent(f"u{n}", f"Agente {n}"),
            factories.template(f"t{n}", f"plantilla_{n}"),
            factories.account(f"a{n}", f"Cuenta {n}"),
        ]
        for week in range(2):
            for m in range(n):
                id, at = f"m{n}{week}{m}", factories.after(days=7 * week, hours=m)
                contact = {"phone": f"+5690000{n}{week}{m}"}
                events += [
                    message_sent(
                        id, at, department_id=f"d{n}", agent_id=f"u{n}", template_id=f"t{n}", account_id=f"a{n}",
                        contact=contact, ticket=factories.ticket(id),
                    ),
                    status(id, "failed" if m == 2 else "delivered", at, code=131026 if m == 2 else None),
                ]  # fmt: skip
                if m == 1:
                    events.append(reply(id, factories.after(at, hours=1), account_id=f"a{n}", contact=contact))
    return events


@pytest.fixture
async def acme(database: Database, tenant: str) -> str:
    """A tenant with three departments."""
    await feed(database, tenant, tenant_events())
    return tenant


async def messages(database: Database, who: Identity, asked: Filter = WEEK) -> tuple[int, int]:
    """Count the messages that somebody sees in a period and the one before."""
    data = (await ask(database, who, FUNNEL, {"filter": variables(asked)["filter"]}))["campaignAnalytics"]
    return data["funnel"]["messages"], data["previousPeriod"]["funnel"]["messages"]


async def offered(database: Database, who: Identity) -> dict[str, list[str]]:
    """The ids that somebody may filter by."""
    data = await ask(database, who, OPTIONS)
    assert all(page["totalCount"] == len(page["nodes"]) for page in data.values())
    return {kind: [node["id"] for node in page["nodes"]] for kind, page in data.items()}


def only(departments: set[str] | None) -> Filter:
    return Filter(NEXT_WEEK.first, NEXT_WEEK.last, departments=None if departments is None else frozenset(departments))


@pytest.mark.parametrize(
    ("role", "user", "departments"),
    [
        ("administrator", "boss", None),
        ("analyst", "eye", None),
        ("supervisor", "s1", {"d1"}),
        ("supervisor", "s2", {"d1", "d2"}),
        ("supervisor", NOBODYS, set()),
        ("SUPERVISOR", "s1", {"d1"}),
    ],
)
async def test_a_viewer_sees_their_departments_in_every_number(
    database: Database, acme: str, role: str, user: str, departments: set[str] | None
) -> None:
    now = datetime(2026, 11, 12, tzinfo=UTC)
    data = await ask(
        database,
        identity(acme, role, user),
        DOCUMENT,
        variables(NEXT_WEEK),
        now=int(now.timestamp()) * 1_000_000,
    )
    assert data == View(tenant_events(), now).everything(only(departments), None)


async def test_the_previous_period_of_a_supervisor_is_scoped(database: Database, acme: str) -> None:
    assert await messages(database, identity(acme), NEXT_WEEK) == (6, 6)
    assert await messages(database, supervisor(acme), NEXT_WEEK) == (1, 1)


@pytest.mark.parametrize("named", [["d2"], ["d1", "d2"], ["d1", "no such department"], ["no such department"]])
async def test_naming_a_department_of_others_is_forbidden(database: Database, acme: str, named: list[str]) -> None:
    asked = {"filter": {**variables(WEEK)["filter"], "departmentIds": named}}
    result = await execute(database, supervisor(acme), FUNNEL, asked)
    assert result.data == {"campaignAnalytics": None}
    (error,) = result.errors
    assert error.extensions["code"] == "FORBIDDEN"
    # The same words whether or not there is such a department.
    other = await execute(
        database, supervisor(acme, NOBODYS), FUNNEL, {"filter": {**asked["filter"], "departmentIds": ["d1"]}}
    )
    assert error.message == other.errors[0].message
    assert "departmentIds" in error.message


async def test_ids_of_other_kinds_select_only_within_the_scope(database: Database, acme: str) -> None:
    foreign = Filter(WEEK.first, WEEK.last, agents=frozenset({"u2", "u3"}))
    assert await messages(database, identity(acme), foreign) == (5, 0)
    assert await messages(database, supervisor(acme), foreign) == (0, 0)


async def test_options_are_those_of_the_viewers_departments(database: Database, acme: str) -> None:
    def of(*numbers: int) -> dict[str, list[str]]:
        kinds = {"accounts": "a", "agents": "u", "departments": "d", "templates": "t"}
        return {kind: [f"{letter}{n}" for n in numbers] for kind, letter in kinds.items()}

    assert await offered(database, identity(acme)) == of(1, 2, 3)
    assert await offered(database, identity(acme, "analyst")) == of(1, 2, 3)
    assert await offered(database, supervisor(acme)) == of(1)
    assert await offered(database, supervisor(acme, "s2")) == of(1, 2)
    assert await offered(database, supervisor(acme, NOBODYS)) == of()


async def test_a_supervisor_cannot_find_others_by_searching(database: Database, acme: str) -> None:
    document = '{ agents(search: "agente") { nodes { id } totalCount } }'
    found = await ask(database, supervisor(acme), document)
    assert found == {"agents": {"nodes": [{"id": "u1"}], "totalCount": 1}}


NAMED = """query Q($a: [ID!], $u: [ID!], $d: [ID!], $t: [ID!]) {
  accounts(ids: $a) { totalCount nodes { id } } agents(ids: $u) { totalCount nodes { id } }
  departments(ids: $d) { totalCount nodes { id } } templates(ids: $t) { totalCount nodes { id } }
}"""


async def test_ids_are_named_within_the_scope_also_when_they_were_deleted(database: Database, acme: str) -> None:
    gone = [
        factories.department("d1", "Área 1", factories.after(days=20), active=False),
        factories.agent("u1", "Agente 1", factories.after(days=20), active=False),
        factories.template("t1", "plantilla_1", factories.after(days=20), active=False),
    ]
    await feed(database, acme, gone)

    async def named(who: Identity, *numbers: int) -> dict[str, list[str]]:
        asked = {letter: [f"{letter}{n}" for n in numbers] for letter in "audt"}
        data = await ask(database, who, NAMED, asked)
        return {kind: [node["id"] for node in page["nodes"]] for kind, page in data.items()}

    def of(*numbers: int) -> dict[str, list[str]]:
        kinds = {"accounts": "a", "agents": "u", "departments": "d", "templates": "t"}
        return {kind: [f"{letter}{n}" for n in numbers] for kind, letter in kinds.items()}

    assert await named(identity(acme), 2, 1, 9) == of(1, 2)
    assert await named(identity(acme)) == of()
    assert await named(supervisor(acme), 1, 2, 3, 9) == of(1)
    assert await named(supervisor(acme, NOBODYS), 1, 2) == of()
    assert "u1" not in (await offered(database, identity(acme)))["agents"]
    searched = '{ agents(ids: ["u1", "u2"], search: "2") { nodes { id name } } }'
    assert await ask(database, identity(acme), searched) == {"agents": {"nodes": [{"id": "u2", "name": "Agente 2"}]}}


async def test_the_viewer_knows_their_departments(database: Database, acme: str) -> None:
    document = "{ viewer { id role timeZone departments { id name } } }"
    assert (await ask(database, supervisor(acme, "s2"), document))["viewer"] == {
        "id": "s2",
        "role": "SUPERVISOR",
        "timeZone": "America/Santiago",
        "departments": [{"id": "d1", "name": "Área 1"}, {"id": "d2", "name": "Área 2"}],
    }
    assert (await ask(database, supervisor(acme, NOBODYS), document))["viewer"]["departments"] == []
    assert (await ask(database, identity(acme, "analyst"), document))["viewer"]["departments"] is None


async def test_an_empty_list_selects_nothing(database: Database, acme: str) -> None:
    for dimension in INCLUDED:
        none: dict[str, Any] = {dimension.field: frozenset()}
        for who in (identity(acme), supervisor(acme)):
            assert await messages(database, who, replace(WEEK, **none)) == (0, 0), dimension.field
    for dimension in set(DIMENSIONS) - set(INCLUDED):
        nothing: dict[str, Any] = {dimension.field: frozenset()}
        assert await messages(database, identity(acme), replace(WEEK, **nothing)) == (6, 0), "leaves nothing out"
    unknown = Filter(WEEK.first, WEEK.last, agents=frozenset({"no such agent"}))
    assert await messages(database, identity(acme), unknown) == (0, 0)
    assert await messages(database, identity(acme)) == (6, 0)


async def test_leaving_a_department_takes_effect_at_the_next_request(database: Database, acme: str) -> None:
    who = supervisor(acme)
    assert await messages(database, who) == (1, 0)
    await feed(database, acme, [member("s1", "d1", factories.MONDAY, added=False)])
    assert await messages(database, who) == (0, 0)
    assert await offered(database, who) == {"accounts": [], "agents": [], "departments": [], "templates": []}
    assert await factories.codes(
        database, who, FUNNEL, {"filter": {**variables(WEEK)["filter"], "departmentIds": ["d1"]}}
    ) == ["FORBIDDEN"]
    await feed(database, acme, [member("s1", "d3", factories.MONDAY)])
    assert await messages(database, who) == (3, 0)


async def test_tenants_are_walls(database: Database, acme: str) -> None:
    other = uuid4().hex
    twin = [
        factories.tenant("UTC"),
        member("s1", "d3"),
        message_sent("m100", department_id="d3"),
        factories.department("d3", "Otra"),
    ]
    await feed(database, other, twin)
    assert await messages(database, identity(other)) == (1, 0)
    assert await messages(database, supervisor(other)) == (1, 0)
    assert await messages(database, supervisor(acme)) == (1, 0)
    assert await messages(database, identity(acme)) == (6, 0)
    assert (await offered(database, identity(other)))["departments"] == ["d3"]
    tables = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
      byDepartment { nodes { department { id name } } } } }"""
    data = await ask(database, identity(other), tables, {"filter": variables(WEEK)["filter"]})
    assert data["campaignAnalytics"]["byDepartment"]["nodes"] == [{"department": {"id": "d3", "name": "Otra"}}]


async def create(database: Database, who: Identity, **filter: Any) -> Any:
    asked = {"name": "Envíos", "filter": {**variables(WEEK)["filter"], **filter}}
    return (await ask(database, who, CREATE, {"input": asked}))["createExport"]


async def test_an_export_is_narrowed_to_the_departments_of_its_requester(database: Database, acme: str) -> None:
    assert (await create(database, identity(acme)))["export"]["filter"]["departmentIds"] is None
    assert (await create(database, supervisor(acme, "s2")))["export"]["filter"]["departmentIds"] == ["d1", "d2"]
    assert (await create(database, supervisor(acme, NOBODYS)))["export"]["filter"]["departmentIds"] == []
    named = await create(database, supervisor(acme, "s2"), departmentIds=["d2"])
    assert named["export"]["filter"]["departmentIds"] == ["d2"]
    refused = await create(database, supervisor(acme), departmentIds=["d2"])
    assert refused["export"] is None
    assert [(error["field"], error["code"]) for error in refused["userErrors"]] == [
        (["input", "filter", "departmentIds"], "FORBIDDEN")
    ]


async def test_exports_are_seen_by_their_requester_and_administrators(database: Database, acme: str) -> None:
    mine = (await create(database, supervisor(acme)))["export"]["id"]
    theirs = (await create(database, identity(acme, "analyst", "eye")))["export"]["id"]
    listed = "{ exports { totalCount nodes { id } } }"

    async def seen(who: Identity) -> set[str]:
        data = (await ask(database, who, listed))["exports"]
        assert data["totalCount"] == len(data["nodes"])
        return {node["id"] for node in data["nodes"]}

    assert await seen(supervisor(acme)) == {mine}
    assert await seen(identity(acme, "analyst", "eye")) == {theirs}
    assert await seen(identity(acme, "analyst", "other eye")) == set()
    assert await seen(identity(acme)) == {mine, theirs}
    assert await seen(identity(uuid4().hex)) == set()


@pytest.mark.parametrize("mutation", ["cancelExport", "deleteExport"])
async def test_exports_of_others_do_not_exist(database: Database, acme: str, mutation: str) -> None:
    id = (await create(database, identity(acme)))["export"]["id"]
    strangers = [supervisor(acme), identity(acme, "analyst", "eye"), identity(uuid4().hex)]
    change = "mutation M($id: ID!) { change: %s(input: {id: $id}) { export { id } userErrors { field code } } }"
    for who in strangers:
        assert (await ask(database, who, "query Q($id: ID!) { export(id: $id) { id } }", {"id": id})) == {
            "export": None
        }
        assert (await ask(database, who, change % mutation, {"id": id}))["change"] == {
            "export": None,
            "userErrors": [{"field": ["input", "id"], "code": "NOT_FOUND"}],
        }
    found = await ask(database, identity(acme), "query Q($id: ID!) { export(id: $id) { status } }", {"id": id})
    assert found == {"export": {"status": "QUEUED"}}
