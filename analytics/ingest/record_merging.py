"""Merging of a batch's records into the rows of its unit of work, and the outcome of each event."""

from collections import defaultdict
from functools import cache

from analytics.ingest.derived_state import derive_status, resolve_replies
from analytics.ingest.events import ContactChanged
from analytics.ingest.merging import contacts, early_messages
from analytics.ingest.merging.aliases import WAMID
from analytics.ingest.merging.descriptions import MessageMerge
from analytics.ingest.merging.directory import TenantSettings
from analytics.ingest.merging.receipts import IncomingStatuses, Receipt
from analytics.ingest.merging.records import Message, ParsedRecords, Reply, ReplyMerge
from analytics.ingest.outcomes import EventOutcomes, Outcome
from analytics.ingest.unit_of_work import UnitOfWork
from analytics.storage.tables import messages, receipts, replies


async def merge_records(rows: UnitOfWork, records: ParsedRecords, settings: TenantSettings) -> EventOutcomes:
    """Merge messages, statuses and replies, and update the derived state; return the outcomes of the events."""
    outcomes = EventOutcomes()
    merged_ids = await _merge_messages(rows, records.messages, outcomes)
    named_ids = await _merge_receipts(rows, records.statuses, settings, outcomes, merged_ids)
    changed_replies = await _merge_replies(rows, records.replies, outcomes)
    changed_replies += await _merge_contact_changes(rows, records.contact_changes, outcomes)
    await derive_status(rows, [rows.messages.now[key] for key in merged_ids | named_ids], settings.accounts)
    await resolve_replies(rows, settings.accounts, settings.reply_window_days, changed_replies)
    return outcomes


async def _merge_messages(rows: UnitOfWork, sent: list[tuple[int, Message]], outcomes: EventOutcomes) -> set[str]:
    """Merge descriptions of messages; return the ids of those that changed. Incomplete messages go to `early`."""
    ids = {message.id for _, message in sent}
    await rows.messages.ensure(messages.c.id, ids)
    early: dict[str, Message] = {}
    stored_early = await early_messages.load(rows.writer, rows.tenant, ids - rows.messages.now.keys())
    early |= stored_early
    changed_ids: set[str] = set()
    merges: dict[str, MessageMerge] = {}
    changed: dict[str, MessageMerge] = {}

    def put(message: Message) -> None:
        if message.is_whole:
            rows.messages.put(message)
            changed_ids.add(message.id)
            early.pop(message.id, None)
        else:
            early[message.id] = message

    for n, message in sent:
        merge = merges.get(message.id)
        if merge is None:
            stored = rows.messages.get(message.id) or early.get(message.id)
            if stored is None:
                put(message)
                outcomes.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[message.id] = MessageMerge(stored)
        if merge.add(message):
            changed[message.id] = merge
            outcomes.note(n, Outcome.ACCEPTED)
        else:
            outcomes.note(n, Outcome.SUPERSEDED if merge.overrules(message) else Outcome.DUPLICATE)
    for merge in changed.values():
        put(merge.row())
    rows.early = {id: row for id, row in early.items() if stored_early.get(id) != row}
    rows.early |= dict.fromkeys(stored_early.keys() & rows.messages.now.keys())
    return changed_ids


async def _merge_receipts(
    rows: UnitOfWork,
    statuses: list[IncomingStatuses],
    settings: TenantSettings,
    outcomes: EventOutcomes,
    merged_ids: set[str],
) -> set[str]:
    """Merge statuses; return the ids of the stored messages that they name, besides those in `merged_ids`."""
    await rows.receipts.ensure(receipts.c.ref, {incoming.receipt.ref for incoming in statuses})
    message_ids: set[str] = set()
    wamids: dict[str, list[Receipt]] = defaultdict(list)
    for incoming in statuses:
        receipt, accepted = incoming.merge_into(rows.receipts.get((incoming.receipt.ref, incoming.receipt.channel)))
        if not accepted:
            continue
        outcomes.accept(accepted)
        rows.receipts.put(receipt)
        if receipt.channel:
            wamids[receipt.ref].append(receipt)
        else:
            message_ids.add(receipt.ref)
    await rows.messages.ensure(messages.c.id, message_ids)
    await rows.messages.ensure(messages.c.wamid, wamids)
    await rows.messages.load_aliased(WAMID + wamid for wamid in wamids)

    @cache  # many messages may have the same wamid
    def is_about(wamid: str, account_id: str) -> bool:
        numbers = settings.accounts.numbers_of(account_id)
        return any(receipt.account_id == account_id or receipt.number in numbers for receipt in wamids[wamid])

    return {
        message.id
        for message in rows.messages.now.values()
        if message.id not in merged_ids
        and (
            message.id in message_ids
            or any(is_about(wamid, message.account_id) for wamid in message.wamids if wamid in wamids)
        )
    }


async def _merge_replies(rows: UnitOfWork, arrived: list[tuple[int, Reply]], outcomes: EventOutcomes) -> list[Reply]:
    """Merge replies; return those that changed."""
    await rows.replies.ensure(replies.c.id, {reply.id for _, reply in arrived})
    new_or_changed: dict[str, Reply] = {}
    merges: dict[str, ReplyMerge] = {}
    changed: dict[str, ReplyMerge] = {}
    for n, reply in arrived:
        merge = merges.get(reply.id)
        if merge is None:
            stored = rows.replies.get(reply.id) or new_or_changed.get(reply.id)
            if stored is None:
                new_or_changed[reply.id] = reply
                outcomes.note(n, Outcome.ACCEPTED)
                continue
            merge = merges[reply.id] = ReplyMerge(stored)
        if merge.add(reply):
            changed[reply.id] = merge
            outcomes.note(n, Outcome.ACCEPTED)
        elif merge.overrules(reply):
            outcomes.note(n, Outcome.SUPERSEDED)
    new_or_changed |= {id: merge.row() for id, merge in changed.items()}
    for reply in new_or_changed.values():
        rows.replies.put(reply)
    return list(new_or_changed.values())


async def _merge_contact_changes(
    rows: UnitOfWork, events: list[tuple[int, ContactChanged]], outcomes: EventOutcomes
) -> list[Reply]:
    """Store changes of contacts' names; return the replies whose match may change by them."""
    changes_by_event = [(n, contacts.changes_in(event)) for n, event in events]
    new_changes = await contacts.keep_changes(
        rows.writer, rows.tenant, (each for _, changes in changes_by_event for each in changes)
    )
    outcomes.accept(n for n, changes in changes_by_event if not new_changes.isdisjoint(changes))
    if not new_changes:
        return []
    names = await contacts.newer_names(rows.writer, rows.tenant, {change.new_name for change in new_changes})
    since = min(change.at for change in new_changes)
    await rows.replies.load_named(names, replies.c.at >= since)
    return [reply for reply in rows.replies.now.values() if reply.at >= since and not reply.names.isdisjoint(names)]
