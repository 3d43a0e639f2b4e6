"""`embudo rollups`: rebuilding and checking the pre-computed counts."""

import asyncio
from typing import Annotated

import typer

from service.cli.console import Tenant, console, open_for

rollups = typer.Typer(no_args_is_help=True, help="The rollups: counts that are kept so that reports are fast.")


@rollups.command("rebuild")
def rebuild_rollups(
    tenant: Tenant,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an earlier rebuild that stopped.")] = False,
) -> None:
    """Derive a tenant's messages again from all its events, and build its rollups again from them.

    The service may run meanwhile.
    """
    asyncio.run(_rebuild(tenant, resume))
    console.print("The rollups are built.")


async def _rebuild(tenant: str, resume: bool) -> None:
    from analytics.domain.time_zones import now_micros
    from analytics.ingest.reprocessing import derive_again
    from analytics.rollups.rebuild import rebuild
    from service.settings import Settings

    async with open_for(Settings.read(), tenant) as database:
        with console.status("Rebuilding") as status:
            if not resume:
                await derive_again(
                    database, tenant, now_micros(), on_step=lambda id: status.update("Deriving messages again")
                )
            await rebuild(
                database, tenant, anew=not resume, on_day=lambda day: status.update(f"Rebuilding: built to {day}")
            )


@rollups.command("check")
def check_rollups(
    tenant: Tenant,
    sample: Annotated[int | None, typer.Option(min=1, help="Check this many random days.")] = None,
) -> None:
    """Compare a tenant's rollups with its messages and print every difference. Exits with 1 if there is any."""
    differences = asyncio.run(_check(tenant, sample))
    console.print(f"{differences:,} differences" if differences else "The rollups are what the messages give.")
    raise typer.Exit(1 if differences else 0)


async def _check(tenant: str, sample: int | None) -> int:
    """Print the differences; return their number."""
    from analytics.rollups.verify import sample_days, verify
    from service.settings import Settings

    count = 0
    async with open_for(Settings.read(), tenant) as database:
        days = None if sample is None else await sample_days(database, tenant, sample)
        with console.status("Checking") as status:
            async for day, differences in verify(database, tenant, days):
                status.update(f"Checking: {day or 'months'}")
                count += len(differences)
                for difference in differences:
                    typer.echo(str(difference))
    return count
