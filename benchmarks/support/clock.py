"""The `embudo` command with a clock of its own: `python -m benchmarks.support.clock SECONDS COMMAND …`.

The days of the workload are fixed, and some of what the page shows depends on the present: a message of last week may
still change. So a service that is measured takes the end of the workload for today, whenever that is. Tokens keep the
real clock, since they are compared with that of whoever signs them.
"""

import sys
from importlib import import_module

from analytics.domain import time_zones
from analytics.domain.time_zones import SECOND, now_micros

AHEAD = int(sys.argv[1]) * SECOND


def shifted_now() -> int:
    """Return the present of this process: microseconds since the epoch."""
    return now_micros() + AHEAD


# Before anything imports the function by its name. The processes that the service starts import this module too.
time_zones.now_micros = shifted_now

if __name__ == "__main__":
    import_module("service.cli.main").app(sys.argv[2:])
