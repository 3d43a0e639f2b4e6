"""Distribution of the tables over the nodes of a Citus cluster: all rows of a tenant on one node, in colocated tables.

Every statement names its tenant on every table, so it runs on that node as it would on a PostgreSQL of its own. Tables
queried for all tenants each second stay on the coordinator: exports, the queue of webhooks, the list of tenants.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from sqlalchemy import Table, make_url, text
from sqlalchemy.exc import DBAPIError

from analytics.storage.backends.table_locks import (
    LOCK_ATTEMPTS,
    LOCK_NOT_AVAILABLE,
    LOCK_PAUSE,
    LOCK_TIMEOUT,
    TablesLockedError,
)
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import exports, known_tenants, tenants, webhook_queue

LOCAL_TABLES = frozenset({exports.name, webhook_queue.name, known_tenants.name})

T = TypeVar("T")


class Distribution(NamedTuple):
    """The result of a distribution: names of tables, and the number of nodes."""

    new: list[str]  # distributed by this call
    distributed_before: list[str]
    left: list[str]  # their former rows are still on the coordinator, because other transactions used the tables
    nodes: int  # that hold rows of tenants


def distributed() -> list[Table]:
    """Return the tables to distribute: first `tenants`, with which the others are colocated."""
    tables = [table for table in rollup_states.metadata.sorted_tables if table.name not in LOCAL_TABLES]
    return sorted(tables, key=lambda table: table is not tenants)


async def distribute(database: Database) -> Distribution | None:
    """Distribute the tables with their rows; return None if the server has no Citus.

    May be repeated, after an interruption or after a migration with new tables: distributed tables are left alone.
    Writers wait while tables with rows are moved; readers see all rows, before and after. Raises `TablesLockedError`;
    then nothing was changed.
    """
    if not await _available(database):
        return None
    async with database.write() as writer:
        await writer.execute(text("CREATE EXTENSION IF NOT EXISTS citus"))
    return await distribute_tables(database)


async def _available(database: Database) -> bool:
    if make_url(database.url).get_backend_name() != "postgresql":
        return False
    async with database.read() as reader:
        extension = await reader.first(text("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'"))
    return extension is not None


async def distribute_tables(database: Database) -> Distribution:
    """Distribute the tables of a database that has the extension `citus`.

    Raises `TablesLockedError`; then nothing was changed.
    """
    tries = iter(range(LOCK_ATTEMPTS))
    while (new := await _unless_locked(database, _spread)) is None:
        await _pause(tries)
    left = await _drop_former_rows(database)
    async with database.read() as reader:
        nodes = await reader.first(_NODES)
    distributed_before = [table.name for table in distributed() if table.name not in new]
    return Distribution(new, distributed_before, left, int(nodes[0]) if nodes else 0)


async def _drop_former_rows(database: Database) -> list[str]:
    """Delete the former rows of distributed tables on the coordinator; return the tables that are still in use."""
    async with database.read() as reader:
        sizes = {table.name: await reader.first(_SIZE.bindparams(name=table.name)) for table in distributed()}
    left = [name for name, size in sizes.items() if size and size[0]]
    tries = iter(range(LOCK_ATTEMPTS))
    while left:
        if await _unless_locked(database, partial(_drop_rows, name=left[0])) is not None:
            del left[0]
            continue
        try:
            await _pause(tries)
        except TablesLockedError:
            break
    return left


async def _drop_rows(writer: Writer, name: str) -> Sequence[object]:
    return await writer.rows(_TRUNCATE.bindparams(name=name))


async def _pause(tries: Iterator[int]) -> None:
    """Wait for `LOCK_PAUSE`, so that other transactions can go on. Raises `TablesLockedError` after the last try."""
    if next(tries, None) is None:
        raise TablesLockedError
    await asyncio.sleep(LOCK_PAUSE)


async def _unless_locked(database: Database, work: Callable[[Writer], Awaitable[T]]) -> T | None:
    """Run work that locks whole tables; return None if others use one of them for longer than `LOCK_TIMEOUT`."""
    try:
        async with database.write() as writer:
            await writer.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            return await work(writer)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return None


async def _spread(writer: Writer) -> list[str]:
    """Distribute the tables that are not distributed yet, in one transaction; return their names.

    One transaction, because a reader whose snapshot on the node is older than a table's move sees that table as empty.
    Citus can do this in one transaction only in sequential mode: one shard at a time, one connection to each node.
    """
    new = [table.name for table in distributed() if not await _is_distributed(writer, table)]
    if new:
        await writer.execute(text("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'"))
        # Lock all tables before copying any, so that transactions that write to them end first.
        await writer.execute(text(f"LOCK TABLE {', '.join(new)} IN EXCLUSIVE MODE"))
    for name in new:
        colocate_with = "none" if name == tenants.name else tenants.name
        await writer.rows(_CREATE.bindparams(name=name, colocate_with=colocate_with))
    return new


_CREATE = text(
    "SELECT create_distributed_table(CAST(CAST(:name AS text) AS regclass), 'tenant_id',"
    " colocate_with => CAST(:colocate_with AS text))"
)
_SIZE = text("SELECT pg_relation_size(CAST(CAST(:name AS text) AS regclass))")
_TRUNCATE = text("SELECT truncate_local_data_after_distributing_table(CAST(CAST(:name AS text) AS regclass))")
_PARTITION = text(
    "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST(CAST(:name AS text) AS regclass) AND partmethod = 'h'"
)
_NODES = text("SELECT count(DISTINCT groupid) FROM pg_dist_placement")


async def _is_distributed(reader: Reader, table: Table) -> bool:
    return await reader.first(_PARTITION.bindparams(name=table.name)) is not None
