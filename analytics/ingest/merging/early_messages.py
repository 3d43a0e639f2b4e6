"""Corrections of messages that nobody has described yet: they wait, and do not count, until all is known that every
message has."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, func, select, update

from analytics.ingest.merging.records import Message
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import early_messages as table

_decoder = msgspec.json.Decoder(Message)


async def load(reader: Reader, tenant: str, ids: Iterable[str]) -> dict[str, Message]:
    """Load the corrections that wait for some messages, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await reader.rows(select(table.c.body).where(table.c.tenant_id == tenant, in_list(table.c.id, wanted)))
    return {message.id: message for message in (_decoder.decode(row.body) for row in rows)}


async def load_all(reader: Reader, tenant: str) -> list[Message]:
    """All that waits for messages of a company."""
    rows = await reader.rows(select(table.c.body).where(table.c.tenant_id == tenant))
    return [_decoder.decode(row.body) for row in rows]


async def save(writer: Writer, tenant: str, messages: Iterable[Message], now: int) -> None:
    """Write down what waits from now on."""
    rows = ((tenant, message.id, now, msgspec.json.encode(message).decode()) for message in messages)
    await writer.upsert(table, ("tenant_id", "id", "received_at", "body"), rows)


async def rewrite(writer: Writer, tenant: str, changed: Iterable[tuple[Message, Message]]) -> None:
    """Write other rows in the place of some that wait, which wait as long as those did."""
    for before, after in changed:
        same = (table.c.tenant_id == tenant, table.c.id == before.id)
        body = msgspec.json.encode(after).decode()
        await writer.execute(update(table).where(*same).values(id=after.id, body=body))


async def remove(writer: Writer, tenant: str, ids: Iterable[str]) -> None:
    """Remove what need not wait any more."""
    gone = set(ids)
    if gone:
        await writer.execute(delete(table).where(table.c.tenant_id == tenant, in_list(table.c.id, gone)))


async def count(reader: Reader, tenant: str) -> int:
    """Count the messages of a company that only corrections have named so far."""
    row = await reader.first(select(func.count()).select_from(table).where(table.c.tenant_id == tenant))
    return row[0] if row else 0
