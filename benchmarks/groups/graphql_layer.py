"""Executing the page's document with its data ready in memory: ours against stock Strawberry."""

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from analytics.domain.access import Viewer
from analytics.domain.time_zones import zone
from analytics.exports.records import Export
from analytics.storage.database import Database
from benchmarks.groups.page import MONTH
from benchmarks.page.documents import FIRST_REQUEST, page_document
from benchmarks.support.measuring import Result, compared
from benchmarks.support.serving import ADMINISTRATOR
from benchmarks.workload.data import sqlite_file, url
from benchmarks.workload.messages import LAST_DAY
from graphql_schema.context import Context
from graphql_schema.extensions.permissions import AuthorizedSchema
from graphql_schema.schema import build_schema
from resolvers.loader import Read, RequestLoader
from service.process_tuning import tune_garbage_collector

T = TypeVar("T")
RUNS = 40
NOW = zone("UTC").day_start(LAST_DAY)


class Remembering(RequestLoader):
    """A loader that has read everything before."""

    def __init__(self, database: Database, known: dict[Any, Any]) -> None:
        super().__init__(database, ADMINISTRATOR.tenant_id)
        self._known = known

    async def load(self, read: Read[T], *arguments: Any) -> T:
        """Return the result of the first read with these arguments."""
        key = (read, *arguments)
        if key not in self._known:
            self._known[key] = await super().load(read, *arguments)
        found: T = self._known[key]
        return found


class NoExports:
    """The view starts none."""

    async def enqueue(self, tenant: str, id: str) -> None:
        """Nothing."""

    async def delete_files(self, export: Export) -> None:
        """Nothing."""


def no_link(viewer: Viewer, export: Export) -> str:
    """The view shows none."""
    raise NotImplementedError


def results(large: int) -> Iterator[Result]:
    """The result of the layer."""
    tune_garbage_collector()  # as the service does; it serves both
    yield asyncio.run(_results(sqlite_file(large)))
    gc.unfreeze()  # or DuckDB would report all of its objects as leaked when the process ends


async def _results(file: Path) -> Result:
    async with Database(url(file)) as database:
        known: dict[Any, Any] = {}
        stock, ours = build_schema(plain_execution=False), build_schema()
        times: dict[int, list[float]] = {id(stock): [], id(ours): []}
        # By turns, so that whatever else the machine does meets both alike.
        for _ in range(RUNS):
            for schema in (stock, ours):
                times[id(schema)].append(await _execute(schema, database, known))
    value, reference = (sorted(times[id(schema)])[RUNS // 2] * 1000 for schema in (ours, stock))
    return compared("graphql_vs_stock", value, reference, "ms", "<= 0.4")


async def _execute(schema: AuthorizedSchema, database: Database, known: dict[Any, Any]) -> float:
    context = Context(identity=ADMINISTRATOR, now=NOW, database=database, export_queue=NoExports(), link=no_link)
    context.loader = Remembering(database, known)
    started = time.perf_counter()
    result = await schema.execute(
        page_document(FIRST_REQUEST), variable_values=MONTH.variables(), context_value=context
    )
    spent = time.perf_counter() - started
    if result.errors:
        raise RuntimeError(result.errors)
    return spent
