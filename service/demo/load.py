"""Import of the demo's invented events, through ingest like those of a platform."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track
from sqlalchemy import select

from analytics.ingest.formats.files import read_events
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from analytics.storage.tables import messages
from service.demo.events import DEMO_TENANT, demo_events
from service.demo.health import add_health
from service.ingest.file_import import ImportReport, RejectedLinesFile, apply_part
from service.ingest.file_reading import parts_of


async def import_demo(database: Database, count: int, seed: int, *, only_if_empty: bool, console: Console) -> None:
    """Import about 13 months of invented events, with `count` messages, that end now, and build the rollups.

    With `only_if_empty`, do nothing if the demo's tenant has messages.
    """
    if only_if_empty and await _exists(database):
        return
    started = time.monotonic()
    report = ImportReport()
    until = datetime.now(UTC)
    items = read_events(map(msgspec.json.encode, demo_events(count, seed, until)))
    # Each message has some four events.
    tracked_items = track(items, f"Demo: {count:,} messages", total=count * 4, console=console, transient=True)
    rejected_lines = RejectedLinesFile(Path("demo-rejected.ndjson"), console)
    for part in parts_of(tracked_items):
        await apply_part(database, DEMO_TENANT, "demo", part, report, rejected_lines)
    await add_health(database, until)
    await rebuild(database, DEMO_TENANT, anew=False)
    console.print(f"Demo: {report} in {time.monotonic() - started:.0f} s")


async def _exists(database: Database) -> bool:
    async with database.read() as reader:
        return await reader.first(select(messages.c.id).where(messages.c.tenant_id == DEMO_TENANT).limit(1)) is not None
