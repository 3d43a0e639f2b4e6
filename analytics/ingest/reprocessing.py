"""Deriving again what follows from the rows that are there, some thousand of them at a time.

A new reply window, or another account of a phone number id, changes what replies answer and which statuses are about
which messages. And where an earlier release derived by other rules, everything is derived anew.
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

# Rows looked at together: bounds the memory of a rare, long task.
CHUNK = 5_000

Told = Callable[[str], None]


class _Pass(NamedTuple):
    """The writer, tenant and settings for going through a company's rows."""

    writer: Writer
    tenant: str
    settings: TenantSettings
    working_set: Callable[[], UnitOfWork]

    async def end(self, rows: UnitOfWork, fresh: Collection[str] = ()) -> None:
        """Decide what replies answer, some of them in any case, and write everything down."""
        again = [reply for reply in rows.replies.now.values() if reply.id in fresh]
        await resolve_replies(rows, self.settings.accounts, self.settings.reply_window_days, again)
        await rows.flush()


async def reprocess(
    writer: Writer, tenant: str, before: TenantSettings, after: TenantSettings, working_set: Callable[[], UnitOfWork]
) -> None:
    """Derive again what changed settings may have changed."""
    old, new = before.accounts.claims, after.accounts.claims
    numbers = {number for number in old.keys() | new.keys() if old.get(number) != new.get(number)}
    through = _Pass(writer, tenant, after, working_set)
    if numbers:
        accounts = {id for number in numbers for of in (before, after) for id in of.accounts.having(number)}
        await _derive_by_number(through, numbers, accounts)
    if before.reply_window_days != after.reply_window_days:
        await _all_replies(through, None)
    elif numbers:
        await _all_replies(through, numbers)


async def _derive_by_number(through: _Pass, numbers: set[str], accounts: set[str]) -> None:
    """Derive the messages of accounts to which statuses by a phone number id may belong."""
    channels = {BY_NUMBER + number for number in numbers}
    last = ""
    while True:
        statement = select(receipts.c.ref).where(
            receipts.c.tenant_id == through.tenant, receipts.c.ref > last, in_list(receipts.c.channel, channels)
        )
        found = await through.writer.rows(statement.order_by(receipts.c.ref).limit(CHUNK))
        if not found:
            return
        refs, last = {row.ref for row in found}, found[-1].ref
        rows = through.working_set()
        bearing = [
            *await rows.messages.load(messages.c.wamid, refs),
            *await rows.messages.load_aliased(WAMID + ref for ref in refs),
        ]
        await derive_status(
            rows, {m.id: m for m in bearing if m.account_id in accounts}.values(), through.settings.accounts
        )
        await through.end(rows)


async def _all_replies(through: _Pass, numbers: set[str] | None) -> None:
    """Decide again the replies to some of Meta's numbers, or (None) all of the company's."""
    last: str | None = ""
    while last is not None:
        last = await _some_replies(through, numbers, last)


async def _some_replies(through: _Pass, numbers: set[str] | None, last: str) -> str | None:
    statement = select(replies.c.id).where(replies.c.tenant_id == through.tenant, replies.c.id > last)
    if numbers is not None:
        statement = statement.where(in_list(replies.c.phone_number_id, numbers))
    found = [row.id for row in await through.writer.rows(statement.order_by(replies.c.id).limit(CHUNK))]
    if not found:
        return None
    rows = through.working_set()
    await rows.replies.load(replies.c.id, found)
    await through.end(rows, set(found))
    return str(found[-1])


async def _some_messages(through: _Pass, last: str) -> str | None:
    statement = select(messages.c.id).where(messages.c.tenant_id == through.tenant, messages.c.id > last)
    found = [row.id for row in await through.writer.rows(statement.order_by(messages.c.id).limit(CHUNK))]
    if not found:
        return None
    rows = through.working_set()
    await derive_status(rows, await rows.messages.load(messages.c.id, found), through.settings.accounts)
    await through.end(rows)
    return str(found[-1])


async def is_outdated(reader: Reader, tenant: str | None = None) -> list[str]:
    """The companies, or this one, whose messages were derived by the rules of an earlier release."""
    old = or_(tenants.c.derivation.is_(None), tenants.c.derivation < DERIVATION)
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).where(old, *only(tenant)))]


async def derive_again(database: Database, tenant: str, now: int, told: Told = lambda _: None) -> None:
    """Derive all of a company's messages and what their replies answer, while the service runs.

    `told` hears of the last message or reply of each step. May be repeated; one that is interrupted begins again.
    """
    for step in (_some_messages, lambda through, last: _some_replies(through, None, last)):
        last: str | None = ""
        while last is not None:
            async with database.write() as writer:
                await writer.lock_tenant(tenant)
                last = await step(await _pass(writer, tenant, now), last)
            if last is not None:
                told(last)
    async with database.write() as writer:
        await writer.execute(update(tenants).where(tenants.c.tenant_id == tenant).values(derivation=DERIVATION))


async def _pass(writer: Writer, tenant: str, now: int) -> _Pass:
    settings = await directory.load_settings(writer, tenant)
    local = zone(settings.time_zone)
    state = await ensure_zone(writer, tenant, local)
    return _Pass(writer, tenant, settings, lambda: UnitOfWork(writer, tenant, local, state, now))
