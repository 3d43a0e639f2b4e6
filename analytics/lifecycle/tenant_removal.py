"""Removal of a tenant: its rows in every table, some at a time, so that other writers never wait long."""

from sqlalchemy import Table, delete, select

from analytics.storage.database import Database, Writer
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import tenants

# Rows deleted in one transaction, at least: all rows with the same value in the first column of the key go together.
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
    """Delete some rows of a tenant; return True if any may be left."""
    of_tenant = table.c.tenant_id == tenant
    for column in list(table.primary_key)[1:2]:
        last = await writer.first(select(column).where(of_tenant).order_by(column).offset(STEP - 1).limit(1))
        if last is not None:
            await writer.execute(delete(table).where(of_tenant, column <= last[0]))
            return True
    await writer.execute(delete(table).where(of_tenant))
    return False
