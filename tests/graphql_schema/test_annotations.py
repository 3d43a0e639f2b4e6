"""Annotations and the health of templates: who is told what, of which days; and who may write."""

from typing import Any

import pytest

from analytics.annotations import requests
from analytics.storage.database import Database
from resolvers import annotations as resolvers
from tests.support.factories import (
    after,
    agent,
    ask,
    codes,
    department,
    identity,
    member,
    message_sent,
    supervisor,
    template,
    tenant,
)
from tests.support.ingest_helpers import Event, feed
from tests.support.sql.counter import reads

ANNOTATIONS = """query Q($filter: CampaignAnalyticsFilter!, $after: String) { campaignAnalytics(filter: $filter) {
  annotations(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
    id kind on until startsAt endsAt template { id } from to reason effectiveAt text department { id } authorName
    deletable } } } }"""
HEALTH = """query Q($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) { byTemplate { nodes {
  template { id } health { quality status history { at kind from to reason effectiveAt } } } } } }"""
CREATE = """mutation M($input: CreateAnnotationInput!) { createAnnotation(input: $input) {
  annotation { id on until text department { name } authorName deletable } userErrors { field code } } }"""
DELETE = """mutation M($input: DeleteAnnotationInput!) { deleteAnnotation(input: $input) {
  deletedId userErrors { field code } } }"""
PAUSED_AT, APPROVED_AT = "2026-11-03T17:02:00Z", "2026-11-03T20:02:00Z"  # 14:02 and 17:02 in Santiago


def notice(id: str, at: str, **said: Any) -> Event:
    return {"type": "template.notice", "at": at, "meta_id": f"of {id}", **said}


def tenant_events() -> list[Event]:
    """Department d1 of s1 with the template t1, and d2 with t2; each was paused on Tuesday for three hours."""
    events = [tenant(), member("s1", "d1"), agent()]
    for n in "12":
        events += [
            department(f"d{n}", f"Área {n}"),
            template(f"t{n}", f"plantilla_{n}", meta_id=f"of t{n}"),
            message_sent(f"m{n}", department_id=f"d{n}", template_id=f"t{n}"),
            notice(f"t{n}", "2026-11-03T12:00:00Z", quality="RED", previous_quality="YELLOW"),
            notice(f"t{n}", PAUSED_AT, status="PAUSED", title="FIRST_PAUSE"),
            notice(f"t{n}", APPROVED_AT, status="APPROVED", title="UNPAUSE"),
        ]
    return events


@pytest.fixture
async def acme(database: Database, tenant: str) -> str:
    """A tenant of two departments."""
    await feed(database, tenant, tenant_events())
    return tenant


def days(first: str = "2026-11-02", last: str = "2026-11-08", **filter: Any) -> dict[str, Any]:
    return {"filter": {"sentOn": {"from": first, "to": last}, **filter}}


async def shown(database: Database, who: Any, asked: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    data = await ask(database, who, ANNOTATIONS, asked or days())
    return list(data["campaignAnalytics"]["annotations"]["nodes"])


def of(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["kind"], row["template"]["id"] if row["template"] else row["text"]) for row in rows]


async def write(database: Database, who: Any, **said: Any) -> dict[str, Any]:
    input = {"days": {"from": "2026-11-04", "to": "2026-11-04"}, "text": "Feriado", **said}
    answer: dict[str, Any] = (await ask(database, who, CREATE, {"input": input}))["createAnnotation"]
    return answer


async def test_a_pause_is_one_annotation_from_its_beginning_to_its_end(database: Database, acme: str) -> None:
    paused, rated = await shown(database, supervisor(acme))
    assert {key: paused[key] for key in ("kind", "on", "until", "from", "to", "reason", "deletable", "text")} == {
        "kind": "STATUS",
        "on": "2026-11-03",
        "until": "2026-11-03",
        "from": None,
        "to": "PAUSED",
        "reason": "FIRST_PAUSE",
        "deletable": False,
        "text": None,
    }
    assert (paused["startsAt"], paused["endsAt"]) == ("2026-11-03T14:02:00-03:00", "2026-11-03T17:02:00-03:00")
    assert (rated["kind"], rated["from"], rated["to"], rated["endsAt"]) == ("QUALITY", "YELLOW", "RED", None)


async def test_a_status_belongs_to_every_period_that_it_touches(database: Database, acme: str) -> None:
    await feed(database, acme, [notice("t1", "2026-11-05T12:00:00Z", status="DISABLED")])
    who = supervisor(acme)
    assert of(await shown(database, who, days("2026-11-02", "2026-11-02"))) == []
    assert of(await shown(database, who, days("2026-11-04", "2026-11-04"))) == []
    # No message was sent on these days: in the month before, or in the same month.
    (disabled,) = await shown(database, who, days("2026-11-30", "2026-12-20"))
    assert (disabled["to"], disabled["endsAt"], disabled["until"]) == ("DISABLED", None, None)
    assert await shown(database, who, days("2027-01-01", "2027-01-20")) == []


async def test_only_templates_of_the_selection_are_told_of(database: Database, acme: str) -> None:
    boss = identity(acme)
    assert {row["template"]["id"] for row in await shown(database, supervisor(acme))} == {"t1"}
    narrowings: tuple[dict[str, Any], ...] = (
        {"departmentIds": ["d2"]},
        {"excludeDepartmentIds": ["d1"]},
        {"templateIds": ["t2", "t9"]},
        {"excludeTemplateIds": ["t1"]},
    )
    for narrowed in narrowings:
        assert of(await shown(database, boss, days(**narrowed))) == [("STATUS", "t2"), ("QUALITY", "t2")]
    assert await shown(database, boss, days(categories=["MARKETING"])) == []
    assert len(await shown(database, boss, days(categories=["UTILITY"], languages=["es_CL"]))) == 3
    assert await shown(database, boss, days(languages=["en"])) == []
    # Whoever sends: a pause concerns all.
    assert len(await shown(database, boss, days(agentIds=["nobody"], accountIds=[], timeZone="Asia/Tokyo"))) == 3


async def test_however_long_the_period_no_message_is_read(database: Database, acme: str) -> None:
    asked = [days("2026-11-03", "2026-11-03"), days("2024-01-01", "2026-12-31", agentIds=["u1"])]
    read = []
    for period in asked:
        with reads(database) as seen:
            await shown(database, supervisor(acme), period)
        read.append(sorted(seen))
        await feed(database, acme, [notice("t1", PAUSED_AT, status="PAUSED")])  # nothing is in memory any more
    assert read[0] == read[1]
    assert [statement for statement in read[0] if "FROM messages" in statement] == []


async def test_the_list_goes_on_after_a_page(database: Database, acme: str) -> None:
    first = (await ask(database, identity(acme), ANNOTATIONS, days()))["campaignAnalytics"]["annotations"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    asked = days() | {"after": first["pageInfo"]["endCursor"]}
    (last,) = (await ask(database, identity(acme), ANNOTATIONS, asked))["campaignAnalytics"]["annotations"]["nodes"]
    assert last["id"] not in {row["id"] for row in first["nodes"]}


async def test_the_health_of_a_template_is_beside_its_numbers(database: Database, acme: str) -> None:
    rows = (await ask(database, supervisor(acme), HEALTH, days()))["campaignAnalytics"]["byTemplate"]["nodes"]
    assert [(row["template"]["id"], row["health"]["quality"], row["health"]["status"]) for row in rows] == [
        ("t1", "RED", "APPROVED")
    ]
    assert [(change["kind"], change["from"], change["to"]) for change in rows[0]["health"]["history"]] == [
        ("STATUS", "PAUSED", "APPROVED"),
        ("STATUS", None, "PAUSED"),
        ("QUALITY", "YELLOW", "RED"),
    ]
    await feed(database, acme, [message_sent("m3", template_id="t3")])
    rows = (await ask(database, supervisor(acme), HEALTH, days(templateIds=["t3"])))["campaignAnalytics"]
    assert rows["byTemplate"]["nodes"][0]["health"] == {"quality": None, "status": None, "history": []}


async def test_a_history_is_bounded(database: Database, acme: str) -> None:
    words = ("GREEN", "YELLOW")
    await feed(database, acme, [notice("t1", after(days=n), quality=words[n % 2]) for n in range(60)])
    rows = (await ask(database, supervisor(acme), HEALTH, days()))["campaignAnalytics"]["byTemplate"]["nodes"]
    assert len(rows[0]["health"]["history"]) == resolvers.MAX_HISTORY
    assert rows[0]["health"]["history"][0]["to"] == "YELLOW"


async def test_a_note_is_for_all_or_for_a_department(database: Database, acme: str) -> None:
    ana = identity(acme, "analyst", "ana", name="Ana Díaz")
    answer = await write(database, ana)
    assert answer["userErrors"] == []
    assert answer["annotation"] | {"id": ""} == {
        "id": "",
        "on": "2026-11-04",
        "until": "2026-11-04",
        "text": "Feriado",
        "department": None,
        "authorName": "Ana Díaz",
        "deletable": True,
    }
    hidden = await write(database, ana, text="Solo d2", departmentId="d2")
    assert hidden["annotation"]["department"] == {"name": "Área 2"}
    today = days("2026-11-04", "2026-11-04")
    assert of(await shown(database, supervisor(acme), today)) == [("NOTE", "Feriado")]
    assert {text for _, text in of(await shown(database, identity(acme), today))} == {"Feriado", "Solo d2"}
    of_d1 = days("2026-11-04", "2026-11-04", departmentIds=["d1"])
    assert of(await shown(database, ana, of_d1)) == [("NOTE", "Feriado")]
    assert await shown(database, ana, days("2026-11-05", "2026-11-06", templateIds=[])) == []
    # A day is a day in any zone.
    in_tokyo = days("2026-11-04", "2026-11-04", timeZone="Asia/Tokyo", templateIds=[])
    (note,) = await shown(database, supervisor(acme), in_tokyo)
    assert (note["on"], note["startsAt"], note["deletable"]) == ("2026-11-04", "2026-11-04T00:00:00+09:00", False)


async def test_the_same_note_again_is_the_one_that_there_is(database: Database, acme: str) -> None:
    first, again = [await write(database, identity(acme), text=text) for text in ("Feriado", " Feriado ")]
    assert first == again
    other = await write(database, identity(acme, id="else"))
    assert other["annotation"]["id"] != first["annotation"]["id"]


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"text": " "}, "text", "BLANK"),
        ({"text": "x" * 201}, "text", "TOO_LONG"),
        ({"days": {"from": "2026-11-05", "to": "2026-11-04"}}, "days", "INVALID"),
        ({"days": {"from": "2026-11-05", "to": "2027-11-06"}}, "days", "INVALID"),
        ({"days": {"from": "1969-11-05", "to": "1969-11-05"}}, "days", "INVALID"),
        ({"departmentId": "nowhere"}, "departmentId", "NOT_FOUND"),
    ],
)
async def test_what_is_wrong_with_a_note_is_told(
    database: Database, acme: str, said: dict[str, Any], field: str, code: str
) -> None:
    answer = await write(database, identity(acme), **said)
    assert answer == {"annotation": None, "userErrors": [{"field": ["input", field], "code": code}]}


async def test_there_are_only_so_many_notes(database: Database, acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MAX_ANNOTATIONS", 1)
    await write(database, identity(acme))
    answer = await write(database, identity(acme), text="Otro")
    assert answer == {"annotation": None, "userErrors": [{"field": ["input"], "code": "LIMIT_REACHED"}]}


async def test_a_supervisor_writes_and_deletes_nothing(database: Database, acme: str) -> None:
    id = (await write(database, identity(acme)))["annotation"]["id"]
    input = {"days": {"from": "2026-11-04", "to": "2026-11-04"}, "text": "Feriado"}
    assert await codes(database, supervisor(acme), CREATE, {"input": input}) == ["FORBIDDEN"]
    for any_id in (id, "nowhere"):
        assert await codes(database, supervisor(acme), DELETE, {"input": {"id": any_id}}) == ["FORBIDDEN"]


async def test_an_analyst_deletes_their_own_and_an_administrator_any(database: Database, acme: str) -> None:
    ana, eva = identity(acme, "analyst", "ana"), identity(acme, "analyst", "eva")
    mine, other = [(await write(database, ana, text=text))["annotation"]["id"] for text in ("a", "b")]

    async def delete(who: Any, id: str) -> tuple[str | None, list[str]]:
        answer = (await ask(database, who, DELETE, {"input": {"id": id}}))["deleteAnnotation"]
        return answer["deletedId"], [error["code"] for error in answer["userErrors"]]

    assert [row["deletable"] for row in await shown(database, eva) if row["kind"] == "NOTE"] == [False, False]
    assert await delete(eva, mine) == (None, ["FORBIDDEN"])
    assert await delete(ana, mine) == (mine, [])
    assert await delete(ana, mine) == (None, ["NOT_FOUND"])
    assert await delete(identity(acme), other) == (other, [])
    assert await delete(identity("another tenant"), other) == (None, ["NOT_FOUND"])
