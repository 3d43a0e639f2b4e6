"""Damaged bodies of WhatsApp's webhooks: each is read or refused with its place, and nothing else."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ingest.events import (
    InvalidEventError,
    MessageStatus,
)
from analytics.ingest.formats.whatsapp import read_body
from tests.analytics.ingest.formats.whatsapp_bodies import PERSON, SECONDS, body, events, message, status, value


def problem(of: Any) -> str:
    [(_, event)] = list(read_body(of))
    assert isinstance(event, InvalidEventError)
    return event.message


@pytest.mark.parametrize("of", [None, [], "entry", 1, {}, {"entry": None}, {"entry": {}}, {"object": "page"}])
def test_what_is_no_body_at_all(of: Any) -> None:
    with pytest.raises(InvalidEventError) as refused:
        list(read_body(of))
    assert refused.value.code == "INVALID_BODY"


@pytest.mark.parametrize("entry", [[], [None], [{}], [{"changes": None}], [{"changes": [None, {}, {"value": 1}]}]])
def test_an_empty_body_says_nothing(entry: Any) -> None:
    assert events({"entry": entry}) == []


@pytest.mark.parametrize("key", ["id", "status", "timestamp"])
def test_what_a_status_lacks_is_told_with_its_place_and_stops_nothing(key: str) -> None:
    broken = {name: value for name, value in status().items() if name != key}
    found = list(read_body(body(value(statuses=[broken, status()]))))
    assert isinstance(found[0][1], InvalidEventError)
    assert found[0][1].message == f"entry[0].changes[0].value.statuses[0]: lacks '{key}'."
    assert isinstance(found[1][1], MessageStatus)


@pytest.mark.parametrize("key", ["id", "type", "timestamp"])
def test_what_a_message_lacks_is_told_with_its_place(key: str) -> None:
    broken = {name: value for name, value in message().items() if name != key}
    assert problem(body(value(messages=[broken]))) == f"entry[0].changes[0].value.messages[0]: lacks '{key}'."


@pytest.mark.parametrize(
    "seconds",
    [
        "",
        "soon",
        None,
        [],
        "1e9",
        "9" * 30,
        "-99999999999999",
        10**400,
        float("inf"),
        "-1",
        "9999999999999",
        "NaN",
        "x" * 200,
    ],
)
def test_what_is_no_time(seconds: Any) -> None:
    said = problem(body(value(statuses=[status(timestamp=seconds)])))
    assert said.startswith("entry[0].changes[0].value.statuses[0]: ")
    assert len(said) < 120


def test_a_time_may_be_a_number() -> None:
    assert events(body(value(statuses=[status(timestamp=int(SECONDS))]))) == events(body(value(statuses=[status()])))


@pytest.mark.parametrize("id", ["", "w" * 513, None, 1, ["w"]])
def test_an_id_that_cannot_be_kept(id: Any) -> None:
    assert "`$.wamid`" in problem(body(value(statuses=[status(id=id)]))) or id is None


# Whatever comes

BODY = body(
    value(
        contacts=[PERSON],
        statuses=[status(status="failed", errors=[{"code": 1, "title": "x"}])],
        messages=[
            message(context={"id": "wamid.out"}),
            message("interactive", {"type": "button_reply", "button_reply": {"title": "Sí"}}),
        ],
    )
)
NOTICE = body(
    {"message_template_id": 1, "new_category": "UTILITY", "event": "PAUSED"}, field="template_category_update"
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def places(of: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    return [path, *(place for key, inner in inside for place in places(inner, (*path, key)))]


def read(of: Any) -> None:
    try:
        found = list(read_body(of))
    except InvalidEventError as error:
        refusal = error
    else:
        assert all(place.startswith("entry[") for place, _ in found)
        return
    assert refusal.code == "INVALID_BODY"


@given(data=st.data(), junk=st.lists(JUNK, min_size=1, max_size=3), of=st.sampled_from([BODY, NOTICE]))
def test_any_damage_to_a_body_is_told_and_nothing_else(data: st.DataObject, junk: list[Any], of: Any) -> None:
    damaged = copy.deepcopy(of)
    for piece in junk:
        *way, last = data.draw(st.sampled_from(places(damaged)[1:] or [("entry",)]))
        around = damaged
        for key in way:
            around = around[key]
        around[last] = piece
    read(damaged)


@given(JUNK)
def test_any_json_is_a_body_or_refused(of: Any) -> None:
    read(of)
    read({"entry": of})
    read(body({"statuses": of, "messages": of, "metadata": of, "contacts": of}))


def test_a_name_longer_than_any_is_refused() -> None:
    update = {"message_template_name": "名" * 5000, "new_category": "UTILITY"}
    assert "512" in problem(body(update, field="template_category_update"))


def test_a_body_that_is_nested_too_deeply_is_refused() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(InvalidEventError, match="deep"):
        list(read_body({"entry": [], "x": deep}))
