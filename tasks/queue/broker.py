"""Dramatiq brokers, with the settings that keep exports from being late or lost. See `broker_url` for their URLs."""

import pika  # type: ignore[import-untyped]  # pika ships no types
from dramatiq import Broker, Message
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import TimeLimit
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tasks.queue.broker_url import ANSWER_TIMEOUT, CONNECT_TIMEOUT, BrokerUrl

ACTOR = "run_export"

# Milliseconds without a sign of life until a process's messages are given to others; Dramatiq's default is a minute.
HEARTBEAT_TIMEOUT = 5_000
# In a million commands. By default Dramatiq looks for dead processes once in a thousand, which took half an hour.
ALWAYS = 1_000_000


def open_broker(at: BrokerUrl) -> Broker:
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


def send(broker: Broker, at: BrokerUrl, tenant: str, id: str) -> None:
    """Send an export's key to the workers; blocks. Raises what the broker's library raises."""
    broker.enqueue(Message(queue_name=at.queue, actor_name=ACTOR, args=(tenant, id), kwargs={}, options={}))


def ping(at: BrokerUrl) -> None:
    """Ask the broker for an answer; blocks. Raises what its library raises."""
    if at.url.startswith("redis"):
        with _redis(at.url) as client:
            client.ping()
    elif not at.embedded:
        pika.BlockingConnection(pika.URLParameters(at.url)).close()
