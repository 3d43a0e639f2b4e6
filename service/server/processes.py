"""Serving: one process, or several that share a port."""

import tempfile
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from analytics.domain.limits import MAX_BODY_BYTES
from graphql_schema.schema import schema
from service.app import create_app
from service.graphql.persisted_documents import load_persisted_documents
from service.process_tuning import affordable_connections
from service.server.connection_limits import LimitedHTTPProtocol, LimitedWebSocketProtocol
from service.server.shutdown import graceful_server, shutdown_timeout
from service.settings import ConfigurationError, Settings, enable_multiprocess_metrics

# The listen backlog. All connections in it are accepted before the event loop does anything else, so a client that
# connects and leaves as fast as it can delays others by a whole backlog: 2,048 took a second, 256 some 0.1 s. With 128
# a burst of connections filled it, and a client that finds it full tries again only after a second.
MAX_WAITING_CONNECTIONS = 256


def serve(settings: Settings, workers: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ConfigurationError`."""
    if workers == 1:
        _run(create_app(settings), settings)
        return
    # What is wrong is said once, not by each process that begins again and again.
    load_persisted_documents(settings, schema)
    if settings.link_secret is None and settings.token_secret is None:
        raise ConfigurationError("EMBUDO_LINK_SECRET: several processes need one, or none would know another's links.")
    with tempfile.TemporaryDirectory(prefix="embudo-metrics-") as folder:
        enable_multiprocess_metrics(Path(folder))
        _run("service.server.processes:app", settings, factory=True, workers=workers)


def app() -> Starlette:
    """Create the application in one of several processes; uvicorn calls it by name."""
    return create_app(Settings.read())


def _run(served: Starlette | str, settings: Settings, *, factory: bool = False, workers: int = 1) -> None:
    with graceful_server(settings.host, settings.port):
        uvicorn.run(
            served,
            host=settings.host,
            port=settings.port,
            log_config=None,  # ours holds for its lines too
            http=LimitedHTTPProtocol,
            ws=LimitedWebSocketProtocol,
            ws_per_message_deflate=False,  # a few bytes of a stranger's would be 256 KiB to read
            limit_concurrency=affordable_connections(settings.connections),
            ws_max_size=MAX_BODY_BYTES,  # by default a stranger's message may have 16 MiB, and is parsed
            backlog=MAX_WAITING_CONNECTIONS,
            access_log=False,  # ours say more, and no query of an address
            timeout_graceful_shutdown=shutdown_timeout(settings),
            factory=factory,
            workers=workers,
        )
