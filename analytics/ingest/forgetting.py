"""Erasure: what the rows say of a person is replaced by pseudonyms, and so is whatever comes in about them later.

A person is what shares a phone or an id with the one named, through any number of rows. Everything that joined still
joins, so every number stays as it is; phones and the texts of replies go for good. `forget` changes the rows that are
there, `at_the_door` what a batch says before any row is written, and `linked` finds what a batch newly tells of
somebody who was forgotten. Source: semantics, "Which message does a reply answer?", for who two contacts are.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from sqlalchemy import and_, delete, or_, select

from analytics.database import Reader, Writer
from analytics.ingest.events import MessageStatus
from analytics.ingest.mentions import Name, names_in
from analytics.ingest.pseudonyms import Kind, beginnings, is_pseudonym, phone_in, pseudonym
from analytics.ingest.rows import Message, Receipt, Reply, Said
from analytics.ingest.working_set import Rows, WorkingSet
from analytics.sqltypes import one_of
from analytics.tables import forgotten, messages, pseudonym_keys, receipts, replies

R = TypeVar("R", Message, Receipt, Reply)

# After every character of base64, in the order of code points.
AFTER_BASE64 = "~"
SECRET_BYTES = 32


@dataclass(frozen=True)
class Erased:
    """How many messages to people and replies of theirs there were; all names of them, to look for them elsewhere."""

    messages: int
    replies: int
    names: frozenset[Name] = field(repr=False, compare=False)  # never to be written anywhere


class Eraser:
    """Replaces in rows whatever has one of these pseudonyms; all else stays as it is."""

    def __init__(self, secret: str, pseudonyms: Iterable[str] = ()) -> None:
        self._secret = secret
        self._known: dict[Name, str] = {}
        self.pseudonyms = set(pseudonyms)

    def pseudonym(self, name: Name) -> str:
        """The pseudonym that a name has, or would have."""
        if name not in self._known:
            self._known[name] = pseudonym(self._secret, *name)
        return self._known[name]

    def _replaced(self, kind: Kind, value: str | None) -> str | None:
        if value is None or (found := self.pseudonym((kind, value))) not in self.pseudonyms:
            return value
        return found

    def id(self, value: str) -> str:
        """A message's id, which is replaced only where it is a wamid that holds the phone."""
        phone = phone_in(value)
        return (
            value if phone is None or self._replaced(Kind.PHONE, phone) == phone else self.pseudonym((Kind.REF, value))
        )

    def ref(self, value: str | None) -> str | None:
        """A wamid, or what a reply is known by."""
        return value if value is None else self._replaced(Kind.REF, self.id(value))

    def message(self, row: Message) -> Message:
        """The row of a message, which bears neither phone nor text if it went to somebody forgotten."""
        digits = self._replaced(Kind.PHONE, row.contact_digits)
        contact, reply = self._replaced(Kind.CONTACT, row.contact_id), self.ref(row.reply_id)
        untold = is_pseudonym(digits) or is_pseudonym(contact) or is_pseudonym(reply)
        return msgspec.structs.replace(
            row,
            id=self.id(row.id),
            wamid=self.ref(row.wamid),
            contact_phone=None if is_pseudonym(digits) else row.contact_phone,
            contact_digits=digits,
            contact_id=contact,
            reply_id=reply,
            reply_text=None if untold else row.reply_text,
        )

    def reply(self, row: Reply) -> Reply:
        """The row of a reply, which bears no text if it came from somebody forgotten."""
        digits, id = self._replaced(Kind.PHONE, row.contact_digits), self.ref(row.id) or row.id
        contact = self._replaced(Kind.CONTACT, row.contact_id)
        untold = is_pseudonym(digits) or is_pseudonym(contact) or is_pseudonym(id)
        return msgspec.structs.replace(
            row,
            id=id,
            contact_digits=digits,
            contact_id=contact,
            in_reply_to=self.ref(row.in_reply_to),
            text=None if untold else row.text,
            message_id=self.id(row.message_id) if row.message_id else row.message_id,
        )

    def receipt(self, row: Receipt) -> Receipt:
        """The row of what statuses said."""
        named = self.ref(row.ref) if row.channel else self.id(row.ref)
        return msgspec.structs.replace(row, ref=named or row.ref)

    def status(self, event: MessageStatus) -> MessageStatus:
        """A status, which names its message by its id or its wamid."""
        id = event.message_id and self.id(event.message_id)
        return msgspec.structs.replace(event, message_id=id, wamid=self.ref(event.wamid))


def _names(row: Message | Reply | MessageStatus) -> Iterator[Name]:
    """All that a row or event is known by and may be replaced for; also the phones inside its wamids."""
    refs: tuple[str | None, ...]
    match row:
        case MessageStatus():
            refs = (row.message_id, row.wamid)
        case Message():
            refs = (row.id, row.wamid)
        case Reply():
            refs = (row.id, row.in_reply_to)
    if not isinstance(row, MessageStatus):
        yield from _person(row)
    for ref in refs:
        if ref is not None:
            yield Kind.REF, ref
            if phone := phone_in(ref):
                yield Kind.PHONE, phone


def _person(row: Message | Reply) -> Iterator[Name]:
    """Whom a row is about, as far as they are not forgotten."""
    for kind, value in ((Kind.PHONE, row.contact_digits), (Kind.CONTACT, row.contact_id)):
        if value is not None and not is_pseudonym(value):
            yield kind, value


def _belongings(row: Message | Reply) -> Iterator[Name]:
    """What else of a row would tell whom it is about."""
    refs = (row.wamid,) if isinstance(row, Message) else (row.id, row.in_reply_to)
    for ref in refs:
        if ref is not None and not is_pseudonym(ref):
            yield Kind.REF, ref


async def secret_of(reader: Reader, tenant: str) -> str | None:
    """The key of a company's pseudonyms; None as long as nobody was forgotten."""
    row = await reader.first(select(pseudonym_keys.c.secret).where(pseudonym_keys.c.tenant_id == tenant))
    return row.secret if row else None


async def at_the_door(reader: Reader, tenant: str, secret: str, said: Said) -> Said:
    """What a batch says, without the people who were forgotten."""
    eraser = await _eraser(reader, tenant, secret, {name for part in said for _, row in part for name in _names(row)})
    if not eraser.pseudonyms:
        return said
    return Said(
        [(n, eraser.message(row)) for n, row in said.sent],
        [(n, eraser.status(event)) for n, event in said.statuses],
        [(n, eraser.reply(row)) for n, row in said.written],
    )


async def mentioning(reader: Reader, tenant: str, secret: str, bodies: Sequence[bytes]) -> list[bool]:
    """Which webhook bodies mention somebody who was forgotten."""
    names = [names_in(body) for body in bodies]
    eraser = await _eraser(reader, tenant, secret, {name for of_body in names for name in of_body})
    return [any(eraser.pseudonym(name) in eraser.pseudonyms for name in of_body) for of_body in names]


async def _eraser(reader: Reader, tenant: str, secret: str, names: Iterable[Name]) -> Eraser:
    """What replaces those of the names that were forgotten."""
    eraser = Eraser(secret)
    candidates = {eraser.pseudonym(name) for name in names}
    statement = select(forgotten.c.pseudonym).where(
        forgotten.c.tenant_id == tenant, one_of(forgotten.c.pseudonym, candidates)
    )
    eraser.pseudonyms = {row.pseudonym for row in await reader.rows(statement)}
    return eraser


def linked(rows: WorkingSet) -> set[Name]:
    """What changed rows newly say of people who were forgotten: another phone or id of theirs, another wamid."""
    changed: list[Message | Reply] = [row for _, row in rows.messages.changes()]
    changed += [row for _, row in rows.replies.changes()]
    return {
        name
        for row in changed
        if is_pseudonym(row.contact_digits) or is_pseudonym(row.contact_id)
        for name in (*_person(row), *_belongings(row))
    }


async def forget(writer: Writer, tenant: str, named: Iterable[Name]) -> Erased:
    """Forget whoever is known by one of these names, and with them all that their rows link to them.

    Lock the tenant before. Also those of whom there is nothing yet are forgotten: what comes later is erased.
    """
    sends, written = Rows(writer, tenant, messages, Message, "id"), Rows(writer, tenant, replies, Reply, "id")
    names = await _everything_of(sends, written, set(named))
    erased = Erased(len(sends.now), len(written.now), frozenset(names))
    eraser = Eraser(await _secret(writer, tenant))
    people = {name for name in names if name[0] is not Kind.REF}
    eraser.pseudonyms = {eraser.pseudonym(name) for name in people}
    # A wamid that holds the phone is known by it.
    refs = {value for kind, value in names if kind is Kind.REF and eraser.id(value) == value}
    eraser.pseudonyms |= {eraser.pseudonym((Kind.REF, value)) for value in refs}
    await writer.upsert(forgotten, ("tenant_id", "pseudonym"), ((tenant, value) for value in sorted(eraser.pseudonyms)))

    said = Rows(writer, tenant, receipts, Receipt, "ref", "channel")
    await _load_named(sends, written, said, refs, {value for kind, value in people if kind is Kind.PHONE})
    await sends.load(messages.c.id, {reply.message_id for reply in written.now.values()})
    await _rewrite(writer, tenant, sends, eraser.message)
    await _rewrite(writer, tenant, written, eraser.reply)
    await _rewrite(writer, tenant, said, eraser.receipt)
    return erased


async def _everything_of(sends: Rows[Message], written: Rows[Reply], names: set[Name]) -> set[Name]:
    """Load the rows of a person; all that they and what belongs to them are known by."""
    new = names
    while new:
        phones = {value for kind, value in new if kind is Kind.PHONE}
        ids = {value for kind, value in new if kind is Kind.CONTACT}
        found: list[Message | Reply] = [
            *await sends.load(messages.c.contact_digits, phones),
            *await sends.load(messages.c.contact_id, ids),
            *await written.load(replies.c.contact_digits, phones),
            *await written.load(replies.c.contact_id, ids),
        ]
        new = {name for row in found for name in _person(row)} - names
        names |= new
    # What answers a message to them came from them, also where it does not say so.
    await written.load(replies.c.message_id, set(sends.now))
    theirs: list[Message | Reply] = [*sends.now.values(), *written.now.values()]
    return names | {name for row in theirs for name in _belongings(row)}


async def _load_named(
    sends: Rows[Message], written: Rows[Reply], said: Rows[Receipt], refs: set[str], phones: set[str]
) -> None:
    """Load the rows that bear one of the wamids and ids, or a wamid that holds one of the phones."""
    places = (
        (sends, (messages.c.wamid,), (messages.c.id,)),
        (written, (replies.c.id, replies.c.in_reply_to), (replies.c.message_id,)),
        (said, (receipts.c.ref,), ()),
    )
    starts = [start for phone in sorted(phones) for start in beginnings(phone)]
    for rows, named, others in places:
        for column in named:
            await rows.load(column, refs)
        for column in (*named, *others) if starts else ():
            await rows.find(or_(*(and_(column >= start, column < start + AFTER_BASE64) for start in starts)))


async def _rewrite(writer: Writer, tenant: str, rows: Rows[R], erase: Callable[[R], R]) -> None:
    """Write the loaded rows as they are without the person, also where that changes their key."""
    keys = list(rows.table.primary_key)[1:]
    for key, row in list(rows.now.items()):
        new = erase(row)
        if rows.key_of(new) != key:
            values = (key,) if isinstance(key, str) else key
            same = [column == value for column, value in zip(keys, values, strict=True)]
            await writer.execute(delete(rows.table).where(rows.table.c.tenant_id == tenant, *same))
            del rows.now[key]
        rows.put(new)
    await rows.flush()


async def _secret(writer: Writer, tenant: str) -> str:
    found = await secret_of(writer, tenant)
    if found is None:
        found = secrets.token_hex(SECRET_BYTES)
        await writer.upsert(pseudonym_keys, ("tenant_id", "secret"), [(tenant, found)])
    return found
