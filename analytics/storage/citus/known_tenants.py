"""The list of tenants, which Citus keeps on the coordinator: reading it needs no other node."""

from sqlalchemy import select

from analytics.storage.database import Reader, Writer
from analytics.storage.tables import known_tenants, only, tenants


async def load_known(reader: Reader) -> list[str]:
    """Load the ids in the list of tenants."""
    return [row.tenant_id for row in await reader.rows(select(known_tenants.c.tenant_id))]


async def remember(writer: Writer, tenant: str) -> None:
    """Add a tenant to the list."""
    await writer.upsert(known_tenants, ("tenant_id",), [(tenant,)])


async def load_unknown(reader: Reader, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, missing in the list: an earlier release, without the list, created them."""
    statement = select(tenants.c.tenant_id).where(*only(tenant)).order_by(tenants.c.tenant_id)
    tenant_ids = {row.tenant_id for row in await reader.rows(statement)}
    return sorted(tenant_ids.difference(await load_known(reader)))
