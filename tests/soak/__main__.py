"""`make soak`: feeds a real service, kills it again and again, and compares every number in the end."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import SystemRandom

from tests.soak.clients import Plan
from tests.soak.soak import Report, soak
from tests.soak.stages import stage

MESSAGES_A_MINUTE = 200  # of each tenant: what two cores take in beside the looking and the restarts
MOST_SHOWN = 50


def main() -> int:
    """Run it as asked for; 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="make soak SOAK=…", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long events are sent (default: 5)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="what all follows from")
    parser.add_argument("--companies", type=int, default=4)
    parser.add_argument("--messages", type=int, help=f"of each tenant (default: {MESSAGES_A_MINUTE} a minute)")
    parser.add_argument("--clients", type=int, default=4, help="processes that send")
    parser.add_argument("--kill-every", type=float, default=2, help="seconds between two kills, on average")
    asked = parser.parse_args()
    messages = asked.messages or max(round(MESSAGES_A_MINUTE * asked.minutes), 1)
    plan = Plan(asked.seed, asked.companies, messages, asked.clients, asked.minutes * 60)
    print(f"seed {plan.seed}, {asked.database}: {plan.tenants} tenants of {messages:,} messages", flush=True)
    with tempfile.TemporaryDirectory(prefix="embudo-soak-") as name, stage(asked.database, Path(name)) as at:
        report = soak(plan, Path(name), at.database, at.broker, asked.kill_every)
    show(report)
    return 1 if report.differences else 0


def show(report: Report) -> None:
    """Print the counts, and what differs."""
    print(f"events: {report.events:,}, sent {report.sent:,} times over")
    print(f"bodies: {report.bodies:,}")
    print(f"requests: {report.answers.total():,} ({_listed(report.answers)})")
    print(f"kills: {report.kills.total():,} ({_listed(report.kills)})")
    print(f"restarts: {report.restarts:,}")
    print(f"looks at the view meanwhile: {report.looks:,}")
    print(f"values compared: {report.compared:,}")
    print(f"differences: {len(report.differences):,}")
    for difference in report.differences[:MOST_SHOWN]:
        print(f"  {difference}")


def _listed(counter: Counter[str]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in sorted(counter.items()))


if __name__ == "__main__":
    sys.exit(main())
