"""`embudo serve`, `embudo worker` and `embudo schema`: the service, its workers, and the schema that it serves."""

from typing import Annotated

import typer

from service.cli.console import start_log
from service.workers import THREADS


def serve(
    workers: Annotated[int, typer.Option(min=1, help="The number of processes that answer requests.")] = 1,
) -> None:
    """Serve the API, the pages and, with the embedded broker, a worker for each process, which makes exports."""
    from service.server import processes
    from service.settings import Settings

    settings = Settings.read()
    start_log(settings)
    processes.serve(settings, workers)


def worker(
    processes: Annotated[int, typer.Option(min=1, help="The number of processes.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="The number of exports that each process makes at once.")] = (
        THREADS
    ),
) -> None:
    """Make the exports that are queued. (With the embedded broker the service does it by itself.)

    SIGTERM gives unfinished exports back to the queue.
    """
    from service.settings import ConfigurationError, Settings
    from service.workers.supervisor import run_supervisor
    from tasks.queue.broker_url import parse_broker_url

    settings = Settings.read()
    if parse_broker_url(settings.broker_url).embedded:
        raise ConfigurationError("EMBUDO_BROKER_URL: with embedded:// the service runs its own worker.")
    start_log(settings)
    run_supervisor(processes, threads)


def schema() -> None:
    """Print the GraphQL schema (SDL)."""
    from graphql_schema.schema import schema as graphql

    typer.echo(graphql.as_str())
