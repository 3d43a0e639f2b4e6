"""A batch of events, applied in one transaction.

Whatever order events come in, and however often, the rows end the same. So an importer that dies may simply
begin again: a batch is in whole or not at all, and what is in already changes nothing.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from analytics import figures
from analytics.database import Database, Writer
from analytics.figures import Figure
from analytics.ingest import directory, forgetting
from analytics.ingest.directory import Change, Settings
from analytics.ingest.events import (
    NOT_REPLIES,
    AnyEvent,
    InvalidEvent,
    MessageReply,
    MessageSent,
    MessageStatus,
)
from analytics.ingest.rows import (
    FACTS,
    Message,
    Receipt,
    Reply,
    Said,
    channel,
    merge_messages,
    merge_receipt,
    merge_replies,
    said_in,
)
from analytics.ingest.settle import derive, settle
from analytics.ingest.working_set import WorkingSet
from analytics.rollups.beginning import for_zone
from analytics.rollups.state import State
from analytics.tables import messages, receipts, replies
from analytics.zones import instant, zone

# Rows looked at together when a setting changes what replies answer: bounds the memory of a rare, long task.
CHUNK = 5_000


class Outcome(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # valid, but it changed nothing
    IGNORED = "ignored"  # valid, but of a kind that says nothing here: an unknown status, a reaction
    REJECTED = "rejected"  # valid, but too late, see `TOO_LATE`


# Why an event is rejected that is valid by itself: the rollups of its time stay as they are.
TOO_LATE = InvalidEvent("TOO_LATE", "The messages of this time were dropped after the time that they are kept.")


async def apply(database: Database, tenant: str, events: Sequence[AnyEvent], received_at: int) -> list[Outcome]:
    """Apply events of one tenant, all or none of them; what became of each, in their order.

    `received_at` is when they came, in microseconds: what nobody claims is dropped by that time.
    """
    batch = _read(events, [received_at] * len(events))  # before the lock, for which others of the company wait
    async with database.write() as writer:
        await writer.lock(tenant)
        changed, late = await _apply(writer, tenant, batch)
    return _outcomes(events, changed, late)


async def apply_in(writer: Writer, tenant: str, events: Sequence[AnyEvent], received: Sequence[int]) -> list[Outcome]:
    """As `apply`, in a transaction that holds the tenant's lock; `received` is when each event came."""
    changed, late = await _apply(writer, tenant, _read(events, received))
    return _outcomes(events, changed, late)


class _Batch(NamedTuple):
    """Events, when each came, and what they say, each with the place of its event."""

    events: Sequence[AnyEvent]
    received: Sequence[int]
    changes: list[tuple[int, Change]]
    said: Said


def _read(events: Sequence[AnyEvent], received: Sequence[int]) -> _Batch:
    return _Batch(events, received, directory.changes_in(events), said_in(enumerate(events), received))


async def _apply(writer: Writer, tenant: str, batch: _Batch) -> tuple[set[int], set[int]]:
    """Apply a batch; the events that changed anything, and those that came too late to."""
    await directory.ensure_tenant(writer, tenant)
    await _count_unknown(writer, tenant, batch)
    before = await directory.settings(writer, tenant)
    changed = set(await _keep_directory(writer, tenant, batch.changes))
    settings = await directory.settings(writer, tenant) if changed else before
    local = zone(settings.time_zone)
    state = await for_zone(writer, tenant, local)

    def working_set() -> WorkingSet:
        return WorkingSet(writer, tenant, local, state)

    late = _late(batch.events, state)
    said = batch.said.without(late) if late else batch.said
    rows, merged = await _merge_without_forgotten(writer, tenant, said, batch.received, settings, working_set)
    changed |= merged
    await rows.flush()
    await _settings_changed(writer, tenant, before, settings, working_set)
    return changed, late


async def _count_unknown(writer: Writer, tenant: str, batch: _Batch) -> None:
    """Count the statuses whose word is not known: they change nothing else."""
    unknown = [n for n, event in enumerate(batch.events) if isinstance(event, MessageStatus) and _says_nothing(event)]
    if unknown:
        newest = max(batch.received[n] for n in unknown)
        await figures.add(writer, tenant, {Figure.UNKNOWN_STATUSES: len(unknown)}, newest)


def _late(events: Sequence[AnyEvent], state: State) -> set[int]:
    """The events about a time whose messages were dropped: they come too late to be counted."""
    if state.kept_from is None:
        return set()
    return {
        n
        for n, event in enumerate(events)
        if isinstance(event, (MessageSent, MessageStatus, MessageReply)) and instant(event.at) < state.kept_since
    }


def _outcomes(events: Sequence[AnyEvent], changed: set[int], late: set[int]) -> list[Outcome]:
    return [_outcome(event, n in changed, n in late) for n, event in enumerate(events)]


def _outcome(event: AnyEvent, changed: bool, late: bool) -> Outcome:
    if _says_nothing(event):
        return Outcome.IGNORED
    if late:
        return Outcome.REJECTED
    return Outcome.ACCEPTED if changed else Outcome.DUPLICATE


def _says_nothing(event: AnyEvent) -> bool:
    if isinstance(event, MessageStatus):
        return event.status not in FACTS
    return isinstance(event, MessageReply) and event.reply.kind in NOT_REPLIES


async def _keep_directory(writer: Writer, tenant: str, numbered: list[tuple[int, Change]]) -> list[int]:
    outcome = await directory.keep(writer, tenant, [change for _, change in numbered])
    return [n for (n, _), changed in zip(numbered, outcome, strict=True) if changed]


async def _merge_without_forgotten(
    writer: Writer,
    tenant: str,
    said: Said,
    received: Sequence[int],
    settings: Settings,
    working_set: Callable[[], WorkingSet],
) -> tuple[WorkingSet, set[int]]:
    """Merge what is said, of people who were forgotten only their pseudonyms; the rows, and what changed anything."""
    secret = await forgetting.secret_of(writer, tenant)
    while True:
        rows = working_set()
        if secret is None:
            return rows, await _merge(rows, said, received, settings)
        changed = await _merge(rows, await forgetting.at_the_door(writer, tenant, secret, said), received, settings)
        # What now turns out to be theirs too is forgotten in the rows that are there, and then comes in as such.
        if not (linked := forgetting.linked(rows)):
            return rows, changed
        await forgetting.forget(writer, tenant, linked)


async def _merge(rows: WorkingSet, said: Said, received: Sequence[int], settings: Settings) -> set[int]:
    """Merge messages, statuses and replies, and settle what follows; which events changed anything."""
    changed, touched = await _merge_messages(rows, said.sent)
    stated, named = await _merge_receipts(rows, said.statuses, received, settings)
    answered, fresh = await _merge_replies(rows, said.written)
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
    rows: WorkingSet, statuses: list[tuple[int, MessageStatus]], received: Sequence[int], settings: Settings
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
        merged = merge_receipt(known, event, received[n])
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
