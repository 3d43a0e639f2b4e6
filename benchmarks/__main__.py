"""`make bench`: everything side by side in one run; prints a table and writes `benchmarks/results.json`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import dashboard, graphql_layer, ingest, postgresql
from benchmarks.measuring import Result

RESULTS = Path(__file__).parent / "results.json"
FULL, QUICK = (10_000_000, 1_000_000), (200_000, 20_000)


def main() -> None:
    """Run all benchmarks. `--quick`: on 200,000 messages, for CI, without writing results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="on 200,000 messages, in under a minute")
    quick: bool = parser.parse_args().quick
    large, small = QUICK if quick else FULL
    results: list[Result] = []
    groups = (
        dashboard.results(large, small),
        postgresql.results(large),
        graphql_layer.results(large),
        ingest.results(large, quick),
    )
    for group in groups:
        for result in group:
            print(f"{result.name}: {result.ratio} ({result.bound})", flush=True)
            results.append(result)
    show(results)
    if not quick:
        RESULTS.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")


def show(results: list[Result]) -> None:
    """Print the results as a table."""
    table = Table("name", "value", "reference", "unit", "ratio", "bound", "")
    for r in results:
        table.add_row(
            r.name, f"{r.value:,.2f}", f"{r.reference:,.2f}", r.unit, str(r.ratio), r.bound, "" if r.holds else "missed"
        )
    Console().print(table)


main()
