"""A batch of events, applied in one transaction.

The resulting rows do not depend on the order of events or on repetitions. So an importer that crashed may simply start
again: a batch is applied whole or not at all, and events that were applied before change nothing.
"""

from collections.abc import Callable, Sequence

from analytics.domain.time_zones import LAST_INSTANT, zone
from analytics.ingest.batch_reading import Batch, read_batch
from analytics.ingest.erasure.eraser import erase
from analytics.ingest.erasure.incoming import newly_linked_identifiers, pseudonymize_incoming, unstored_links
from analytics.ingest.erasure.pseudonymizer import load_secret
from analytics.ingest.events import AnyEvent
from analytics.ingest.merging import directory
from analytics.ingest.merging.directory import TenantSettings
from analytics.ingest.merging.records import ParsedRecords
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
    # Before the lock, for which others of the tenant wait.
    return await apply_batch(database, tenant, read_batch(events, [received_at] * len(events)))


async def apply_batch(database: Database, tenant: str, batch: Batch) -> list[Outcome]:
    """Apply a batch of one tenant, all or none of it; return the outcomes of its events, in their order."""
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        outcomes = await _apply(writer, tenant, batch)
    return _outcomes(batch, outcomes)


async def apply_in_transaction(
    writer: Writer, tenant: str, events: Sequence[AnyEvent], received: Sequence[int]
) -> list[Outcome]:
    """Apply events in a transaction that holds the tenant's lock; `received` is when each event arrived (µs)."""
    batch = read_batch(events, received)
    return _outcomes(batch, await _apply(writer, tenant, batch))


async def _apply(writer: Writer, tenant: str, batch: Batch) -> dict[int, Outcome]:
    """Apply a batch; return the outcomes by index, without those of duplicates."""
    await directory.ensure_tenant(writer, tenant)
    await _count_unknown(writer, tenant, batch)
    old_settings, outcomes = await directory.load_settings(writer, tenant), EventOutcomes()
    changes = [(n, change) for n, event in batch.directory_events if (change := directory.change_of(event))]
    directory_outcomes = await directory.apply_changes(writer, tenant, [change for _, change in changes])
    for (n, _), outcome in zip(changes, directory_outcomes, strict=True):
        outcomes.note(n, outcome)
    settings = await directory.load_settings(writer, tenant) if outcomes.by_position else old_settings
    local = zone(settings.time_zone)
    state = await ensure_zone(writer, tenant, local)

    def create_unit_of_work(now: int = batch.received_at) -> UnitOfWork:
        return UnitOfWork(writer, tenant, local, state, now)

    rejected = _find_late(batch, state)
    records = batch.records.without(rejected) if rejected else batch.records
    rows, merge_outcomes = await _merge_pseudonymized(writer, tenant, records, settings, create_unit_of_work)
    await rows.flush()
    # With the last instant as their arrival, replies and statuses that lose their message by a change of the directory
    # or the settings are never dropped as orphans: the change may be undone.
    await reprocess(writer, tenant, old_settings, settings, lambda: create_unit_of_work(LAST_INSTANT))
    return outcomes.by_position | merge_outcomes.by_position | dict.fromkeys(rejected, Outcome.REJECTED)


async def _count_unknown(writer: Writer, tenant: str, batch: Batch) -> None:
    """Count the statuses with an unknown word in the gauges: they change nothing else."""
    if batch.unknown:
        await gauges.increment(writer, tenant, {TenantGauge.UNKNOWN_STATUSES: len(batch.unknown)}, max(batch.unknown))


def _find_late(batch: Batch, state: DataAvailability) -> set[int]:
    """Return the indexes of events about a time whose messages were dropped: they are too late to be counted."""
    if state.kept_from is None:
        return set()
    return {n for n, at in enumerate(batch.times) if at < state.kept_since}


def _outcomes(batch: Batch, outcomes: dict[int, Outcome]) -> list[Outcome]:
    """Return the outcome of every event: ignored ones by their kind, and those without an outcome are duplicates."""
    of_all = [Outcome.DUPLICATE] * len(batch.times)
    for n, outcome in outcomes.items():
        of_all[n] = outcome
    for n in batch.ignored:
        of_all[n] = Outcome.IGNORED
    return of_all


async def _merge_pseudonymized(
    writer: Writer,
    tenant: str,
    records: ParsedRecords,
    settings: TenantSettings,
    create_unit_of_work: Callable[[], UnitOfWork],
) -> tuple[UnitOfWork, EventOutcomes]:
    """Merge records, with pseudonyms for erased people; return the rows and the outcomes."""
    secret = await load_secret(writer, tenant)
    while True:
        rows = create_unit_of_work()
        if secret is None:
            return rows, await merge_records(rows, records, settings)
        pseudonymized = await pseudonymize_incoming(writer, tenant, secret, records)
        outcomes = await merge_records(rows, pseudonymized, settings)
        # The batch may link further identifiers to erased people: erase those in the stored rows too, and start again.
        links = unstored_links(rows, (event for _, event in pseudonymized.contact_changes))
        if not (identifiers := newly_linked_identifiers(links)):
            return rows, outcomes
        await erase(writer, tenant, identifiers, links)
