"""The ASGI application: everything joined."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hmac import compare_digest

import structlog
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from analytics.database import Database
from analytics.migrations import SchemaState, state
from analytics.outages import is_outage
from graphql_schema.schema import build_schema
from service import session, site
from service.appliers import Appliers
from service.downloads import download
from service.events import LONGEST_BODY, Events
from service.garbage import tune_garbage_collector
from service.graphql import GraphQLEndpoint, House
from service.headers import Headed, crossing
from service.intact_files import IntactFiles
from service.links import Links
from service.listening import affordable_connections
from service.logs import configure
from service.looks import Look, SharedCall
from service.manifest import open_manifest
from service.metrics import exposition
from service.observing import Observed
from service.pacing import PacedStrangers
from service.rates import open_rates
from service.settings import Settings
from service.tokens import open_tokens
from service.webhook_secrets import WebhookSecrets
from service.webhooks import LONGEST_BODY as LONGEST_WEBHOOK
from service.webhooks import Webhooks
from service.workers import workers
from service.workshop import open_workshop
from tasks import brokers
from tasks.queue import Jobs

log = structlog.get_logger()


def create_app(settings: Settings) -> Starlette:
    """The service, ready to be run by uvicorn. Raises `ConfigurationError`."""
    configure(settings.log_level, settings.log_format)
    tokens = open_tokens(settings)
    links = Links(settings.link_key, timedelta(seconds=settings.link_seconds))
    workshop = open_workshop(settings)
    hands = workers(brokers.address(settings.broker_url))
    schema = build_schema(plain_execution=settings.plain_execution)
    rates = open_rates(settings.rates_url, settings.allowed)
    house = House(
        workshop.database,
        Jobs(workshop, hands.announce),
        tokens,
        links,
        settings.public_url,
        settings.terms,
        rates,
        open_manifest(settings, schema),
        settings.allowed_origins,
    )
    # A tenth of all connections: however many strangers come, others find room.
    endpoint = GraphQLEndpoint(schema, house, max_strangers=affordable_connections(settings.connections) // 10)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tune_garbage_collector()
        await hands.start()
        try:
            yield
        finally:
            await appliers.stop()
            await hands.stop()
            await rates.close()
            await workshop.database.close()

    appliers = Appliers(settings.appliers)
    events = Events(tokens, appliers, workshop.database.note_damage)
    webhooks = Webhooks(workshop.database, WebhookSecrets(settings.webhooks_file), hands.wake)

    intact = IntactFiles(workshop.files)
    broker_look, files_look = Look(hands.answer), Look(workshop.files.answer)
    tables_call = SharedCall(lambda: _tables(workshop.database), timeout=5)  # busy is not away

    async def file(request: Request) -> Response:
        return await download(request, workshop.database, intact, links)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        """200 as long as requests can be answered: they can without the broker, for which exports wait, and without the
        files, without which exports fail and cannot be fetched.
        """
        tables, broker, files = await asyncio.gather(tables_call.result(), broker_look.answers(), files_look.answers())
        damaged = workshop.database.is_damaged
        told = {
            "database": "damaged, restore a backup" if damaged else "no answer" if tables is None else "ok",
            "migrations": "run `embudo migrate`" if tables is SchemaState.BEHIND else "ok",
            "broker": "ok" if broker else "no answer",
            "files": "ok" if files else "no answer",
        }
        status = 503 if damaged or tables in (None, SchemaState.BEHIND) else 200
        return PlainTextResponse("".join(f"{name}: {how}\n" for name, how in told.items()), status_code=status)

    async def metrics(request: Request) -> Response:
        """For whoever has the token for it; a demo shows them to all."""
        token = settings.metrics_token
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not settings.demo and not (token and compare_digest(given.encode(), token.get_secret_value().encode())):
            return Response(status_code=404 if token is None else 401)
        shown = await exposition(workshop.database, settings.metrics_folder is not None)
        return Response(shown, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    served = Starlette(
        routes=[
            *site.routes(settings.allowed_origins),
            *session.routes(settings, tokens),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/exports/{id}/file", file),
            Route("/v1/events", events.take, methods=["POST"], max_body_size=LONGEST_BODY),
            Route(
                "/webhooks/whatsapp/{tenant}",
                webhooks.answer,
                methods=["GET", "POST"],
                max_body_size=LONGEST_WEBHOOK,
            ),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", metrics),
        ],
        middleware=[
            Middleware(Headed, secure=(settings.public_url or "").startswith("https://")),
            Middleware(Observed),
            Middleware(PacedStrangers, tokens=tokens),
            Middleware(CORSMiddleware, **crossing(settings.allowed_origins)),
        ],
        exception_handlers={DBAPIError: _tell_outage},
        lifespan=lifespan,
    )
    served.router.redirect_slashes = False  # to whatever host the request names
    return served


async def _tell_outage(_request: Request, error: Exception) -> Response:
    """Answer a request that failed at the database. Raises what is no outage."""
    if not is_outage(error):
        raise error
    log.warning("the database does not answer", exc_info=error)
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    return PlainTextResponse("The database does not answer. Try again later.", status_code=503, headers=headers)


async def _tables(database: Database) -> SchemaState | None:
    """How the tables stand to this code; None when the database does not answer."""
    try:
        async with database.read() as reader:
            return await state(reader)
    except (DBAPIError, OSError):
        return None
