"""Prometheus metrics: what the API's processes counted, and what the database says of everybody's work.

Workers and brokers are not asked: exports, webhooks and rollups are rows, so every process of the API gives the same
answer about them. No label holds a tenant, a person or anything else that comes from outside.
"""

import asyncio
import statistics
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Iterable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from analytics.domain.time_zones import MINUTE, SECOND, now_micros
from analytics.exports import jobs
from analytics.ingest import webhook_inbox
from analytics.rollups.rebuild import unfinished
from analytics.storage import gauges
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database, Reader
from analytics.storage.gauges import TenantGauge

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS = Counter("embudo_http_requests", "Requests by what they were for.", ("route", "method", "status"))
REQUEST_SECONDS = Histogram("embudo_http_seconds", "How long requests took.", ("route",), buckets=SECONDS)
OPERATIONS = Counter("embudo_graphql_operations", "Operations by root field and first error.", ("field", "code"))
OPERATION_SECONDS = Histogram("embudo_graphql_seconds", "How long operations took.", ("field",), buckets=SECONDS)
SQL_SECONDS = Histogram("embudo_sql_seconds", "How long statements of GraphQL took.", buckets=(0.001, *SECONDS))
PLANS = Counter("embudo_plans", "Where numbers were read: messages, a rollup, or memory.", ("grouping", "table"))
EVENTS = Counter("embudo_events", "Lines of POST /v1/events by what became of them.", ("outcome",))
CACHE_BYTES = Gauge(
    "embudo_counts_cache_bytes",
    "Memory of the counts that are kept, in the process that keeps most.",
    multiprocess_mode="max",
)
NOT_COUNTED = Gauge(
    "embudo_rates_not_counted",
    "1 while the Redis of the rate limits does not answer, so that requests are not counted.",
    multiprocess_mode="mostrecent",
)

# What ended in this time (µs) counts as lately: some scrapes see it.
LATELY = 15 * MINUTE
QUANTILES = (50, 95, 99)  # percent
# Seconds for each of the two reads; Prometheus waits for ten.
READ_TIMEOUT = 3.0

log = structlog.get_logger()

Read = Callable[[Reader, int], Awaitable[list[Metric]]]


class StaticCollector(Collector):
    """A collector of metrics that were read before."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """Return the metrics to Prometheus' client library."""
        yield from self._metrics


async def render_metrics(database: Database, answers: bool, shared: bool) -> bytes:
    """All metrics in Prometheus' text format. `answers`: the database does; `shared`: several processes count in files
    together.
    """
    counted = CollectorRegistry() if shared else REGISTRY
    if shared:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    stored = CollectorRegistry()
    stored.register(StaticCollector(await _database_metrics(database) if answers else [_up(answers)]))
    return generate_latest(counted) + generate_latest(stored)


async def _database_metrics(database: Database) -> list[Metric]:
    """Return the metrics that are read from the database.

    While a part of it does not answer, sums of all tenants are left out: without some of them they would be wrong, and
    of a counter that falls Prometheus thinks that it began anew.
    """
    now = now_micros()
    here = await _read(database, _of_coordinator, now)
    everywhere = await _read(database, _of_every_tenant, now)
    whole = _gauge("embudo_database_whole", "Whether every part of the database answers.", everywhere is not None)
    return [_up(answers=True), whole, *(here or []), *(everywhere or [])]


async def _read(database: Database, read: Read, now: int) -> list[Metric] | None:
    """Run some reads; return None when the database does not answer in time."""
    try:
        async with asyncio.timeout(READ_TIMEOUT), database.observe() as reader:
            return await read(reader, now)
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("metrics without a part of the database", error=repr(error))
        return None


async def _of_coordinator(reader: Reader, now: int) -> list[Metric]:
    return [*_exports(await jobs.queue_stats(reader, now - LATELY), now), *await _webhooks(reader, now)]


async def _of_every_tenant(reader: Reader, now: int) -> list[Metric]:
    return list(await _gauge_metrics(reader, now))


def _up(answers: bool) -> Metric:
    return _gauge("embudo_database_up", "Whether the database answers.", answers)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _age(since: int | None, now: int) -> float:
    return 0.0 if since is None else max(now - since, 0) / SECOND


def _exports(standing: jobs.QueueStats, now: int) -> Iterator[Metric]:
    under_way = GaugeMetricFamily("embudo_exports", "Exports that have not ended.", labels=["status"])
    for status in jobs.UNDER_WAY:
        under_way.add_metric([status], standing.under_way.get(status, 0))
    yield under_way
    yield _gauge("embudo_export_queue_age_seconds", "How long the oldest waits.", _age(standing.waiting_since, now))
    ended = GaugeMetricFamily(
        "embudo_exports_ended", "Exports that ended in the last 15 minutes.", labels=["status", "failure"]
    )
    for (how, failure), count in Tally((end.status, end.failure or "") for end in standing.ended).items():
        ended.add_metric([how, failure], count)
    yield ended
    took = GaugeMetricFamily("embudo_export_seconds", "How long those took from their beginning.", labels=["quantile"])
    times = sorted(end.took / SECOND for end in standing.ended if end.took is not None)
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    for percent in QUANTILES if cuts else ():
        took.add_metric([str(percent / 100)], cuts[percent - 1])
    yield took


async def _webhooks(reader: Reader, now: int) -> Iterator[Metric]:
    waiting, oldest = await webhook_inbox.backlog(reader)
    return iter(
        (
            _gauge("embudo_webhooks_waiting", "Webhooks that are stored and not applied yet.", waiting),
            _gauge("embudo_ingest_lag_seconds", "How long the oldest of them waits.", _age(oldest, now)),
        )
    )


async def _gauge_metrics(reader: Reader, now: int) -> Iterator[Metric]:
    sums = await gauges.totals(reader)
    none = gauges.GaugeTotal(0, now)
    waiting = GaugeMetricFamily("embudo_orphans", "What waits for its message, at the last look.", labels=["kind"])
    dropped = CounterMetricFamily("embudo_orphans_dropped", "What no message claimed in time.", labels=["kind"])
    for kind, waits, drops in (
        ("statuses", TenantGauge.WAITING_STATUSES, TenantGauge.DROPPED_STATUSES),
        ("replies", TenantGauge.WAITING_REPLIES, TenantGauge.DROPPED_REPLIES),
        ("corrections", TenantGauge.WAITING_CORRECTIONS, TenantGauge.DROPPED_CORRECTIONS),
    ):
        waiting.add_metric([kind], sums.get(waits, none).value)
        dropped.add_metric([kind], sums.get(drops, none).value)
    rejected, unknown = (
        CounterMetricFamily(name, f"{text} What is applied again counts again.", value=sums.get(figure, none).value)
        for name, text, figure in (
            ("embudo_webhooks_rejected", "Bodies that were not wholly understood.", TenantGauge.REJECTED_WEBHOOKS),
            ("embudo_statuses_unknown", "Statuses whose word is not known.", TenantGauge.UNKNOWN_STATUSES),
        )
    )
    drift = sums.get(TenantGauge.DRIFT, none)
    behind = await unfinished(reader)
    return iter(
        (
            waiting,
            dropped,
            rejected,
            unknown,
            _gauge("embudo_rollup_drift_rows", "Rollup rows that differed at the last look.", drift.value),
            _gauge("embudo_rollup_look_age_seconds", "How long ago the oldest last look was.", _age(drift.at, now)),
            _gauge("embudo_rollups_unfinished", "Tenants whose rollups are being built.", len(behind)),
        )
    )
