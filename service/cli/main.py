"""The `embudo` command."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from analytics.domain.time_zones import DAY, from_micros, now_micros, to_micros
from analytics.ingest import webhook_inbox
from analytics.ingest.reprocessing import derive_again
from analytics.lifecycle import orphans
from analytics.migrations import SchemaState, no_such_table
from analytics.migrations import migrate as migrate_database
from analytics.reports.access import Identity
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import sample_days, verify
from analytics.storage.backup import BackupError, backup_sqlite
from analytics.storage.citus import Distribution
from analytics.storage.citus import distribute as distribute_tables
from analytics.storage.database import Database
from analytics.storage.locks import TablesLockedError
from analytics.storage.transient_errors import is_transient
from graphql_schema.schema import schema as graphql
from service.auth.tokens import TokenService
from service.cli import privacy, retention
from service.demo.events import PEOPLE, identity_of
from service.demo.load import import_demo
from service.ingest.file_import import UnreadableFileError, import_files
from service.server import processes as serving
from service.settings import ConfigurationError, Settings, unknown_variables
from service.telemetry.logs import configure
from service.workers.client import THREADS
from service.workers.supervisor import run_supervisor
from tasks.queue.broker_url import parse_broker_url

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(stderr=True)


class TokenRole(StrEnum):
    """Roles that a token may have."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    INGEST = "ingest"


class EventFormat(StrEnum):
    """What a file holds."""

    EVENTS = "events"
    WHATSAPP = "whatsapp"


Tenant = Annotated[str, typer.Option(help="The company.")]
IN_USE = (
    "The tables are in use: long reports, exports or other sessions hold them. Nothing was changed; try again later."
)

ONE_NODE = (
    "All companies are on one node. Nodes are registered in each database: add the others to this one with"
    " citus_add_node, then move shards to them with citus_rebalance_start, see docs/scaling.md."
)
LEFT = (
    "Some tables still have their former rows on the coordinator, because long reports or exports use them. They only"
    " take room: run this again later."
)


def _tokens(settings: Settings) -> TokenService:
    return TokenService(settings.secret, settings.token_issuer, settings.token_audience)


@asynccontextmanager
async def _opened(settings: Settings, tenant: str) -> AsyncIterator[Database]:
    """The database for work on a company, which ends with an error when the company's part of it stops answering."""
    async with Database(settings.database_url) as database, database.guard(tenant):
        yield database


def _start_log(settings: Settings) -> None:
    """Begin to log, with what is odd about the settings."""
    configure(settings.log_level, settings.log_format)
    for sentence in [*unknown_variables(), *settings.doubts]:
        structlog.get_logger().warning(sentence)


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer requests.")] = 1,
) -> None:
    """Serve the API, the pages and, with the embedded broker, the worker that makes exports (one for each process)."""
    settings = Settings.read()
    _start_log(settings)
    serving.serve(settings, workers)


@app.command()
def worker(
    processes: Annotated[int, typer.Option(min=1, help="How many processes.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="How many exports each process makes at once.")] = THREADS,
) -> None:
    """Make the exports that are waiting. (With the embedded broker the service does it by itself.)

    SIGTERM hands what is not done back to the queue.
    """
    settings = Settings.read()
    if parse_broker_url(settings.broker_url).embedded:
        raise ConfigurationError("EMBUDO_BROKER_URL: with embedded:// the service runs its own worker.")
    _start_log(settings)
    run_supervisor(processes, threads)


@app.command()
def migrate(
    distribute: Annotated[
        bool, typer.Option("--distribute", help="On Citus, also spread the tables over its nodes, by company.")
    ] = False,
) -> None:
    """Bring the database up to date. The service may run meanwhile.

    One that a newer release has migrated is left as it is; this release goes on working with it.
    """

    async def work() -> None:
        async with Database(Settings.read().database_url) as database:
            if await migrate_database(database) is SchemaState.AHEAD:
                # Not a failure: this is what the step before the start of a release meets when it is rolled back.
                console.print("A newer release has migrated this database: it is left as it is.", style="yellow")
                return
            if distribute:
                _tell_distribution(await distribute_tables(database))

    try:
        asyncio.run(work())
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        console.print(f"EMBUDO_DATABASE_URL: the database refuses: {error.orig}", style="red", markup=False)
        raise typer.Exit(2) from None
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:  # the folder of SQLite's file
        raise ConfigurationError(f"EMBUDO_DATABASE_URL: the database cannot be made: {error}") from None
    except TablesLockedError:
        console.print(IN_USE, style="red")
        raise typer.Exit(3) from None


def _tell_distribution(done: Distribution | None) -> None:
    if done is None:
        console.print("This database has no Citus: nothing is distributed, and nothing needs to be.")
        return
    nodes = f"{done.nodes} {'node' if done.nodes == 1 else 'nodes'}"
    console.print(f"Distributed by company over {nodes}: {len(done.new)} tables now, {len(done.known)} before.")
    if done.nodes <= 1:
        console.print(ONE_NODE, style="yellow")
    if done.left:
        console.print(LEFT, style="yellow")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file.")]) -> None:
    """Copy the SQLite database to a file, as it is at this moment. The service may run meanwhile."""
    size = backup_sqlite(Settings.read().database_url, file)
    typer.echo(f"{file}: {size:,} bytes")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files of events; - is standard input.")],
    tenant: Tenant,
    format: Annotated[EventFormat, typer.Option(help="What the files hold.")] = EventFormat.EVENTS,
    rejected: Annotated[Path, typer.Option(help="Where rejected lines are written.")] = Path("rejected.ndjson"),
) -> None:
    """Import events. May be repeated, also after it was killed: what is in already changes nothing.

    Exits with 1 when any line was rejected.
    """
    settings = Settings.read()
    for path in files:
        if str(path) != "-" and not path.exists():
            raise typer.BadParameter(f"there is no file {path}")
    now = now_micros()

    async def work() -> int:
        async with _opened(settings, tenant) as database:
            whatsapp = format is EventFormat.WHATSAPP
            report = await import_files(
                database,
                tenant,
                files,
                whatsapp=whatsapp,
                rejected=rejected,
                console=console,
                forms=settings.form_answers,
            )
            dropped = await orphans.delete_orphans(database, tenant, now - settings.orphan_days * DAY, now)
            await rebuild(database, tenant, anew=False)
        console.print(str(report))
        if any(dropped):
            counts = (
                f"{dropped.statuses:,} statuses, {dropped.replies:,} replies and {dropped.corrections:,} corrections"
            )
            console.print(f"dropped {counts} that no message claimed in time")
        if report.rejected:
            console.print(f"rejected lines are in {rejected}")
        return 1 if report.rejected else 0

    raise typer.Exit(asyncio.run(work()))


app.command("forget")(privacy.forget)
app.add_typer(privacy.tenants, name="tenants")
app.command("retention")(retention.retention)

rollups = typer.Typer(no_args_is_help=True, help="The rollups: what makes the numbers come fast.")
app.add_typer(rollups, name="rollups")


@rollups.command("rebuild")
def rebuild_rollups(
    tenant: Tenant,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier rebuild stopped.")] = False,
) -> None:
    """Derive a company's messages anew from all that was said, and make its rollups anew from them.

    The service may run meanwhile.
    """

    async def work() -> None:
        async with _opened(Settings.read(), tenant) as database:
            with console.status("Rebuilding") as shown:
                if not resume:
                    now = now_micros()
                    await derive_again(database, tenant, now, told=lambda id: shown.update("Deriving messages anew"))
                await rebuild(
                    database, tenant, anew=not resume, told=lambda day: shown.update(f"Rebuilding: built to {day}")
                )

    asyncio.run(work())
    console.print("The rollups are built.")


@rollups.command("check")
def check_rollups(
    tenant: Tenant,
    sample: Annotated[int | None, typer.Option(min=1, help="Check this many days, chosen by chance.")] = None,
) -> None:
    """Compare a company's rollups with its messages and name every difference. Exits with 1 if there is any."""

    async def work() -> int:
        async with _opened(Settings.read(), tenant) as database:
            days = None if sample is None else await sample_days(database, tenant, sample)
            differences = 0
            with console.status("Checking") as shown:
                async for day, found in verify(database, tenant, days):
                    shown.update(f"Checking: {day or 'months'}")
                    differences += len(found)
                    for difference in found:
                        typer.echo(str(difference))
        return differences

    found = asyncio.run(work())
    console.print("The rollups are what the messages give." if not found else f"{found:,} differences")
    raise typer.Exit(1 if found else 0)


webhook_commands = typer.Typer(no_args_is_help=True, help="What WhatsApp's webhooks brought.")
app.add_typer(webhook_commands, name="webhooks")


@webhook_commands.command("status")
def webhooks_status(
    tenant: Tenant,
    rejected: Annotated[bool, typer.Option("--rejected", help="Name what was not wholly understood, and why.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Name so many at most, the newest.")] = 100,
) -> None:
    """Count the bodies that are kept of a company, by what became of them."""

    async def work() -> tuple[webhook_inbox.InboxCounts, list[webhook_inbox.Rejected]]:
        async with _opened(Settings.read(), tenant) as database, database.read() as reader:
            named = await webhook_inbox.rejected(reader, tenant, limit) if rejected else []
            return await webhook_inbox.count(reader, tenant), named

    counts, named = asyncio.run(work())
    typer.echo(
        f"{counts.waiting:,} waiting, {counts.applied:,} applied, {counts.rejected:,} of them not wholly understood"
    )
    for body in named:
        typer.echo(f"{body.id} {from_micros(body.received_at):%Y-%m-%dT%H:%M:%SZ} {body.problem}")


@webhook_commands.command("replay")
def webhooks_replay(
    tenant: Tenant,
    since: Annotated[datetime | None, typer.Option(help="Only what came at or after this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only what came before this time (UTC).")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Only what was not wholly understood.")] = False,
) -> None:
    """Apply kept bodies once more: what is in already changes nothing. The service may run meanwhile."""

    def at(moment: datetime | None) -> int | None:
        return None if moment is None else to_micros(moment.replace(tzinfo=UTC))

    settings = Settings.read()
    configure(settings.log_level, settings.log_format)

    async def work() -> tuple[int, webhook_inbox.InboxCounts]:
        async with _opened(settings, tenant) as database:
            async with database.write() as writer:
                chosen = await webhook_inbox.replay(writer, tenant, at(since), at(until), rejected_only=rejected)
            with console.status(f"Applying {chosen:,} bodies"):
                forms = settings.form_answers
                while await webhook_inbox.apply_pending(database, tenant, now_micros(), forms=forms):
                    pass
            async with database.read() as reader:
                return chosen, await webhook_inbox.count(reader, tenant)

    chosen, counts = asyncio.run(work())
    console.print(f"{chosen:,} bodies replayed; of all that are kept, {counts.rejected:,} are not wholly understood")


@app.command()
def demo(
    messages: Annotated[int, typer.Option(min=1, help="How many messages.")] = 50_000,
    seed: Annotated[int, typer.Option(help="Another number is another company.")] = 1,
    if_empty: Annotated[bool, typer.Option(help="Do nothing when the demo is there already.")] = False,
) -> None:
    """Make a believable company by sending its events through ingest, and print who can look at it."""
    settings = Settings.read()

    async def work() -> None:
        async with Database(settings.database_url) as database:
            await import_demo(database, messages, seed, only_if_empty=if_empty, console=console)

    asyncio.run(work())
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    tokens = _tokens(settings)
    for person in PEOPLE:
        issued = tokens.issue(identity_of(person), timedelta(days=30))
        typer.echo(f"{person.name}, {person.role}\n  {base}/#token={issued}")


@app.command()
def token(
    tenant: Tenant,
    role: Annotated[TokenRole, typer.Option(help="What the person may do.")],
    user: Annotated[str, typer.Option(help="The person's id; ties a supervisor to their departments.")],
    email: Annotated[str | None, typer.Option(help="The person's email.")] = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    hours: Annotated[float, typer.Option(min=0.001, help="How long it is good for.")] = 12,
) -> None:
    """Print a token."""
    identity = Identity(user, tenant, role, email, name)
    typer.echo(_tokens(Settings.read()).issue(identity, timedelta(hours=hours)))


@app.command()
def schema() -> None:
    """Print the schema's SDL."""
    typer.echo(graphql.as_str())


def main() -> None:
    """Run the command; a wrong setting, a database that is not there and a damaged file are one sentence and exit
    code 2.
    """
    try:
        app()
    except (ConfigurationError, BackupError, UnreadableFileError) as error:
        _end(str(error))
    except DBAPIError as error:
        if no_such_table(error):
            _end("EMBUDO_DATABASE_URL: the database has not the tables of this release: run embudo migrate")
        if not is_transient(error):
            raise
        _end(f"EMBUDO_DATABASE_URL: the database cannot be used: {error.orig}")
    except (ConnectionError, TimeoutError, socket.gaierror, NoConnection) as error:  # asyncpg's come as they are
        _end(f"EMBUDO_DATABASE_URL: the database cannot be reached: {error}")


def _end(sentence: str) -> NoReturn:
    console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)
