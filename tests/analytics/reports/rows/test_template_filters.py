"""Filters by category and language: which messages they select, and where their counts are read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import InvalidInputError, MessagesPurgedError
from analytics.domain.measures.funnel import total
from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import to_micros
from analytics.lifecycle.retention import delete_old_messages
from analytics.reports import availability, runner
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.rows import template_filters
from analytics.reports.rows.template_filters import resolve, resolve_rows
from analytics.storage.database import Database
from tests.analytics.reports.queries import scoped_cases, sent, spec, spec_of
from tests.support import factories
from tests.support import oracle as rules
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle
from tests.support.sql.counter import reads
from tests.support.strategies import SHOWN_CATEGORIES

MARKETING, UTILITY = frozenset({"MARKETING"}), frozenset({"UTILITY"})
SPANISH = frozenset({"es_CL"})


def template(id: str, category: str, at: str = factories.LONG_AGO, **fields: Any) -> Event:
    return factories.template(id, f"plantilla_{id}", at=at, category=category, **fields)


async def read(database: Database, spec: QuerySpec) -> tuple[int, str]:
    """The number of messages of a resolved specification, and the plan by which they were counted."""
    async with database.read() as reader:
        resolved = await resolve(reader, spec)
        rows = await runner.run_aggregate(reader, AggregateQuery(resolved, Grouping.DEPARTMENT))
        (plan,) = reader.plans
    return total(rows.values()).step("messages").count, plan.partition(": ")[2].partition(":")[0]


@given(
    case=scoped_cases(),
    categories=st.none() | st.frozensets(st.sampled_from(SHOWN_CATEGORIES)),
    languages=st.none() | st.frozensets(st.sampled_from(("es_CL", "es", "pt"))),
)
async def test_the_counts_are_what_the_rules_say_read_either_way(
    database: Database,
    case: tuple[list[Event], rules.Filter, frozenset[str] | None],
    categories: frozenset[str] | None,
    languages: frozenset[str] | None,
) -> None:
    events, filter, scope = case
    filter = replace(filter, categories=categories, languages=languages)
    known, tenant = Oracle(events), uuid4().hex
    await feed(database, tenant, events)
    asked = spec_of(tenant, known, filter, scope)
    narrow = filter if scope is None or filter.departments is not None else replace(filter, departments=scope)
    expected = known.funnel(known.select(narrow))["messages"][0]
    assert (await read(database, asked))[0] == expected
    async with database.read() as reader:
        assert await runner.count(reader, await resolve_rows(reader, asked)) == expected


async def test_categories_that_only_templates_have_are_read_from_the_rollups(database: Database, tenant: str) -> None:
    events = [factories.tenant(), template("t1", "MARKETING"), template("t2", "UTILITY", language="es_CL")]
    await feed(database, tenant, [*events, sent("m1"), sent("m2", template_id="t2"), sent("m3", template_id="t2")])
    assert await read(database, spec(tenant, categories=UTILITY)) == (2, "rollup_funnel_template")
    assert await read(database, spec(tenant, categories=UTILITY, languages=SPANISH)) == (2, "rollup_funnel_template")
    assert await read(database, spec(tenant, categories=MARKETING, templates=frozenset({"t2"}))) == (
        0,
        "rollup_funnel_template",
    )


async def test_a_message_that_states_its_templates_category_needs_no_look_at_it(
    database: Database, tenant: str
) -> None:
    events = [factories.tenant(), template("t1", "MARKETING"), sent("m1", template_category="marketing")]
    await feed(database, tenant, events)
    assert await read(database, spec(tenant, categories=MARKETING)) == (1, "rollup_funnel_template")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([template("t1", "MARKETING"), sent("m1", template_category="UTILITY")], 1),
        ([template("t1", "MARKETING"), template("t1", "UTILITY", at="2026-09-07T09:00:00-03:00"), sent("m1")], 1),
        ([template("t1", "UTILITY"), template("t1", "MARKETING", at="2026-09-07T11:00:00-03:00"), sent("m1")], 1),
        ([template("t1", "UTILITY"), template("t1", "MARKETING", at="2026-09-07T09:59:59-03:00"), sent("m1")], 0),
    ],
)
async def test_what_templates_alone_do_not_say_is_read_from_the_messages(
    database: Database, tenant: str, events: list[Event], expected: int
) -> None:
    await feed(database, tenant, [factories.tenant(), *events])
    assert await read(database, spec(tenant, categories=UTILITY)) == (expected, "messages")


async def test_other_is_the_category_of_templates_that_nobody_described(database: Database, tenant: str) -> None:
    await feed(database, tenant, [factories.tenant(), template("t2", "MARKETING"), sent("m1")])
    assert await read(database, spec(tenant, categories=frozenset({"OTHER"}))) == (1, "messages")
    assert await read(database, spec(tenant, categories=MARKETING)) == (0, "rollup_funnel_template")


async def test_too_many_messages_or_changes_are_refused(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [
        template("t1", category, at=f"2026-09-07T{hour:02}:00:00-03:00")
        for hour, category in enumerate(("UTILITY", "MARKETING") * 3)
    ]
    await feed(database, tenant, [factories.tenant(), *changes, *(sent(f"m{n}") for n in range(3))])
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 2)
    with pytest.raises(InvalidInputError, match=r"^filter\.categories: this period has more than 2 messages"):
        await read(database, spec(tenant, categories=UTILITY))
    monkeypatch.setattr(availability, "MAX_SCANNED_MESSAGES", 3)
    await read(database, spec(tenant, categories=UTILITY))
    monkeypatch.setattr(template_filters, "MAX_CHANGES", 2)
    with pytest.raises(InvalidInputError, match=r"^filter\.categories: templates changed more than 2 times"):
        await read(database, spec(tenant, categories=UTILITY))


async def test_categories_of_days_whose_messages_were_dropped_are_refused_and_languages_are_not(
    database: Database, tenant: str
) -> None:
    """A message that was dropped may have stated another category than its template's."""
    await feed(database, tenant, [factories.tenant(), template("t1", "MARKETING", language="es_CL"), sent("m1")])
    assert await delete_old_messages(database, tenant, 1, to_micros(datetime(2026, 12, 20, tzinfo=UTC))) == 1
    with pytest.raises(MessagesPurgedError):
        await read(database, spec(tenant, categories=MARKETING))
    assert await read(database, spec(tenant, languages=SPANISH)) == (1, "rollup_funnel_template")


async def test_an_empty_word_states_no_category(database: Database, tenant: str) -> None:
    events = [factories.tenant(), template("t1", "MARKETING"), sent("m1", template_category="")]
    await feed(database, tenant, events)
    assert await read(database, spec(tenant, categories=MARKETING)) == (1, "rollup_funnel_template")
    assert await read(database, spec(tenant, categories=frozenset({"OTHER"}))) == (0, "messages")


async def test_templates_are_matched_once_for_each_version_of_the_data(database: Database, tenant: str) -> None:
    await feed(database, tenant, [factories.tenant(), template("t1", "MARKETING")])
    await feed(database, tenant, [sent("m1")])  # from the second batch on, the data has a version
    await read(database, spec(tenant, categories=MARKETING))
    with reads(database) as statements:
        assert (await read(database, spec(tenant, categories=UTILITY)))[0] == 0
    assert [text for text in statements if "FROM templates" in text or "FROM messages" in text] == []
