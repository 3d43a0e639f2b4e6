"""The oracle's names and categories, now and then."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.oracle import Oracle
from tests.support.oracle.events import LATER, MONDAY, at, correction, sent, tenant, upsert

DAYS = ("2025-01-01", "2026-02-01", "2026-02-28", "2026-03-01", "2026-06-01", "2026-09-01")


def day(text: str) -> str:
    return f"{text}T00:00:00Z"


def named(oracle: Oracle, kind: str, id: str) -> list[str]:
    return [oracle.name_at(kind, id, at(day(text))) for text in DAYS]


def test_names_now_and_then() -> None:
    old = upsert("agent", "u1", "2026-02-01T00:00:00Z", name="Ana")
    new = upsert("agent", "u1", "2026-06-01T00:00:00Z", name="Ana Díaz")
    oracle = Oracle([new, old, upsert("agent", "u1", "2026-06-01T00:00:00Z", active=False)])
    assert oracle.name("agent", "u1") == "Ana Díaz"
    assert named(oracle, "agent", "u1") == ["Ana", "Ana", "Ana", "Ana", "Ana Díaz", "Ana Díaz"]
    assert (oracle.name("agent", "u2"), oracle.name_at("agent", "u2", at(MONDAY))) == ("u2", "u2")


def test_a_version_is_all_that_was_stated_up_to_its_time() -> None:
    known = [
        upsert("agent", "u1", day("2026-02-01"), email="ana@acme.cl"),
        upsert("agent", "u1", day("2026-03-01"), name="Ana", active=False),
        upsert("agent", "u1", day("2026-06-01"), active=None),
        upsert("agent", "u1", day("2026-09-01"), name=None),
    ]
    oracle = Oracle(known)
    assert named(oracle, "agent", "u1") == ["u1", "u1", "u1", "Ana", "Ana", "u1"]
    assert oracle.name("agent", "u1") == "u1"
    newest = oracle._newest("agent", "u1")  # what is shown besides names, see `graphql_schema.view`
    assert (newest["email"], newest.get("active", True)) == ("ana@acme.cl", True)
    corrected = upsert("agent", "u1", day("2026-02-01"), name="Eva") | {"updated_at": day("2026-06-01")}
    assert named(Oracle([*known[:2], corrected]), "agent", "u1")[-2:] == ["Eva", "Eva"]


@pytest.mark.parametrize(
    ("later", "zone", "days", "name"),
    [
        ({"name": "Acme SpA"}, "America/Santiago", 3, "Acme SpA"),
        ({"reply_window_days": 0}, "America/Santiago", 0, "Acme"),
        ({"time_zone": None, "reply_window_days": None}, "UTC", 7, "Acme"),
    ],
)
def test_each_setting_of_a_tenant_is_its_newest_and_null_the_default(
    later: dict[str, Any], zone: str, days: int, name: str
) -> None:
    oracle = Oracle([tenant(LATER, **later), tenant(time_zone="America/Santiago", reply_window_days=3, name="Acme")])
    assert (oracle.time_zone, oracle.reply_window, oracle.name("tenant", "")) == (zone, timedelta(days=days), name)


def test_settings_of_one_time_are_the_greater_and_any_before_null() -> None:
    both = tenant(reply_window_days=None, time_zone="UTC"), tenant(reply_window_days=0, time_zone="America/Lima")
    oracle = Oracle(both)
    assert (oracle.time_zone, oracle.reply_window) == ("UTC", timedelta(0))


def template(when: str, id: str = "t1", **fields: Any) -> dict[str, Any]:
    return upsert("template", id, day(when), **fields)


def notice(when: str, category: str | None = "MARKETING", **named: Any) -> dict[str, Any]:
    said = {} if category is None else {"category": category}
    return {"type": "template.notice", "at": day(when), **said, **named}


def categories(*events: dict[str, Any], id: str = "t1") -> list[str]:
    oracle = Oracle(events)
    return [oracle.category_at(id, at(day(text))) for text in DAYS]


def test_a_messages_own_category_goes_before_all() -> None:
    known = [template("2026-02-01", category="UTILITY", meta_id="1"), notice("2026-03-01", meta_id="1")]
    sends = sent("m1"), sent("m2", template_category="authentication"), sent("m3", template_id="t2")
    taken = sent("m4", template_category="AUTHENTICATION"), correction(LATER, "m4", template_category=None)
    oracle = Oracle([*known, *sends, *taken])
    assert [m.template_category for m in oracle.messages.values()] == [
        "MARKETING",
        "AUTHENTICATION",
        "OTHER",
        "MARKETING",
    ]


def test_metas_categories_follow_the_platforms() -> None:
    first, second = template("2026-02-01", category="utility", meta_id="1"), template("2026-03-01", category=None)
    third = template("2026-06-01", category="AUTHENTICATION")
    utility, authentication, marketing = ["UTILITY"], ["AUTHENTICATION"], ["MARKETING"]
    assert categories(first) == utility * 6
    assert categories(first, second) == utility * 3 + ["OTHER"] * 3
    assert categories(first, third) == utility * 4 + authentication * 2
    assert categories(second, third) == ["OTHER"] * 4 + authentication * 2
    # What the platform says from Meta's first word on, it says of what Meta knows better.
    noticed = notice("2026-03-01", meta_id="1")
    assert categories(first, third, noticed) == utility * 3 + marketing * 3
    assert categories(first, third, noticed, notice("2026-06-01", "UTILITY", meta_id="1")) == (
        utility * 3 + marketing + utility * 2
    )
    assert categories(first, second, noticed) == utility * 3 + marketing * 3
    assert categories(first, notice("2026-02-01", "MARKETING", meta_id="1")) == marketing * 6
    assert categories(first, notice("2026-03-01", None, meta_id="1", status="PAUSED"), third) == (
        utility * 4 + authentication * 2
    )
    early = notice("2026-02-01", meta_id="1"), notice("2026-02-28", "UTILITY", meta_id="1")
    assert categories(template("2026-06-01", category="AUTHENTICATION", meta_id="1"), *early) == (
        marketing * 2 + utility * 4
    )
    both = notice("2026-06-01", "AUTHENTICATION", meta_id="1"), notice("2026-06-01", "MARKETING", meta_id="1")
    assert categories(first, *both) == utility * 4 + marketing * 2
    assert categories(template("2026-06-01", meta_id="1"), notice("2026-03-01", meta_id="1")) == marketing * 6


@pytest.mark.parametrize(
    ("known", "noticed", "found"),
    [
        # by Meta's id where both have one
        ({"meta_id": "1"}, {"meta_id": "1"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"meta_id": "1", "name": "x", "language": "en"}, True),
        (
            {"meta_id": "2", "name": "aviso", "language": "es"},
            {"meta_id": "1", "name": "aviso", "language": "es"},
            False,
        ),
        # else by name and language where both have both
        ({"name": "aviso", "language": "es"}, {"meta_id": "1", "name": "aviso", "language": "es"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"name": "aviso", "language": "es"}, True),
        ({"meta_id": "1", "name": "aviso", "language": "es"}, {"meta_id": "", "name": "aviso", "language": "es"}, True),
        ({"name": "aviso", "language": "es"}, {"name": "aviso", "language": "en"}, False),
        ({"name": "aviso", "language": "es"}, {"name": "x", "language": "es"}, False),
        # else by a name that no other template has
        ({"name": "aviso"}, {"name": "aviso", "language": "es"}, True),
        ({"name": "aviso", "language": "es"}, {"meta_id": "1", "name": "aviso", "language": ""}, True),
        ({"name": "aviso"}, {"name": "x"}, False),
        ({"name": "twice"}, {"name": "twice"}, False),
        # else by nothing
        ({"language": "es"}, {"language": "es"}, False),
        ({"meta_id": "1"}, {"name": "aviso", "language": "es"}, False),
        ({"name": None, "meta_id": None}, {"name": "", "meta_id": ""}, False),
        ({}, {}, False),
    ],
)
def test_a_notice_names_a_template_by_what_both_have(
    known: dict[str, Any], noticed: dict[str, Any], found: bool
) -> None:
    others = template("2026-02-01", "t2", name="twice"), template("2026-02-01", "t3", meta_id="3", language="es")
    events = [*others, template("2026-02-01", category="UTILITY", **known), notice("2025-01-01", **noticed)]
    assert set(categories(*events)) == {"MARKETING" if found else "UTILITY"}


@pytest.mark.parametrize(
    ("later", "found"),
    [({"name": "saludo"}, False), ({"language": None}, True), ({"meta_id": "1"}, True), ({"active": False}, True)],
)
def test_a_notice_names_a_template_as_its_newest_version_says(later: dict[str, Any], found: bool) -> None:
    known = template("2026-02-01", category="UTILITY", name="aviso", language="es")
    noticed = notice("2026-03-01", name="aviso", language="es")
    assert categories(known, template("2026-06-01", **later), noticed)[-1] == ("MARKETING" if found else "UTILITY")


def test_a_name_is_one_templates_when_the_others_have_other_names_now() -> None:
    known, noticed = template("2026-02-01", category="UTILITY", name="aviso"), notice("2026-03-01", name="aviso")
    other = template("2026-02-01", "t2", name="aviso")
    assert categories(known, other, noticed)[-1] == "UTILITY"
    assert categories(known, other, template("2026-06-01", "t2", name="saludo"), noticed)[-1] == "MARKETING"
