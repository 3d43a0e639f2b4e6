"""Brokers: what a URL means, and real Redis and RabbitMQ bringing exports to Dramatiq's workers."""

import asyncio
import gc
import queue
import socket
import time
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from pika import BlockingConnection  # type: ignore[import-untyped]  # pika ships no types
from pika.exceptions import AMQPError  # type: ignore[import-untyped]  # pika ships no types
from redis.exceptions import RedisError

from analytics.exports.records import ExportStatus
from analytics.storage.database import Database
from tasks.queue import broker as brokers
from tasks.queue.actors import declare_actors
from tasks.queue.broker import open_broker
from tasks.queue.broker_url import BrokerUrl, parse_broker_url
from tasks.queue.dispatch import DramatiqExportQueue
from tasks.queue.publisher import MAX_WAITING, BackgroundPublisher
from tasks.resources import JobResources
from tasks.worker_slots import WorkerSlots
from tests.support.brokers import reachable, wipe
from tests.support.exports.helpers import PATIENCE, POLICY, stored, until_status
from tests.support.exports.helpers import queue as ask
from tests.support.factories import identity
from tests.tasks.queue.test_dispatch import ANY


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("embedded://", BrokerUrl("embedded://")),
        ("redis://h/3", BrokerUrl("redis://h/3")),
        ("rediss://u:p@h:1/?namespace=x_1-y&protocol=3", BrokerUrl("rediss://u:p@h:1/?protocol=3", "x_1-y")),
        ("amqp://u:p@h/v", BrokerUrl("amqp://u:p@h/v?socket_timeout=3&stack_timeout=5")),
        ("amqps://h?namespace=x&stack_timeout=9", BrokerUrl("amqps://h?socket_timeout=3&stack_timeout=9", "x")),
    ],
)  # fmt: skip
def test_a_url_leads_to_a_broker(url: str, expected: BrokerUrl) -> None:
    assert parse_broker_url(url) == expected
    assert expected.embedded == (url == "embedded://")
    assert expected.queue == f"{expected.namespace}.exports"


@pytest.mark.parametrize(
    "url",
    ["", "redis", "kafka://h", "embedded://h", "redis://", "amqp:///v", "redis://h:port", "redis://h:0",
     "redis://h?namespace=", "redis://h?namespace=a:b", "amqp://h?namespace=" + "x" * 65],
)  # fmt: skip
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        parse_broker_url(url)


def test_opening_a_broker_connects_to_nothing() -> None:
    redis, rabbit, embedded = [
        open_broker(parse_broker_url(url)) for url in ("redis://127.0.0.1:9/", "amqp://127.0.0.1:9/", "embedded://")
    ]
    assert isinstance(embedded, StubBroker)
    assert isinstance(redis, RedisBroker)
    assert (redis.heartbeat_timeout, redis.maintenance_chance, redis.namespace) == (5_000, 1_000_000, "embudo")
    assert isinstance(rabbit, RabbitmqBroker)
    assert rabbit.confirm_delivery
    for broker in (redis, rabbit, embedded):
        assert [type(middleware).__name__ for middleware in broker.middleware] == ["TimeLimit"]
        assert broker.get_declared_queues() >= {"embudo.exports"}


@pytest.fixture(params=["redis", "rabbitmq"])
def at(request: pytest.FixtureRequest) -> Iterator[BrokerUrl]:
    """A namespace of one's own at a real server."""
    found = parse_broker_url(reachable(request.param))
    yield found
    wipe(found)


@pytest.fixture
def crew(at: BrokerUrl, resources: JobResources) -> Iterator[list[dramatiq.Worker]]:
    """Two workers, each as if in a process of its own."""
    workers = []
    for _ in range(2):
        broker = open_broker(at)

        def opened() -> JobResources:
            return JobResources(Database(resources.database.url), resources.files)

        declare_actors(broker, at.queue, opened, POLICY, WorkerSlots(2))
        workers.append(dramatiq.Worker(broker, worker_timeout=50, worker_threads=2))
        workers[-1].start()
    gc.disable()  # it would find the connections below before they are closed
    yield workers
    for worker in workers:
        worker.stop(5000)
        worker.broker.close()
    # When a queue vanishes, Dramatiq forgets the consumer's connection without closing it.
    for forgotten in gc.get_objects():
        if type(forgotten) is BlockingConnection and forgotten.is_open:
            forgotten.close()
    gc.enable()


@pytest.mark.usefixtures("crew")
async def test_an_export_that_is_sent_often_is_made_once(at: BrokerUrl, resources: JobResources, tenant: str) -> None:
    broker = open_broker(at)
    exports = [await ask(resources.database, identity(tenant), ANY) for _ in range(3)]
    for export in exports * 8:
        await asyncio.to_thread(brokers.send, broker, at, tenant, export.id)
    for export in exports:
        await until_status(resources.database, export, ExportStatus.COMPLETED)
    await asyncio.sleep(0.3)  # the copies are looked at, too
    assert [(await stored(resources.database, export)).attempts for export in exports] == [1, 1, 1]
    broker.close()


@pytest.mark.usefixtures("crew")
async def test_a_queue_that_vanished_is_made_again(at: BrokerUrl, resources: JobResources, tenant: str) -> None:
    broker = open_broker(at)
    for _ in range(2):
        export = await ask(resources.database, identity(tenant), ANY)
        await asyncio.to_thread(brokers.send, broker, at, tenant, export.id)
        await until_status(resources.database, export, ExportStatus.COMPLETED)
        await asyncio.to_thread(wipe, at)
    broker.close()


async def test_an_ended_shift_begins_nothing(resources: JobResources, tenant: str) -> None:
    broker, slots = open_broker(parse_broker_url("embedded://")), WorkerSlots(1)
    slots.request_shutdown()
    actor = declare_actors(broker, "embudo.exports", lambda: resources, POLICY, slots)
    export = await ask(resources.database, identity(tenant), ANY)
    actor.fn(tenant, export.id)
    assert (await stored(resources.database, export)).status is ExportStatus.QUEUED
    assert slots.free == 0


def test_a_shift_counts_its_places(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = WorkerSlots(2)
    with slots.slot():
        assert slots.free == 1
        with pytest.raises(RuntimeError), slots.slot():
            raise RuntimeError
    assert (slots.free, slots.stopping, slots.grace_expired) == (2, False, False)
    slots.request_shutdown()
    assert (slots.free, slots.stopping, slots.grace_expired) == (0, True, False)
    monkeypatch.setattr("tasks.worker_slots.SHUTDOWN_GRACE", 0)
    assert slots.grace_expired


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
async def test_a_broker_that_never_answers_holds_nobody_up(resources: JobResources, tenant: str, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = parse_broker_url(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/")
        broker = open_broker(at)
        publisher = BackgroundPublisher(lambda tenant, id: brokers.send(broker, at, tenant, id))
        jobs = DramatiqExportQueue(resources.files, publisher.publish)
        began = time.monotonic()
        for n in range(MAX_WAITING + 10):
            await jobs.enqueue(tenant, f"export {n}")
        assert time.monotonic() - began < 1
    with pytest.raises((RedisError, AMQPError)):  # refused now
        brokers.ping(at)
    publisher.close(PATIENCE)


def test_what_cannot_be_sent_does_not_stop_the_next() -> None:
    sent: queue.Queue[tuple[str, str]] = queue.Queue()

    def send(tenant: str, id: str) -> None:
        if id == "bad":
            raise ConnectionError
        sent.put((tenant, id))

    publisher = BackgroundPublisher(send)
    publisher.publish("t", "bad")
    publisher.publish("t", "good")
    assert sent.get(timeout=PATIENCE) == ("t", "good")
    publisher.close(PATIENCE)
    publisher.publish("t", "late")
    assert sent.empty()
