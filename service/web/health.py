"""`/healthz`, `/readyz` and `/metrics`: the state of the service, for orchestrators and monitoring."""

import asyncio
from hmac import compare_digest

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from analytics.migrations import SchemaState, state
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database
from service.settings import Settings
from service.telemetry.health_checks import HealthCheck, SharedCall
from service.telemetry.metrics import render_metrics
from service.workers.client import WorkerClient
from tasks.file_store import FileStore

METRICS_TIMEOUT = 10  # seconds: a scrape of Prometheus waits no longer


def routes(settings: Settings, database: Database, files: FileStore, workers: WorkerClient) -> list[Route]:
    """The three routes. `/metrics` requires its token, except in a demo."""
    broker_check, files_check = HealthCheck(workers.is_reachable), HealthCheck(files.is_reachable)
    tables_check = SharedCall(lambda: _tables(database), timeout=5)  # busy is not away
    rendering = SharedCall(lambda: _render(database, tables_check, settings), timeout=METRICS_TIMEOUT)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        """200 as long as requests can be answered: they can without the broker, for which exports wait, and without the
        files, without which exports fail and cannot be fetched.
        """
        tables, broker, store = await asyncio.gather(
            tables_check.result(), broker_check.answers(), files_check.answers()
        )
        lines = {
            "database": _database_line(database, tables),
            "migrations": "run `embudo migrate`" if tables is SchemaState.BEHIND else "ok",
            "broker": "ok" if broker else "no answer",
            "files": "ok" if store else "no answer",
        }
        status = 503 if database.is_damaged or tables in (None, SchemaState.BEHIND) else 200
        return PlainTextResponse("".join(f"{name}: {how}\n" for name, how in lines.items()), status_code=status)

    async def metrics(request: Request) -> Response:
        token = settings.metrics_token
        sent_token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not settings.demo and not (token and compare_digest(sent_token.encode(), token.get_secret_value().encode())):
            return Response(status_code=404 if token is None else 401)
        text = await rendering.result()
        return Response(text or b"", 200 if text else 503, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


async def _render(database: Database, tables_check: SharedCall[SchemaState | None], settings: Settings) -> bytes:
    answers = await tables_check.result() is not None  # as `/readyz` has it
    return await render_metrics(database, answers, settings.metrics_folder is not None)


def _database_line(database: Database, tables: SchemaState | None) -> str:
    if database.is_damaged:
        return "damaged, restore a backup"
    return "no answer" if tables is None else "ok"


async def _tables(database: Database) -> SchemaState | None:
    """Compare the tables with this code; None when the database does not answer."""
    try:
        async with database.observe() as reader:
            return await state(reader)
    except Exception as error:
        if is_transient(error):
            return None
        raise
