"""`embudo retention`: a preview of the messages of old months that would be dropped."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from analytics.lifecycle.retention import RetentionPreview
    from service.settings import Settings

UNSET = "EMBUDO_MESSAGE_MONTHS is not set: no messages are dropped. --months shows what would be with it."


def retention(
    tenant: Annotated[str | None, typer.Option(help="This tenant only.")] = None,
    months: Annotated[
        int | None, typer.Option(min=1, help="Whole months that are kept, instead of EMBUDO_MESSAGE_MONTHS.")
    ] = None,
) -> None:
    """Print how many messages of each tenant would be dropped, and since when they are kept. Changes nothing."""
    from service.settings import Settings

    settings = Settings.read()
    kept_months = settings.message_months if months is None else months
    if kept_months is None:
        typer.echo(UNSET)
    asyncio.run(_preview(settings, tenant, kept_months))


async def _preview(settings: "Settings", tenant: str | None, months: int | None) -> None:
    """Print a line for a tenant, or for each of them."""
    from analytics.domain.time_zones import now_micros
    from analytics.lifecycle.retention import preview, tenant_ids
    from analytics.storage.database import Database

    async with Database(settings.database_url) as database:
        async with database.read() as reader:
            names = await tenant_ids(reader)
        if tenant is not None and tenant not in names:
            raise typer.BadParameter(f"There is no tenant {tenant!r}.")
        for name in names if tenant is None else [tenant]:
            async with database.read() as reader:
                typer.echo(f"{name}: {_describe(await preview(reader, name, months, now_micros()))}")


def _describe(preview: "RetentionPreview") -> str:
    parts = [f"kept from {preview.kept_from} on" if preview.kept_from else "all messages are kept"]
    if preview.dropped_before:
        parts.append(f"{preview.messages:,} messages sent before {preview.dropped_before} would be dropped")
        parts += [] if preview.ready else ["not before the counts are rebuilt"]
    else:
        parts.append("no messages would be dropped")
    if preview.left:
        parts.append(f"{preview.left:,} were dropped and are not deleted yet")
    return f"{'; '.join(parts)} (days of {preview.zone.name})"
