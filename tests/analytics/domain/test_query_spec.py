"""The specification: what a filter becomes, how it is narrowed to a scope, and what is refused."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.errors import ForbiddenError, InvalidInputError
from analytics.domain.limits import MAX_FILTER_IDS, MAX_RANGE_DAYS
from analytics.domain.message_conditions import MessageConditions
from analytics.domain.query_spec import (
    DIMENSIONS,
    AccessScope,
    Dimension,
    DimensionFilters,
    MessageFilter,
    QuerySpec,
    build_spec,
)
from analytics.domain.templates import Ids
from analytics.domain.time_zones import DAY, to_micros
from tests.support.strategies import ZONES

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
NOW = to_micros(datetime(2026, 10, 1, 12, tzinfo=UTC))
ALL = AccessScope("acme", None)
OURS = AccessScope("acme", frozenset({"d1", "d2"}))


def spec(scope: AccessScope = ALL, zone: str = "America/Santiago", window: int = 7, **fields: Any) -> QuerySpec:
    filter = MessageFilter(**{"first": FIRST, "last": LAST} | fields)
    return build_spec(filter, scope, tenant_time_zone=zone, reply_window_days=window, now=NOW)


# Narrowing


@pytest.mark.parametrize(
    ("scope", "wanted", "effective"),
    [
        (None, None, None),
        (None, set(), set()),
        (None, {"d1"}, {"d1"}),
        (None, {"unknown"}, {"unknown"}),
        ({"d1", "d2"}, None, {"d1", "d2"}),
        ({"d1", "d2"}, set(), set()),
        ({"d1", "d2"}, {"d1"}, {"d1"}),
        ({"d1", "d2"}, {"d1", "d2"}, {"d1", "d2"}),
        (set(), None, set()),
        (set(), set(), set()),
    ],
)
def test_departments_are_the_filters_within_the_viewers(
    scope: set[str] | None, wanted: set[str] | None, effective: set[str] | None
) -> None:
    def ids(some: set[str] | None) -> Ids:
        return None if some is None else frozenset(some)

    narrowed = spec(AccessScope("acme", ids(scope)), departments=ids(wanted))
    assert narrowed.departments == ids(effective)


@pytest.mark.parametrize("departments", [frozenset({"d1", "d2"}), frozenset[str]()])
@pytest.mark.parametrize("named", [{"d3"}, {"unknown"}, {"d1", "d3"}, {""}, {"D1"}])
def test_naming_a_department_that_is_not_ones_own_is_forbidden_in_the_same_words(
    departments: frozenset[str], named: set[str]
) -> None:
    with pytest.raises(ForbiddenError) as refused:
        spec(AccessScope("acme", departments), departments=frozenset(named))
    assert refused.value.code == "FORBIDDEN"
    assert refused.value.message == "filter.departmentIds: you may only name departments that you belong to."


def test_a_specification_cannot_be_made_wider_than_its_scope() -> None:
    with pytest.raises(ForbiddenError):
        replace(spec(OURS), departments=frozenset({"d3"}))
    assert replace(spec(OURS), departments=None).departments == OURS.departments
    assert replace(spec(), scope=OURS).departments == OURS.departments


def test_other_kinds_are_not_narrowed() -> None:
    ids = frozenset({"x"})
    found = spec(OURS, templates=ids, accounts=frozenset(), agents=None)
    assert (found.templates, found.accounts, found.agents) == (ids, frozenset(), None)


def test_a_specification_belongs_to_the_scopes_tenant() -> None:
    assert spec(OURS).tenant_id == "acme"


# Days


def test_days_are_the_tenants_unless_the_filter_names_a_zone() -> None:
    own, named = spec(), spec(time_zone="Asia/Kolkata")
    assert (own.time_zone, named.time_zone) == ("America/Santiago", "Asia/Kolkata")
    assert own.tenant_time_zone == named.tenant_time_zone == "America/Santiago"
    assert own.starts_at == to_micros(datetime(2026, 9, 1, 4, tzinfo=UTC))
    assert own.ends_at == to_micros(datetime(2026, 10, 1, 3, tzinfo=UTC))
    assert named.starts_at == to_micros(datetime(2026, 8, 31, 18, 30, tzinfo=UTC))


def test_the_range_of_a_day_that_does_not_exist_is_empty() -> None:
    skipped = date(2011, 12, 30)
    found = spec(time_zone="Pacific/Apia", first=skipped, last=skipped)
    assert found.starts_at == found.ends_at


@pytest.mark.parametrize(("window", "days"), [(0, 7), (6, 7), (7, 7), (8, 8), (3650, 3650)])
def test_a_message_may_change_for_the_reply_window_and_seven_days_at_least(window: int, days: int) -> None:
    assert spec(window=window).finality_window == days * DAY


def test_the_previous_period_is_as_many_days_before() -> None:
    found = spec(OURS, templates=frozenset({"t1"}), time_zone="Asia/Kolkata").previous()
    assert (found.first, found.last) == (date(2026, 8, 2), date(2026, 8, 31))
    assert replace(found, first=FIRST, last=LAST) == spec(OURS, templates=frozenset({"t1"}), time_zone="Asia/Kolkata")


@given(day=st.dates(date(1973, 1, 1), date(2190, 1, 1)), length=st.integers(0, MAX_RANGE_DAYS - 1))
def test_the_previous_period_ends_the_day_before_and_is_as_long(day: date, length: int) -> None:
    found = spec(first=day, last=min(day + timedelta(days=length), date(2199, 12, 31)))
    before = found.previous()
    assert before.last == day - timedelta(days=1)
    assert before.last - before.first == found.last - found.first
    assert before.ends_at == found.starts_at


def test_the_period_before_the_first_days_of_the_calendar_can_be_asked_for() -> None:
    before = spec(first=date(1970, 1, 2), last=date(1970, 3, 1)).previous()
    assert before.starts_at <= before.ends_at == spec(first=date(1970, 1, 2), last=date(1970, 3, 1)).starts_at


# What is refused


@pytest.mark.parametrize(
    ("fields", "argument"),
    [
        ({"first": date(1970, 1, 1)}, "filter.sentOn.from"),
        ({"first": date.min}, "filter.sentOn.from"),
        ({"first": date(2200, 1, 1), "last": date(2200, 1, 1)}, "filter.sentOn.from"),
        ({"last": date(2200, 1, 1)}, "filter.sentOn.to"),
        ({"last": date.max}, "filter.sentOn.to"),
        ({"first": LAST, "last": FIRST}, "filter.sentOn"),
        ({"last": FIRST + timedelta(days=MAX_RANGE_DAYS)}, "filter.sentOn"),
        *(
            ({dimension.field: frozenset(map(str, range(MAX_FILTER_IDS + 1)))}, f"filter.{dimension.argument}")
            for dimension in DIMENSIONS
        ),
    ],
)
def test_an_error_names_the_argument(fields: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        spec(**fields)
    assert refused.value.code == "BAD_USER_INPUT"
    assert refused.value.message.split(":")[0].endswith(argument)


@pytest.mark.parametrize(
    "fields",
    [
        {"first": date(1970, 1, 2), "last": date(1970, 1, 2)},
        {"first": date(2199, 12, 31), "last": date(2199, 12, 31)},
        {"last": FIRST},
        {"last": FIRST + timedelta(days=MAX_RANGE_DAYS - 1)},
        {"agents": frozenset(map(str, range(MAX_FILTER_IDS)))},
    ],
)
def test_what_is_just_allowed(fields: dict[str, Any]) -> None:
    found = spec(**fields)
    assert found.starts_at < found.ends_at


# Dimensions


def test_each_field_of_a_filter_is_one_dimension() -> None:
    assert [field.name for field in fields(DimensionFilters)] == [dimension.field for dimension in DIMENSIONS]


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.field)
def test_the_values_of_each_dimension_are_bounded_by_its_argument(dimension: Dimension) -> None:
    too_many: dict[str, Any] = {dimension.field: frozenset(map(str, range(MAX_FILTER_IDS + 1)))}
    with pytest.raises(InvalidInputError, match=rf"^filter\.{dimension.argument}: at most {MAX_FILTER_IDS} ids"):
        spec(**too_many)


def test_only_dimensions_with_values_to_have_are_filtered_by_and_none_at_all_selects_nothing() -> None:
    found = spec(agents=frozenset(), templates=frozenset({"t1"})).filtered()
    assert [(dimension.column, ids) for dimension, ids in found] == [
        ("agent_id", frozenset()),
        ("template_id", frozenset({"t1"})),
    ]


@dataclass(frozen=True, kw_only=True)
class LaterFilter(MessageFilter):
    """A filter of a release that has one dimension more."""

    regions: Ids = None


def test_a_filter_has_the_same_values_in_a_release_with_a_further_dimension_that_it_does_not_use() -> None:
    days: dict[str, Any] = {"first": FIRST, "last": LAST}
    first = MessageFilter(agents=frozenset({"u2", "u1"}), accounts=frozenset(), **days).to_builtins()
    assert first == {
        "first": "2026-09-01",
        "last": "2026-09-30",
        "time_zone": None,
        "departments": None,
        "agents": ["u1", "u2"],
        "templates": None,
        "accounts": [],
    }
    assert LaterFilter(agents=frozenset({"u2", "u1"}), accounts=frozenset(), **days).to_builtins() == first
    assert LaterFilter(regions=frozenset({"es"}), **days).to_builtins()["regions"] == ["es"]


# Stored with an export

ids = st.none() | st.frozensets(st.text(max_size=5), max_size=4)


@given(
    scope=st.none() | st.frozensets(st.text(max_size=5), max_size=4),
    first=st.dates(date(1970, 1, 2), date(2190, 1, 1)),
    length=st.integers(0, MAX_RANGE_DAYS - 1),
    time_zone=st.none() | st.sampled_from(ZONES),
    templates=ids,
    accounts=ids,
    agents=ids,
)
def test_what_is_stored_is_read_again(scope: Ids, first: date, length: int, **rest: Any) -> None:
    made = spec(AccessScope("acme ñ", scope), first=first, last=first + timedelta(days=length), **rest)
    assert QuerySpec.from_json(made.to_json()) == made


def test_stored_departments_are_read_within_the_stored_scope_only() -> None:
    widened = (
        spec(OURS, departments=frozenset({"d1"})).to_json().replace('"departments":["d1"]', '"departments":["d3"]')
    )
    with pytest.raises(ForbiddenError):
        QuerySpec.from_json(widened)


def test_what_a_newer_release_wrote_is_named_also_inside_the_conditions() -> None:
    stored = replace(spec(), where=MessageConditions(created_ticket=True)).to_json()
    assert QuerySpec.from_json(stored).where == MessageConditions(created_ticket=True)
    assert QuerySpec.unknown_fields(stored) == []
    newer = stored.replace('"created_ticket":true', '"created_ticket":true,"flow":"yes"')
    narrower = stored.replace('"tenant_id"', '"hides_texts":true,"tenant_id"')
    assert QuerySpec.unknown_fields(narrower) == ["scope.hides_texts"]
    assert QuerySpec.unknown_fields(newer.replace('"now"', '"regions":["es"],"now"')) == ["regions", "where.flow"]
    # What is not restricted is not written: an older release need not know it.
    assert "where" not in spec().to_json()
