"""A batch of events, applied in one transaction.

Whatever order events come in, and however often, the rows end the same. So an importer that dies may simply
begin again: a batch is in whole or not at all, and what is in already changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from analytics.domain.time_zones import LAST_INSTANT, to_micros, zone
from analytics.ingest import erasure
from analytics.ingest.derived_state import derive_status, resolve_replies
from analytics.ingest.events import (
    NOT_REPLIES,
    AnyEvent,
    ContactChanged,
    MessageReply,
    MessageSent,
    MessageStatus,
)
from analytics.ingest.merging import contacts, directory, early_messages
from analytics.ingest.merging.aliases import WAMID
from analytics.ingest.merging.descriptions import MessageMerge, message_from
from analytics.ingest.merging.directory import DirectoryChange, TenantSettings
from analytics.ingest.merging.receipts import STATUS_COLUMNS, Receipt, ReceiptMerge, channel
from analytics.ingest.merging.records import Message, ParsedRecords, Reply, ReplyMerge, reply_from
from analytics.ingest.outcomes import Outcome
from analytics.ingest.reprocessing import reprocess
from analytics.ingest.unit_of_work import UnitOfWork
from analytics.reports.availability import DataAvailability
from analytics.rollups.reset import ensure_zone
from analytics.storage import gauges
from analytics.storage.database import Database, Writer
from analytics.storage.gauges import TenantGauge
from analytics.storage.tables import messages, receipts, replies


async def apply_events(database: Database, tenant: str, events: Sequence[AnyEvent], received_at: int) -> list[Outcome]:
    """Apply events of one tenant, all or none of them; what became of each, in their order.

    `received_at` is when they came, in microseconds: what nobody claims is dropped by that time.
    """
    batch = _read(events, [received_at] * len(events))  # before the lock, for which others of the company wait
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        known = await _apply(writer, tenant, batch)
    return _outcomes(events, known)


async def apply_in_transaction(
    writer: Writer, tenant: str, events: Sequence[AnyEvent], received: Sequence[int]
) -> list[Outcome]:
    """As `apply_events`, in a transaction that holds the tenant's lock; `received` is when each event came."""
    return _outcomes(events, await _apply(writer, tenant, _read(events, received)))


class _Batch(NamedTuple):
    """Events, when each came, and what they say, each with the place of its event."""

    events: Sequence[AnyEvent]
    received: Sequence[int]
    changes: list[tuple[int, DirectoryChange]]
    said: ParsedRecords


def _read(events: Sequence[AnyEvent], received: Sequence[int]) -> _Batch:
    return _Batch(events, received, directory.changes_in(events), _parse_records(events, received))


def _parse_records(events: Sequence[AnyEvent], received: Sequence[int]) -> ParsedRecords:
    """The records that events state about messages; unknown statuses and what is no reply state none."""
    said = ParsedRecords([], [], [], [])
    for n, event in enumerate(events):
        if isinstance(event, MessageStatus):
            if event.status in STATUS_COLUMNS:
                said.statuses.append((n, event))
        elif isinstance(event, MessageSent):
            said.sent.append((n, message_from(event)))
        elif isinstance(event, MessageReply):
            if reply := reply_from(event, received[n]):
                said.written.append((n, reply))
        elif isinstance(event, ContactChanged):
            said.changed.append((n, event))
    return said


class _Effects:
    """The outcomes of a batch's events, by place; an event without one is a duplicate."""

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}

    def note(self, n: int, outcome: Outcome) -> None:
        """Note what became of the n-th event; one that changed something anywhere was accepted."""
        if outcome is not Outcome.DUPLICATE and self.outcomes.get(n) is not Outcome.ACCEPTED:
            self.outcomes[n] = outcome

    def accept(self, places: Iterable[int]) -> None:
        """Note events that changed something."""
        for n in places:
            self.note(n, Outcome.ACCEPTED)


async def _apply(writer: Writer, tenant: str, batch: _Batch) -> dict[int, Outcome]:
    """Apply a batch; what became of each event but those that said what is known already."""
    await directory.ensure_tenant(writer, tenant)
    await _count_unknown(writer, tenant, batch)
    before, effects = await directory.load_settings(writer, tenant), _Effects()
    kept = await directory.apply_change(writer, tenant, [change for _, change in batch.changes])
    for (n, _), outcome in zip(batch.changes, kept, strict=True):
        effects.note(n, outcome)
    settings = await directory.load_settings(writer, tenant) if effects.outcomes else before
    local = zone(settings.time_zone)
    state = await ensure_zone(writer, tenant, local)
    now = max(batch.received, default=0)

    def working_set(now: int = now) -> UnitOfWork:
        return UnitOfWork(writer, tenant, local, state, now)

    late = _too_late(batch.events, state)
    said = batch.said.without(late) if late else batch.said
    rows, merged = await _merge_without_forgotten(writer, tenant, said, batch.received, settings, working_set)
    await rows.flush()
    # What a change of the directory or of the settings takes from a message is not dropped: it may be changed back.
    await reprocess(writer, tenant, before, settings, lambda: working_set(LAST_INSTANT))
    return effects.outcomes | merged.outcomes | dict.fromkeys(late, Outcome.REJECTED)


async def _count_unknown(writer: Writer, tenant: str, batch: _Batch) -> None:
    """Count the statuses whose word is not known: they change nothing else."""
    unknown = [n for n, event in enumerate(batch.events) if isinstance(event, MessageStatus) and _is_ignored(event)]
    if unknown:
        newest = max(batch.received[n] for n in unknown)
        await gauges.increment(writer, tenant, {TenantGauge.UNKNOWN_STATUSES: len(unknown)}, newest)


def _too_late(events: Sequence[AnyEvent], state: DataAvailability) -> set[int]:
    """The events about a time whose messages were dropped: they come too late to be counted."""
    if state.kept_from is None:
        return set()
    return {
        n
        for n, event in enumerate(events)
        if isinstance(event, (MessageSent, MessageStatus, MessageReply)) and to_micros(event.at) < state.kept_since
    }


def _outcomes(events: Sequence[AnyEvent], known: dict[int, Outcome]) -> list[Outcome]:
    return [
        Outcome.IGNORED if _is_ignored(event) else known.get(n, Outcome.DUPLICATE) for n, event in enumerate(events)
    ]


def _is_ignored(event: AnyEvent) -> bool:
    if isinstance(event, MessageStatus):
        return event.status not in STATUS_COLUMNS
    return isinstance(event, MessageReply) and (event.reply.kind in NOT_REPLIES or event.reply.group_id is not None)


async def _merge_without_forgotten(
    writer: Writer,
    tenant: str,
    said: ParsedRecords,
    received: Sequence[int],
    settings: TenantSettings,
    working_set: Callable[[], UnitOfWork],
) -> tuple[UnitOfWork, _Effects]:
    """Merge what is said, of people who were forgotten only their pseudonyms; the rows, and what became of it."""
    secret = await erasure.secret_of(writer, tenant)
    while True:
        rows = working_set()
        if secret is None:
            return rows, await _merge(rows, said, received, settings)
        erased = await erasure.pseudonymize_incoming(writer, tenant, secret, said)
        effects = await _merge(rows, erased, received, settings)
        # What now turns out to be theirs too is forgotten in the rows that are there, and then comes in as such.
        news = erasure.news_of(rows, (event for _, event in erased.changed))
        if not (linked := erasure.newly_linked(news)):
            return rows, effects
        await erasure.erase(writer, tenant, linked, news)


async def _merge(rows: UnitOfWork, said: ParsedRecords, received: Sequence[int], settings: TenantSettings) -> _Effects:
    """Merge messages, statuses and replies, and settle what follows; what became of the events."""
    effects = _Effects()
    touched = await _merge_messages(rows, said.sent, effects)
    named = await _merge_receipts(rows, said.statuses, received, settings, effects)
    fresh = await _merge_replies(rows, said.written, effects)
    fresh += await _merge_contact_changes(rows, said.changed, effects)
    await derive_status(rows, [rows.messages.now[key] for key in touched | named], settings.accounts)
    await resolve_replies(rows, settings.accounts, settings.reply_window_days, fresh)
    return effects


async def _merge_messages(rows: UnitOfWork, sent: list[tuple[int, Message]], effects: _Effects) -> set[str]:
    """Merge descriptions; the messages that changed. One of which not all is known waits."""
    ids = {message.id for _, message in sent}
    await rows.messages.load(messages.c.id, ids)
    waiting: dict[str, Message] = {}
    waited = await early_messages.load(rows.writer, rows.tenant, ids - rows.messages.now.keys())
    waiting |= waited
    touched: set[str] = set()
    merges: dict[str, MessageMerge] = {}
    changed: dict[str, MessageMerge] = {}

    def put(message: Message) -> None:
        if message.is_whole:
            rows.messages.put(message)
            touched.add(message.id)
            waiting.pop(message.id, None)
        else:
            waiting[message.id] = message

    for n, message in sent:
        merge = merges.get(message.id)
        if merge is None:
            known = rows.messages.get(message.id) or waiting.get(message.id)
            if known is None:
                put(message)
                effects.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[message.id] = MessageMerge(known)
        if merge.add(message):
            changed[message.id] = merge
            effects.note(n, Outcome.ACCEPTED)
        else:
            effects.note(n, Outcome.SUPERSEDED if merge.overrules(message) else Outcome.DUPLICATE)
    for merge in changed.values():
        put(merge.row())
    rows.early = {id: row for id, row in waiting.items() if waited.get(id) != row}
    rows.early |= dict.fromkeys(waited.keys() & rows.messages.now.keys())
    return touched


async def _merge_receipts(
    rows: UnitOfWork,
    statuses: list[tuple[int, MessageStatus]],
    received: Sequence[int],
    settings: TenantSettings,
    effects: _Effects,
) -> set[str]:
    """Merge statuses; the messages they name as far as they are known."""
    refs = {event.message_id or event.wamid or "" for _, event in statuses}
    await rows.receipts.load(receipts.c.ref, refs)
    ids: set[str] = set()
    # The wamids under which something was said, with the accounts and the phone number ids that it was said by.
    wamids: dict[str, tuple[set[str], set[str]]] = {}
    merges: dict[tuple[str, str], ReceiptMerge] = {}
    changed: dict[tuple[str, str], ReceiptMerge] = {}
    for n, event in statuses:
        ref = event.message_id or event.wamid or ""
        via = channel(event.message_id, event.account_id, event.phone_number_id)
        key = (ref, via)
        merge = merges.get(key)
        if merge is None:
            merge = merges[key] = ReceiptMerge(rows.receipts.get(key) or Receipt(ref, via))
        if not merge.add(event, received[n]):
            continue
        changed[key] = merge
        effects.note(n, Outcome.ACCEPTED)
        if event.message_id:
            ids.add(ref)
        else:
            accounts, numbers = wamids.setdefault(ref, (set(), set()))
            if event.account_id:
                accounts.add(event.account_id)
            else:
                numbers.add(event.phone_number_id or "")
    for merge in changed.values():
        rows.receipts.put(merge.row())
    await rows.messages.load(messages.c.id, ids)
    await rows.messages.load(messages.c.wamid, wamids)
    await rows.messages.load_aliased(WAMID + wamid for wamid in wamids)

    @cache  # many messages may have the same
    def is_about(wamid: str, account_id: str) -> bool:
        accounts, numbers = wamids[wamid]
        return account_id in accounts or not numbers.isdisjoint(settings.accounts.numbers_of(account_id))

    return {
        message.id
        for message in rows.messages.now.values()
        if message.id in ids or any(is_about(wamid, message.account_id) for wamid in message.wamids if wamid in wamids)
    }


async def _merge_replies(rows: UnitOfWork, written: list[tuple[int, Reply]], effects: _Effects) -> list[Reply]:
    """Merge replies; those that changed."""
    await rows.replies.load(replies.c.id, {reply.id for _, reply in written})
    fresh: dict[str, Reply] = {}
    merges: dict[str, ReplyMerge] = {}
    changed: dict[str, ReplyMerge] = {}
    for n, reply in written:
        merge = merges.get(reply.id)
        if merge is None:
            known = rows.replies.get(reply.id) or fresh.get(reply.id)
            if known is None:
                fresh[reply.id] = reply
                effects.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[reply.id] = ReplyMerge(known)
        if merge.add(reply):
            changed[reply.id] = merge
            effects.note(n, Outcome.ACCEPTED)
        elif merge.overrules(reply):
            effects.note(n, Outcome.SUPERSEDED)
    fresh |= {id: merge.row() for id, merge in changed.items()}
    for reply in fresh.values():
        rows.replies.put(reply)
    return list(fresh.values())


async def _merge_contact_changes(
    rows: UnitOfWork, changed: list[tuple[int, ContactChanged]], effects: _Effects
) -> list[Reply]:
    """Write down who is called otherwise; the replies that this may concern."""
    said = [(n, contacts.changes_in(event)) for n, event in changed]
    fresh = await contacts.keep_changes(rows.writer, rows.tenant, (each for _, found in said for each in found))
    effects.accept(n for n, found in said if not fresh.isdisjoint(found))
    if not fresh:
        return []
    people = await contacts.newer_names(rows.writer, rows.tenant, {change.new_name for change in fresh})
    since = min(change.at for change in fresh)
    await rows.replies.load_named(people, replies.c.at >= since)
    return [reply for reply in rows.replies.now.values() if reply.at >= since and not reply.names.isdisjoint(people)]
