"""Spreading the tables over the nodes of a Citus cluster: all rows of a company on one node, in tables side by side.

Every statement names its company on every table, so it runs on that node as it would on a PostgreSQL of its own. Jobs
stay on the coordinator: `exports` are few, and workers of all companies' exports ask for them every second.
"""

from typing import NamedTuple

from sqlalchemy import Table, make_url, text

from analytics.database import Database, Reader
from analytics.rollup_tables import rollup_states
from analytics.tables import exports, known_tenants, tenants, webhook_queue

LOCAL = frozenset({exports.name, webhook_queue.name, known_tenants.name})


class Distribution(NamedTuple):
    """The tables that were distributed just now, and those that were so already."""

    new: list[str]
    known: list[str]


def distributed() -> list[Table]:
    """The tables that are spread: first the one that the others are put beside."""
    tables = [table for table in rollup_states.metadata.sorted_tables if table.name not in LOCAL]
    return sorted(tables, key=lambda table: table is not tenants)


async def distribute(database: Database) -> Distribution | None:
    """Make the tables distributed, with the rows that they have; None where the server has no Citus.

    May be repeated: after it was interrupted, and after a migration that made new tables. Writers wait while a table
    with rows is moved.
    """
    if not await _available(database):
        return None
    async with database.write() as writer:
        await writer.execute(text("CREATE EXTENSION IF NOT EXISTS citus"))
    return await spread(database)


async def _available(database: Database) -> bool:
    if make_url(database.url).get_backend_name() != "postgresql":
        return False
    async with database.read() as reader:
        found = await reader.first(text("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'"))
    return found is not None


async def spread(database: Database) -> Distribution:
    """Make the tables distributed where Citus is set up. A transaction for each, as Citus wants them."""
    done = Distribution([], [])
    for table in distributed():
        beside = "none" if table is tenants else tenants.name
        async with database.write() as writer:
            known = await _is_distributed(writer, table)
            if not known:
                await writer.rows(_CREATE.bindparams(name=table.name, beside=beside))
        async with database.write() as writer:
            # The rows are on the nodes now; what they were copied from would only take room.
            await writer.rows(_TRUNCATE.bindparams(name=table.name))
        (done.known if known else done.new).append(table.name)
    return done


_CREATE = text(
    "SELECT create_distributed_table(CAST(CAST(:name AS text) AS regclass), 'tenant_id',"
    " colocate_with => CAST(:beside AS text))"
)
_TRUNCATE = text("SELECT truncate_local_data_after_distributing_table(CAST(CAST(:name AS text) AS regclass))")
_PARTITION = text(
    "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST(CAST(:name AS text) AS regclass) AND partmethod = 'h'"
)


async def _is_distributed(reader: Reader, table: Table) -> bool:
    return await reader.first(_PARTITION.bindparams(name=table.name)) is not None
