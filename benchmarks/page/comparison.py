"""Proof that both sides of a comparison have answered the same question."""

from typing import Any

from analytics.domain.time_zones import local_day
from benchmarks.page.documents import FIRST_REQUEST, page_document
from benchmarks.page.sections import reading_fields

STEPS = ("sent", "bounced", "pending", "delivered", "read", "responded")
SENT_COLUMNS = {
    "byAgentTotal": 2,
    "byDepartment": 2,
    "byTemplate": 2,
}  # of DuckDB's rows, after their keys and the tickets
QUANTILE_ERROR = 0.025  # of ours; DuckDB's are exact
MATURING_ERROR = 0.005  # the service's clock goes on


def compare_numbers(answer: Any, rows: list[list[Any]]) -> None:
    """Compare what the page was answered with DuckDB's rows. Raises RuntimeError where they differ."""
    fields = reading_fields(page_document(FIRST_REQUEST))
    theirs = {
        (one.coordinate.partition(".")[2], one.periods_before): found for one, found in zip(fields, rows, strict=True)
    }
    numbers = answer["campaignAnalytics"]
    _require("first day", *_first_days(numbers["previousPeriod"]["coverage"], theirs["coverage", 1][0][0]))
    for periods_before, ours in enumerate((numbers, numbers["previousPeriod"])):
        _require("funnel", _funnel(ours["funnel"]), list(theirs["funnel", periods_before][0]))
        responses, quantiles = theirs["responseTime", periods_before][0]
        _require("responses", ours["responseTime"]["responses"], responses)
        for name, micros in zip(("median", "p90"), quantiles or (None, None), strict=True):
            _require_near(name, ours["responseTime"][name], micros and micros / 1_000_000, QUANTILE_ERROR)
    for table, column in SENT_COLUMNS.items():
        sent = [row["funnel"]["sent"]["count"] for row in numbers[table]["nodes"]]
        _require(table, sent, [row[column] for row in theirs[table, 0]])
    _require(
        "series", sum(point["funnel"]["messages"] for point in numbers["timeSeries"]), _sum(theirs["timeSeries", 0])
    )
    for name in ("responsesByHour", "responseHeatmap"):
        _require(name, sum(cell["responses"] for cell in numbers[name]), _sum(theirs[name, 0]))
    _require_near("maturing", numbers["maturing"]["messages"], theirs["maturing", 0][0][0], MATURING_ERROR)


def _funnel(funnel: dict[str, Any]) -> list[int]:
    steps = [funnel[name] for name in STEPS]
    return [funnel["messages"], funnel["tickets"], *(step[name] for step in steps for name in ("count", "tickets"))]


def _first_days(coverage: dict[str, Any], first: int | None) -> tuple[object, object]:
    return coverage["firstMessageOn"], first and str(local_day(first))  # days of UTC


def _sum(rows: list[Any]) -> int:
    return sum(row[1] for row in rows)


def _require(name: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise RuntimeError(f"{name}: {ours} here, {theirs} in DuckDB")


def _require_near(name: str, ours: float | None, theirs: float | None, error: float) -> None:
    if ours is None or theirs is None:
        _require(name, ours, theirs)
    elif abs(ours - theirs) > error * theirs:
        raise RuntimeError(f"{name}: {ours} here, {theirs} in DuckDB")
