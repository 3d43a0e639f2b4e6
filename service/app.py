"""The ASGI application: everything joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from analytics.database import Database
from graphql_schema.schema import build_schema
from service.downloads import download
from service.graphiql import graphiql, home
from service.graphql import GraphQLEndpoint
from service.links import Links
from service.logs import configure
from service.settings import Settings
from service.tokens import Tokens
from service.workers import workers
from service.workshop import open_workshop
from tasks import brokers
from tasks.queue import Jobs


def create_app(settings: Settings) -> Starlette:
    """The service, ready to be run by uvicorn. Raises `ConfigurationError` without a token secret."""
    configure(settings.log_level)
    tokens = Tokens(settings.secret, settings.token_issuer, settings.token_audience)
    links = Links(settings.secret, timedelta(seconds=settings.link_seconds))
    workshop = open_workshop(settings)
    hands = workers(brokers.address(settings.broker_url))
    endpoint = GraphQLEndpoint(
        build_schema(plain_execution=settings.plain_execution),
        workshop.database,
        Jobs(workshop, hands.announce),
        tokens,
        links,
        settings.public_url,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hands.start()
        try:
            yield
        finally:
            await hands.stop()
            await workshop.database.close()

    async def file(request: Request) -> Response:
        return await download(request, workshop.database, workshop.files, links)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        """200 as long as requests can be answered: without the broker they can, and exports wait until it is back."""
        database, broker = await _answers(workshop.database), await hands.answer()
        told = [
            f"{name}: {'ok' if fine else 'no answer'}" for name, fine in (("database", database), ("broker", broker))
        ]
        return PlainTextResponse("\n".join(told) + "\n", status_code=200 if database else 503)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/graphiql", graphiql),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/exports/{id}/file", file),
            Route("/healthz", alive),
            Route("/readyz", ready),
        ],
        lifespan=lifespan,
    )


async def _answers(database: Database) -> bool:
    try:
        async with database.read() as reader:
            await reader.first(text("SELECT 1"))
    except (DBAPIError, OSError):
        return False
    return True
