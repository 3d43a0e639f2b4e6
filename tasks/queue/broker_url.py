"""Broker URLs, checked without asking a broker's library.

`embedded://`, `redis://…` (`rediss://`) or `amqp://…` (`amqps://`). A URL may end in `?namespace=…`: services with
different ones share a broker without seeing each other's messages.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SCHEMES = ("embedded", "redis", "rediss", "amqp", "amqps")
REDIS_DATABASE = re.compile(r"(/[0-9]{0,9})?")
NAMESPACE = re.compile(r"[A-Za-z0-9_-]{1,64}")

# Seconds. A broker that does not even answer must not hold a thread much longer than one that refuses.
CONNECT_TIMEOUT = 3
ANSWER_TIMEOUT = 5

_INTEGER, _NUMBER = re.compile(r"[0-9]{1,9}"), re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_BOOLEAN, _ANY = re.compile("true|false|yes|no|1|0", re.IGNORECASE), re.compile(".+")
# A Python dictionary of plain values, as pika reads it.
_DICTIONARY = re.compile(r"\{('\w+': ?('[^'\\]*'|[0-9]{1,9}|True|False|None)(, ?|(?=\})))*\}")

# The options of a URL and the values they may have: what the libraries understand as text. Any other option would fail
# at the first connection only. A Redis URL is read by two clients, so some options of one of them are missing here.
REDIS_OPTIONS = {
    "client_name": _ANY,
    "db": _INTEGER,
    "health_check_interval": _INTEGER,
    "protocol": re.compile("2|3"),
    "socket_connect_timeout": _NUMBER,
    "socket_keepalive": _BOOLEAN,
    "socket_timeout": _NUMBER,
    "ssl_ca_certs": _ANY,
    "ssl_cert_reqs": re.compile("none|optional|required"),
    "ssl_certfile": _ANY,
    "ssl_check_hostname": _BOOLEAN,
    "ssl_keyfile": _ANY,
}
AMQP_OPTIONS = {
    "blocked_connection_timeout": _NUMBER,
    "channel_max": _INTEGER,
    "client_properties": _DICTIONARY,
    "connection_attempts": _INTEGER,
    "frame_max": _INTEGER,
    "heartbeat": _INTEGER,
    "locale": _ANY,
    "retry_delay": _NUMBER,
    "socket_timeout": _NUMBER,
    "ssl_options": _DICTIONARY,
    "stack_timeout": _NUMBER,
    "tcp_options": _DICTIONARY,
}


@dataclass(frozen=True)
class BrokerUrl:
    """The destination of messages: the broker's own URL, and the namespace that keeps ours apart."""

    url: str
    namespace: str = "embudo"

    @property
    def embedded(self) -> bool:
        """True if the service runs its own worker, without a broker."""
        return self.url.startswith("embedded:")

    @property
    def queue(self) -> str:
        """The queue of export messages."""
        return f"{self.namespace}.exports"


def parse_broker_url(url: str) -> BrokerUrl:
    """Read a broker's URL. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("must begin with embedded://, redis://, rediss://, amqp:// or amqps://")
    if parts.scheme == "embedded":
        if url != "embedded://":
            raise ValueError("nothing comes after embedded://")
    elif not parts.hostname or parts.port == 0:  # `port` raises ValueError by itself when it is no number
        raise ValueError("names no host")
    if parts.scheme in ("redis", "rediss") and not REDIS_DATABASE.fullmatch(parts.path):
        raise ValueError("the path is the number of a database, such as /0")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    namespace = options.pop("namespace", BrokerUrl.namespace)
    if not NAMESPACE.fullmatch(namespace):
        raise ValueError("a namespace is up to 64 letters, digits, - and _")
    amqp = parts.scheme in ("amqp", "amqps")
    check_options(options, AMQP_OPTIONS if amqp else REDIS_OPTIONS)
    if amqp:
        options = {"socket_timeout": str(CONNECT_TIMEOUT), "stack_timeout": str(ANSWER_TIMEOUT)} | options
    return BrokerUrl(urlunsplit(parts._replace(query=urlencode(options))) if options or parts.query else url, namespace)


def parse_redis_url(url: str) -> BrokerUrl:
    """Read a URL that must be Redis's. Raises ValueError."""
    if not url.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis:// or rediss://")
    return parse_broker_url(url)


def check_options(options: dict[str, str], allowed: dict[str, re.Pattern[str]]) -> None:
    """Raise `ValueError` for an option of a URL that is unknown or has a wrong value."""
    for name, value in options.items():
        if name not in allowed:
            raise ValueError(f"unknown option {name!r}; known ones: {', '.join(sorted(allowed)) or 'none'}")
        if not allowed[name].fullmatch(value):
            raise ValueError(f"option {name!r} has a wrong value")
