"""Erased people in incoming data: pseudonyms for their identifiers, webhook bodies with them, and new links to them.

A link is a record with several identifiers of one person, such as a message with a phone and an id.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from analytics.ingest.erasure.identifiers import Identifier, identifiers_in
from analytics.ingest.erasure.linked_identifiers import (
    PersonRecord,
    identifiers_in_row,
    is_of_erased_person,
    people_in,
    wamids_in,
)
from analytics.ingest.erasure.pseudonymizer import load_pseudonymizer
from analytics.ingest.events import ContactChanged
from analytics.ingest.merging.records import ParsedRecords
from analytics.ingest.unit_of_work import (
    UnitOfWork,
)
from analytics.storage.database import Reader


async def pseudonymize_incoming(reader: Reader, tenant: str, secret: str, records: ParsedRecords) -> ParsedRecords:
    """Return the records of a batch, with the identifiers of erased people replaced by their pseudonyms."""
    indexed = (records.messages, records.replies, records.contact_changes)
    of_rows = (identifiers_in_row(row) for part in indexed for _, row in part)
    identifiers = set(chain(*of_rows, *map(identifiers_in_row, records.statuses)))
    pseudonymizer = await load_pseudonymizer(reader, tenant, secret, identifiers)
    if not pseudonymizer.pseudonyms:
        return records
    return ParsedRecords(
        [(n, pseudonymizer.message(row)) for n, row in records.messages],
        [pseudonymizer.statuses(statuses) for statuses in records.statuses],
        [(n, pseudonymizer.reply(row)) for n, row in records.replies],
        [(n, pseudonymizer.change(event)) for n, event in records.contact_changes],
    )


async def find_mentions(reader: Reader, tenant: str, secret: str, bodies: Sequence[bytes]) -> list[bool]:
    """Return a flag for each webhook body, in their order: True if it has an identifier of an erased person."""
    identifiers = [identifiers_in(body) for body in bodies]
    pseudonymizer = await load_pseudonymizer(
        reader, tenant, secret, {identifier for of_body in identifiers for identifier in of_body}
    )
    return [
        any(pseudonymizer.pseudonym(identifier) in pseudonymizer.pseudonyms for identifier in of_body)
        for of_body in identifiers
    ]


def unstored_links(rows: UnitOfWork, changed: Iterable[ContactChanged]) -> list[PersonRecord]:
    """Return the rows that a batch changed and the contact changes in it: links that are not in the database yet."""
    records: list[PersonRecord] = [row for _, row in rows.messages.changes()]
    records += [row for _, row in rows.replies.changes()]
    records += filter(None, rows.early.values())
    return [*records, *(row for _, row in rows.receipts.changes()), *changed]


def newly_linked_identifiers(links: Iterable[PersonRecord]) -> set[Identifier]:
    """Return all identifiers (phones, ids, wamids) in those `links` that have an identifier of an erased person."""
    of_erased = [row for row in links if is_of_erased_person(row)]
    return {identifier for row in of_erased for identifier in (*people_in(row), *wamids_in(row))}
