"""`make attack`: attacks a real service, and says what others waited and what it cost in memory."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from service.demo.events import DEMO_TENANT
from tests.attack import bodies, documents, fairness, refused, strangers
from tests.attack.memory import watching
from tests.attack.prober import probing
from tests.support.factories import identity
from tests.support.servers.server import Server, embudo, running


class Attack(NamedTuple):
    """An attack, and what it may cost others at most: seconds for 95 of 100 and for all of their answers, megabytes.

    It is run against a server, for so many seconds if it has no end of its own, and gives what it did.
    """

    name: str
    run: Callable[[Server, float], object]
    p95: float = 0.5
    longest: float = 0.5
    megabytes: float = 20


def _send_documents(server: Server, _seconds: float) -> dict[str, float]:
    return asyncio.run(documents.run(server, tenant=DEMO_TENANT))


def _send_dear_documents(server: Server, _seconds: float) -> dict[str, int]:
    return asyncio.run(fairness.run(server, tenant=DEMO_TENANT))


def _send_refused(request: refused.Refused, server: Server, seconds: float) -> dict[str, int]:
    return asyncio.run(refused.run(server, seconds, request, tenant=DEMO_TENANT))


def _send_refused_over_sockets(server: Server, seconds: float) -> dict[str, int]:
    return asyncio.run(refused.subscribe(server, seconds, tenant=DEMO_TENANT))


def _post_body(name: str, server: Server, _seconds: float) -> str:
    """Post a body of events; gives the statuses of its answers, and by how many megabytes an applier grew."""
    headers = server.headers(identity(DEMO_TENANT, "ingest"))
    done = asyncio.run(bodies.send_all(server.url, headers, server.pid, name))
    return f"{sorted(set(done.statuses))}, applier +{done.applier / bodies.MIB:.0f} MB"


ATTACKS = (
    *(Attack(name, run) for name, run in strangers.ATTACKS.items()),
    Attack("6,000 distinct documents", _send_documents, megabytes=100),
    Attack("six viewers at the cap on cost", _send_dear_documents, p95=1, longest=5, megabytes=200),
    *(
        Attack(f"six viewers: {name}", partial(_send_refused, request), p95=1, longest=1, megabytes=100)
        for name, request in refused.REQUESTS.items()
    ),
    Attack("six viewers: all of these by WebSocket", _send_refused_over_sockets, p95=1, longest=1, megabytes=100),
    *(Attack(name, partial(_post_body, name), longest=0.3, megabytes=100) for name in bodies.BODIES),
)


def main() -> int:
    """Run them, or those whose names contain a text; 1 when one costs more than it may."""
    parser = argparse.ArgumentParser(prog="make attack ATTACK=…", description=__doc__)
    parser.add_argument("name", nargs="?", default="", help="a part of the names of those to run (default: all)")
    parser.add_argument("--seconds", type=float, default=10, help="how long a stranger attacks (default: 10)")
    parser.add_argument("--messages", type=int, default=50_000, help="of the tenant that is asked for")
    options = parser.parse_args()
    broken = []
    with tempfile.TemporaryDirectory(prefix="embudo-attack-") as name, running(Path(name)) as server:
        made = embudo(server.folder, "demo", "--messages", str(options.messages))
        if made.returncode:
            sys.exit(made.stderr.decode())
        server.client.post("/v1/events", content=b"{}", headers=server.headers(identity(DEMO_TENANT, "ingest")))
        prober = identity(DEMO_TENANT, "administrator", "prober")
        with probing(server, prober):  # the first answers of a process take longer
            time.sleep(2)
        print(f"{'attack':44} {'p95 s':>7} {'max s':>7} {'lost':>5} {'MB':>6}  what it did", flush=True)
        for attack in [attack for attack in ATTACKS if options.name in attack.name]:
            with watching(server.pid) as grown, probing(server, prober) as waits:
                did = attack.run(server, options.seconds)
            others, megabytes = waits[0], grown[0]
            ok = others.p95 < attack.p95 and others.longest < attack.longest and megabytes < attack.megabytes
            print(
                f"{attack.name:44} {others.p95:7.3f} {others.longest:7.3f} {others.failures:5} {megabytes:6.0f}  "
                f"{did}{'' if ok and not others.failures else '  <- too much'}",
                flush=True,
            )
            if not ok or others.failures:
                broken.append(attack.name)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
