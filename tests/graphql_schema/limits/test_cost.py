"""The cost of a document: which fields run SQL, how many rows they give, and that it holds."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    NameNode,
    get_introspection_query,
    get_nullable_type,
    parse,
)

from analytics.domain import limits
from analytics.domain.measures.comparison import Comparison
from analytics.domain.query_spec import DIMENSIONS
from analytics.storage.database import Database
from benchmarks.page.documents import source_documents
from graphql_schema.limits.cost import field_cost
from graphql_schema.limits.document_size import measure
from graphql_schema.schema import schema
from tests.support import factories
from tests.support.factories import ask, context, identity
from tests.support.graphql.view import DOCUMENT
from tests.support.ingest_helpers import feed
from tests.support.sql.counter import reads

OURS = schema._schema
DAYS = 'sentOn: {from: "2026-11-02", to: "2026-11-08"}'


def points(document: str) -> int:
    """Return the cost of a document."""
    return measure(OURS, parse(document)).points


def analytics(selection: str, filter: str = DAYS) -> str:
    """A document that asks for numbers."""
    return "{ campaignAnalytics(filter: {%s}) { %s } }" % (filter, selection)  # noqa: UP031  braces are GraphQL's


# Everything that can be selected of the whole view, and what it takes to select it.
FIELDS = {
    "CampaignAnalytics.period": analytics("period { from }"),
    "CampaignAnalytics.funnel": analytics("funnel { messages }"),
    "CampaignAnalytics.byAgent": analytics("byAgent { totalCount }"),
    "CampaignAnalytics.byAgentTotal": analytics("byAgentTotal { totalCount }"),
    "CampaignAnalytics.byDepartment": analytics("byDepartment { totalCount }"),
    "CampaignAnalytics.byTemplate": analytics("byTemplate { totalCount }"),
    "CampaignAnalytics.byAccount": analytics("byAccount { totalCount }"),
    "CampaignAnalytics.byCategory": analytics("byCategory { totalCount }"),
    "CampaignAnalytics.coverage": analytics("coverage { complete }"),
    "CampaignAnalytics.timeSeries": analytics("timeSeries { on }"),
    "CampaignAnalytics.responsesByHour": analytics("responsesByHour { hour }"),
    "CampaignAnalytics.responseHeatmap": analytics("responseHeatmap { hour }"),
    "CampaignAnalytics.messagesBy": analytics(
        "messagesBy(dimension: AGENT, first: 200) { nodes { id name messages } }"
    ),
    "CampaignAnalytics.byAnswer": analytics("byAnswer(first: 200) { nodes { kind messages } }"),
    "CampaignAnalytics.sendTimes": analytics("sendTimes { hour delivered responded }"),
    "CampaignAnalytics.sendTimeBlocks": analytics("sendTimeBlocks { delivered best }"),
    "CampaignAnalytics.responseTime": analytics("responseTime { median }"),
    "CampaignAnalytics.bounceReasons": analytics("bounceReasons { code }"),
    "CampaignAnalytics.maturing": analytics("maturing { messages }"),
    "CampaignAnalytics.messages": analytics("messages { totalCount }"),
    "CampaignAnalytics.annotations": analytics("annotations { totalCount }"),
    "CampaignAnalytics.previousPeriod": analytics("previousPeriod { period { from } }"),
    "Query.viewer": "{ viewer { id } }",
    "Query.limits": "{ limits { first } }",
    "Query.accounts": "{ accounts { totalCount } }",
    "Query.agents": "{ agents { totalCount } }",
    "Query.departments": "{ departments { totalCount } }",
    "Query.templates": "{ templates { totalCount } }",
    "Query.exports": "{ exports { totalCount } }",
    "Query.export": '{ export(id: "x") { id } }',
}
# What finds out who asks: the tenant's settings.
OF_THE_VIEWER = 1


def test_every_field_of_the_view_is_looked_at() -> None:
    own = {f"{type}.{name}" for type in ("Query", "CampaignAnalytics") for name in OURS.type_map[type].fields}  # type: ignore[attr-defined]
    assert own - {"Query.campaignAnalytics"} == set(FIELDS)


@pytest.mark.parametrize("coordinate", FIELDS)
async def test_what_runs_sql_is_priced_so(database: Database, tenant: str, coordinate: str) -> None:
    await feed(database, tenant, [factories.message_sent()])
    with reads(database) as seen:
        await ask(database, identity(tenant), FIELDS[coordinate])
    assert (points(FIELDS[coordinate]) >= 5) == (len(seen) > OF_THE_VIEWER), seen


async def test_a_field_that_is_asked_for_again_is_paid_once_and_read_once(database: Database, tenant: str) -> None:
    await feed(database, tenant, [factories.message_sent()])
    one = analytics("byDepartment(first: 1) { totalCount }")
    many = analytics("byDepartment(first: 1) { totalCount } a: byDepartment(first: 1) { nodes { department { id } } }")
    with reads(database) as seen:
        await ask(database, identity(tenant), one)
    with reads(database) as again:
        await ask(database, identity(tenant), many)
    assert len(again) == len(seen)
    assert points(many) == points(one)
    other = one[:-1] + one[1:-1].replace("campaign", "b: campaign").replace("2026-11-08", "2026-11-07") + "}"
    with reads(database) as twice:
        await ask(database, identity(tenant), other)
    assert len(twice) > len(seen)
    assert points(other) >= 2 * points(one) - 1


def test_what_is_asked_of_the_period_before_alone_is_paid_in_full() -> None:
    funnel = "funnel { messages }"
    alone = points(analytics(f"previousPeriod {{ {funnel} }}"))
    assert alone >= points(analytics(funnel))
    both = points(analytics(f"{funnel} previousPeriod {{ {funnel} }}"))
    assert alone <= both <= 1.2 * alone
    # Through a fragment too, and whichever of them stands first.
    spread = "fragment F on CampaignAnalytics { funnel { messages } } "
    assert points(spread + analytics("previousPeriod { ...F } ...F")) == both
    other = points(analytics(f"byAgent {{ totalCount }} previousPeriod {{ {funnel} }}"))
    assert other >= alone + points(analytics("byAgent { totalCount }")) - 1
    many = " ".join(f"p{n}: previousPeriod {{ {funnel} }}" for n in range(50))
    assert points(analytics(many)) <= 1.2 * alone  # the same days, so the same read
    years = "b: previousPeriod(comparison: SAME_PERIOD_LAST_YEAR) { funnel { messages } }"
    assert points(analytics(f"previousPeriod {{ {funnel} }} {years}")) >= 2 * alone - 1  # other days
    assert points(analytics(f"{funnel} previousPeriod {{ {funnel} }} {years}")) >= both + alone - 1


def test_what_rows_have_is_paid_for_the_page_once_and_a_little_for_each_row() -> None:
    page = "byAgent(first: %d) { nodes { agent { id } %s } }"
    plain, detailed = (points(analytics(page % (10, more))) for more in ("", "messagesOverTime"))
    assert 40 <= detailed - plain < 60
    twice = points(analytics(page % (10, "messagesOverTime w: messagesOverTime(granularity: WEEK)")))
    assert twice - detailed < 10  # one read
    two = "a: byAgent(first: 1) { nodes { messagesOverTime } } b: byAgent(first: 2) { nodes { messagesOverTime } }"
    assert points(analytics(two)) >= points(analytics("byAgent(first: 1) { totalCount }")) + 80
    assert points(analytics(page % (200, "messagesOverTime responseTime { median }"))) < 500


@pytest.mark.parametrize(("name", "document"), source_documents().items(), ids=[*source_documents()])
def test_each_document_of_the_pages_is_within_the_cap(name: str, document: str) -> None:
    """With its variables, whose values are not known: as many rows as a page may have, and all that may be included."""
    assert points(document) <= limits.MAX_COST * 0.9, name


async def test_what_counts_nothing_reads_nothing_whatever_its_filter(database: Database, tenant: str) -> None:
    await feed(database, tenant, [factories.message_sent()])
    earlier = " ".join(
        f"p{n}: previousPeriod(comparison: {one}) {{ period {{ from }} }}" for n, one in enumerate(Comparison)
    )
    document = analytics(f"period {{ from }} {earlier}", f'{DAYS} categories: [MARKETING], languages: ["es"]')
    with reads(database) as seen:
        await ask(database, identity(tenant), document)
    assert len(seen) == OF_THE_VIEWER


async def test_many_ids_make_each_read_dearer(database: Database, tenant: str) -> None:
    asked = "query Q($f: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $f) { %s } }"
    one, two = asked % "funnel { messages }", asked % "funnel { messages } responseTime { median }"

    async def cost(document: str, ids: int) -> int:
        filter = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}, "agentIds": [f"u{n}" for n in range(ids)]}
        result = await schema.execute(document, {"f": filter}, context_value=context(database, identity(tenant)))
        assert result.extensions is not None
        return int(result.extensions["cost"]["requested"])

    assert await cost(one, 2) == points(one)
    assert await cost(asked % "messages { totalCount }", 1_000) >= points(asked % "messages { totalCount }") + 9
    assert await cost(one, 1_000) >= points(one) + 9
    assert await cost(two, 1_000) - points(two) >= 2 * (await cost(one, 1_000) - points(one)) - 1


async def test_what_its_ids_make_too_dear_is_not_run(database: Database, tenant: str) -> None:
    field = "a%d: campaignAnalytics(filter: {sentOn: $days, agentIds: $ids}) { responseTime { median } }"
    document = "query Q($days: DateRange!, $ids: [ID!]) { %s }" % " ".join(field % n for n in range(50))  # noqa: UP031
    variables = {"days": {"from": "2026-11-02", "to": "2026-11-08"}, "ids": ["u1"] * 1_000}
    assert points(document) <= limits.MAX_COST
    with reads(database) as seen:
        result = await schema.execute(document, variables, context_value=context(database, identity(tenant)))
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["QUERY_TOO_COMPLEX"]
    assert seen == []


def test_many_exports_are_dear_and_their_filters_dearer() -> None:
    page = "{ exports(first: %d) { nodes { %s } } }"
    assert points(page % (200, "id")) > 5 * points(page % (20, "id")) / 2
    assert points(page % (200, "downloadUrl")) > 400 + points(page % (200, "id"))
    lists = f"filter {{ {' '.join(dimension.argument for dimension in DIMENSIONS)} }}"
    assert 1_000 < points(page % (200, lists)) <= limits.MAX_COST


async def test_a_page_of_exports_is_read_once_however_often_it_is_asked_for(database: Database, tenant: str) -> None:
    one = "exports(first: 5) { nodes { id } }"
    with reads(database) as seen:
        await ask(database, identity(tenant), "{ %s }" % one)  # noqa: UP031  braces are GraphQL's
    with reads(database) as again:
        await ask(database, identity(tenant), "{ %s b: %s c: %s }" % (one, one, one))  # noqa: UP031
    assert len(again) == len(seen)


def test_a_page_costs_its_rows() -> None:
    of = {
        first: points(analytics(f"byAgent(first: {first}) {{ nodes {{ agent {{ id }} }} }}")) for first in (1, 100, 200)
    }
    assert of[1] < of[100] < of[200]
    asked = "query Q($n: Int!) %s"
    by_variable = points(asked % analytics("byAgent(first: $n) { nodes { agent { id } } }"))
    assert by_variable == of[200]
    assert points(analytics("byAgent(first: 2000000) { nodes { agent { id } } }")) == of[200]
    assert points(analytics("byAgent(first: -5) { nodes { agent { id } } }")) <= of[1]


def test_a_series_costs_its_points() -> None:
    of = {
        width: points(analytics(f"timeSeries(granularity: {width}) {{ on }}"))
        for width in ("HOUR", "DAY", "WEEK", "MONTH")
    }
    assert of["HOUR"] == of["DAY"] > of["WEEK"] > of["MONTH"]
    assert points("query Q($g: Granularity!) " + analytics("timeSeries(granularity: $g) { on }")) == of["HOUR"]
    assert points(analytics("timeSeries { on }")) == of["DAY"]


def lists() -> Iterator[tuple[str, GraphQLField]]:
    """Every list of objects in the schema that is no page's own."""
    for name, type in OURS.type_map.items():
        if isinstance(type, GraphQLObjectType) and not name.endswith("Connection"):
            yield from ((f"{name}.{key}", field) for key, field in type.fields.items() if _lists_objects(field))


def _lists_objects(field: GraphQLField) -> bool:
    inner: Any = get_nullable_type(field.type)
    return isinstance(inner, GraphQLList) and hasattr(get_nullable_type(inner.of_type), "fields")


@pytest.mark.parametrize(("coordinate", "field"), list(lists()))
def test_what_is_in_a_list_is_paid_for_each_item(coordinate: str, field: GraphQLField) -> None:
    cost = field_cost(coordinate, field, FieldNode(name=NameNode(value=coordinate.split(".")[1]), arguments=()))
    assert cost.of(1.0) > cost.own + 1.0


def test_the_ordinary_is_within_the_cap() -> None:
    """The whole view with the period before it, in far more than a page shows; and the schema, for tools."""
    assert points(DOCUMENT) <= limits.MAX_COST
    for options in ({}, {"input_value_deprecation": True, "specified_by_url": True, "schema_description": True}):
        assert points(get_introspection_query(**options)) <= limits.MAX_COST / 2


async def test_the_cost_is_told(database: Database, tenant: str) -> None:
    document = analytics("funnel { messages }")
    for _ in range(2):  # the second time, it is known
        result = await schema.execute(document, context_value=context(database, identity(tenant)))
        assert (result.extensions or {})["cost"] == {"requested": points(document), "maximum": limits.MAX_COST}


STEPS = " ".join(
    f"{step} {{ count tickets base rate }}" for step in ("sent", "bounced", "pending", "delivered", "read", "responded")
)
DEAR = {
    "one read again and again": "byTemplate(first: 1) { totalCount }",
    "every read": "funnel { messages } byAgent(first: 1) { totalCount } byTemplate(first: 1) { totalCount } "
    "byAccount(first: 1) { totalCount } timeSeries(granularity: MONTH) { on } responsesByHour { hour } "
    "responseTime { median } bounceReasons { code } maturing { messages }",
    "rows": f"timeSeries {{ startsAt on funnel {{ messages tickets {STEPS} }} }}",
}


def dearest(selection: str) -> str:
    """As many of a selection, over different days in another zone than the tenant's, as one document may have."""

    def document(times: int) -> str:
        asked = [
            f'a{n}: campaignAnalytics(filter: {{sentOn: {{from: "2023-12-{n + 1:02}", to: "2026-11-30"}}, '
            f'timeZone: "Asia/Tokyo"}}) {{ {selection} }}'
            for n in range(times)
        ]
        return "{ " + " ".join(asked) + " }"

    times = 1
    while points(document(times + 1)) <= limits.MAX_COST:
        times += 1
    return document(times)


@pytest.mark.parametrize("selection", DEAR.values(), ids=DEAR.keys())
async def test_the_dearest_document_ends_in_time(database: Database, tenant: str, selection: str) -> None:
    """On few messages: what is left is all that does not depend on them. `docs/security.md` has the demo's figures."""
    await feed(database, tenant, [factories.message_sent(f"m{n}") for n in range(20)])
    async with asyncio.timeout(60):
        await ask(database, identity(tenant), dearest(selection))


async def test_one_more_is_refused(database: Database, tenant: str) -> None:
    document = dearest(DEAR["every read"])
    more = document[:-1] + document[1:-1].replace(" a", " b").replace("{ a", "{ b") + "}"
    with reads(database) as seen:
        result = await schema.execute(more, context_value=context(database, identity(tenant)))
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["QUERY_TOO_COMPLEX"]
    assert seen == []
