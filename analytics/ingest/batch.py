"""A batch of events, applied in one transaction.

Whatever order events come in, and however often, the rows end the same. So an importer that dies may simply
begin again: a batch is in whole or not at all, and what is in already changes nothing.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from sqlalchemy import delete, select

from analytics.database import Database, Reader, Writer
from analytics.ingest import directory
from analytics.ingest.directory import Settings
from analytics.ingest.events import (
    NOT_REPLIES,
    AnyEvent,
    MessageReply,
    MessageSent,
    MessageStatus,
)
from analytics.ingest.rows import (
    FACTS,
    Message,
    Receipt,
    Reply,
    channel,
    described,
    inbound,
    merge_messages,
    merge_receipt,
    merge_replies,
)
from analytics.ingest.settle import derive, settle
from analytics.ingest.working_set import WorkingSet
from analytics.rollups.state import for_zone
from analytics.tables import messages, receipts, replies, tenants
from analytics.zones import zone

# Rows looked at together when a setting changes what replies answer: bounds the memory of a rare, long task.
CHUNK = 5_000


class Outcome(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # valid, but it changed nothing
    IGNORED = "ignored"  # valid, but of a kind that says nothing here: an unknown status, a reaction


async def apply(database: Database, tenant: str, events: Sequence[AnyEvent], received_at: int) -> list[Outcome]:
    """Apply events of one tenant, all or none of them; what became of each, in their order.

    `received_at` is when they came, in microseconds: what nobody claims is dropped by that time.
    """
    async with database.write() as writer:
        await writer.lock(tenant)
        await directory.ensure_tenant(writer, tenant)
        before = await directory.settings(writer, tenant)
        changed = set(await _keep_directory(writer, tenant, events))
        settings = await directory.settings(writer, tenant) if changed else before
        local = zone(settings.time_zone)
        state = await for_zone(writer, tenant, local)

        def working_set() -> WorkingSet:
            return WorkingSet(writer, tenant, local, state.built_until)

        rows = working_set()
        changed |= await _merge(rows, events, received_at, settings)
        await rows.flush()
        await _settings_changed(writer, tenant, before, settings, working_set)
    return [
        Outcome.IGNORED if _says_nothing(event) else Outcome.ACCEPTED if n in changed else Outcome.DUPLICATE
        for n, event in enumerate(events)
    ]


def _says_nothing(event: AnyEvent) -> bool:
    if isinstance(event, MessageStatus):
        return event.status not in FACTS
    return isinstance(event, MessageReply) and event.reply.kind in NOT_REPLIES


async def _keep_directory(writer: Writer, tenant: str, events: Sequence[AnyEvent]) -> list[int]:
    numbered = directory.changes_in(events)
    outcome = await directory.keep(writer, tenant, [change for _, change in numbered])
    return [n for (n, _), changed in zip(numbered, outcome, strict=True) if changed]


async def _merge(rows: WorkingSet, events: Sequence[AnyEvent], received_at: int, settings: Settings) -> set[int]:
    """Merge messages, statuses and replies, and settle what follows; which events changed anything."""
    sent: list[tuple[int, Message]] = []
    statuses: list[tuple[int, MessageStatus]] = []
    written: list[tuple[int, Reply]] = []
    for n, event in enumerate(events):
        if isinstance(event, MessageStatus):
            if event.status in FACTS:
                statuses.append((n, event))
        elif isinstance(event, MessageSent):
            sent.append((n, described(event)))
        elif isinstance(event, MessageReply) and (reply := inbound(event, received_at)):
            written.append((n, reply))
    changed, touched = await _merge_messages(rows, sent)
    stated, named = await _merge_receipts(rows, statuses, received_at, settings)
    answered, fresh = await _merge_replies(rows, written)
    await derive(rows, [rows.messages.now[key] for key in touched | named], settings.accounts)
    await settle(rows, settings.accounts, settings.reply_window_days, fresh)
    return changed | stated | answered


async def _merge_messages(rows: WorkingSet, sent: list[tuple[int, Message]]) -> tuple[set[int], set[str]]:
    await rows.messages.load(messages.c.id, {message.id for _, message in sent})
    changed, touched = set(), set()
    for n, message in sent:
        known = rows.messages.get(message.id)
        merged = message if known is None else merge_messages(known, message)
        if merged is not known:
            rows.messages.put(merged)
            changed.add(n)
            touched.add(message.id)
    return changed, touched


async def _merge_receipts(
    rows: WorkingSet, statuses: list[tuple[int, MessageStatus]], received_at: int, settings: Settings
) -> tuple[set[int], set[str]]:
    """Merge statuses; which events changed anything, and the messages they name as far as they are known."""
    refs = {event.message_id or event.wamid or "" for _, event in statuses}
    await rows.receipts.load(receipts.c.ref, refs)
    changed: set[int] = set()
    ids: set[str] = set()
    wamids: dict[str, set[str]] = {}
    for n, event in statuses:
        ref = event.message_id or event.wamid or ""
        via = channel(event.message_id, event.account_id, event.phone_number_id)
        known = rows.receipts.get((ref, via)) or Receipt(ref, via)
        merged = merge_receipt(known, event, received_at)
        if merged is known:
            continue
        rows.receipts.put(merged)
        changed.add(n)
        if event.message_id:
            ids.add(ref)
        else:
            wamids.setdefault(ref, set()).update(_accounts_of(via, settings))
    await rows.messages.load(messages.c.id, ids)
    await rows.messages.load(messages.c.wamid, wamids)
    named = {
        message.id
        for message in rows.messages.now.values()
        if message.id in ids or (message.wamid and message.account_id in wamids.get(message.wamid, ()))
    }
    return changed, named


def _accounts_of(via: str, settings: Settings) -> set[str]:
    kind, _, value = via.partition(":")
    return {value} if kind == "a" else set(settings.accounts.having(value))


async def _merge_replies(rows: WorkingSet, written: list[tuple[int, Reply]]) -> tuple[set[int], list[Reply]]:
    await rows.replies.load(replies.c.id, {reply.id for _, reply in written})
    changed, fresh = set(), {}
    for n, reply in written:
        known = rows.replies.get(reply.id)
        merged = reply if known is None else merge_replies(known, reply)
        if merged is not known:
            rows.replies.put(merged)
            changed.add(n)
            fresh[reply.id] = merged
    return changed, list(fresh.values())


async def _settings_changed(
    writer: Writer, tenant: str, before: Settings, after: Settings, working_set: Callable[[], WorkingSet]
) -> None:
    """Decide again what a new reply window, or an account's new number, may have changed."""
    moved = {
        account_id: {before.accounts.numbers.get(account_id), number} - {None}
        for account_id, number in after.accounts.numbers.items()
        if number != before.accounts.numbers.get(account_id)
    }
    numbers = sorted({number for pair in moved.values() for number in pair if number})
    if moved:
        await _derive_again(writer, tenant, sorted(moved), numbers, after, working_set)
    if before.reply_window_days != after.reply_window_days:
        await _settle_again(writer, tenant, None, after, working_set)
    elif moved:
        await _settle_again(writer, tenant, numbers, after, working_set)


async def _derive_again(
    writer: Writer,
    tenant: str,
    account_ids: list[str],
    numbers: list[str],
    settings: Settings,
    working_set: Callable[[], WorkingSet],
) -> None:
    """Join statuses by Meta's number to the messages of accounts that got or lost that number."""
    via = [f"p:{number}" for number in numbers]
    last = ""
    while True:
        found = await writer.rows(
            select(messages.c.id)
            .distinct()
            .join(
                receipts,
                (receipts.c.tenant_id == messages.c.tenant_id) & (receipts.c.ref == messages.c.wamid),
            )
            .where(
                messages.c.tenant_id == tenant,
                receipts.c.tenant_id == tenant,
                messages.c.id > last,
                messages.c.account_id.in_(account_ids),
                receipts.c.channel.in_(via),
            )
            .order_by(messages.c.id)
            .limit(CHUNK)
        )
        if not found:
            return
        last = found[-1].id
        rows = working_set()
        touched = await rows.messages.load(messages.c.id, [row.id for row in found])
        await derive(rows, touched, settings.accounts)
        await settle(rows, settings.accounts, settings.reply_window_days, [])
        await rows.flush()


async def _settle_again(
    writer: Writer,
    tenant: str,
    numbers: list[str] | None,
    settings: Settings,
    working_set: Callable[[], WorkingSet],
) -> None:
    """Decide again the replies to some of Meta's numbers, or (None) all of the tenant's."""
    last = ""
    while True:
        statement = select(replies.c.id).where(replies.c.tenant_id == tenant, replies.c.id > last)
        if numbers is not None:
            statement = statement.where(replies.c.phone_number_id.in_(numbers))
        found = await writer.rows(statement.order_by(replies.c.id).limit(CHUNK))
        if not found:
            return
        last = found[-1].id
        rows = working_set()
        fresh = await rows.replies.load(replies.c.id, [row.id for row in found])
        await settle(rows, settings.accounts, settings.reply_window_days, fresh)
        await rows.flush()


async def tenants_of(reader: Reader) -> list[str]:
    """All companies."""
    return [row.tenant_id for row in await reader.rows(select(tenants.c.tenant_id).order_by(tenants.c.tenant_id))]


async def drop_orphans(database: Database, tenant: str, received_before: int) -> tuple[int, int]:
    """Drop statuses and replies that came before an instant and that no message claimed; how many of each."""
    old_receipts = (
        receipts.c.tenant_id == tenant,
        ~receipts.c.claimed,
        receipts.c.received_at < received_before,
    )
    old_replies = (
        replies.c.tenant_id == tenant,
        replies.c.message_id.is_(None),
        replies.c.received_at < received_before,
    )
    async with database.read() as reader:
        # Mostly there are none, and then nobody who writes has to wait.
        if not await reader.first(select(receipts.c.ref).where(*old_receipts).limit(1)) and not await reader.first(
            select(replies.c.id).where(*old_replies).limit(1)
        ):
            return 0, 0
    async with database.write() as writer:
        await writer.lock(tenant)
        return (
            await writer.execute(delete(receipts).where(*old_receipts)),
            await writer.execute(delete(replies).where(*old_replies)),
        )
