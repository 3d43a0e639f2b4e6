"""`embudo forget` and `embudo tenants remove`: erasing people and companies."""

import asyncio
import sys
from typing import Annotated

import typer

from analytics.domain.errors import PublicError
from analytics.ingest.erasure import ErasureResult
from service.settings import Settings
from service.workers.resources import open_job_resources
from tasks.erasure import erase_contacts, remove_tenant

tenants = typer.Typer(no_args_is_help=True, help="The companies.")


def forget(
    tenant: Annotated[str, typer.Option(help="The company.")],
    contact: Annotated[
        list[str], typer.Option(help="A person's phone or id; - reads one a line from standard input. Repeatable.")
    ],
) -> None:
    """Forget people: their phones, ids and words go, also from what comes in later; every number stays as it is.

    Finished exports of the company expire, since they may show them. Says nothing of whom it forgot.
    """
    contacts = [one for given in contact for one in (_lines() if given == "-" else [given])]

    async def work() -> ErasureResult:
        resources = open_job_resources(Settings.read())
        async with resources.database:
            return await erase_contacts(resources, tenant, contacts)

    try:
        erased = asyncio.run(work())
    except PublicError as error:
        raise typer.BadParameter(error.message) from None
    typer.echo(f"forgotten: {erased.messages:,} messages to them and {erased.replies:,} replies of theirs")


def _lines() -> list[str]:
    return [line for line in sys.stdin.read().splitlines() if line.strip()]


@tenants.command("remove")
def remove(
    tenant: Annotated[str, typer.Argument(help="The company.")],
    confirm: Annotated[str | None, typer.Option(help="The company once more, instead of being asked for it.")] = None,
) -> None:
    """Remove a company whole: its messages, its directory, its numbers and its files. This cannot be undone.

    Have nothing fed for it any more, or it comes to be again.
    """
    if (confirm or typer.prompt(f"Everything of {tenant} will be gone. Write its name again")) != tenant:
        raise typer.BadParameter("The names differ; nothing was removed.")

    async def work() -> None:
        resources = open_job_resources(Settings.read())
        async with resources.database:
            await remove_tenant(resources, tenant)

    try:
        asyncio.run(work())
    except PublicError as error:
        raise typer.BadParameter(error.message) from None
    typer.echo(f"{tenant} is removed")
