"""Four importers of one company at once on PostgreSQL, against one that imports the same files."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.groups.ingest import MESSAGES, OF
from benchmarks.support.measuring import Result, compared
from benchmarks.support.postgresql import empty_database
from benchmarks.support.serving import SECRET
from benchmarks.workload.data import FOLDER
from benchmarks.workload.events import lines
from benchmarks.workload.messages import TENANT

WRITERS = 4


def results(quick: bool) -> Iterator[Result]:
    """The result of writing at once."""
    count = MESSAGES // 5 if quick else MESSAGES
    files = _files(count)
    four, one = _seconds([[file] for file in files]), _seconds([files])
    for file in files:
        file.unlink()
    yield compared("writers_4_vs_1", count / four, count / one, "messages/s", ">= 1.2")


def _files(count: int) -> list[Path]:
    """The events in the order of time, cut into a file for each writer, as a platform cuts what it has stored."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    events = list(lines(count, OF))
    paths, waiting = [], iter(events)
    for n in range(WRITERS):
        paths.append(FOLDER / f"writer-{n}.ndjson")
        with paths[-1].open("wb") as file:
            file.writelines(line + b"\n" for line in islice(waiting, len(events) // WRITERS + 1))
    return paths


def _seconds(shares: list[list[Path]]) -> float:
    """Measure the seconds that importers of these files take, started at once, without the start of a process."""
    nothing = FOLDER / "nothing.ndjson"
    nothing.write_bytes(b"")
    return _imported(shares) - _imported([[nothing] for _ in shares])


def _imported(shares: list[list[Path]]) -> float:
    command = [sys.executable, "-m", "service", "import", "--tenant", TENANT]
    with empty_database() as url:
        environment = {**os.environ, "EMBUDO_DATABASE_URL": url, "EMBUDO_TOKEN_SECRET": SECRET}  # noqa: TID251
        started = time.perf_counter()
        importers = [
            subprocess.Popen([*command, *map(str, files)], env=environment, stderr=subprocess.DEVNULL)  # noqa: S603
            for files in shares
        ]
        failed = [importer for importer in importers if importer.wait()]
        spent = time.perf_counter() - started
    if failed:
        raise RuntimeError(f"{len(failed)} importers failed")
    return spent
