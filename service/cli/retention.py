"""`embudo retention`: what dropping the messages of old months would do, before anything is dropped."""

import asyncio
from typing import Annotated

import typer

from analytics.domain.time_zones import now_micros
from analytics.lifecycle.retention import RetentionPreview, companies, preview
from analytics.storage.database import Database
from service.settings import Settings

UNSET = "EMBUDO_MESSAGE_MONTHS is not set: no messages are dropped. --months shows what would be with it."


def retention(
    tenant: Annotated[str | None, typer.Option(help="This company only.")] = None,
    months: Annotated[
        int | None, typer.Option(min=1, help="Whole months that are kept, instead of EMBUDO_MESSAGE_MONTHS.")
    ] = None,
) -> None:
    """Say how many messages of each company would be dropped, and since when they are kept. Changes nothing."""
    settings = Settings.read()
    kept = settings.message_months if months is None else months
    if kept is None:
        typer.echo(UNSET)

    async def work() -> None:
        async with Database(settings.database_url) as database:
            async with database.read() as reader:
                known = await companies(reader)
            if tenant is not None and tenant not in known:
                raise typer.BadParameter(f"There is no company {tenant!r}.")
            for name in known if tenant is None else [tenant]:
                async with database.read() as reader:
                    found = await preview(reader, name, kept, now_micros())
                typer.echo(f"{name}: {_told(found)}")

    asyncio.run(work())


def _told(found: RetentionPreview) -> str:
    told = [f"kept from {found.kept_from} on" if found.kept_from else "all messages are kept"]
    if found.dropped_before:
        told.append(f"{found.messages:,} messages sent before {found.dropped_before} would be dropped")
        told += [] if found.ready else ["not before the counts are rebuilt"]
    else:
        told.append("no messages would be dropped")
    if found.left:
        told.append(f"{found.left:,} were dropped and are not deleted yet")
    return f"{'; '.join(told)} (days of {found.zone.name})"
