"""`make bench`: everything side by side in one run; prints a table and writes `benchmarks/results.json`."""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.groups import (
    browser,
    citus,
    exports,
    feeding,
    graphql_layer,
    ingest,
    page,
    webhooks,
    writers,
)
from benchmarks.support import postgresql
from benchmarks.support.measuring import Result

RESULTS = Path(__file__).parent / "results.json"
FULL, QUICK = (10_000_000, 1_000_000), (200_000, 20_000)

Group = Callable[[int, int, bool], Iterator[Result]]
# Each is given the messages of the large and of the small year, and whether to be quick.
GROUPS: dict[str, Group] = {
    "page": page.results,
    "graphql_layer": lambda large, *_: graphql_layer.results(large),
    "ingest": lambda large, _, quick: ingest.results(large, quick),
    "exports": lambda large, _, quick: exports.results(large, quick),
    "feeding": lambda large, _, quick: feeding.results(large, quick),
    "webhooks": lambda *given: webhooks.results(given[-1]),
    "browser": lambda large, *_: browser.results(large),
    "writers": lambda *given: writers.results(given[-1]),
    "citus": lambda *given: citus.results(given[-1]),
}
ON_POSTGRESQL = ("feeding", "webhooks", "writers", "citus")


def main() -> None:
    """Run benchmarks. Results are written down unless it was quick; those of groups left out stay as they were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="on 200,000 messages, in some minutes")
    parser.add_argument("groups", nargs="*", help=f"only these: {', '.join(GROUPS)}")
    asked = parser.parse_args()
    quick: bool = asked.quick
    results: list[Result] = []
    for name in asked.groups or GROUPS:
        if name in ON_POSTGRESQL and not postgresql.reachable():
            print(f"no PostgreSQL server: {name} is left out")
            continue
        if name == "citus" and not citus.CITUS:
            print("no EMBUDO_TEST_CITUS_URL: citus is left out")
            continue
        for result in GROUPS[name](*(QUICK if quick else FULL), quick):
            print(f"{result.name}: {result.ratio} ({result.bound})", flush=True)
            results.append(result)
    show(results)
    if not quick:
        known = json.loads(RESULTS.read_text()) if asked.groups else []
        found = {result["name"]: result for result in [*known, *map(asdict, results)]}
        RESULTS.write_text(json.dumps(list(found.values()), indent=2) + "\n")


def show(results: list[Result]) -> None:
    """Print the results as a table."""
    table = Table("name", "value", "reference", "unit", "ratio", "bound", "")
    for r in results:
        table.add_row(
            r.name, f"{r.value:,.2f}", f"{r.reference:,.2f}", r.unit, str(r.ratio), r.bound, "" if r.holds else "missed"
        )
    Console().print(table)


main()
