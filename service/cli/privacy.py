"""`embudo forget` and `embudo tenants remove`: erasing people and tenants."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from service.cli.console import Tenant

if TYPE_CHECKING:
    from tasks.resources import JobResources

T = TypeVar("T")

tenants = typer.Typer(no_args_is_help=True, help="The tenants.")


def forget(
    tenant: Tenant,
    contact: Annotated[
        list[str], typer.Option(help="A person's phone or id; - reads one a line from standard input. Repeatable.")
    ],
) -> None:
    """Erase people: their phones, ids and texts go, also from later events. No number changes.

    Finished exports of the tenant expire, since they may show them. Prints counts only, and nothing of the people.
    """
    from tasks.erasure import erase_contacts

    contacts = [value for argument in contact for value in (_lines() if argument == "-" else [argument])]
    erased = _run(lambda resources: erase_contacts(resources, tenant, contacts))
    typer.echo(f"forgotten: {erased.messages:,} messages to them and {erased.replies:,} replies of theirs")


def _lines() -> list[str]:
    return [line for line in sys.stdin.read().splitlines() if line.strip()]


@tenants.command("remove")
def remove(
    tenant: Annotated[str, typer.Argument(help="The tenant.")],
    confirm: Annotated[str | None, typer.Option(help="The tenant once more, instead of being asked for it.")] = None,
) -> None:
    """Remove a tenant whole: its messages, its directory, its numbers and its files. This cannot be undone.

    Stop sending events for it first, or it will be recreated.
    """
    if (confirm or typer.prompt(f"Everything of {tenant} will be gone. Write its name again")) != tenant:
        raise typer.BadParameter("The names differ; nothing was removed.")
    from tasks.erasure import remove_tenant

    _run(lambda resources: remove_tenant(resources, tenant))
    typer.echo(f"{tenant} is removed")


def _run(erase: Callable[["JobResources"], Awaitable[T]]) -> T:
    """Run an erasure with the service's database and files; a tenant or contact that is wrong is a wrong parameter."""
    from analytics.domain.errors import PublicError
    from service.settings import Settings
    from service.workers.resources import open_job_resources

    async def work() -> T:
        resources = open_job_resources(Settings.read())
        async with resources.database:
            return await erase(resources)

    try:
        return asyncio.run(work())
    except PublicError as error:
        raise typer.BadParameter(error.message) from None
