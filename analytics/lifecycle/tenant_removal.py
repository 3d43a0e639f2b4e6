"""Removing a tenant whole: its rows of every table there is, some at a time, so that nobody waits for it long."""

from sqlalchemy import Table, delete, select

from analytics.storage.database import Database, Writer
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import tenants

# Rows of a table that are deleted in one transaction, or a few more: whole groups of the first column of its key.
STEP = 5_000

# `tenants` comes last: as long as it has a row, a removal that was interrupted can be begun again.
TABLES = (*(table for table in rollup_states.metadata.sorted_tables if table is not tenants), tenants)


async def remove_tenant_rows(database: Database, tenant: str) -> None:
    """Delete all rows of a tenant."""
    for table in TABLES:
        left = True
        while left:
            async with database.write() as writer:
                await writer.lock_tenant(tenant)
                left = await _remove_some(writer, table, tenant)


async def _remove_some(writer: Writer, table: Table, tenant: str) -> bool:
    """Delete some rows of a tenant; whether any may be left."""
    of_tenant = table.c.tenant_id == tenant
    for first in list(table.primary_key)[1:2]:
        place = await writer.first(select(first).where(of_tenant).order_by(first).offset(STEP - 1).limit(1))
        if place is not None:
            await writer.execute(delete(table).where(of_tenant, first <= place[0]))
            return True
    await writer.execute(delete(table).where(of_tenant))
    return False
