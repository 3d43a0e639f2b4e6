"""`embudo import` and `embudo demo`: events from files, and invented ones."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import Tenant, console, open_for
from service.cli.tokens import own_tokens

if TYPE_CHECKING:
    from service.settings import Settings

DEMO_LIFETIME = timedelta(days=30)


class EventFormat(StrEnum):
    """The formats of files: our events, or bodies of WhatsApp's webhooks."""

    EVENTS = "events"
    WHATSAPP = "whatsapp"


def import_(
    files: Annotated[list[Path], typer.Argument(help="Files of events; - is standard input.")],
    tenant: Tenant,
    format: Annotated[EventFormat, typer.Option(help="The format of the files.")] = EventFormat.EVENTS,
    rejected: Annotated[Path, typer.Option(help="The file to which rejected lines are written.")] = Path(
        "rejected.ndjson"
    ),
) -> None:
    """Import events. May be repeated, also after it was killed: an event that was imported before changes nothing.

    Exits with 1 when any line was rejected.
    """
    from service.settings import Settings

    settings = Settings.read()
    for path in files:
        if str(path) != "-" and not path.exists():
            raise typer.BadParameter(f"there is no file {path}")
    raise typer.Exit(asyncio.run(_import(settings, files, tenant, format, rejected)))


async def _import(settings: "Settings", files: list[Path], tenant: str, format: EventFormat, rejected: Path) -> int:
    """Import files, drop old orphans and finish the rollups; return the exit code."""
    from analytics.domain.time_zones import DAY, now_micros
    from analytics.lifecycle.orphans import delete_orphans
    from analytics.rollups.rebuild import rebuild
    from service.ingest.file_import import import_files

    now = now_micros()
    async with open_for(settings, tenant) as database:
        report = await import_files(
            database,
            tenant,
            files,
            whatsapp=format is EventFormat.WHATSAPP,
            rejected=rejected,
            console=console,
            forms=settings.form_answers,
        )
        dropped = await delete_orphans(database, tenant, now - settings.orphan_days * DAY, now)
        await rebuild(database, tenant, anew=False)
    console.print(str(report))
    if any(dropped):
        counts = f"{dropped.statuses:,} statuses, {dropped.replies:,} replies and {dropped.corrections:,} corrections"
        console.print(f"dropped {counts} that no message claimed in time")
    if report.rejected:
        console.print(f"rejected lines are in {rejected}")
    return 1 if report.rejected else 0


def demo(
    messages: Annotated[int, typer.Option(min=1, help="The number of messages.")] = 50_000,
    seed: Annotated[int, typer.Option(help="The seed of the random numbers: another one is another tenant.")] = 1,
    if_empty: Annotated[bool, typer.Option(help="Do nothing when the demo is there already.")] = False,
) -> None:
    """Make a believable tenant by importing invented events, and print a sign-in link of each of its people."""
    from service.demo.events import PEOPLE, identity_of
    from service.settings import Settings

    settings = Settings.read()
    asyncio.run(_demo(settings, messages, seed, if_empty))
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    tokens = own_tokens(settings)
    for person in PEOPLE:
        token = tokens.issue(identity_of(person), DEMO_LIFETIME)
        typer.echo(f"{person.name}, {person.role}\n  {base}/#token={token}")


async def _demo(settings: "Settings", messages: int, seed: int, only_if_empty: bool) -> None:
    from analytics.storage.database import Database
    from service.demo.load import import_demo

    async with Database(settings.database_url) as database:
        await import_demo(database, messages, seed, only_if_empty=only_if_empty, console=console)
