"""The console for messages to the operator, and what several commands share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from analytics.storage.database import Database
    from service.settings import Settings

# Standard error: standard output is for what a command was asked for.
console = Console(stderr=True)

Tenant = Annotated[str, typer.Option(help="The tenant.")]


def start_log(settings: "Settings") -> None:
    """Start the log, and warn of unknown variables and doubtful settings."""
    import structlog

    from service.settings import unknown_variables
    from service.telemetry.logs import configure

    configure(settings.log_level, settings.log_format)
    for sentence in [*unknown_variables(), *settings.doubts]:
        structlog.get_logger().warning(sentence)


@asynccontextmanager
async def open_for(settings: "Settings", tenant: str) -> "AsyncIterator[Database]":
    """Open the database for work on a tenant. An error ends it when the tenant's part stops answering."""
    from analytics.storage.database import Database

    async with Database(settings.database_url) as database, database.guard(tenant):
        yield database
