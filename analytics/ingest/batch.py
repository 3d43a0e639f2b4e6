"""A batch of events, applied in one transaction.

Whatever order events come in, and however often, the rows end the same. So an importer that dies may simply
begin again: a batch is in whole or not at all, and what is in already changes nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from analytics.domain.time_zones import LAST_INSTANT, to_micros, zone
from analytics.ingest.erasure import eraser
from analytics.ingest.events import (
    NOT_REPLIES,
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
    """Apply events of one tenant, all or none of them; what became of each, in their order.

    `received_at` is when they came, in microseconds: what nobody claims is dropped by that time.
    """
    batch = _read(events, [received_at] * len(events))  # before the lock, for which others of the tenant wait
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


async def _apply(writer: Writer, tenant: str, batch: _Batch) -> dict[int, Outcome]:
    """Apply a batch; what became of each event but those that said what is known already."""
    await directory.ensure_tenant(writer, tenant)
    await _count_unknown(writer, tenant, batch)
    before, effects = await directory.load_settings(writer, tenant), EventOutcomes()
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
) -> tuple[UnitOfWork, EventOutcomes]:
    """Merge what is said, of people who were forgotten only their pseudonyms; the rows, and what became of it."""
    secret = await eraser.secret_of(writer, tenant)
    while True:
        rows = working_set()
        if secret is None:
            return rows, await merge_records(rows, said, received, settings)
        erased = await eraser.pseudonymize_incoming(writer, tenant, secret, said)
        effects = await merge_records(rows, erased, received, settings)
        # What now turns out to be theirs too is forgotten in the rows that are there, and then comes in as such.
        news = eraser.news_of(rows, (event for _, event in erased.changed))
        if not (linked := eraser.newly_linked(news)):
            return rows, effects
        await eraser.erase(writer, tenant, linked, news)
