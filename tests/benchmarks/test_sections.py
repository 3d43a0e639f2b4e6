"""The benchmark of the page: it measures what the page asks for, and has a reference for all of it."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest
from graphql import parse, print_ast

from analytics.domain.time_zones import DAY, HOUR, zone
from benchmarks.page.documents import BUILT, FIRST_REQUEST, built_documents, source_documents
from benchmarks.page.sections import SECTIONS, Question, reading_fields, statements
from benchmarks.page.variables import Filters

PAGE = source_documents()[FIRST_REQUEST]
NOW = 1_793_000_000_000_000
MONTH = Filters(date(2026, 10, 2), date(2026, 10, 31))


def test_every_field_of_the_first_request_that_reads_has_a_statement_for_duckdb() -> None:
    missing = {field.coordinate for field in reading_fields(PAGE)} - set(SECTIONS)
    assert missing == set(), "write its statement into benchmarks/page/sections.py"


def test_a_new_section_of_the_page_is_seen() -> None:
    extended = PAGE.replace("responseHeatmap {", "bounceReasons { code }\n    responseHeatmap {")
    assert [field.coordinate for field in reading_fields(extended) if field not in reading_fields(PAGE)] == [
        "CampaignAnalytics.bounceReasons"
    ]


def test_the_period_before_is_asked_for_its_own_days() -> None:
    before = [field.coordinate for field in reading_fields(PAGE) if field.periods_before]
    assert before == ["CampaignAnalytics.coverage", "CampaignAnalytics.funnel", "CampaignAnalytics.responseTime"]
    asked = statements(PAGE, Question(MONTH, NOW))
    earlier = replace(MONTH, first=date(2026, 9, 2), last=date(2026, 10, 1))
    for name in before:
        assert SECTIONS[name](Question(MONTH, NOW)) in asked
        assert SECTIONS[name](Question(earlier, NOW)) in asked


def test_the_period_before_of_the_calendar_ends_at_this_hour() -> None:
    midnight = zone("UTC").day_start(date(2026, 10, 31))
    october = Question(replace(MONTH, first=date(2026, 10, 1)), midnight + 15 * HOUR)
    before = october.previous()
    assert (before.filters.first, before.filters.last) == (date(2026, 9, 1), date(2026, 9, 30))
    assert before.until == zone("UTC").day_start(date(2026, 9, 30)) + 15 * HOUR
    assert replace(october, now=midnight + DAY).previous().until is None


@pytest.mark.parametrize(
    "filters",
    [
        MONTH,
        replace(MONTH, first=date(2025, 11, 1)),
        replace(MONTH, first=date(2024, 11, 1)),
        replace(MONTH, first=date(2026, 10, 31)),
        replace(MONTH, ids={"templates": ["t3"], "accounts": ["a1", "a2"], "agents": ["u1", "u41"]}),
    ],
    ids=lambda filters: filters.granularity + (" filtered" if filters.ids else ""),
)
def test_the_statements_are_duckdbs(filters: Filters) -> None:
    # Imported only now: at its end a process would report as leaked what pytest has taken from the garbage collector.
    duckdb, reference = import_module("duckdb"), import_module("benchmarks.page.reference")
    with duckdb.connect() as connection:
        reference.name_tables(connection)
        connection.execute(
            """CREATE TABLE messages (sent_at BIGINT, replied_at BIGINT, department_id VARCHAR, agent_id VARCHAR,
            template_id VARCHAR, account_id VARCHAR, status INTEGER, ticket_created BOOLEAN)"""
        )
        for statement in statements(PAGE, Question(filters, NOW)):
            connection.execute(statement).fetchall()


def test_the_sources_make_the_documents_that_are_built() -> None:
    if not BUILT.exists():
        pytest.skip("the pages are not built: make build")
    built = {name: _definitions(text) for name, text in built_documents().items()}
    assert {name: _definitions(text) for name, text in source_documents().items()} == built


def _definitions(text: str) -> set[str]:
    return {print_ast(definition) for definition in parse(text).definitions}
