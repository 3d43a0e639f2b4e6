"""Erasing people, companies and old messages: their rows, and the files that show them."""

from collections.abc import Iterable

from sqlalchemy import select

from analytics.domain.errors import NotFoundError
from analytics.domain.time_zones import now_micros
from analytics.exports import jobs
from analytics.ingest import erasure, webhook_inbox
from analytics.ingest.erasure import ErasureResult
from analytics.ingest.identifiers import identifiers_of
from analytics.lifecycle.tenant_removal import remove_tenant_rows
from analytics.storage.tables import tenants
from tasks.exports.job import JobResources, delete_files
from tasks.queue.dispatch import delete_expired_files


async def erase_contacts(resources: JobResources, tenant: str, contacts: Iterable[str]) -> ErasureResult:
    """Forget people by a phone or an id each: in rows, webhooks and files, and in whatever comes later.

    May be repeated, also after it was killed. Raises `InvalidInput` and `NotFoundError`.
    """
    named = [name for contact in contacts for name in identifiers_of(contact)]
    await _known(resources, tenant)
    async with resources.database.write() as writer:
        await writer.lock(tenant)
        erased = await erasure.erase(writer, tenant, named)
        await webhook_inbox.drop_mentioning(writer, tenant, erased.names)
        await jobs.expire_all(writer, tenant, now_micros())
    # Once more: an export that was taken up before this was committed may have read what was there before it.
    async with resources.database.write() as writer:
        await jobs.expire_all(writer, tenant, now_micros())
    await delete_expired_files(resources)
    await resources.database.vacuum()
    return erased


async def remove_tenant(resources: JobResources, tenant: str) -> None:
    """Remove a tenant whole: files, then rows. May be repeated after a kill. Raises `NotFoundError` and OSError."""
    await _known(resources, tenant)
    async with resources.database.write() as writer:
        await jobs.cancel_all(writer, tenant, now_micros())
    async with resources.database.read() as reader:
        made = await jobs.all_of(reader, tenant, now_micros())
    for export in made:
        await delete_files(resources.files, export)
    await remove_tenant_rows(resources.database, tenant)
    await resources.database.vacuum()


async def expire_files(resources: JobResources, tenant: str, sent_before: int) -> None:
    """Have no file of a company show messages sent before an instant. May be repeated after it was killed."""
    async with resources.database.write() as writer:
        await jobs.expire_all(writer, tenant, now_micros(), sent_before)
    await delete_expired_files(resources)


async def _known(resources: JobResources, tenant: str) -> None:
    async with resources.database.read() as reader:
        if await reader.first(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)) is None:
            raise NotFoundError(f"There is no company {tenant!r}.")
