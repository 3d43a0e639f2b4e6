"""Erasure of a person from the stored rows."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, and_, delete, or_, select

from analytics.annotations.mentions import delete_mentions
from analytics.ingest.erasure.identifiers import Identifier
from analytics.ingest.erasure.linked_identifiers import (
    IdentifierLinks,
    PersonRecord,
    StoredContactChange,
    load_linked_identifiers,
    without_wamids,
)
from analytics.ingest.erasure.pseudonymizer import Pseudonymizer, load_secret
from analytics.ingest.merging import early_messages
from analytics.ingest.merging.aliases import (
    WAMID,
    WITHIN,
)
from analytics.ingest.merging.receipts import Receipt
from analytics.ingest.merging.records import Message, Reply
from analytics.ingest.pseudonyms import IdentifierKind, prefixes
from analytics.ingest.unit_of_work import (
    AliasedIdentityMap,
    IdentityMap,
    message_rows,
    receipt_rows,
    reply_rows,
)
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import contact_changes, forgotten, messages, pseudonym_keys, receipts, replies

R = TypeVar("R", Message, Receipt, Reply)

# Sorts after every character of base64, so it ends the range of strings with a prefix.
AFTER_BASE64 = "~"
SECRET_BYTES = 32
# Prefixes of wamids in one statement: SQLite limits the depth of an expression.
MAX_PREFIXES = 200


@dataclass(frozen=True)
class ErasureResult:
    """The number of messages to the person and of replies from them; all their identifiers, to look for elsewhere."""

    messages: int
    replies: int
    names: frozenset[Identifier] = field(repr=False, compare=False)  # never to be written anywhere


async def erase(
    writer: Writer, tenant: str, start: Iterable[Identifier], unstored: Iterable[PersonRecord] = ()
) -> ErasureResult:
    """Erase everybody with one of these identifiers, with all identifiers that rows link to them.

    The caller holds the tenant's lock. People without any row are erased too: whatever arrives about them later gets
    pseudonyms. `unstored` are rows and events not yet written, which may link further identifiers.
    """
    message_map, reply_map, receipt_map = (
        message_rows(writer, tenant),
        reply_rows(writer, tenant),
        receipt_rows(writer, tenant),
    )
    early = await early_messages.load_all(writer, tenant)
    changes = await _load_contact_changes(writer, tenant)
    links = IdentifierLinks([*early, *unstored], changes)
    identifiers = await load_linked_identifiers(message_map, reply_map, receipt_map, links, set(start))
    result = ErasureResult(len(message_map.now), len(reply_map.now), frozenset(identifiers))
    pseudonymizer = Pseudonymizer(await _ensure_secret(writer, tenant))
    people = without_wamids(identifiers)
    pseudonymizer.pseudonyms = {pseudonymizer.pseudonym(name) for name in people}
    # A wamid that contains the phone needs no pseudonym of its own: it is recognised by the phone.
    refs = {value for kind, value in identifiers if kind is IdentifierKind.REF and pseudonymizer.id(value) == value}
    pseudonymizer.pseudonyms |= {pseudonymizer.pseudonym((IdentifierKind.REF, value)) for value in refs}
    await writer.upsert(
        forgotten, ("tenant_id", "pseudonym"), ((tenant, value) for value in sorted(pseudonymizer.pseudonyms))
    )

    await _load_identified(message_map, reply_map, receipt_map, refs, people)
    await message_map.load(messages.c.id, {reply.message_id for reply in reply_map.now.values()})
    await _rewrite(message_map, pseudonymizer.message)
    await _rewrite(reply_map, pseudonymizer.reply)
    await _rewrite(receipt_map, pseudonymizer.receipt)
    await _rewrite_early(writer, tenant, early, pseudonymizer)
    await _rewrite_contact_changes(writer, tenant, changes, pseudonymizer)
    phones = {value for kind, value in people if kind is IdentifierKind.PHONE}
    await delete_mentions(writer, tenant, phones, {value for kind, value in people if kind is IdentifierKind.CONTACT})
    return result


async def _load_contact_changes(reader: Reader, tenant: str) -> list[StoredContactChange]:
    """Load all changes of contacts' names of a tenant: there are few."""
    table = contact_changes
    rows = await reader.rows(select(table.c.new_name, table.c.old_name, table.c.at).where(table.c.tenant_id == tenant))
    return [(row.new_name, row.old_name, row.at) for row in rows]


async def _load_identified(
    message_map: AliasedIdentityMap[Message],
    reply_map: AliasedIdentityMap[Reply],
    receipt_map: IdentityMap[Receipt],
    refs: set[str],
    people: set[Identifier],
) -> None:
    """Load the rows with one of the wamids or reply ids, or with a wamid that contains one of the phones."""
    lookups = (
        (message_map, (messages.c.wamid,), (messages.c.id,)),
        (reply_map, (replies.c.id, replies.c.in_reply_to), (replies.c.message_id,)),
        (receipt_map, (receipts.c.ref,), ()),
    )
    phones = sorted(value for kind, value in people if kind is IdentifierKind.PHONE)
    wamid_prefixes = [prefix for phone in phones for prefix in prefixes(phone)]
    for rows, ref_columns, further_columns in lookups:
        for column in ref_columns:
            await rows.load(column, refs)
        for column in (*ref_columns, *further_columns):
            for first in range(0, len(wamid_prefixes), MAX_PREFIXES):
                await rows.find(
                    or_(*(_begins(column, prefix) for prefix in wamid_prefixes[first : first + MAX_PREFIXES]))
                )
    await message_map.load_aliased(WAMID + ref for ref in refs)
    await message_map.load_aliased(WITHIN + phone for phone in phones)


def _begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + AFTER_BASE64)


async def _rewrite(rows: IdentityMap[R], pseudonymize: Callable[[R], R]) -> None:
    """Write the loaded rows with pseudonyms, also if that changes their key."""
    rewritten = {key: pseudonymize(row) for key, row in rows.now.items()}
    if moved := [key for key, row in rewritten.items() if rows.key_of(row) != key]:
        await rows.delete(moved)
    for row in rewritten.values():
        rows.put(row)
    await rows.flush()


async def _rewrite_early(writer: Writer, tenant: str, early: list[Message], pseudonymizer: Pseudonymizer) -> None:
    changed = [(row, erased) for row in early if (erased := pseudonymizer.message(row)) != row]
    await early_messages.rewrite(writer, tenant, changed)


async def _rewrite_contact_changes(
    writer: Writer, tenant: str, changes: list[StoredContactChange], pseudonymizer: Pseudonymizer
) -> None:
    table = contact_changes
    names = {name for *pair, _ in changes for name in pair}
    replaced_names = {name for name in names if pseudonymizer.contact_name(name) != name}
    if not replaced_names:
        return
    concerned = or_(in_list(table.c.new_name, replaced_names), in_list(table.c.old_name, replaced_names))
    await writer.execute(delete(table).where(table.c.tenant_id == tenant, concerned))
    rewritten = {
        (pseudonymizer.contact_name(new), pseudonymizer.contact_name(old)): at
        for new, old, at in changes
        if new in replaced_names or old in replaced_names
    }
    rows = ((tenant, *pair, at) for pair, at in sorted(rewritten.items()))
    await writer.upsert(table, ("tenant_id", "new_name", "old_name", "at"), rows)


async def _ensure_secret(writer: Writer, tenant: str) -> str:
    secret = await load_secret(writer, tenant)
    if secret is None:
        secret = secrets.token_hex(SECRET_BYTES)
        await writer.upsert(pseudonym_keys, ("tenant_id", "secret"), [(tenant, secret)])
    return secret
