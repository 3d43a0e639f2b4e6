"""Reprocessing: the derived state of stored rows is derived again, some thousand rows at a time.

A new reply window, or another account for a phone number id, changes which messages replies and statuses belong to.
And when a release changes the rules of derivation, everything is derived again.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import or_, select, update

from analytics.domain.time_zones import zone
from analytics.ingest.derived_state import derive_status, resolve_replies
from analytics.ingest.merging import directory
from analytics.ingest.merging.aliases import WAMID
from analytics.ingest.merging.directory import DERIVATION, TenantSettings
from analytics.ingest.merging.receipts import BY_NUMBER
from analytics.ingest.unit_of_work import UnitOfWork
from analytics.rollups.reset import ensure_zone
from analytics.storage.database import Database, Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import messages, only, receipts, replies, tenants

# Rows loaded at a time: bounds the memory of a rare, long task.
CHUNK = 5_000

StepCallback = Callable[[str], None]


class _Run(NamedTuple):
    """The writer, tenant and settings for processing a tenant's rows."""

    writer: Writer
    tenant: str
    settings: TenantSettings
    create_unit_of_work: Callable[[], UnitOfWork]

    async def end(self, rows: UnitOfWork, fresh: Collection[str] = ()) -> None:
        """Match replies, those with the ids `fresh` in any case, and write all changes."""
        fresh_replies = [reply for reply in rows.replies.now.values() if reply.id in fresh]
        await resolve_replies(rows, self.settings.accounts, self.settings.reply_window_days, fresh_replies)
        await rows.flush()


async def reprocess(
    writer: Writer,
    tenant: str,
    old_settings: TenantSettings,
    new_settings: TenantSettings,
    create_unit_of_work: Callable[[], UnitOfWork],
) -> None:
    """Derive again the state that changed settings may affect."""
    old_claims, new_claims = old_settings.accounts.claims, new_settings.accounts.claims
    numbers = {
        number for number in old_claims.keys() | new_claims.keys() if old_claims.get(number) != new_claims.get(number)
    }
    run = _Run(writer, tenant, new_settings, create_unit_of_work)
    if numbers:
        accounts = {
            id for number in numbers for of in (old_settings, new_settings) for id in of.accounts.having(number)
        }
        await _derive_by_number(run, numbers, accounts)
    if old_settings.reply_window_days != new_settings.reply_window_days:
        await _resolve_all_replies(run, None)
    elif numbers:
        await _resolve_all_replies(run, numbers)


async def _derive_by_number(run: _Run, numbers: set[str], accounts: set[str]) -> None:
    """Derive the messages of some accounts that have statuses with one of some phone number ids."""
    channels = {BY_NUMBER + number for number in numbers}
    last = ""
    while True:
        statement = select(receipts.c.ref).where(
            receipts.c.tenant_id == run.tenant, receipts.c.ref > last, in_list(receipts.c.channel, channels)
        )
        page = await run.writer.rows(statement.order_by(receipts.c.ref).limit(CHUNK))
        if not page:
            return
        refs, last = {row.ref for row in page}, page[-1].ref
        rows = run.create_unit_of_work()
        candidates = [
            *await rows.messages.load(messages.c.wamid, refs),
            *await rows.messages.load_aliased(WAMID + ref for ref in refs),
        ]
        await derive_status(
            rows, {m.id: m for m in candidates if m.account_id in accounts}.values(), run.settings.accounts
        )
        await run.end(rows)


async def _resolve_all_replies(run: _Run, numbers: set[str] | None) -> None:
    """Match again the replies to some phone number ids, or (None) all of the tenant's."""
    last: str | None = ""
    while last is not None:
        last = await _resolve_some_replies(run, numbers, last)


async def _resolve_some_replies(run: _Run, numbers: set[str] | None, last: str) -> str | None:
    statement = select(replies.c.id).where(replies.c.tenant_id == run.tenant, replies.c.id > last)
    if numbers is not None:
        statement = statement.where(in_list(replies.c.phone_number_id, numbers))
    page = [row.id for row in await run.writer.rows(statement.order_by(replies.c.id).limit(CHUNK))]
    if not page:
        return None
    rows = run.create_unit_of_work()
    await rows.replies.load(replies.c.id, page)
    await run.end(rows, set(page))
    return str(page[-1])


async def _derive_some_messages(run: _Run, last: str) -> str | None:
    statement = select(messages.c.id).where(messages.c.tenant_id == run.tenant, messages.c.id > last)
    page = [row.id for row in await run.writer.rows(statement.order_by(messages.c.id).limit(CHUNK))]
    if not page:
        return None
    rows = run.create_unit_of_work()
    await derive_status(rows, await rows.messages.load(messages.c.id, page), run.settings.accounts)
    await run.end(rows)
    return str(page[-1])


async def is_outdated(reader: Reader, tenant: str | None = None) -> list[str]:
    """Return the tenants, or the given one, whose messages were derived by the rules of an earlier release."""
    old = or_(tenants.c.derivation.is_(None), tenants.c.derivation < DERIVATION)
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(old, *only(tenant)))]


async def derive_again(database: Database, tenant: str, now: int, on_step: StepCallback = lambda _: None) -> None:
    """Derive all of a tenant's messages and match all replies, while the service runs.

    `on_step` is called with the id of the last message or reply of each step. It may be repeated at any time; one that
    was interrupted starts from the beginning.
    """
    for step in (_derive_some_messages, lambda run, last: _resolve_some_replies(run, None, last)):
        last: str | None = ""
        while last is not None:
            async with database.write() as writer:
                await writer.lock_tenant(tenant)
                last = await step(await _create_run(writer, tenant, now), last)
            if last is not None:
                on_step(last)
    async with database.write() as writer:
        await writer.execute(update(tenants).where(tenants.c.tenant_id == tenant).values(derivation=DERIVATION))


async def _create_run(writer: Writer, tenant: str, now: int) -> _Run:
    settings = await directory.load_settings(writer, tenant)
    local = zone(settings.time_zone)
    state = await ensure_zone(writer, tenant, local)
    return _Run(writer, tenant, settings, lambda: UnitOfWork(writer, tenant, local, state, now))
