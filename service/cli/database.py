"""The commands `embudo migrate` and `embudo backup`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import console

if TYPE_CHECKING:
    from analytics.storage.citus.distribution import Distribution

LOCKED = (
    "The tables are in use: long reports, exports or other sessions hold them. Nothing was changed; try again later."
)

ONE_NODE = (
    "All tenants are on one node. Nodes are registered in each database: add the others to this one with"
    " citus_add_node, then move shards to them with citus_rebalance_start, see docs/scaling.md."
)
LEFT = (
    "Some tables still have their former rows on the coordinator, because long reports or exports use them. They only"
    " take room: run this again later."
)


def migrate(
    distribute: Annotated[
        bool, typer.Option("--distribute", help="On Citus, also distribute the tables over its nodes, by tenant.")
    ] = False,
) -> None:
    """Bring the database up to date. The service may run meanwhile.

    A database that a newer release has migrated stays as it is; this release goes on working with it.
    """
    from sqlalchemy.exc import DBAPIError, OperationalError

    from analytics.storage.backends.table_locks import TablesLockedError
    from service.settings import ConfigurationError

    try:
        asyncio.run(_migrate(distribute))
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        console.print(f"EMBUDO_DATABASE_URL: the database refuses: {error.orig}", style="red", markup=False)
        raise typer.Exit(2) from None
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:  # the folder of SQLite's file
        raise ConfigurationError(f"EMBUDO_DATABASE_URL: the database cannot be made: {error}") from None
    except TablesLockedError:
        console.print(LOCKED, style="red")
        raise typer.Exit(3) from None


async def _migrate(distribute: bool) -> None:
    from analytics.migrations import SchemaState
    from analytics.migrations import migrate as migrate_database
    from analytics.storage.citus.distribution import distribute as distribute_tables
    from analytics.storage.database import Database
    from service.settings import Settings

    async with Database(Settings.read().database_url) as database:
        if await migrate_database(database) is SchemaState.AHEAD:
            # Not an error: after a rollback the older release runs this step before it starts, on the newer schema.
            console.print("A newer release has migrated this database: it is left as it is.", style="yellow")
        elif distribute:
            _print_distribution(await distribute_tables(database))


def _print_distribution(distribution: "Distribution | None") -> None:
    if distribution is None:
        console.print("This database has no Citus: nothing is distributed, and nothing needs to be.")
        return
    nodes = f"{distribution.nodes} {'node' if distribution.nodes == 1 else 'nodes'}"
    console.print(
        f"Distributed by tenant over {nodes}: {len(distribution.new)} tables now,"
        f" {len(distribution.distributed_before)} before."
    )
    if distribution.nodes <= 1:
        console.print(ONE_NODE, style="yellow")
    if distribution.left:
        console.print(LEFT, style="yellow")


def backup(file: Annotated[Path, typer.Argument(help="The new file.")]) -> None:
    """Copy the SQLite database to a file, as it is at this moment. The service may run meanwhile."""
    from analytics.storage.backup import backup_sqlite
    from service.settings import Settings

    size = backup_sqlite(Settings.read().database_url, file)
    typer.echo(f"{file}: {size:,} bytes")
