"""Merging of a batch's records into the rows of its unit of work, and the outcome of each event."""

from collections.abc import Sequence
from functools import cache

from analytics.ingest.derived_state import derive_status, resolve_replies
from analytics.ingest.events import ContactChanged, MessageStatus
from analytics.ingest.merging import contacts, early_messages
from analytics.ingest.merging.aliases import WAMID
from analytics.ingest.merging.descriptions import MessageMerge
from analytics.ingest.merging.directory import TenantSettings
from analytics.ingest.merging.receipts import Receipt, ReceiptMerge, channel
from analytics.ingest.merging.records import Message, ParsedRecords, Reply, ReplyMerge
from analytics.ingest.outcomes import EventOutcomes, Outcome
from analytics.ingest.unit_of_work import UnitOfWork
from analytics.storage.tables import messages, receipts, replies


async def merge_records(
    rows: UnitOfWork, said: ParsedRecords, received: Sequence[int], settings: TenantSettings
) -> EventOutcomes:
    """Merge messages, statuses and replies, and derive what follows from them; return the outcomes of the events."""
    effects = EventOutcomes()
    touched = await _merge_messages(rows, said.sent, effects)
    named = await _merge_receipts(rows, said.statuses, received, settings, effects)
    fresh = await _merge_replies(rows, said.written, effects)
    fresh += await _merge_contact_changes(rows, said.changed, effects)
    await derive_status(rows, [rows.messages.now[key] for key in touched | named], settings.accounts)
    await resolve_replies(rows, settings.accounts, settings.reply_window_days, fresh)
    return effects


async def _merge_messages(rows: UnitOfWork, sent: list[tuple[int, Message]], effects: EventOutcomes) -> set[str]:
    """Merge descriptions of messages; return the ids of those that changed. An incomplete message waits."""
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
            stored = rows.messages.get(message.id) or waiting.get(message.id)
            if stored is None:
                put(message)
                effects.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[message.id] = MessageMerge(stored)
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
    effects: EventOutcomes,
) -> set[str]:
    """Merge statuses; return the ids of the stored messages that they name."""
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


async def _merge_replies(rows: UnitOfWork, written: list[tuple[int, Reply]], effects: EventOutcomes) -> list[Reply]:
    """Merge replies; return those that changed."""
    await rows.replies.load(replies.c.id, {reply.id for _, reply in written})
    fresh: dict[str, Reply] = {}
    merges: dict[str, ReplyMerge] = {}
    changed: dict[str, ReplyMerge] = {}
    for n, reply in written:
        merge = merges.get(reply.id)
        if merge is None:
            stored = rows.replies.get(reply.id) or fresh.get(reply.id)
            if stored is None:
                fresh[reply.id] = reply
                effects.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[reply.id] = ReplyMerge(stored)
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
    rows: UnitOfWork, changed: list[tuple[int, ContactChanged]], effects: EventOutcomes
) -> list[Reply]:
    """Store changes of contacts' names; return the replies that they may concern."""
    said = [(n, contacts.changes_in(event)) for n, event in changed]
    fresh = await contacts.keep_changes(rows.writer, rows.tenant, (each for _, changes in said for each in changes))
    effects.accept(n for n, changes in said if not fresh.isdisjoint(changes))
    if not fresh:
        return []
    people = await contacts.newer_names(rows.writer, rows.tenant, {change.new_name for change in fresh})
    since = min(change.at for change in fresh)
    await rows.replies.load_named(people, replies.c.at >= since)
    return [reply for reply in rows.replies.now.values() if reply.at >= since and not reply.names.isdisjoint(people)]
