"""The messages behind every number of the page: as many as the number says, and each with its whole story."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from analytics.domain.time_zones import to_micros
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import availability
from analytics.storage.database import Database
from tests.support import factories
from tests.support.factories import (
    MONDAY,
    after,
    ask,
    codes,
    execute,
    identity,
    member,
    message_sent,
    reply,
    status,
    ticket,
)
from tests.support.ingest_helpers import Event, feed

WEEK = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}}
STEPS = ("sent", "bounced", "pending", "delivered", "read", "responded")
FUNNEL = f"messages tickets {' '.join(f'{step} {{ count tickets base }}' for step in STEPS)}"
PAGE = f"""query Page($filter: CampaignAnalyticsFilter!) {{ campaignAnalytics(filter: $filter) {{
  funnel {{ {FUNNEL} }}
  byAgent {{ nodes {{ agent {{ id }} department {{ id }} funnel {{ {FUNNEL} }} }} }}
  byDepartment {{ nodes {{ department {{ id }} funnel {{ {FUNNEL} }} }} }}
  byTemplate {{ nodes {{ template {{ id }} funnel {{ {FUNNEL} }} }} }}
  byAccount {{ nodes {{ account {{ id }} funnel {{ {FUNNEL} }} }} }}
  timeSeries {{ on funnel {{ {FUNNEL} }} }}
  responsesByHour {{ hour responses }}
  responseHeatmap {{ weekday hour responses }}
  bounceReasons {{ code count }}
}} }}"""
FURTHER = f"""query Further($filter: CampaignAnalyticsFilter!) {{ campaignAnalytics(filter: $filter) {{
  byAgentTotal {{ nodes {{ agent {{ id }} funnel {{ {FUNNEL} }} }} }}
  byCategory {{ nodes {{ category funnel {{ {FUNNEL} }} }} }}
  byAnswer {{ nodes {{ kind label payload messages }} }}
}} }}"""
MESSAGES = """query Messages(
  $filter: CampaignAnalyticsFilter!, $where: MessageWhere, $order: MessageOrder, $first: Int! = 50, $after: String
) {
  campaignAnalytics(filter: $filter) {
    messages(where: $where, orderBy: $order, first: $first, after: $after) {
      totalCount nodes { id } pageInfo { hasNextPage endCursor }
    }
  }
}"""


class Number(NamedTuple):
    """A number of the page, and the filter and conditions of the messages behind it."""

    value: int
    filter: dict[str, Any]
    where: dict[str, Any]


def office() -> list[Event]:
    """Two departments, three agents, and messages of every fate."""
    events = [factories.tenant(), factories.department("d1"), factories.department("d2", "Cobranza"), member()]
    for n in range(24):
        at, id = after(MONDAY, hours=7 * n), f"m{n}"
        fields = {"agent_id": f"u{n % 3}", "template_id": f"t{n % 2}", "account_id": f"a{n % 2}"}
        created = ticket(f"{n}", created=n % 4 == 0) if n % 3 == 0 else None
        events.append(message_sent(id, at, department_id=f"d{1 + n % 2}", ticket=created, **fields))
        if n % 6 == 1:
            events.append(status(id, "failed", after(at, minutes=1), code=131026 if n % 4 == 1 else None))
        elif n % 6:
            events += [status(id, word, after(at, minutes=1)) for word in ("accepted", "delivered", "read")[: n % 5]]
        if n % 6 == 4:
            tap = {"kind": "button", "button_payload": "yes" if n % 4 else None}
            events.append(reply(id, after(at, hours=n), **(tap if n > 9 else {})))
    return events


def of_row(funnel: dict[str, Any], filter: dict[str, Any]) -> Iterator[Number]:
    """The numbers that a row of a table or a point of a series shows."""
    yield Number(funnel["messages"], filter, {})
    yield Number(funnel["tickets"], filter, {"createdTicket": True})
    for step in STEPS:
        yield Number(funnel[step]["count"], filter, {"step": step.upper()})


def of_funnel(funnel: dict[str, Any], filter: dict[str, Any]) -> Iterator[Number]:
    """The numbers of the funnel: also the tickets of each step, and what is missing from it."""
    yield from of_row(funnel, filter)
    for step in STEPS:
        name, counts = step.upper(), funnel[step]
        yield Number(counts["tickets"], filter, {"step": name, "createdTicket": True})
        yield Number(counts["count"] - counts["tickets"], filter, {"step": name, "createdTicket": False})
        yield Number(counts["base"] - counts["count"], filter, {"step": name, "reached": False})


def of_page(page: dict[str, Any], filter: dict[str, Any]) -> Iterator[Number]:
    """All numbers of the page that count messages."""
    yield from of_funnel(page["funnel"], filter)
    for row in page["byAgent"]["nodes"]:
        ids = {"agentIds": [row["agent"]["id"]], "departmentIds": [row["department"]["id"]]}
        yield from of_row(row["funnel"], filter | ids)
    for row in page["byAgentTotal"]["nodes"]:
        yield from of_row(row["funnel"], filter | {"agentIds": [row["agent"]["id"]]})
    for row in page["byCategory"]["nodes"]:
        yield from of_row(row["funnel"], filter | {"categories": [row["category"]]})
    for name, kind in (("byDepartment", "department"), ("byTemplate", "template"), ("byAccount", "account")):
        for row in page[name]["nodes"]:
            yield from of_row(row["funnel"], filter | {f"{kind}Ids": [row[kind]["id"]]})
    for row in page["byAnswer"]["nodes"]:
        button = row["payload"] or row["label"]
        yield Number(row["messages"], filter, {"button": button} if button else {"replyKinds": [row["kind"]]})
    for point in page["timeSeries"]:
        yield from of_row(point["funnel"], filter | {"sentOn": {"from": point["on"], "to": point["on"]}})
    for row in page["responsesByHour"]:
        yield Number(row["responses"], filter, {"repliedAt": {"hour": row["hour"]}})
    for cell in page["responseHeatmap"]:
        if cell["responses"] or cell["hour"] == 12:
            at = {"weekday": cell["weekday"], "hour": cell["hour"]}
            yield Number(cell["responses"], filter, {"repliedAt": at})
    for reason in page["bounceReasons"]:
        yield Number(reason["count"], filter, {"bounceCodes": [reason["code"]]})


@pytest.mark.parametrize(
    ("role", "zone"),
    [("administrator", "America/Santiago"), ("supervisor", "America/Santiago"), ("supervisor", "Asia/Kathmandu")],
)
async def test_behind_every_number_are_as_many_messages(database: Database, tenant: str, role: str, zone: str) -> None:
    await feed(database, tenant, office())
    who = identity(tenant, role, "s1")
    filter = WEEK | {"timeZone": zone}
    page: dict[str, Any] = {}
    for document in (PAGE, FURTHER):
        page |= (await ask(database, who, document, {"filter": filter}))["campaignAnalytics"]
    numbers = list(of_page(page, filter))
    assert len([number for number in numbers if number.value]) > 60
    for number in numbers:
        asked = {"filter": number.filter, "where": number.where}
        found = (await ask(database, who, MESSAGES, asked))["campaignAnalytics"]["messages"]
        assert (found["totalCount"], len({node["id"] for node in found["nodes"]})) == (number.value,) * 2, number


COUNTS = """query Counts($filter: CampaignAnalyticsFilter!, $where: MessageWhere) {
  campaignAnalytics(filter: $filter) {
    department: messagesBy(dimension: DEPARTMENT, where: $where) { totalCount nodes { id messages } }
    agent: messagesBy(dimension: AGENT, where: $where) { totalCount nodes { id messages } }
    template: messagesBy(dimension: TEMPLATE, where: $where) { totalCount nodes { id messages } }
    account: messagesBy(dimension: ACCOUNT, where: $where) { totalCount nodes { id messages } }
  }
}"""


@pytest.mark.parametrize(("role", "zone"), [("administrator", "America/Santiago"), ("supervisor", "Asia/Kathmandu")])
@pytest.mark.parametrize(
    "where",
    [
        {},
        {"step": "BOUNCED"},
        {"step": "DELIVERED", "reached": False},
        {"step": "READ", "createdTicket": False},
        {"bounceCodes": [131026]},
        {"bounceCodes": [None]},
        {"repliedAt": {"weekday": 2}},
        {"replyKinds": ["TEXT"]},
        {"button": "yes"},
        {"step": "SENT", "text": "DESK"},
    ],
)
async def test_the_messages_of_a_number_are_counted_by_what_they_have(
    database: Database, tenant: str, role: str, zone: str, where: dict[str, Any]
) -> None:
    await feed(database, tenant, office())
    who = identity(tenant, role, "s1")
    asked = {"filter": WEEK | {"timeZone": zone}, "where": where}
    counts = (await ask(database, who, COUNTS, asked))["campaignAnalytics"]
    for kind, table in counts.items():
        assert table["totalCount"] == len(table["nodes"])
        assert table["nodes"] or role == "supervisor"
        for row in table["nodes"]:
            narrowed = asked | {"filter": asked["filter"] | {f"{kind}Ids": [row["id"]]}}
            found = (await ask(database, who, MESSAGES, narrowed))["campaignAnalytics"]["messages"]
            assert found["totalCount"] == row["messages"] > 0
        most_first = sorted(table["nodes"], key=lambda row: (-row["messages"], row["id"]))
        assert table["nodes"] == most_first


STORY = """query Story($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) { messages(first: 1) {
  nodes {
    id sentAt status templateCategory mayStillChange acceptedAt deliveredAt readAt failedAt
    template { id name category } department { id name } agent { id name email } account { id name phone }
    recipient { phone id } ticket { id key created } bounce { code title }
    reply { at kind text rule responseTime }
  }
} } }"""


async def test_a_message_has_its_whole_story_with_the_names_of_its_time(database: Database, tenant: str) -> None:
    events = [
        factories.tenant(),
        factories.department("d1", "Ventas"),
        factories.department("d1", "Ventas Norte", after(MONDAY, days=1)),
        factories.agent("u1", "Ana Díaz", email="ana@acme.cl"),
        factories.account("a1", "Acme Chile", phone="+56970000000"),
        factories.template("t1", "aviso", category="MARKETING", language="es_CL"),
        message_sent("m1", MONDAY, ticket=ticket("9001"), contact={"phone": "+56911112222", "id": "CL.1"}),
        status("m1", "accepted", after(MONDAY, seconds=1)),
        status("m1", "read", after(MONDAY, seconds=9)),
        reply("m1", after(MONDAY, seconds=90), kind="button", text="Sí"),
    ]
    await feed(database, tenant, events)
    now = to_micros(datetime(2026, 11, 3, tzinfo=UTC))
    found = await ask(database, identity(tenant), STORY, {"filter": WEEK}, now=now)
    assert found["campaignAnalytics"]["messages"]["nodes"] == [
        {
            "id": "m1",
            "sentAt": "2026-11-02T09:00:00-03:00",
            "status": "READ",
            "templateCategory": "MARKETING",
            "mayStillChange": True,
            "acceptedAt": "2026-11-02T09:00:01-03:00",
            "deliveredAt": None,
            "readAt": "2026-11-02T09:00:09-03:00",
            "failedAt": None,
            "template": {"id": "t1", "name": "aviso", "category": "MARKETING"},
            "department": {"id": "d1", "name": "Ventas"},
            "agent": {"id": "u1", "name": "Ana Díaz", "email": "ana@acme.cl"},
            "account": {"id": "a1", "name": "Acme Chile", "phone": "+56970000000"},
            "recipient": {"phone": "+56911112222", "id": "CL.1"},
            "ticket": {"id": "9001", "key": "DESK-9001", "created": True},
            "bounce": None,
            "reply": {
                "at": "2026-11-02T09:01:30-03:00",
                "kind": "BUTTON",
                "text": "Sí",
                "rule": "EXACT",
                "responseTime": 90.0,
            },
        }
    ]


async def test_a_bounce_has_its_words(database: Database, tenant: str) -> None:
    events = [message_sent("m1", MONDAY), status("m1", "failed", after(MONDAY, seconds=1), code=131026)]
    await feed(database, tenant, events)
    (node,) = (await ask(database, identity(tenant), STORY, {"filter": WEEK}))["campaignAnalytics"]["messages"]["nodes"]
    assert (node["status"], node["bounce"]) == ("FAILED", {"code": 131026, "title": "Message undeliverable"})
    assert node["failedAt"] == "2026-11-02T12:00:01+00:00"
    assert (node["reply"], node["ticket"]) == (None, None)


async def test_a_cursor_belongs_to_its_filter_conditions_and_order(database: Database, tenant: str) -> None:
    await feed(database, tenant, office())
    who = identity(tenant)
    asked: dict[str, Any] = {"filter": WEEK, "where": {"step": "DELIVERED"}, "first": 3, "order": {"field": "SENT_AT"}}
    cursor = (await ask(database, who, MESSAGES, asked))["campaignAnalytics"]["messages"]["pageInfo"]["endCursor"]
    others: list[dict[str, Any]] = [
        {"filter": WEEK | {"agentIds": ["u1"]}},
        {"where": {"step": "READ"}},
        {"order": {"field": "SENT_AT", "direction": "ASC"}},
        {"order": {"field": "REPLIED_AT"}},
    ]
    for other in others:
        assert await codes(database, who, MESSAGES, asked | other | {"after": cursor}) == ["BAD_USER_INPUT"]
    assert await codes(database, who, MESSAGES, asked | {"after": cursor}) == []


async def test_a_supervisor_reads_no_message_of_another_department(database: Database, tenant: str) -> None:
    await feed(database, tenant, office())
    who = identity(tenant, "supervisor", "s1")
    document = """query Q($filter: CampaignAnalyticsFilter!, $where: MessageWhere) {
      campaignAnalytics(filter: $filter) { messages(where: $where, first: 200) { nodes { id department { id } } } } }"""
    nodes = (await ask(database, who, document, {"filter": WEEK}))["campaignAnalytics"]["messages"]["nodes"]
    assert {node["department"]["id"] for node in nodes} == {"d1"}
    named = {"filter": WEEK | {"departmentIds": ["d2"]}}
    assert await codes(database, who, document, named) == ["FORBIDDEN"]
    # Not even that there is such a message.
    searched = {"filter": WEEK, "where": {"text": "DESK-"}}
    everyone = (await ask(database, identity(tenant), document, searched))["campaignAnalytics"]["messages"]["nodes"]
    theirs = (await ask(database, who, document, searched))["campaignAnalytics"]["messages"]["nodes"]
    assert len(theirs) == len([node for node in everyone if node["department"]["id"] == "d1"]) < len(everyone)


async def test_what_is_wrong_with_the_conditions_is_named(database: Database, tenant: str) -> None:
    result = await factories.execute(
        database, identity(tenant), MESSAGES, {"filter": WEEK, "where": {"step": "READ", "bounceCodes": [1]}}
    )
    (error,) = result.errors
    assert error.message == "where.bounceCodes: messages of `where.step` have not bounced."
    assert error.extensions["code"] == "BAD_USER_INPUT"


async def test_a_client_can_tell_why_messages_cannot_be_listed(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed(database, tenant, [message_sent("m1", MONDAY), message_sent("m2", after(MONDAY, hours=1))])
    searched = {"filter": WEEK, "where": {"text": "5691"}}
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 1)
    assert await refusal(database, tenant, searched) == ("BAD_USER_INPUT", "TOO_MANY_MESSAGES")
    assert await refusal(database, tenant, {"filter": WEEK, "where": {"text": "1"}}) == ("BAD_USER_INPUT", None)
    await delete_old_messages(database, tenant, 1, to_micros(datetime(2027, 2, 20, tzinfo=UTC)))
    assert await refusal(database, tenant, {"filter": WEEK}) == ("BAD_USER_INPUT", "MESSAGES_DROPPED")


async def refusal(database: Database, tenant: str, variables: dict[str, Any]) -> tuple[str, str | None]:
    """The code and the reason of the one error of a list."""
    (error,) = (await execute(database, identity(tenant), MESSAGES, variables)).errors
    return error.extensions["code"], error.extensions.get("reason")
