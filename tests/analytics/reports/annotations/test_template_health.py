"""The health of templates: what notices in any order, repeated or missing, say of each."""

from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.time_zones import from_micros
from analytics.reports.annotations.template_health import load_health
from analytics.reports.directory import TEMPLATES, load_names
from analytics.storage.database import Database
from tests.support import strategies
from tests.support.factories import template
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle.health import Change, History, history_of

TIMES = [f"2026-11-02T14:{minute:02}:00Z" for minute in range(6)]
KNOWN = [
    template("t1", "saludo", language="es_CL", meta_id="900001"),
    template("t2", "aviso", language="es", meta_id=None),
    template("t3", "aviso", language="pt-BR"),
]
NAMED = (
    {"meta_id": "900001"},
    {"meta_id": "900001", "name": "saludo", "language": "es_CL"},
    {"name": "saludo", "language": "es_CL"},
    {"name": "aviso", "language": "es"},
    {"name": "aviso"},
)


def notice(at: str = TIMES[0], **said: Any) -> Event:
    return {"type": "template.notice", "at": at, "meta_id": "900001", **said}


async def history(database: Database, tenant: str, id: str = "t1") -> History:
    """The history of a template as the service has it."""
    async with database.read() as reader:
        health = (await load_health(reader, tenant)).get(id)
    if health is None:
        return History(None, None, [])
    changes = [
        Change(from_micros(change.at), change.kind, change.before, change.after, change.reason)
        for change in health.changes
    ]
    return History(health.quality, health.status, changes)


async def told(database: Database, tenant: str, *notices: Event) -> History:
    """The history of `t1` after notices, which is the oracle's too."""
    await feed(database, tenant, [*KNOWN, *notices])
    found = await history(database, tenant)
    assert found == history_of([*KNOWN, *notices], "t1")
    return found


def shown(found: History) -> list[tuple[Any, ...]]:
    return [tuple(change)[1:] for change in found.changes]


notices = st.lists(
    st.builds(
        lambda at, named, said: {"type": "template.notice", "at": at, **named, **said},
        st.sampled_from(TIMES),
        st.sampled_from(NAMED),
        st.fixed_dictionaries(
            {},
            optional={
                name: st.sampled_from(values)
                for name, values in {**strategies.OF_A_NOTICE, "category": ("MARKETING", "UTILITY", "NEWS")}.items()
            },
        ),
    ),
    max_size=8,
)


@given(data=st.data())
async def test_any_order_and_repetition_gives_the_history_of_the_rules(database: Database, data: st.DataObject) -> None:
    events = [*KNOWN, *data.draw(notices)]
    tenant = uuid4().hex
    await feed(database, tenant, data.draw(strategies.orderings(events)), data.draw(st.integers(1, 10)))
    for id in ("t1", "t2", "t3"):
        assert await history(database, tenant, id) == history_of(events, id)


async def test_a_template_that_was_paused_and_is_back(database: Database, tenant: str) -> None:
    found = await told(
        database,
        tenant,
        notice(TIMES[0], quality="YELLOW", previous_quality="GREEN"),
        notice(TIMES[1], quality="RED", previous_quality="YELLOW"),
        notice(TIMES[2], status="PAUSED", title="FIRST_PAUSE"),
        notice(TIMES[5], status="APPROVED", title="UNPAUSE"),
    )
    assert (found.quality, found.status) == ("RED", "APPROVED")
    assert shown(found) == [
        ("QUALITY", "GREEN", "YELLOW", None),
        ("QUALITY", "YELLOW", "RED", None),
        ("STATUS", None, "PAUSED", "FIRST_PAUSE"),
        ("STATUS", "PAUSED", "APPROVED", "UNPAUSE"),
    ]


async def test_an_announced_category_changes_nothing_until_it_is_done(database: Database, tenant: str) -> None:
    announced = notice(TIMES[1], category="UTILITY", announced_category="MARKETING", announced_for=TIMES[4])
    assert shown(await told(database, tenant, announced)) == [("CATEGORY_ANNOUNCED", "UTILITY", "MARKETING", None)]
    async with database.read() as reader:
        assert (await load_names(reader, tenant, TEMPLATES)).newest("t1").category == "UTILITY"
    done = notice(TIMES[4], category="MARKETING", previous_category="UTILITY")
    await feed(database, tenant, [done, announced])
    async with database.read() as reader:
        assert (await load_names(reader, tenant, TEMPLATES)).newest("t1").category == "MARKETING"
    assert shown(await history(database, tenant))[1:] == [("CATEGORY", "UTILITY", "MARKETING", None)]


async def test_a_category_beside_a_status_is_no_change_and_in_its_own_notice_it_is(
    database: Database, tenant: str
) -> None:
    found = await told(
        database,
        tenant,
        notice(TIMES[0], category="UTILITY", status="APPROVED"),
        notice(TIMES[1], category="UTILITY"),
        notice(TIMES[2], category="MARKETING", status="APPROVED"),
    )
    assert shown(found) == [("STATUS", None, "APPROVED", None), ("CATEGORY", "UTILITY", "MARKETING", None)]
    alone = await told(database, uuid4().hex, notice(category="MARKETING"))
    assert shown(alone) == [("CATEGORY", None, "MARKETING", None)]


async def test_a_second_pause_is_a_change_and_words_that_are_not_known_are_other(
    database: Database, tenant: str
) -> None:
    found = await told(
        database,
        tenant,
        notice(TIMES[0], status="PAUSED", title="FIRST_PAUSE"),
        notice(TIMES[1], status="PAUSED", title="FIRST_PAUSE"),
        notice(TIMES[2], status="PAUSED", title="SECOND_PAUSE"),
        notice(TIMES[3], status="NEWS", reason="SCAM"),
        notice(TIMES[3], quality="PURPLE"),
    )
    assert shown(found) == [
        ("STATUS", None, "PAUSED", "FIRST_PAUSE"),
        ("STATUS", "PAUSED", "PAUSED", "SECOND_PAUSE"),
        ("QUALITY", None, "OTHER", None),
        ("STATUS", "PAUSED", "OTHER", "SCAM"),
    ]


async def test_a_language_is_the_same_with_a_hyphen(database: Database, tenant: str) -> None:
    webhook = {"name": "aviso", "language": "pt_BR", "quality": "RED"}
    await feed(database, tenant, [*KNOWN, {"type": "template.notice", "at": TIMES[0], **webhook}])
    assert (await history(database, tenant, "t3")).quality == "RED"
    assert (await history(database, tenant, "t2")).quality is None
