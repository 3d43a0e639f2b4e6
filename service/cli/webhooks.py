"""`embudo webhooks`: the stored bodies of WhatsApp's webhooks."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import Tenant, console, open_for

if TYPE_CHECKING:
    from analytics.ingest.webhook_inbox import InboxCounts, Rejected
    from service.settings import Settings

webhooks = typer.Typer(no_args_is_help=True, help="The stored bodies of WhatsApp's webhooks.")


@webhooks.command("status")
def webhooks_status(
    tenant: Tenant,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List the bodies that were not wholly understood, each with the reason.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="List at most so many, the newest.")] = 100,
) -> None:
    """Count the stored bodies of a tenant: waiting, applied, not wholly understood."""
    from analytics.domain.time_zones import from_micros

    counts, bodies = asyncio.run(_status(tenant, limit if rejected else 0))
    typer.echo(
        f"{counts.waiting:,} waiting, {counts.applied:,} applied, {counts.rejected:,} of them not wholly understood"
    )
    for body in bodies:
        typer.echo(f"{body.id} {from_micros(body.received_at):%Y-%m-%dT%H:%M:%SZ} {body.problem}")


async def _status(tenant: str, limit: int) -> tuple["InboxCounts", list["Rejected"]]:
    from analytics.ingest import webhook_inbox
    from service.settings import Settings

    async with open_for(Settings.read(), tenant) as database, database.read() as reader:
        bodies = await webhook_inbox.rejected(reader, tenant, limit) if limit else []
        return await webhook_inbox.count(reader, tenant), bodies


@webhooks.command("replay")
def webhooks_replay(
    tenant: Tenant,
    since: Annotated[datetime | None, typer.Option(help="Only bodies received at or after this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only bodies received before this time (UTC).")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Only bodies that were not wholly understood.")] = False,
) -> None:
    """Apply stored bodies once more: what was applied before changes nothing. The service may run meanwhile."""
    from service.settings import Settings
    from service.telemetry.logs import configure

    settings = Settings.read()
    configure(settings.log_level, settings.log_format)
    chosen, counts = asyncio.run(_replay(settings, tenant, since, until, rejected))
    console.print(f"{chosen:,} bodies replayed; of all that are kept, {counts.rejected:,} are not wholly understood")


async def _replay(
    settings: "Settings", tenant: str, since: datetime | None, until: datetime | None, rejected_only: bool
) -> tuple[int, "InboxCounts"]:
    """Mark bodies as pending and apply them; return their number, and the counts of all bodies afterwards."""
    from analytics.domain.time_zones import now_micros, to_micros
    from analytics.ingest import webhook_inbox

    start, end = (None if time is None else to_micros(time.replace(tzinfo=UTC)) for time in (since, until))
    async with open_for(settings, tenant) as database:
        async with database.write() as writer:
            chosen = await webhook_inbox.replay(writer, tenant, start, end, rejected_only=rejected_only)
        with console.status(f"Applying {chosen:,} bodies"):
            while await webhook_inbox.apply_pending(database, tenant, now_micros(), forms=settings.form_answers):
                pass
        async with database.read() as reader:
            return chosen, await webhook_inbox.count(reader, tenant)
