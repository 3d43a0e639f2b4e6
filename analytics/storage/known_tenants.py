"""The tenants there are, as the coordinator of Citus knows them without asking any node."""

from sqlalchemy import select

from analytics.storage.database import Reader, Writer
from analytics.storage.tables import known_tenants, only, tenants


async def known(reader: Reader) -> list[str]:
    """The tenants that are known."""
    return [row.tenant_id for row in await reader.rows(select(known_tenants.c.tenant_id))]


async def remember(writer: Writer, tenant: str) -> None:
    """Know a tenant from now on."""
    await writer.upsert(known_tenants, ("tenant_id",), [(tenant,)])


async def unknown(reader: Reader, tenant: str | None = None) -> list[str]:
    """The tenants, or this one, that an earlier release has made: it knows nothing of `known_tenants`."""
    found = select(tenants.c.tenant_id).where(*only(tenant)).order_by(tenants.c.tenant_id)
    there = {row.tenant_id for row in await reader.rows(found)}
    return sorted(there.difference(await known(reader)))
