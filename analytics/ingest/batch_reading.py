"""Reading of a batch: what its events state, as far as that depends on nothing that is stored.

It needs no database, so it is done before the tenant's lock is taken, and for files in a process of its own.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from analytics.domain.time_zones import LAST_INSTANT, to_micros
from analytics.ingest.events import AnyEvent, ContactChanged, MessageReply, MessageSent, MessageStatus
from analytics.ingest.merging.aliases import names_of
from analytics.ingest.merging.descriptions import message_from
from analytics.ingest.merging.receipts import (
    STATUS_COLUMNS,
    IncomingStatus,
    ReceiptEvent,
    channel,
    incoming_statuses,
)
from analytics.ingest.merging.records import ParsedRecords, reply_from


class Batch(Struct, frozen=True, array_like=True):
    """The statements of the events of a batch; the lists have each event's index. MessagePack can carry it.

    `times` has the time (µs) of every event about a message, and the last instant for the others. `directory_events`
    are the events that may state something about the directory. `ignored` are all that state nothing: statuses with an
    unknown word, reactions etc. `unknown` has the times at which the former arrived.
    """

    received_at: int  # the latest arrival, µs
    times: list[int]
    directory_events: list[tuple[int, AnyEvent]]
    records: ParsedRecords
    unknown: list[int]
    ignored: list[int]


def read_batch(events: Sequence[AnyEvent], received: Sequence[int]) -> Batch:
    """Return what events state, in one pass: there are tens of thousands. `received` is when each arrived (µs)."""
    batch = Batch(max(received, default=0), [LAST_INSTANT] * len(events), [], ParsedRecords([], [], [], []), [], [])
    records, times = batch.records, batch.times
    statuses: dict[tuple[str, str], list[IncomingStatus]] = defaultdict(list)
    for n, event in enumerate(events):
        if isinstance(event, MessageStatus):
            at = times[n] = to_micros(event.at)
            if column := STATUS_COLUMNS.get(event.status):
                error = event.error
                code = error.code if error and event.status == "failed" else None
                names = tuple(names_of(event.recipient)) if event.recipient else ()
                key = (
                    event.message_id or event.wamid or "",
                    channel(event.message_id, event.account_id, event.phone_number_id),
                )
                statuses[key].append(IncomingStatus(n, received[n], ReceiptEvent(column, at, code, names)))
            else:
                batch.unknown.append(received[n])
                batch.ignored.append(n)
            if event.error is not None:
                batch.directory_events.append((n, event))  # it may have the title of its code
        elif isinstance(event, MessageSent):
            times[n] = to_micros(event.at)
            records.messages.append((n, message_from(event)))
        elif isinstance(event, MessageReply):
            times[n] = to_micros(event.at)
            if reply := reply_from(event, received[n]):
                records.replies.append((n, reply))
            if reply is None or reply.in_group:
                batch.ignored.append(n)
        elif isinstance(event, ContactChanged):
            records.contact_changes.append((n, event))
        else:
            batch.directory_events.append((n, event))
    records.statuses.extend(incoming_statuses(*key, of_receipt) for key, of_receipt in statuses.items())
    return batch
