"""Erasing people, tenants and old messages: their rows, and the files that show them."""

from collections.abc import Iterable

from sqlalchemy import select

from analytics.domain.errors import NotFoundError
from analytics.domain.time_zones import now_micros
from analytics.exports import jobs
from analytics.ingest import webhook_inbox
from analytics.ingest.erasure.eraser import ErasureResult, erase
from analytics.ingest.erasure.identifiers import identifiers_of
from analytics.lifecycle.tenant_removal import remove_tenant_rows
from analytics.storage.tables import tenants
from tasks.exports.cleanup import delete_expired_files
from tasks.exports.files import delete_files
from tasks.resources import JobResources


async def erase_contacts(resources: JobResources, tenant: str, contacts: Iterable[str]) -> ErasureResult:
    """Erase people, given by a phone or an id each, from rows, webhooks and files, and from all that comes in later.

    May be repeated, also after it was killed. Raises `InvalidInputError` and `NotFoundError`.
    """
    identifiers = [identifier for contact in contacts for identifier in identifiers_of(contact)]
    await _require_tenant(resources, tenant)
    async with resources.database.write() as writer:
        await writer.lock_tenant(tenant)
        erased = await erase(writer, tenant, identifiers)
        await webhook_inbox.drop_mentioning(writer, tenant, erased.names)
        await jobs.expire_all(writer, tenant, now_micros())
    # Once more: an export that was claimed before this was committed may have read what was there before it.
    async with resources.database.write() as writer:
        await jobs.expire_all(writer, tenant, now_micros())
    await delete_expired_files(resources)
    await resources.database.vacuum()
    return erased


async def remove_tenant(resources: JobResources, tenant: str) -> None:
    """Remove a tenant whole: files, then rows. May be repeated after a kill. Raises `NotFoundError` and OSError."""
    await _require_tenant(resources, tenant)
    async with resources.database.write() as writer:
        await jobs.cancel_all(writer, tenant, now_micros())
    async with resources.database.read() as reader:
        exports = await jobs.all_of(reader, tenant, now_micros())
    for export in exports:
        await delete_files(resources.files, export)
    await remove_tenant_rows(resources.database, tenant)
    await resources.database.vacuum()


async def expire_files(resources: JobResources, tenant: str, sent_before: int) -> None:
    """Expire and delete a tenant's files that show messages sent before an instant. May be repeated after a kill."""
    async with resources.database.write() as writer:
        await jobs.expire_all(writer, tenant, now_micros(), sent_before)
    await delete_expired_files(resources)


async def _require_tenant(resources: JobResources, tenant: str) -> None:
    async with resources.database.read() as reader:
        if await reader.first(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)) is None:
            raise NotFoundError(f"There is no tenant {tenant!r}.")
