"""Incomplete messages, which only corrections have named so far: not counted until all required fields are stated."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, func, select, update

from analytics.ingest.merging.records import Message
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import early_messages as table

_decoder = msgspec.json.Decoder(Message)


async def load(reader: Reader, tenant: str, ids: Iterable[str]) -> dict[str, Message]:
    """Load the incomplete messages with some ids, by id."""
    id_set = set(ids)
    if not id_set:
        return {}
    rows = await reader.rows(select(table.c.body).where(table.c.tenant_id == tenant, in_list(table.c.id, id_set)))
    return {message.id: message for message in (_decoder.decode(row.body) for row in rows)}


async def load_all(reader: Reader, tenant: str) -> list[Message]:
    """Load all incomplete messages of a tenant."""
    rows = await reader.rows(select(table.c.body).where(table.c.tenant_id == tenant))
    return [_decoder.decode(row.body) for row in rows]


async def save(writer: Writer, tenant: str, messages: Iterable[Message], now: int) -> None:
    """Write incomplete messages, with `now` as their arrival (µs)."""
    rows = ((tenant, message.id, now, msgspec.json.encode(message).decode()) for message in messages)
    await writer.upsert(table, ("tenant_id", "id", "received_at", "body"), rows)


async def rewrite(writer: Writer, tenant: str, changed: Iterable[tuple[Message, Message]]) -> None:
    """Replace incomplete messages by others, as (before, after), and keep their times of arrival."""
    for before, after in changed:
        is_row = (table.c.tenant_id == tenant, table.c.id == before.id)
        body = msgspec.json.encode(after).decode()
        await writer.execute(update(table).where(*is_row).values(id=after.id, body=body))


async def remove(writer: Writer, tenant: str, ids: Iterable[str]) -> None:
    """Delete messages that are complete now."""
    id_set = set(ids)
    if id_set:
        await writer.execute(delete(table).where(table.c.tenant_id == tenant, in_list(table.c.id, id_set)))


async def count(reader: Reader, tenant: str) -> int:
    """Count the incomplete messages of a tenant."""
    row = await reader.first(select(func.count()).select_from(table).where(table.c.tenant_id == tenant))
    return row[0] if row else 0
