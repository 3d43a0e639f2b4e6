"""The ASGI application: everything joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute

from graphql_schema.schema import build_schema
from service.auth.download_links import Links
from service.auth.tokens import open_tokens
from service.graphql.endpoint import GraphQLEndpoint, House, terms_of
from service.graphql.persisted_documents import open_manifest
from service.graphql.rate_limits import open_rates
from service.ingest.events import LONGEST_BODY, Events
from service.ingest.process_pool import Appliers
from service.ingest.webhook_secrets import open_webhook_secrets
from service.ingest.webhooks import LONGEST_BODY as LONGEST_WEBHOOK
from service.ingest.webhooks import Webhooks
from service.process_tuning import affordable_connections, tune_garbage_collector
from service.settings import Settings
from service.telemetry.logs import configure
from service.telemetry.recorder import Observed
from service.web import demo_session, downloads, health, pages
from service.web.middleware import Headed, crossing
from service.web.throttle import PacedStrangers
from service.workers.client import workers
from service.workers.resources import open_workshop
from tasks.queue.broker_url import parse_broker_url
from tasks.queue.dispatch import Jobs


def create_app(settings: Settings) -> Starlette:
    """The service, ready to be run by uvicorn. Raises `ConfigurationError`."""
    configure(settings.log_level, settings.log_format)
    tokens = open_tokens(settings)
    links = Links(settings.link_key, timedelta(seconds=settings.link_seconds))
    workshop = open_workshop(settings)
    hands = workers(parse_broker_url(settings.broker_url))
    schema = build_schema(plain_execution=settings.plain_execution)
    rates = open_rates(settings)
    house = House(
        workshop.database,
        Jobs(workshop, hands.announce),
        tokens,
        links,
        settings.public_url,
        terms_of(settings),
        rates,
        open_manifest(settings, schema),
        settings.allowed_origins,
    )
    # A tenth of all connections: however many strangers come, others find room.
    endpoint = GraphQLEndpoint(schema, house, max_strangers=affordable_connections(settings.connections) // 10)
    appliers = Appliers(settings.appliers)
    events = Events(tokens, appliers)
    webhooks = Webhooks(workshop.database, open_webhook_secrets(settings), hands.wake)

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

    served = Starlette(
        routes=[
            *pages.routes(settings.allowed_origins),
            *demo_session.routes(settings, tokens),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            *downloads.routes(workshop.database, workshop.files, links),
            Route("/v1/events", events.take, methods=["POST"], max_body_size=LONGEST_BODY),
            Route(
                "/webhooks/whatsapp/{tenant}",
                webhooks.answer,
                methods=["GET", "POST"],
                max_body_size=LONGEST_WEBHOOK,
            ),
            *health.routes(settings, workshop.database, workshop.files, hands),
        ],
        middleware=[
            Middleware(Headed, secure=(settings.public_url or "").startswith("https://")),
            Middleware(Observed),
            Middleware(PacedStrangers, tokens=tokens),
            Middleware(CORSMiddleware, **crossing(settings.allowed_origins)),
        ],
        lifespan=lifespan,
    )
    served.router.redirect_slashes = False  # to whatever host the request names
    return served
