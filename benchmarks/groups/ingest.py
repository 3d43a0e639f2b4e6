"""`embudo import` against writing the finished rows by plain executemany."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from analytics.migrations import migrate
from analytics.storage.database import Database
from analytics.storage.rollup_tables import TABLES
from benchmarks.support.measuring import Result, compared
from benchmarks.support.serving import SECRET
from benchmarks.workload.data import FOLDER, insert, opened, rows, sqlite_file, url
from benchmarks.workload.events import lines
from benchmarks.workload.messages import TENANT

# The first days of the large year, so that a day is as dense as it is there.
MESSAGES, OF = 100_000, 10_000_000


def results(large: int, quick: bool) -> Iterator[Result]:
    """The results of writing."""
    count = MESSAGES // 10 if quick else MESSAGES
    imported, raw = import_rate(count), raw_rate(count)
    yield compared("ingest_vs_raw", imported, raw, "messages/s", ">= 0.18")
    yield amplification(sqlite_file(large))


def import_rate(count: int) -> float:
    """Messages a second through the command, from an NDJSON file; the start of the process not counted."""
    path = FOLDER / "import.ndjson"
    with path.open("wb") as file:
        file.writelines(line + b"\n" for line in lines(count, OF))
    nothing = FOLDER / "nothing.ndjson"
    nothing.write_bytes(b"")
    spent = command_seconds(url(_empty("import.db")), path) - command_seconds(url(_empty("import.db")), nothing)
    path.unlink()
    return count / spent


def command_seconds(database_url: str, path: Path) -> float:
    """Measure the seconds that `embudo import` takes for a file."""
    environment = {**os.environ, "EMBUDO_DATABASE_URL": database_url, "EMBUDO_TOKEN_SECRET": SECRET}  # noqa: TID251
    command = [sys.executable, "-m", "service", "import", "--tenant", TENANT, str(path)]
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - started


def raw_rate(count: int) -> float:
    """Messages a second by executemany of the finished rows into the same table, key and indexes."""
    finished = list(rows(count, OF))
    connection = opened(_empty("raw.db"))
    started = time.perf_counter()
    insert(connection, iter(finished))
    spent = time.perf_counter() - started
    connection.close()
    return count / spent


def _empty(name: str) -> Path:
    path = FOLDER / name
    for old in FOLDER.glob(f"{name}*"):
        old.unlink()

    async def make() -> None:
        async with Database(url(path)) as database:
            await migrate(database)

    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(make())
    return path


def amplification(path: Path) -> Result:
    """Bytes of the database with its rollups against without."""
    connection = opened(path)
    names = {table.name for table in TABLES}
    owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master"))
    sizes = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    connection.close()
    total = sum(size for _, size in sizes)
    rollups = sum(size for name, size in sizes if owners.get(name, name) in names)
    return compared("write_amplification", total / 2**20, (total - rollups) / 2**20, "MiB", "<= 1.3")
