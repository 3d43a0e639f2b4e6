"""Erasure: what the rows say of a person is replaced by pseudonyms, and so is whatever comes in about them later.

A person is what shares a phone or an id with the one named, through any number of rows. Everything that joined still
joins, so every number stays as it is; phones and the texts of replies go for good. `erase` changes the rows that are
there, `pseudonymize_incoming` what a batch says before any row is written, and `newly_linked` finds what a batch newly
tells of somebody who was forgotten. Source: semantics, "Which message does a reply answer?", for who two contacts are.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, and_, delete, or_, select

from analytics.ingest.erasure.identifiers import Identifier, identifiers_in
from analytics.ingest.events import Contact, ContactChanged, MessageStatus
from analytics.ingest.merging import early_messages
from analytics.ingest.merging.aliases import (
    PERSON,
    PHONE,
    WAMID,
    WITHIN,
    has_pseudonym,
    listed,
    names_of,
    numbers_within,
    unlisted,
)
from analytics.ingest.merging.receipts import Receipt, renamed
from analytics.ingest.merging.records import Message, ParsedRecords, Reply
from analytics.ingest.pseudonyms import IdentifierKind, is_pseudonym, phone_in, prefixes, pseudonym
from analytics.ingest.unit_of_work import (
    AliasedIdentityMap,
    IdentityMap,
    UnitOfWork,
    message_rows,
    receipt_rows,
    reply_rows,
)
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import any_in, in_list
from analytics.storage.tables import contact_changes, forgotten, messages, pseudonym_keys, receipts, replies

R = TypeVar("R", Message, Receipt, Reply)

# After every character of base64, in the order of code points.
AFTER_BASE64 = "~"
SECRET_BYTES = 32
# Beginnings of wamids that are looked for in one statement: SQLite's expressions may not be nested much deeper.
MOST_STARTS = 200


@dataclass(frozen=True)
class ErasureResult:
    """How many messages to people and replies of theirs there were; all names of them, to look for them elsewhere."""

    messages: int
    replies: int
    names: frozenset[Identifier] = field(repr=False, compare=False)  # never to be written anywhere


class Pseudonymizer:
    """Replaces in rows whatever has one of these pseudonyms; all else stays as it is."""

    def __init__(self, secret: str, pseudonyms: Iterable[str] = ()) -> None:
        self._secret = secret
        self._known: dict[Identifier, str] = {}
        self.pseudonyms = set(pseudonyms)

    def pseudonym(self, name: Identifier) -> str:
        """The pseudonym that a name has, or would have."""
        if name not in self._known:
            self._known[name] = pseudonym(self._secret, *name)
        return self._known[name]

    def _replaced(self, kind: IdentifierKind, value: str | None) -> str | None:
        if value is None or (found := self.pseudonym((kind, value))) not in self.pseudonyms:
            return value
        return found

    def contact_name(self, name: str) -> str:
        """A contact's name, with its kind in front."""
        kind, value = _kind(name)
        return name[: -len(value)] + (self._replaced(kind, value) or value)

    def contact_names(self, column: str | None) -> str | None:
        """A column of contacts' names."""
        return listed({self.contact_name(name) for name in unlisted(column)})

    def contact(self, contact: Contact) -> Contact:
        """A contact of an event, with pseudonyms for the names of somebody forgotten."""
        named = {name: self.contact_name(name) for name in names_of(contact)}
        changed = {
            name[: len(PHONE)]: new.removeprefix(name[: len(PHONE)]) for name, new in named.items() if new != name
        }
        return Contact(phone=changed.get(PHONE, contact.phone), id=changed.get(PERSON, contact.id))

    def id(self, value: str) -> str:
        """A message's id, which is replaced only where it is a wamid that holds the phone."""
        phone = phone_in(value)
        return (
            value
            if phone is None or self._replaced(IdentifierKind.PHONE, phone) == phone
            else self.pseudonym((IdentifierKind.REF, value))
        )

    def ref(self, value: str | None) -> str | None:
        """A wamid, or what a reply is known by."""
        return value if value is None else self._replaced(IdentifierKind.REF, self.id(value))

    def message(self, row: Message) -> Message:
        """The row of a message, which bears neither phone nor text if it went to somebody forgotten."""
        digits = self._replaced(IdentifierKind.PHONE, row.contact_digits)
        contact, reply = self._replaced(IdentifierKind.CONTACT, row.contact_id), self.ref(row.reply_id)
        recipients = self.contact_names(row.recipients)
        theirs = is_pseudonym(digits) or is_pseudonym(contact) or has_pseudonym(unlisted(recipients))
        untold = theirs or is_pseudonym(reply)
        return msgspec.structs.replace(
            row,
            id=self.id(row.id),
            wamid=self.ref(row.wamid),
            earlier_wamids=listed(self.ref(wamid) or wamid for wamid in unlisted(row.earlier_wamids)),
            recipients=recipients,
            contact_phone=None if is_pseudonym(digits) else self._phone_text(row),
            contact_digits=digits,
            contact_id=contact,
            reply_id=reply,
            reply_text=None if untold else row.reply_text,
        )

    def _phone_text(self, row: Message) -> str | None:
        """The phone as it was written, empty if it is none and holds the number of somebody forgotten.

        Other text that is no phone stays: whose it is can change with a correction, and then it is not there any more.
        """
        within = numbers_within(row.contact_phone, row.contact_digits)
        return (
            ""
            if any(self._replaced(IdentifierKind.PHONE, number) != number for number in within)
            else row.contact_phone
        )

    def reply(self, row: Reply) -> Reply:
        """The row of a reply, which bears no text if it came from somebody forgotten."""
        digits, id = self._replaced(IdentifierKind.PHONE, row.contact_digits), self.ref(row.id) or row.id
        contact = self._replaced(IdentifierKind.CONTACT, row.contact_id)
        further = self.contact_names(row.further_names)
        untold = is_pseudonym(digits) or is_pseudonym(contact) or is_pseudonym(id) or has_pseudonym(unlisted(further))
        return msgspec.structs.replace(
            row,
            id=id,
            contact_digits=digits,
            contact_id=contact,
            further_names=further,
            in_reply_to=self.ref(row.in_reply_to),
            text=None if untold else row.text,
            message_id=self.id(row.message_id) if row.message_id else row.message_id,
        )

    def receipt(self, row: Receipt) -> Receipt:
        """The row of what statuses said."""
        named = self.ref(row.ref) if row.channel else self.id(row.ref)
        return renamed(msgspec.structs.replace(row, ref=named or row.ref), self.contact_name)

    def status(self, event: MessageStatus) -> MessageStatus:
        """A status, which names its message by its id or its wamid."""
        id = event.message_id and self.id(event.message_id)
        recipient = event.recipient and self.contact(event.recipient)
        return msgspec.structs.replace(event, message_id=id, wamid=self.ref(event.wamid), recipient=recipient)

    def change(self, event: ContactChanged) -> ContactChanged:
        """A notice that somebody is called otherwise."""
        return msgspec.structs.replace(event, old=self.contact(event.old), new=self.contact(event.new))


def _kind(name: str) -> Identifier:
    """A contact's name as what a pseudonym stands for."""
    kind = IdentifierKind.PHONE if name.startswith(PHONE) else IdentifierKind.CONTACT
    return kind, name.removeprefix(PHONE if kind is IdentifierKind.PHONE else PERSON)


def _named(person: Identifier) -> str:
    """Convert a kind and value to a contact's name with its kind in front."""
    kind, value = person
    return (PHONE if kind is IdentifierKind.PHONE else PERSON) + value


def _names(row: Message | Reply | MessageStatus | ContactChanged) -> Iterator[Identifier]:
    """All that a row or event is known by and may be replaced for; also the phones inside its wamids."""
    refs: tuple[str | None, ...]
    match row:
        case MessageStatus():
            refs = (row.message_id, row.wamid)
        case Message():
            refs = (row.id, row.wamid, *unlisted(row.earlier_wamids))
            yield from (
                (IdentifierKind.PHONE, number) for number in numbers_within(row.contact_phone, row.contact_digits)
            )
        case Reply():
            refs = (row.id, row.in_reply_to)
        case ContactChanged():
            refs = ()
    yield from _person(row)
    for ref in refs:
        if ref is not None:
            yield IdentifierKind.REF, ref
            if phone := phone_in(ref):
                yield IdentifierKind.PHONE, phone


About = Message | Reply | Receipt | MessageStatus | ContactChanged


def _contacts(row: About) -> frozenset[str]:
    """The names of whom a row or event is about."""
    match row:
        case Receipt():
            return unlisted(row.recipients)
        case MessageStatus():
            return names_of(row.recipient)
        case ContactChanged():
            return names_of(row.old) | names_of(row.new)
        case _:
            return row.names


def _person(row: About) -> Iterator[Identifier]:
    """Whom a row or event is about, as far as they are not forgotten."""
    for name in map(_kind, _contacts(row)):
        if not is_pseudonym(name[1]):
            yield name


def _is_of_forgotten(row: About) -> bool:
    return has_pseudonym(_contacts(row)) or (isinstance(row, Receipt) and is_pseudonym(row.ref))


def _wamids_in(row: About) -> Iterator[Identifier]:
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


async def secret_of(reader: Reader, tenant: str) -> str | None:
    """The key of a company's pseudonyms; None as long as nobody was forgotten."""
    row = await reader.first(select(pseudonym_keys.c.secret).where(pseudonym_keys.c.tenant_id == tenant))
    return row.secret if row else None


async def pseudonymize_incoming(reader: Reader, tenant: str, secret: str, said: ParsedRecords) -> ParsedRecords:
    """What a batch says, without the people who were forgotten."""
    eraser = await _eraser(reader, tenant, secret, {name for part in said for _, row in part for name in _names(row)})
    if not eraser.pseudonyms:
        return said
    return ParsedRecords(
        [(n, eraser.message(row)) for n, row in said.sent],
        [(n, eraser.status(event)) for n, event in said.statuses],
        [(n, eraser.reply(row)) for n, row in said.written],
        [(n, eraser.change(event)) for n, event in said.changed],
    )


async def mentioning(reader: Reader, tenant: str, secret: str, bodies: Sequence[bytes]) -> list[bool]:
    """Which webhook bodies mention somebody who was forgotten."""
    names = [identifiers_in(body) for body in bodies]
    eraser = await _eraser(reader, tenant, secret, {name for of_body in names for name in of_body})
    return [any(eraser.pseudonym(name) in eraser.pseudonyms for name in of_body) for of_body in names]


async def _eraser(reader: Reader, tenant: str, secret: str, names: Iterable[Identifier]) -> Pseudonymizer:
    """What replaces those of the names that were forgotten."""
    eraser = Pseudonymizer(secret)
    candidates = {eraser.pseudonym(name) for name in names}
    statement = select(forgotten.c.pseudonym).where(
        forgotten.c.tenant_id == tenant, in_list(forgotten.c.pseudonym, candidates)
    )
    eraser.pseudonyms = {row.pseudonym for row in await reader.rows(statement)}
    return eraser


def news_of(rows: UnitOfWork, changed: Iterable[ContactChanged]) -> list[About]:
    """Links between identifiers of people that a batch states and no table has yet."""
    found: list[About] = [row for _, row in rows.messages.changes()]
    found += [row for _, row in rows.replies.changes()]
    found += filter(None, rows.early.values())
    return [*found, *(row for _, row in rows.receipts.changes()), *changed]


def newly_linked(news: Iterable[About]) -> set[Identifier]:
    """Names of forgotten people that are told for the first time: another phone, id or wamid of theirs."""
    theirs = [row for row in news if _is_of_forgotten(row)]
    return {name for row in theirs for name in (*_person(row), *_wamids_in(row))}


async def erase(writer: Writer, tenant: str, named: Iterable[Identifier], news: Iterable[About] = ()) -> ErasureResult:
    """Forget whoever is known by one of these names, and with them all that their rows link to them.

    Lock the tenant before. Also those of whom there is nothing yet are forgotten: what comes later is erased. `news`
    are no rows yet, and link people all the same.
    """
    sends, written, said = message_rows(writer, tenant), reply_rows(writer, tenant), receipt_rows(writer, tenant)
    early = await early_messages.load_all(writer, tenant)
    changes = await _changes(writer, tenant)
    links = _Links([*early, *news], changes)
    names = await _all_identifiers(sends, written, said, links, set(named))
    erased = ErasureResult(len(sends.now), len(written.now), frozenset(names))
    eraser = Pseudonymizer(await _secret(writer, tenant))
    people = _people(names)
    eraser.pseudonyms = {eraser.pseudonym(name) for name in people}
    # A wamid that holds the phone is known by it.
    refs = {value for kind, value in names if kind is IdentifierKind.REF and eraser.id(value) == value}
    eraser.pseudonyms |= {eraser.pseudonym((IdentifierKind.REF, value)) for value in refs}
    await writer.upsert(forgotten, ("tenant_id", "pseudonym"), ((tenant, value) for value in sorted(eraser.pseudonyms)))

    await _load_named(sends, written, said, refs, people)
    await sends.load(messages.c.id, {reply.message_id for reply in written.now.values()})
    await _rewrite(sends, eraser.message)
    await _rewrite(written, eraser.reply)
    await _rewrite(said, eraser.receipt)
    await _rewrite_early(writer, tenant, early, eraser)
    await _rewrite_changes(writer, tenant, changes, eraser)
    return erased


Changed = tuple[str, str, int]  # the new name, the old name, since when


async def _changes(reader: Reader, tenant: str) -> list[Changed]:
    """All notices that people of a company are called otherwise: there are few."""
    table = contact_changes
    rows = await reader.rows(select(table.c.new_name, table.c.old_name, table.c.at).where(table.c.tenant_id == tenant))
    return [(row.new_name, row.old_name, row.at) for row in rows]


class _Links:
    """Links between identifiers of people outside messages, replies and receipts; each is followed once."""

    def __init__(self, rows: Iterable[About], changes: Iterable[Changed]) -> None:
        self._by_name: dict[str, list[About | Changed]] = defaultdict(list)
        for row in rows:
            for name in _contacts(row):
                self._by_name[name].append(row)
        for change in changes:
            for name in change[:2]:
                self._by_name[name].append(change)
        self.followed: list[About] = []

    def follow(self, names: Iterable[Identifier]) -> set[Identifier]:
        """Some names of people, and all that they are linked to."""
        fresh = list(names)
        found = set(fresh)
        while fresh:
            name = fresh.pop()
            for link in self._by_name.pop(_named(name), ()):
                if isinstance(link, tuple):
                    others = {_kind(other) for other in link[:2] if not is_pseudonym(_kind(other)[1])}
                else:
                    self.followed.append(link)
                    others = set(_person(link))
                fresh += others - found
                found |= others
        return found


async def _all_identifiers(
    sends: AliasedIdentityMap[Message],
    written: AliasedIdentityMap[Reply],
    said: IdentityMap[Receipt],
    links: _Links,
    names: set[Identifier],
) -> set[Identifier]:
    """Load the rows of a person; all that they and what belongs to them are known by."""
    looked_for: set[Identifier] = set()
    known = names | links.follow(_people(names))
    while new := known - looked_for:
        # Statuses that belong to no message are all looked through: once for all that other rows lead to.
        of_statuses: set[Identifier] = new
        while new:
            people = set(map(_named, _people(new)))
            sent = await sends.load_named(people)
            refs = {ref for row in sent for ref in (row.id, *row.wamids)}
            found: list[About] = [*sent, *await written.load_named(people), *await said.load(receipts.c.ref, refs)]
            looked_for |= new
            new = links.follow({name for row in found for name in _person(row)}) - known
            of_statuses |= new
            known |= new
        waiting = any_in(receipts.c.recipients, map(_named, _people(of_statuses)))
        unclaimed = await said.find(~receipts.c.claimed, waiting)
        known |= links.follow({name for row in unclaimed for name in _person(row)})
    # What answers a message to them came from them, also where it does not say so.
    await written.load(replies.c.message_id, set(sends.now))
    theirs: list[About] = [*sends.now.values(), *written.now.values(), *links.followed]
    return known | {name for row in theirs for name in _wamids_in(row)}


def _people(names: Iterable[Identifier]) -> set[Identifier]:
    return {name for name in names if name[0] is not IdentifierKind.REF}


async def _load_named(
    sends: AliasedIdentityMap[Message],
    written: AliasedIdentityMap[Reply],
    said: IdentityMap[Receipt],
    refs: set[str],
    people: set[Identifier],
) -> None:
    """Load the rows that bear one of the wamids and ids, or a wamid that holds one of the phones."""
    places = (
        (sends, (messages.c.wamid,), (messages.c.id,)),
        (written, (replies.c.id, replies.c.in_reply_to), (replies.c.message_id,)),
        (said, (receipts.c.ref,), ()),
    )
    phones = sorted(value for kind, value in people if kind is IdentifierKind.PHONE)
    starts = [start for phone in phones for start in prefixes(phone)]
    for rows, named, others in places:
        for column in named:
            await rows.load(column, refs)
        for column in (*named, *others):
            for some in range(0, len(starts), MOST_STARTS):
                await rows.find(or_(*(_begins(column, start) for start in starts[some : some + MOST_STARTS])))
    await sends.load_aliased(WAMID + ref for ref in refs)
    await sends.load_aliased(WITHIN + phone for phone in phones)


def _begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + AFTER_BASE64)


async def _rewrite(rows: IdentityMap[R], erase: Callable[[R], R]) -> None:
    """Write the loaded rows as they are without the person, also where that changes their key."""
    erased = {key: erase(row) for key, row in rows.now.items()}
    if moved := [key for key, row in erased.items() if rows.key_of(row) != key]:
        await rows.delete(moved)
    for row in erased.values():
        rows.put(row)
    await rows.flush()


async def _rewrite_early(writer: Writer, tenant: str, early: list[Message], eraser: Pseudonymizer) -> None:
    changed = [(row, erased) for row in early if (erased := eraser.message(row)) != row]
    await early_messages.rewrite(writer, tenant, changed)


async def _rewrite_changes(writer: Writer, tenant: str, changes: list[Changed], eraser: Pseudonymizer) -> None:
    table = contact_changes
    names = {name for *pair, _ in changes for name in pair}
    gone = {name for name in names if eraser.contact_name(name) != name}
    if not gone:
        return
    named = or_(in_list(table.c.new_name, gone), in_list(table.c.old_name, gone))
    await writer.execute(delete(table).where(table.c.tenant_id == tenant, named))
    erased = {
        (eraser.contact_name(new), eraser.contact_name(old)): at
        for new, old, at in changes
        if new in gone or old in gone
    }
    rows = ((tenant, *pair, at) for pair, at in sorted(erased.items()))
    await writer.upsert(table, ("tenant_id", "new_name", "old_name", "at"), rows)


async def _secret(writer: Writer, tenant: str) -> str:
    found = await secret_of(writer, tenant)
    if found is None:
        found = secrets.token_hex(SECRET_BYTES)
        await writer.upsert(pseudonym_keys, ("tenant_id", "secret"), [(tenant, found)])
    return found
