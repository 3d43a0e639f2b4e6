"""Real Redis and RabbitMQ in tests: a namespace of one's own, and a way to them that can be cut."""

import os
import socket
import threading
import uuid
from contextlib import suppress
from urllib.parse import urlsplit

import pika  # type: ignore[import-untyped]  # pika ships no types
import pytest
from redis import Redis

from tasks.queue import broker
from tasks.queue.broker_url import BrokerUrl, parse_broker_url

URLS = {
    "redis": os.environ.get("EMBUDO_TEST_REDIS_URL", "redis://127.0.0.1:6379/"),
    "rabbitmq": os.environ.get("EMBUDO_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/"),
}


def reachable(kind: str) -> str:
    """The URL of a real server with a new namespace. Skips visibly where none answers, fails in CI."""
    url = f"{URLS[kind]}?namespace=test-{uuid.uuid4().hex}"
    try:
        broker.ping(parse_broker_url(url))
    except Exception:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no {kind} server at EMBUDO_TEST_{kind.upper()}_URL")
    return url


def wipe(at: BrokerUrl) -> None:
    """Take everything of a namespace out of its broker: messages, queues and all."""
    if at.url.startswith("redis"):
        with Redis.from_url(at.url) as client:
            for key in client.scan_iter(f"{at.namespace}:*", count=10_000):
                client.delete(key)
    else:
        connection = pika.BlockingConnection(pika.URLParameters(at.url))
        try:
            for suffix in ("", ".DQ", ".XQ"):
                connection.channel().queue_delete(at.queue + suffix)
        finally:
            connection.close()


class Proxy:
    """A port of our own that leads to a broker, and can be closed and opened."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        at = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(netloc=f"{at}{'@' if at else ''}127.0.0.1:{self._port}").geturl()
        self._accept()

    def open(self) -> None:
        """Let connections through again."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._accept()

    def close(self) -> None:
        """Cut all connections and refuse new ones."""
        for end in (self._listening, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self) -> None:
        listening = self._listening

        def work() -> None:
            with suppress(OSError):
                while True:
                    near = listening.accept()[0]
                    far = socket.create_connection(self._target)
                    self._ends += [near, far]
                    for pair in ((near, far), (far, near)):
                        threading.Thread(target=_pass, args=pair, daemon=True).start()

        threading.Thread(target=work, daemon=True).start()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
