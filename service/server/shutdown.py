"""The port and the graceful shutdown: requests from before SIGTERM are answered, then the process exits."""

import math
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from service.settings import ConfigurationError, Settings


def shutdown_timeout(settings: Settings) -> int:
    """Return the seconds that requests under way may still take: as many as any request.

    Longer requests are downloads by slow clients, who can resume them, and bodies of events, of which the rest is sent
    again.
    """
    return math.ceil(settings.request_seconds)


@contextmanager
def graceful_server(host: str, port: int) -> Iterator[None]:
    """Run a server inside, and exit cleanly after SIGTERM. Raises `ConfigurationError` if the port cannot be used."""
    _check_port_is_free(host, port)
    # When it has drained, uvicorn sends itself the signal once more, which would end us as if we had been killed.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_port_is_free(host: str, port: int) -> None:
    """Bind the port for a moment, so that a port in use is noticed before anything else is started."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in addresses:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        raise ConfigurationError(
            f"EMBUDO_HOST, EMBUDO_PORT: cannot listen at {host}:{port}: {error.strerror}"
        ) from None
