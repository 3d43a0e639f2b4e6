"""Brokers: a URL becomes a Dramatiq broker with the settings that keep exports from being late or lost.

`embedded://`, `redis://…` (`rediss://`) or `amqp://…` (`amqps://`). A URL may end in `?namespace=…`: services with
different ones share a broker without seeing each other's messages.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pika  # type: ignore[import-untyped]  # pika ships no types
from dramatiq import Broker, Message
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import TimeLimit
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEMES = ("embedded", "redis", "rediss", "amqp", "amqps")
NAMESPACE = re.compile(r"[A-Za-z0-9_-]{1,64}")
ACTOR = "run_export"

# Seconds. A broker that does not even answer must not hold a thread much longer than one that refuses.
CONNECT_TIMEOUT = 3
ANSWER_TIMEOUT = 5
# Milliseconds without a sign of life until a process's messages are given to others; Dramatiq's default is a minute.
HEARTBEAT_TIMEOUT = 5_000
# In a million commands. By default Dramatiq looks for dead processes once in a thousand, which took half an hour.
ALWAYS = 1_000_000


@dataclass(frozen=True)
class Address:
    """Where messages go: the broker's own URL, and the namespace that keeps ours apart."""

    url: str
    namespace: str = "embudo"

    @property
    def embedded(self) -> bool:
        """Whether the service runs its own worker, with nothing in between."""
        return self.url.startswith("embedded:")

    @property
    def queue(self) -> str:
        """The queue of export messages."""
        return f"{self.namespace}.exports"


# Options of a Redis URL that both of its clients understand as text.
REDIS_OPTIONS = frozenset(
    (
        "client_name",
        "db",
        "health_check_interval",
        "protocol",
        "socket_connect_timeout",
        "socket_keepalive",
        "socket_timeout",
        "ssl_ca_certs",
        "ssl_cert_reqs",
        "ssl_certfile",
        "ssl_check_hostname",
        "ssl_keyfile",
    )
)


def address(url: str) -> Address:
    """Where a broker URL leads. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("must begin with embedded://, redis://, rediss://, amqp:// or amqps://")
    if parts.scheme == "embedded":
        if url != "embedded://":
            raise ValueError("nothing comes after embedded://")
    elif not parts.hostname or parts.port == 0:  # `port` raises ValueError by itself when it is no number
        raise ValueError("names no host")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    namespace = options.pop("namespace", Address.namespace)
    if not NAMESPACE.fullmatch(namespace):
        raise ValueError("a namespace is up to 64 letters, digits, - and _")
    if parts.scheme in ("amqp", "amqps"):
        options = {"socket_timeout": str(CONNECT_TIMEOUT), "stack_timeout": str(ANSWER_TIMEOUT)} | options
    at = Address(urlunsplit(parts._replace(query=urlencode(options))) if options or parts.query else url, namespace)
    _check(at)
    return at


def redis_address(url: str) -> Address:
    """The address in a Redis URL. Raises ValueError."""
    if not url.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis:// or rediss://")
    return address(url)


def _check(at: Address) -> None:
    """Have the library read the options that a connection would be made with. Raises ValueError."""
    if at.embedded:
        return
    try:
        if at.url.startswith("redis"):
            if unknown := {name for name, _ in parse_qsl(urlsplit(at.url).query)} - REDIS_OPTIONS:
                raise ValueError(f"{', '.join(sorted(unknown))}; known ones: {', '.join(sorted(REDIS_OPTIONS))}")
            _redis(at.url).connection_pool.make_connection()  # which does not connect yet
        else:
            pika.URLParameters(at.url)
    except Exception as error:  # the libraries raise what they like
        raise ValueError(f"has an option that is not known, or is wrong: {error}") from None


def open_broker(at: Address) -> Broker:
    """A broker; it connects when it is first used.

    Of Dramatiq's middleware only the time limit: age, retries and results are matters of the export's row.
    """
    if at.embedded:
        broker: Broker = StubBroker(middleware=[TimeLimit()])
    elif at.url.startswith("redis"):
        broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=_redis(at.url),
            namespace=at.namespace,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            maintenance_chance=ALWAYS,
            middleware=[TimeLimit()],
        )
    else:
        # Without confirmation a message is lost silently when its queue is gone.
        broker = RabbitmqBroker(url=at.url, confirm_delivery=True, middleware=[TimeLimit()])
    broker.declare_queue(at.queue)
    return broker


def _redis(url: str) -> Redis:
    # One more try, at once: for the connection that idled until the server closed it.
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
        retry=Retry(NoBackoff(), 1),
    )


def send(broker: Broker, at: Address, tenant: str, id: str) -> None:
    """Send an export's key to the workers; blocks. Raises what the broker's library raises."""
    broker.enqueue(Message(queue_name=at.queue, actor_name=ACTOR, args=(tenant, id), kwargs={}, options={}))


def ping(at: Address) -> None:
    """Ask the broker for an answer; blocks. Raises what its library raises."""
    if at.url.startswith("redis"):
        with _redis(at.url) as client:
            client.ping()
    elif not at.embedded:
        pika.BlockingConnection(pika.URLParameters(at.url)).close()
