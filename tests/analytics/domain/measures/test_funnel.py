"""The metrics: which messages each counts, in Python and in SQL alike, and what its rate is a share of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.measures.funnel import COLUMNS, METRICS, ZERO_COUNTS, FunnelCounts, total
from analytics.domain.message_status import Status, derive_message_status, derive_receipt_status

BASES = {
    "messages": "messages",
    "sent": "messages",
    "bounced": "messages",
    "pending": "messages",
    "delivered": "sent",
    "read": "delivered",
    "responded": "delivered",
}


def held(furthest: Status, responded: bool) -> set[str]:
    return {metric.slug for metric in METRICS if metric.includes(furthest, responded)}


@pytest.mark.parametrize(
    ("furthest", "responded", "slugs"),
    [
        (Status.PENDING, False, {"messages", "pending"}),
        (Status.FAILED, False, {"messages", "bounced"}),
        (Status.SENT, False, {"messages", "sent"}),
        (Status.DELIVERED, False, {"messages", "sent", "delivered"}),
        (Status.DELIVERED, True, {"messages", "sent", "delivered", "responded"}),
        (Status.READ, False, {"messages", "sent", "delivered", "read"}),
        (Status.READ, True, {"messages", "sent", "delivered", "read", "responded"}),
    ],
)
def test_what_each_status_counts_in(furthest: Status, responded: bool, slugs: set[str]) -> None:
    assert held(furthest, responded) == slugs


@given(accepted=st.booleans(), delivered=st.booleans(), read=st.booleans(), failed=st.booleans(), replied=st.booleans())
def test_every_message_is_in_one_of_three_and_later_steps_are_within_earlier(
    accepted: bool, delivered: bool, read: bool, failed: bool, replied: bool
) -> None:
    furthest = derive_message_status(
        derive_receipt_status(accepted=accepted, delivered=delivered, read=read, failed=failed), replied
    )
    slugs = held(furthest, replied)
    assert len(slugs & {"sent", "bounced", "pending"}) == 1
    for metric in METRICS:
        assert metric.slug not in slugs or metric.base in slugs
    assert ("delivered" in slugs) == (delivered or read or replied)
    assert ("read" in slugs) == read
    assert ("bounced" in slugs) == (failed and "delivered" not in slugs)


def test_what_rates_are_a_share_of() -> None:
    assert {metric.slug: metric.base for metric in METRICS} == BASES


def test_a_step_is_read_from_its_place() -> None:
    counts = FunnelCounts(tuple(range(100, 100 + len(COLUMNS))))
    for slug, base in BASES.items():
        step = counts.step(slug)
        assert step.count == 100 + COLUMNS.index(slug)
        assert step.tickets == 100 + COLUMNS.index(f"{slug}_tickets")
        assert step.base == 100 + COLUMNS.index(base)


@pytest.mark.parametrize(
    ("delivered", "responded", "rate"), [(4, 1, 0.25), (4, 0, 0.0), (4, 5, 1.25), (0, 0, None), (3, 1, 1 / 3)]
)
def test_a_rate_is_count_over_base_and_nothing_over_none(delivered: int, responded: int, rate: float | None) -> None:
    values = {"delivered": delivered, "responded": responded}
    counts = FunnelCounts(tuple(values.get(column, 0) for column in COLUMNS))
    assert counts.step("responded").rate == rate


def test_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(KeyError):
        ZERO_COUNTS.step("clicked")


ANY = st.lists(st.integers(0, 2**40), min_size=len(COLUMNS), max_size=len(COLUMNS)).map(
    lambda v: FunnelCounts(tuple(v))
)


@given(st.lists(ANY, max_size=5), st.lists(ANY, max_size=5))
def test_counts_add_up_in_any_grouping(some: list[FunnelCounts], others: list[FunnelCounts]) -> None:
    assert total([total(some), total(others)]) == total([*some, *others])
    assert total([*some, ZERO_COUNTS]) == total(some)
    for slug in BASES:
        assert total(some).step(slug).count == sum(counts.step(slug).count for counts in some)
