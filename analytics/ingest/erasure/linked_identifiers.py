"""Identifiers in rows and events, and the search for all that belong to one person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from analytics.ingest.erasure.identifiers import Identifier
from analytics.ingest.erasure.pseudonymizer import contact_name_of, identifier_of
from analytics.ingest.events import ContactChanged
from analytics.ingest.merging.aliases import (
    has_pseudonym,
    names_of,
    numbers_within,
    unlisted,
)
from analytics.ingest.merging.receipts import IncomingStatuses, Receipt
from analytics.ingest.merging.records import Message, Reply
from analytics.ingest.pseudonyms import IdentifierKind, is_pseudonym, phone_in
from analytics.ingest.unit_of_work import (
    AliasedIdentityMap,
    IdentityMap,
)
from analytics.storage.dialects import any_in
from analytics.storage.tables import receipts, replies


def identifiers_in_row(row: Message | Reply | IncomingStatuses | ContactChanged) -> Iterator[Identifier]:
    """Yield all identifiers in a row or event that erasure may replace, also the phones inside its wamids."""
    refs: tuple[str | None, ...]
    match row:
        case IncomingStatuses():
            refs = (row.receipt.ref,)
        case Message():
            refs = (row.id, row.wamid, *unlisted(row.earlier_wamids))
            yield from (
                (IdentifierKind.PHONE, number) for number in numbers_within(row.contact_phone, row.contact_digits)
            )
        case Reply():
            refs = (row.id, row.in_reply_to)
        case ContactChanged():
            refs = ()
    yield from people_in(row)
    for ref in refs:
        if ref is not None:
            yield IdentifierKind.REF, ref
            if phone := phone_in(ref):
                yield IdentifierKind.PHONE, phone


PersonRecord = Message | Reply | Receipt | IncomingStatuses | ContactChanged


def contact_names_in(row: PersonRecord) -> frozenset[str]:
    """Return the names of the contact whom a row or event is about."""
    match row:
        case Receipt():
            return unlisted(row.recipients)
        case IncomingStatuses():
            return frozenset(name for status in row.statuses for name in status.event.names)
        case ContactChanged():
            return names_of(row.old) | names_of(row.new)
        case _:
            return row.names


def people_in(row: PersonRecord) -> Iterator[Identifier]:
    """Yield the phones and ids of the contact whom a row or event is about, without pseudonyms."""
    for identifier in map(identifier_of, contact_names_in(row)):
        if not is_pseudonym(identifier[1]):
            yield identifier


def is_of_erased_person(row: PersonRecord) -> bool:
    """Return True if a row or event is about somebody who was erased."""
    return has_pseudonym(contact_names_in(row)) or (isinstance(row, Receipt) and is_pseudonym(row.ref))


def wamids_in(row: PersonRecord) -> Iterator[Identifier]:
    """Return the wamids in a message or a reply: they hold phones, and lead to other rows of the same person."""
    refs: Iterable[str | None] = ()
    match row:
        case Message():
            refs = row.wamids
        case Reply():
            refs = (row.id, row.in_reply_to)
    for ref in refs:
        if ref is not None and not is_pseudonym(ref):
            yield IdentifierKind.REF, ref


StoredContactChange = tuple[str, str, int]  # the new name, the old name, the time of the change


class IdentifierLinks:
    """Links between identifiers of people outside messages, replies and receipts; each is followed once."""

    def __init__(self, rows: Iterable[PersonRecord], changes: Iterable[StoredContactChange]) -> None:
        self._by_name: dict[str, list[PersonRecord | StoredContactChange]] = defaultdict(list)
        for row in rows:
            for name in contact_names_in(row):
                self._by_name[name].append(row)
        for change in changes:
            for name in change[:2]:
                self._by_name[name].append(change)
        self.followed: list[PersonRecord] = []

    def follow(self, names: Iterable[Identifier]) -> set[Identifier]:
        """Return phones and ids of people, and all others that they are linked to."""
        pending = list(names)
        linked = set(pending)
        while pending:
            name = pending.pop()
            for link in self._by_name.pop(contact_name_of(name), ()):
                if isinstance(link, tuple):
                    others = {identifier_of(other) for other in link[:2] if not is_pseudonym(identifier_of(other)[1])}
                else:
                    self.followed.append(link)
                    others = set(people_in(link))
                pending += others - linked
                linked |= others
        return linked


async def load_linked_identifiers(
    message_map: AliasedIdentityMap[Message],
    reply_map: AliasedIdentityMap[Reply],
    receipt_map: IdentityMap[Receipt],
    links: IdentifierLinks,
    start: set[Identifier],
) -> set[Identifier]:
    """Load all rows of a person; return the identifiers of the person and of the rows."""
    searched: set[Identifier] = set()
    identifiers = start | links.follow(without_wamids(start))
    while pending := identifiers - searched:
        # Receipts without a message have no index by recipient: scan them once for all identifiers that the other rows
        # lead to, not once for each.
        statuses_pending: set[Identifier] = pending
        while pending:
            people = set(map(contact_name_of, without_wamids(pending)))
            sent = await message_map.load_named(people)
            refs = {ref for row in sent for ref in (row.id, *row.wamids)}
            rows: list[PersonRecord] = [
                *sent,
                *await reply_map.load_named(people),
                *await receipt_map.load(receipts.c.ref, refs),
            ]
            searched |= pending
            pending = links.follow({name for row in rows for name in people_in(row)}) - identifiers
            statuses_pending |= pending
            identifiers |= pending
        names_recipient = any_in(receipts.c.recipients, map(contact_name_of, without_wamids(statuses_pending)))
        unclaimed = await receipt_map.find(~receipts.c.claimed, names_recipient)
        identifiers |= links.follow({name for row in unclaimed for name in people_in(row)})
    # A reply to a message to this person came from them, also if it does not name them.
    await reply_map.load(replies.c.message_id, set(message_map.now))
    rows_of_person: list[PersonRecord] = [*message_map.now.values(), *reply_map.now.values(), *links.followed]
    return identifiers | {name for row in rows_of_person for name in wamids_in(row)}


def without_wamids(names: Iterable[Identifier]) -> set[Identifier]:
    """Return those of some identifiers that are phones or ids of people."""
    return {name for name in names if name[0] is not IdentifierKind.REF}
