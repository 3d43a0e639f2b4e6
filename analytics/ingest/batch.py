"""A batch of events, applied in one transaction.

The resulting rows do not depend on the order of events or on repetitions. So an importer that crashed may simply start
again: a batch is applied whole or not at all, and events that were applied before change nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from analytics.domain.time_zones import LAST_INSTANT, to_micros, zone
from analytics.ingest.erasure.eraser import erase
from analytics.ingest.erasure.incoming import newly_linked_identifiers, pseudonymize_incoming, unstored_links
from analytics.ingest.erasure.pseudonymizer import load_secret
from analytics.ingest.events import (
    AnyEvent,
    ContactChanged,
    MessageReply,
    MessageSent,
    MessageStatus,
)
from analytics.ingest.merging import directory
from analytics.ingest.merging.descriptions import message_from
from analytics.ingest.merging.directory import DirectoryChange, TenantSettings
from analytics.ingest.merging.receipts import STATUS_COLUMNS
from analytics.ingest.merging.records import ParsedRecords, reply_from
from analytics.ingest.outcomes import EventOutcomes, Outcome
from analytics.ingest.record_merging import merge_records
from analytics.ingest.reprocessing import reprocess
from analytics.ingest.unit_of_work import UnitOfWork
from analytics.reports.availability import DataAvailability
from analytics.rollups.reset import ensure_zone
from analytics.storage import gauges
from analytics.storage.database import Database, Writer
from analytics.storage.gauges import TenantGauge


async def apply_events(database: Database, tenant: str, events: Sequence[AnyEvent], received_at: int) -> list[Outcome]:
    """Apply events of one tenant, all or none of them; return their outcomes, in their order.

    `received_at` is when they arrived (µs): orphans among them are dropped when that is long ago.
    """
    batch = _read_batch(events, [received_at] * len(events))  # before the lock, for which others of the tenant wait
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        outcomes = await _apply(writer, tenant, batch)
    return _outcomes(batch, outcomes)


async def apply_in_transaction(
    writer: Writer, tenant: str, events: Sequence[AnyEvent], received: Sequence[int]
) -> list[Outcome]:
    """Apply events in a transaction that holds the tenant's lock; `received` is when each event arrived (µs)."""
    batch = _read_batch(events, received)
    return _outcomes(batch, await _apply(writer, tenant, batch))


class _Batch(NamedTuple):
    """Events, the time when each arrived, and what they state; the lists have each event's index.

    `unknown` are the statuses with an unknown word, `ignored` all events that state nothing: those, and reactions etc.
    """

    events: Sequence[AnyEvent]
    received: Sequence[int]
    changes: list[tuple[int, DirectoryChange]]
    records: ParsedRecords
    unknown: list[int]
    ignored: list[int]


def _read_batch(events: Sequence[AnyEvent], received: Sequence[int]) -> _Batch:
    """Return what events state, in one pass: there are tens of thousands."""
    batch = _Batch(events, received, [], ParsedRecords([], [], [], []), [], [])
    records = batch.records
    for n, event in enumerate(events):
        if isinstance(event, MessageStatus):
            if event.status in STATUS_COLUMNS:
                records.statuses.append((n, event))
            else:
                batch.unknown.append(n)
                batch.ignored.append(n)
            if event.error is None:
                continue
        elif isinstance(event, MessageSent):
            records.messages.append((n, message_from(event)))
            continue
        elif isinstance(event, MessageReply):
            if reply := reply_from(event, received[n]):
                records.replies.append((n, reply))
            if reply is None or reply.in_group:
                batch.ignored.append(n)
            continue
        elif isinstance(event, ContactChanged):
            records.contact_changes.append((n, event))
            continue
        if change := directory.change_of(event):
            batch.changes.append((n, change))
    return batch


async def _apply(writer: Writer, tenant: str, batch: _Batch) -> dict[int, Outcome]:
    """Apply a batch; return the outcomes by index, without those of duplicates."""
    await directory.ensure_tenant(writer, tenant)
    await _count_unknown(writer, tenant, batch)
    old_settings, outcomes = await directory.load_settings(writer, tenant), EventOutcomes()
    directory_outcomes = await directory.apply_changes(writer, tenant, [change for _, change in batch.changes])
    for (n, _), outcome in zip(batch.changes, directory_outcomes, strict=True):
        outcomes.note(n, outcome)
    settings = await directory.load_settings(writer, tenant) if outcomes.by_position else old_settings
    local = zone(settings.time_zone)
    state = await ensure_zone(writer, tenant, local)
    now = max(batch.received, default=0)

    def create_unit_of_work(now: int = now) -> UnitOfWork:
        return UnitOfWork(writer, tenant, local, state, now)

    rejected = _find_late(batch.events, state)
    records = batch.records.without(rejected) if rejected else batch.records
    rows, merge_outcomes = await _merge_pseudonymized(
        writer, tenant, records, batch.received, settings, create_unit_of_work
    )
    await rows.flush()
    # With the last instant as their arrival, replies and statuses that lose their message by a change of the directory
    # or the settings are never dropped as orphans: the change may be undone.
    await reprocess(writer, tenant, old_settings, settings, lambda: create_unit_of_work(LAST_INSTANT))
    return outcomes.by_position | merge_outcomes.by_position | dict.fromkeys(rejected, Outcome.REJECTED)


async def _count_unknown(writer: Writer, tenant: str, batch: _Batch) -> None:
    """Count the statuses with an unknown word in the gauges: they change nothing else."""
    if batch.unknown:
        last_received = max(batch.received[n] for n in batch.unknown)
        await gauges.increment(writer, tenant, {TenantGauge.UNKNOWN_STATUSES: len(batch.unknown)}, last_received)


def _find_late(events: Sequence[AnyEvent], state: DataAvailability) -> set[int]:
    """Return the indexes of events about a time whose messages were dropped: they are too late to be counted."""
    if state.kept_from is None:
        return set()
    return {
        n
        for n, event in enumerate(events)
        if isinstance(event, (MessageSent, MessageStatus, MessageReply)) and to_micros(event.at) < state.kept_since
    }


def _outcomes(batch: _Batch, outcomes: dict[int, Outcome]) -> list[Outcome]:
    """Return the outcome of every event: ignored ones by their kind, and those without an outcome are duplicates."""
    of_all = [Outcome.DUPLICATE] * len(batch.events)
    for n, outcome in outcomes.items():
        of_all[n] = outcome
    for n in batch.ignored:
        of_all[n] = Outcome.IGNORED
    return of_all


async def _merge_pseudonymized(
    writer: Writer,
    tenant: str,
    records: ParsedRecords,
    received: Sequence[int],
    settings: TenantSettings,
    create_unit_of_work: Callable[[], UnitOfWork],
) -> tuple[UnitOfWork, EventOutcomes]:
    """Merge records, with pseudonyms for erased people; return the rows and the outcomes."""
    secret = await load_secret(writer, tenant)
    while True:
        rows = create_unit_of_work()
        if secret is None:
            return rows, await merge_records(rows, records, received, settings)
        pseudonymized = await pseudonymize_incoming(writer, tenant, secret, records)
        outcomes = await merge_records(rows, pseudonymized, received, settings)
        # The batch may link further identifiers to erased people: erase those in the stored rows too, and start again.
        links = unstored_links(rows, (event for _, event in pseudonymized.contact_changes))
        if not (identifiers := newly_linked_identifiers(links)):
            return rows, outcomes
        await erase(writer, tenant, identifiers, links)
