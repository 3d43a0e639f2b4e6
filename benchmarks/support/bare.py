"""The least that a webhook has to do: take the body, insert it, answer. The reference of `webhook_ack_vs_insert`.

Run as `python -m benchmarks.support.bare DATABASE PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def app(database: str) -> Starlette:
    """The application."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(database, min_size=1) as app.state.pool:
            await app.state.pool.execute("CREATE TABLE bodies (id bigserial PRIMARY KEY, body bytea NOT NULL)")
            yield

    async def post(request: Request) -> Response:
        await request.app.state.pool.execute("INSERT INTO bodies (body) VALUES ($1)", await request.body())
        return Response()

    async def ready(_request: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/", post, methods=["POST"]), Route("/readyz", ready)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", access_log=False)
