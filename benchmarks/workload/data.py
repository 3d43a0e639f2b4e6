"""The databases of the benchmarks, made once and kept under `var/bench/`.

Messages go in by the driver's executemany, as rows that are finished already; the rollups are then built from them, so
that `embudo rollups check` accepts the result. The same rows go into a DuckDB file.
"""

import asyncio
import csv
import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from rich.progress import track

from analytics.domain.measures.response_times import bin_of
from analytics.domain.message_status import derive_message_status, derive_receipt_status
from analytics.ingest.batch import apply_events
from analytics.ingest.events import digits
from analytics.ingest.formats.event_parser import parse_event
from analytics.ingest.merging.records import Message
from analytics.migrations import migrate
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from analytics.storage.tables import messages as table
from benchmarks.workload.events import directory
from benchmarks.workload.messages import TENANT, Sent, messages

FOLDER = Path("var/bench")
BATCH = 20_000
# What DuckDB needs for the sections of the view; it reads columns, so more of them would cost it nothing.
COLUMNS = (
    "id",
    "sent_at",
    "department_id",
    "agent_id",
    "template_id",
    "account_id",
    "status",
    "ticket_created",
    "replied_at",
)


def message(sent: Sent) -> Message:
    """The finished row of a message."""
    facts = derive_receipt_status(
        sent.accepted_at is not None,
        sent.delivered_at is not None,
        sent.read_at is not None,
        sent.failed_at is not None,
    )
    replied = sent.replied_at is not None
    return Message(
        id=sent.id,
        described_at=sent.sent_at,
        sent_at=sent.sent_at,
        account_id=f"a{sent.account}",
        department_id=f"d{sent.department}",
        agent_id=f"u{sent.agent}",
        template_id=f"t{sent.template}",
        template_category="UTILITY",
        wamid=sent.wamid,
        contact_phone=sent.contact,
        contact_digits=digits(sent.contact),
        contact_id=None,
        ticket_id=f"t{sent.id}" if sent.ticket else None,
        ticket_key=f"DESK-{sent.id}" if sent.ticket else None,
        ticket_created=sent.ticket,
        receipt_status=int(facts),
        failed_code=sent.code,
        reply_id=f"r{sent.id}" if replied else None,
        replied_at=sent.replied_at,
        reply_text=sent.reply,
        response_bin=bin_of(sent.sent_at, sent.replied_at) if sent.replied_at is not None else None,
        status=int(derive_message_status(facts, replied)),
    )


def rows(count: int, of: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The first `count` finished rows of a year of `of` messages, as tuples."""
    for sent in islice(messages(of or count), count):
        yield (TENANT, *msgspec.structs.astuple(message(sent)))


def insert(connection: sqlite3.Connection, finished: Iterator[tuple[Any, ...]]) -> None:
    """Write finished rows by plain executemany, a transaction a batch."""
    marks = ", ".join("?" * len(table.columns))
    while batch := list(islice(finished, BATCH)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO messages VALUES ({marks})", batch)
        connection.execute("COMMIT")


def opened(path: Path) -> sqlite3.Connection:
    """A SQLite file with the settings of the service's own writer."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def url(path: Path) -> str:
    """The service's URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path.absolute()}"


def sqlite_file(count: int, time_zone: str = "UTC") -> Path:
    """The SQLite database of `count` messages in a reporting zone, with its rollups."""
    path = FOLDER / f"{count}-{time_zone.replace('/', '-')}.db"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(".making")
        for old in FOLDER.glob(f"{making.name}*"):
            old.unlink()
        asyncio.run(_fill(making, count, time_zone))
        making.rename(path)
    asyncio.run(_migrated(path))
    return path


async def _migrated(path: Path) -> None:
    """Bring a file that an earlier release made up to date, with rollups that it did not have."""
    async with Database(url(path)) as database:
        await migrate(database)
        await rebuild(database, TENANT, anew=False)


async def _fill(path: Path, count: int, time_zone: str) -> None:
    async with Database(url(path)) as database:
        await migrate(database)
        await prepare(database, time_zone)
        connection = opened(path)
        # Indexes are made afterwards: kept while ten million rows come in they would take an hour.
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'messages' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        insert(connection, iter(track(rows(count), f"SQLite, {count:,} messages", total=count)))
        for _, sql in track(indexes, "SQLite, indexes"):
            connection.execute(sql)
        print(f"building the rollups of {count:,} messages")
        await rebuild(database, TENANT, anew=True)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


async def prepare(database: Database, time_zone: str) -> None:
    """The company and its directory, through ingest."""
    events = [event | ({"time_zone": time_zone} if "time_zone" in event else {}) for event in directory()]
    await apply_events(database, TENANT, [parse_event(msgspec.json.encode(event)) for event in events], 0)


def duckdb_file(count: int) -> Path:
    """The DuckDB database of the same messages."""
    path = FOLDER / f"{count}.duckdb"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    dump, making = path.with_suffix(".csv"), path.with_suffix(".making-duckdb")
    making.unlink(missing_ok=True)
    fields = [list(Message.__struct_fields__).index(name) + 1 for name in COLUMNS]
    with dump.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in track(rows(count), f"DuckDB, {count:,} messages", total=count):
            writer.writerow([row[n] for n in fields])
    with duckdb.connect(str(making)) as connection:
        connection.execute("CREATE TABLE messages AS SELECT * FROM read_csv(?, header = true)", [str(dump)])
    dump.unlink()
    making.rename(path)
    return path
