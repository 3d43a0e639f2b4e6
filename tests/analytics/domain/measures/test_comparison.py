"""The earlier days that a period is compared with, in examples."""

from datetime import date

import pytest

from analytics.domain.measures.comparison import Comparison, compared_days

PERIOD, YEAR, DAYS = Comparison.PERIOD_BEFORE, Comparison.SAME_PERIOD_LAST_YEAR, Comparison.DAYS_BEFORE
LATER = "2027-06-01"


@pytest.mark.parametrize(
    ("comparison", "days", "today", "expected"),
    [
        # Whole units, the largest of which the range is a whole number.
        (PERIOD, "2026-10-01 2026-10-31", LATER, "2026-09-01 2026-09-30"),
        (PERIOD, "2026-03-01 2026-03-31", LATER, "2026-02-01 2026-02-28"),
        (PERIOD, "2024-02-01 2024-02-29", LATER, "2024-01-01 2024-01-31"),
        (PERIOD, "2026-01-01 2026-12-31", LATER, "2025-01-01 2025-12-31"),
        (PERIOD, "2026-04-01 2026-06-30", LATER, "2026-01-01 2026-03-31"),
        (PERIOD, "2026-02-01 2026-03-31", LATER, "2025-12-01 2026-01-31"),
        (PERIOD, "2026-11-02 2026-11-08", LATER, "2026-10-26 2026-11-01"),
        (PERIOD, "2026-11-02 2026-11-15", LATER, "2026-10-19 2026-11-01"),
        # Other ranges.
        (PERIOD, "2026-11-10 2026-11-10", LATER, "2026-11-09 2026-11-09"),
        (PERIOD, "2026-11-01 2026-11-15", LATER, "2026-10-17 2026-10-31"),
        (PERIOD, "2026-10-30 2026-11-28", "2026-11-28", "2026-09-30 2026-10-29"),
        # What begins with a unit and ends today.
        (PERIOD, "2026-11-01 2026-11-27", "2026-11-27", "2026-10-01 2026-10-27"),
        (PERIOD, "2026-10-01 2026-10-15", "2026-10-15", "2026-09-01 2026-09-15"),
        (PERIOD, "2026-10-01 2026-11-15", "2026-11-15", "2026-07-01 2026-08-15"),
        (PERIOD, "2026-01-01 2026-11-15", "2026-11-15", "2025-01-01 2025-11-15"),
        (PERIOD, "2026-03-01 2026-03-31", "2026-03-31", "2026-02-01 2026-02-28"),
        (PERIOD, "2026-11-23 2026-11-25", "2026-11-25", "2026-11-16 2026-11-18"),
        (PERIOD, "2026-06-01 2026-06-03", "2026-06-03", "2026-05-01 2026-05-03"),
        (PERIOD, "2026-11-25 2026-11-25", "2026-11-25", "2026-11-24 2026-11-24"),
        # A whole unit that still runs.
        (PERIOD, "2026-11-01 2026-11-30", "2026-11-15", "2026-10-01 2026-10-15"),
        # A year before.
        (YEAR, "2026-11-01 2026-11-15", LATER, "2025-11-01 2025-11-15"),
        (YEAR, "2024-02-29 2024-02-29", LATER, "2023-02-28 2023-02-28"),
        (YEAR, "2026-11-02 2026-11-08", LATER, "2025-11-03 2025-11-09"),
        (YEAR, "2020-12-28 2021-01-03", LATER, "2019-12-23 2019-12-29"),
        (YEAR, "2026-11-02 2026-11-03", "2026-11-03", "2025-11-03 2025-11-04"),
        # Days before are never cut.
        (DAYS, "2026-11-01 2026-11-30", "2026-11-15", "2026-10-02 2026-10-31"),
    ],
)
def test_the_days_of_a_comparison(comparison: Comparison, days: str, today: str, expected: str) -> None:
    first, last = map(date.fromisoformat, days.split())
    found = compared_days(first, last, comparison, date.fromisoformat(today))
    assert f"{found.first} {found.last}" == expected
