"""Names: the newest, those in force at an instant, and what a filter may offer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.query_spec import AccessScope
from analytics.domain.templates import Category
from analytics.domain.time_zones import to_micros
from analytics.reports.directory import (
    ACCOUNTS,
    AGENTS,
    DEPARTMENTS,
    TEMPLATES,
    Account,
    Agent,
    Department,
    EntityType,
    NameHistory,
    Template,
    Timeline,
    filter_options,
    load_names,
    normalize,
)
from analytics.storage.database import Database
from tests.support import strategies
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle

KINDS: dict[str, tuple[EntityType[Any], tuple[str, ...]]] = {
    "department": (DEPARTMENTS, strategies.DEPARTMENTS),
    "agent": (AGENTS, strategies.AGENTS),
    "account": (ACCOUNTS, strategies.ACCOUNTS),
    "template": (TEMPLATES, strategies.TEMPLATES),
}


def at(day: int) -> str:
    return f"2026-09-{day:02}T12:00:00Z"


def on(day: int, seconds: int = 0) -> int:
    return to_micros(datetime.fromisoformat(at(day)) + timedelta(seconds=seconds))


def upsert(kind: str, id: str, day: int = 1, **fields: Any) -> Event:
    return {"type": f"{kind}.upserted", "at": at(day), kind: {"id": id, **fields}}


def notice(day: int, category: str, **template: str) -> Event:
    return {"type": "template.notice", "at": at(day), "category": category, **template}


def sent(id: str, **message: str) -> Event:
    fields: dict[str, Any] = {
        "id": id,
        "account_id": "a1",
        "department_id": "d1",
        "agent_id": "u1",
        "template_id": "t1",
        "contact": {"id": "CL.1"},
    }
    return {"type": "message.sent", "at": at(1), "message": fields | message}


async def at_instants(database: Database, tenant: str, kind: EntityType[Any], id: str, *instants: int) -> list[Any]:
    async with database.read() as reader:
        found = await load_names(reader, tenant, kind)
    return [found.at(id, instant) for instant in instants]


async def newest(database: Database, tenant: str, kind: EntityType[Any], id: str) -> Any:
    async with database.read() as reader:
        return (await load_names(reader, tenant, kind, [id])).newest(id)


async def categories(database: Database, tenant: str, *days: int) -> list[str]:
    return [t.category for t in await at_instants(database, tenant, TEMPLATES, "t1", *map(on, days))]


# Versions


async def test_the_newest_version_says_everything(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            upsert("department", "d1", 2, name="Ventas", active=False),
            upsert("department", "d1", 1, name="Sales"),
            upsert("agent", "u1", name="Ana Díaz", email="ana@acme.cl"),
            upsert("account", "a1", name="Acme", phone="+56 9"),
            upsert("template", "t1", name="pago", category="utility", language="es_CL"),
        ],
    )
    assert await newest(database, tenant, DEPARTMENTS, "d1") == Department("d1", "Ventas", active=False)
    assert await newest(database, tenant, AGENTS, "u1") == Agent("u1", "Ana Díaz", "ana@acme.cl", True)
    assert await newest(database, tenant, ACCOUNTS, "a1") == Account("a1", "Acme", "+56 9", True)
    assert await newest(database, tenant, TEMPLATES, "t1") == Template("t1", "pago", Category.UTILITY, "es_CL", True)


async def test_what_is_unknown_has_its_id_as_name(database: Database, tenant: str) -> None:
    assert await newest(database, tenant, DEPARTMENTS, "d1") == Department("d1", "d1", active=True)
    assert await newest(database, tenant, AGENTS, "u1") == Agent("u1", "u1", None, True)
    assert await newest(database, tenant, ACCOUNTS, "a1") == Account("a1", "a1", "", True)
    assert await newest(database, tenant, TEMPLATES, "t1") == Template("t1", "t1", Category.OTHER, None, True)


async def test_a_version_holds_from_its_time_to_the_next_and_the_oldest_before(database: Database, tenant: str) -> None:
    await feed(database, tenant, [upsert("agent", "u1", 10, name="second"), upsert("agent", "u1", 5, name="first")])
    instants = on(1), on(5), on(10, -1), on(10), on(20)
    found = await at_instants(database, tenant, AGENTS, "u1", *instants)
    assert [agent.name for agent in found] == ["first", "first", "first", "second", "second"]


async def test_a_version_says_nothing_of_a_key_that_it_leaves_out(database: Database, tenant: str) -> None:
    changes = [upsert("agent", "u1", 2, email="ana@acme.cl"), upsert("agent", "u1", 3, name=None)]
    await feed(database, tenant, [upsert("agent", "u1", 1, name="Ana"), *changes])
    found = await at_instants(database, tenant, AGENTS, "u1", on(1), on(2), on(3))
    assert [(agent.name, agent.email) for agent in found] == [
        ("Ana", None),
        ("Ana", "ana@acme.cl"),
        ("u1", "ana@acme.cl"),
    ]


async def test_a_version_holds_from_its_updated_at(database: Database, tenant: str) -> None:
    await feed(database, tenant, [upsert("agent", "u1", 1, name="Ana") | {"updated_at": at(8)}])
    await feed(database, tenant, [upsert("agent", "u1", 3, name="Eva")])
    found = await at_instants(database, tenant, AGENTS, "u1", on(3), on(7), on(8))
    assert [agent.name for agent in found] == ["Eva", "Eva", "Ana"]


async def test_names_are_of_one_tenant(database: Database, tenant: str) -> None:
    await feed(database, uuid4().hex, [upsert("agent", "u1", name="Ana")])
    assert (await newest(database, tenant, AGENTS, "u1")).name == "u1"


@given(data=st.data())
async def test_names_are_what_the_rules_say_at_every_instant(database: Database, data: st.DataObject) -> None:
    night = data.draw(st.sampled_from(strategies.NIGHTS))
    events = data.draw(strategies.events(night, notices=True))
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    instants = [night + timedelta(seconds=s + d) for s in strategies.OFFSETS for d in (-0.000001, 0)]
    async with database.read() as reader:
        for word, (kind, ids) in KINDS.items():
            found = await load_names(reader, tenant, kind)
            for id in ids:
                assert found.newest(id).name == known.name(word, id)
                assert [found.at(id, to_micros(i)).name for i in instants] == [
                    known.name_at(word, id, i) for i in instants
                ]


# Categories


async def test_a_notice_by_metas_id_changes_the_category_from_its_time(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            upsert("template", "t1", 2, name="pago", language="es", category="UTILITY", meta_id="99"),
            notice(5, "MARKETING", meta_id="99", name="other", language="en"),
            notice(6, "AUTHENTICATION", meta_id="98", name="pago", language="es"),
        ],
    )
    found = await categories(database, tenant, 1, 4, 5, 7)
    assert found == ["UTILITY", "UTILITY", "MARKETING", "MARKETING"]


async def test_a_notice_by_name_and_language_counts_where_one_of_both_has_no_metas_id(
    database: Database, tenant: str
) -> None:
    await feed(
        database,
        tenant,
        [
            upsert("template", "t1", 2, name="pago", language="es", category="UTILITY"),
            notice(5, "MARKETING", meta_id="99", name="pago", language="es"),
            notice(6, "AUTHENTICATION", name="pago", language="es_CL"),
        ],
    )
    assert await categories(database, tenant, 4, 5, 6) == ["UTILITY", "MARKETING", "MARKETING"]
    await feed(database, tenant, [upsert("template", "t1", 3, name="pago", language="es", meta_id="77")])
    assert await categories(database, tenant, 4, 6) == ["UTILITY", "UTILITY"]
    await feed(database, tenant, [notice(7, "SERVICE", name="pago", language="es")])
    assert await categories(database, tenant, 6, 7) == ["UTILITY", "SERVICE"]


async def test_metas_word_on_a_category_is_stronger_until_a_newer_one_of_metas(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            upsert("template", "t1", 2, category="UTILITY", meta_id="99"),
            notice(5, "MARKETING", meta_id="99"),
            upsert("template", "t1", 8, category="AUTHENTICATION"),
            notice(9, "UTILITY", meta_id="99"),
        ],
    )
    assert await categories(database, tenant, 2, 5, 8, 9) == ["UTILITY", "MARKETING", "MARKETING", "UTILITY"]


async def test_a_template_without_a_language_is_known_by_a_name_that_only_it_has(
    database: Database, tenant: str
) -> None:
    told = notice(5, "MARKETING", meta_id="99", name="pago", language="es")
    await feed(database, tenant, [upsert("template", "t1", 2, name="pago", category="UTILITY"), told])
    assert await categories(database, tenant, 4, 5) == ["UTILITY", "MARKETING"]
    await feed(database, tenant, [upsert("template", "t2", 3, name="pago", language="en")])
    assert await categories(database, tenant, 4, 5) == ["UTILITY", "UTILITY"]


@pytest.mark.parametrize("word", ["OTHER", "", "whatever", "__class__"])
async def test_a_category_that_meta_does_not_have_is_other(database: Database, tenant: str, word: str) -> None:
    await feed(database, tenant, [upsert("template", "t1", category=word)])
    assert await categories(database, tenant, 1) == ["OTHER"]


async def test_a_notice_of_a_template_that_is_not_known_yet_waits(database: Database, tenant: str) -> None:
    await feed(database, tenant, [notice(1, "MARKETING", meta_id="99")])
    assert await categories(database, tenant, 1) == ["OTHER"]
    await feed(database, tenant, [upsert("template", "t1", 5, meta_id="99")])
    assert await categories(database, tenant, 1, 5) == ["MARKETING", "MARKETING"]


@given(data=st.data())
async def test_categories_are_what_the_rules_say_at_every_instant(database: Database, data: st.DataObject) -> None:
    night = data.draw(st.sampled_from(strategies.NIGHTS))
    template = data.draw(st.lists(strategies.events(night, notices=True), min_size=1, max_size=3))
    events = [e for some in template for e in some if e["type"].startswith("template.")]
    tenant, known = uuid4().hex, Oracle(events)
    await feed(database, tenant, events)
    instants = [night + timedelta(seconds=s + d) for s in strategies.OFFSETS for d in (-0.000001, 0)]
    for id in strategies.TEMPLATES:
        found = await at_instants(database, tenant, TEMPLATES, id, *map(to_micros, instants))
        assert [template.category for template in found] == [known.category_at(id, i) for i in instants]


# Searching


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("diaz", "Díaz"),
        ("DIAZ", "díaz"),
        ("dIáZ", "Di\u0301az"),  # a combining accent
        ("strasse", "Straße"),
        ("STRASSE", "straße"),
        ("straẞe", "STRASSE"),
        ("istanbul", "İstanbul"),
        ("nono", "Ñoño"),
        ("σοφος", "ΣΟΦΟΣ"),
        ("σοφος", "σοφός"),
        ("123", "１２３"),
        ("fi", "\ufb01"),
        ("", ""),
        ("😀", "😀"),
    ],
)
def test_case_and_accents_do_not_matter(typed: str, name: str) -> None:
    assert normalize(typed) == normalize(name)


@pytest.mark.parametrize(("one", "other"), [("diaz", "dias"), ("😀", "😁"), ("a b", "ab"), ("n", "m")])
def test_other_letters_do(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@given(st.text(), st.text())
def test_folding_keeps_what_is_inside(inner: str, before: str) -> None:
    assert normalize(inner) in normalize(f"{before} {inner}")


# What a filter may offer


async def offered(
    database: Database, tenant: str, kind: EntityType[Any], departments: set[str] | None = None
) -> set[str]:
    scope = AccessScope(tenant, None if departments is None else frozenset(departments))
    async with database.read() as reader:
        found = [entity.id for entity in await filter_options(reader, scope, kind)]
    assert len(found) == len(set(found))
    return set(found)


async def test_everything_known_or_used_and_active_is_offered_to_who_sees_all(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            upsert("agent", "idle"),
            upsert("agent", "gone", 1),
            upsert("agent", "gone", 2, active=False),
            upsert("agent", "back", 1, active=False),
            upsert("agent", "back", 2, active=True),
            sent("m1", agent_id="unknown"),
            sent("m2", agent_id="gone"),
        ],
    )
    assert await offered(database, tenant, AGENTS) == {"idle", "back", "unknown"}
    assert await offered(database, uuid4().hex, AGENTS) == set()


@pytest.mark.parametrize(
    ("kind", "key"),
    [(AGENTS, "agent"), (ACCOUNTS, "account"), (TEMPLATES, "template")],
    ids=lambda value: str(value)[:8],
)
async def test_a_supervisor_is_offered_what_their_departments_used(
    database: Database, tenant: str, kind: EntityType[Any], key: str
) -> None:
    await feed(
        database,
        tenant,
        [
            upsert(key, "idle"),
            upsert(key, "gone", active=False),
            sent("m1", department_id="d1", **{f"{key}_id": "ours"}),
            sent("m2", department_id="d1", **{f"{key}_id": "gone"}),
            sent("m3", department_id="d2", **{f"{key}_id": "theirs"}),
            sent("m4", department_id="d2", **{f"{key}_id": "ours"}),
        ],
    )
    assert await offered(database, tenant, kind, {"d1"}) == {"ours"}
    assert await offered(database, tenant, kind, {"d1", "d2"}) == {"ours", "theirs"}
    assert await offered(database, tenant, kind, {"d9"}) == set()
    assert await offered(database, tenant, kind, set()) == set()


async def test_a_supervisor_is_offered_their_departments_used_or_not(database: Database, tenant: str) -> None:
    events = [upsert("department", "d1"), upsert("department", "d2"), upsert("department", "d3", active=False)]
    await feed(database, tenant, [*events, sent("m1", department_id="d2"), sent("m2", department_id="d4")])
    assert await offered(database, tenant, DEPARTMENTS, {"d1", "d3", "unknown"}) == {"d1", "unknown"}
    assert await offered(database, tenant, DEPARTMENTS, set()) == set()
    assert await offered(database, tenant, DEPARTMENTS) == {"d1", "d2", "d4"}


async def test_of_a_category_of_the_platform_and_one_of_metas_at_a_time_metas_holds(
    database: Database, tenant: str
) -> None:
    events = [
        upsert("template", "t1", 1, name="aviso", language="es", meta_id="9"),
        upsert("template", "t1", 5, category="UTILITY"),
        notice(5, "MARKETING", meta_id="9"),
    ]
    await feed(database, tenant, events)
    assert await categories(database, tenant, 1, 5) == ["MARKETING", "MARKETING"]


async def test_a_notice_that_names_nothing_is_about_nothing(database: Database, tenant: str) -> None:
    await feed(database, tenant, [upsert("template", "t1", 1), notice(2, "MARKETING")])
    assert await categories(database, tenant, 3) == ["OTHER"]


def test_when_an_answer_is_over() -> None:
    named = NameHistory(DEPARTMENTS, {"d": Timeline([(10, {"name": "a"}), (20, {"name": "b"})])})
    for moment in range(30):
        until = named.changes_after("d", moment)
        assert until > moment
        shown = named.at("d", moment)
        assert all(named.at("d", later) == shown for later in range(moment, min(until, 30)))
        assert until > 30 or named.at("d", until) != shown
    assert named.changes_after("unknown", 5) > 30
