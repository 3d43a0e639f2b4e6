"""Erasing people, companies and old messages: their rows, and the files that show them."""

from collections.abc import Iterable

from sqlalchemy import select

from analytics.domain.errors import NotFound
from analytics.exports import jobs
from analytics.ingest import erasure, webhook_inbox
from analytics.ingest.erasure import Erased
from analytics.ingest.identifiers import names_of
from analytics.lifecycle.tenant_removal import remove_rows
from analytics.storage.tables import tenants
from tasks.exports.job import Workshop, forget, now
from tasks.queue.dispatch import expire


async def forget_contacts(workshop: Workshop, tenant: str, contacts: Iterable[str]) -> Erased:
    """Forget people by a phone or an id each: in rows, webhooks and files, and in whatever comes later.

    May be repeated, also after it was killed. Raises `InvalidInput` and `NotFound`.
    """
    named = [name for contact in contacts for name in names_of(contact)]
    await _known(workshop, tenant)
    async with workshop.database.write() as writer:
        await writer.lock(tenant)
        erased = await erasure.forget(writer, tenant, named)
        await webhook_inbox.drop_mentioning(writer, tenant, erased.names)
        await jobs.outdate(writer, tenant, now())
    # Once more: an export that was taken up before this was committed may have read what was there before it.
    async with workshop.database.write() as writer:
        await jobs.outdate(writer, tenant, now())
    await expire(workshop)
    await workshop.database.scrub()
    return erased


async def remove_tenant(workshop: Workshop, tenant: str) -> None:
    """Remove a company whole: files, then rows. May be repeated after it was killed. Raises `NotFound` and OSError."""
    await _known(workshop, tenant)
    async with workshop.database.write() as writer:
        await jobs.withdraw(writer, tenant, now())
    async with workshop.database.read() as reader:
        made = await jobs.all_of(reader, tenant, now())
    for export in made:
        await forget(workshop.files, export)
    await remove_rows(workshop.database, tenant)
    await workshop.database.scrub()


async def outdate_files(workshop: Workshop, tenant: str, sent_before: int) -> None:
    """Have no file of a company show messages sent before an instant. May be repeated after it was killed."""
    async with workshop.database.write() as writer:
        await jobs.outdate(writer, tenant, now(), sent_before)
    await expire(workshop)


async def _known(workshop: Workshop, tenant: str) -> None:
    async with workshop.database.read() as reader:
        if await reader.first(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)) is None:
            raise NotFound(f"There is no company {tenant!r}.")
