"""The ASGI application, composed of all routes and middleware."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette_compress import CompressMiddleware, add_compress_type

from graphql_schema.schema import build_schema
from service.auth.download_links import DownloadLinkSigner
from service.auth.factory import create_token_service
from service.graphql.endpoint import GraphQLDependencies, GraphQLEndpoint, policy_from_settings
from service.graphql.http import GRAPHQL_JSON
from service.graphql.persisted_documents import load_persisted_documents
from service.graphql.rate_limits import create_rate_limiter
from service.ingest.events import MAX_BODY_BYTES, EventsEndpoint
from service.ingest.process_pool import IngestProcessPool
from service.ingest.webhook_secrets import create_webhook_secret_store
from service.ingest.webhooks import MAX_BODY_BYTES as LONGEST_WEBHOOK
from service.ingest.webhooks import WhatsAppWebhookEndpoint
from service.process_tuning import affordable_connections, tune_garbage_collector
from service.settings import Settings
from service.telemetry.logs import configure
from service.telemetry.recorder import TelemetryMiddleware
from service.web import demo_session, downloads, health, pages
from service.web.middleware import ResponseHeadersMiddleware, cors_options
from service.web.not_found import answer_not_found
from service.web.throttle import AnonymousThrottle
from service.workers.client import create_worker_client
from service.workers.resources import open_job_resources
from tasks.queue.broker_url import parse_broker_url
from tasks.queue.dispatch import DramatiqExportQueue

# Of JSON a fourth is left. Of 456 kB of numbers (ms of one core, kB): zstd 1.5, 98; br 2.7, 115; gzip 11.8, 123; higher
# levels take up to ten times as long for a twentieth less. See docs/security.md for why no secret is guessed from how
# long an answer is.
add_compress_type(GRAPHQL_JSON)
COMPRESSION = Middleware(CompressMiddleware, minimum_size=1024, zstd_level=1, brotli_quality=1, gzip_level=4)


def create_app(settings: Settings) -> Starlette:
    """Create the application, ready to be run by uvicorn. Raises `ConfigurationError`."""
    configure(settings.log_level, settings.log_format)
    tokens = create_token_service(settings)
    links = DownloadLinkSigner(settings.link_key, timedelta(seconds=settings.link_seconds))
    resources = open_job_resources(settings)
    worker_client = create_worker_client(parse_broker_url(settings.broker_url))
    schema = build_schema(plain_execution=settings.plain_execution)
    rates = create_rate_limiter(settings)
    dependencies = GraphQLDependencies(
        resources.database,
        DramatiqExportQueue(resources.files, worker_client.enqueue),
        tokens,
        links,
        settings.public_url,
        policy_from_settings(settings),
        rates,
        load_persisted_documents(settings, schema),
        settings.allowed_origins,
    )
    # A tenth of all connections: however many strangers come, others find room.
    endpoint = GraphQLEndpoint(schema, dependencies, max_strangers=affordable_connections(settings.connections) // 10)
    appliers = IngestProcessPool(settings.appliers)
    events = EventsEndpoint(tokens, appliers, resources.database.note_damage)
    webhooks = WhatsAppWebhookEndpoint(resources.database, create_webhook_secret_store(settings), worker_client.wake)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tune_garbage_collector()
        await worker_client.start()
        try:
            yield
        finally:
            await appliers.stop()
            await worker_client.stop()
            await rates.close()
            await resources.database.close()

    served = Starlette(
        routes=[
            *pages.routes(settings.allowed_origins),
            *demo_session.routes(settings, tokens),
            Route("/graphql", endpoint, middleware=[COMPRESSION]),
            WebSocketRoute("/graphql", endpoint),
            *downloads.routes(resources.database, resources.files, links, mask_phones=settings.mask_phones),
            Route("/v1/events", events.post, methods=["POST"], max_body_size=MAX_BODY_BYTES),
            Route(
                "/webhooks/whatsapp/{tenant}",
                webhooks.handle,
                methods=["GET", "POST"],
                max_body_size=LONGEST_WEBHOOK,
            ),
            *health.routes(settings, resources.database, resources.files, worker_client),
        ],
        middleware=[
            Middleware(ResponseHeadersMiddleware, secure=(settings.public_url or "").startswith("https://")),
            Middleware(TelemetryMiddleware),
            Middleware(AnonymousThrottle, tokens=tokens),
            Middleware(CORSMiddleware, **cors_options(settings.allowed_origins)),
        ],
        lifespan=lifespan,
    )
    served.router.redirect_slashes = False  # to whatever host the request names
    served.router.default = answer_not_found
    return served
