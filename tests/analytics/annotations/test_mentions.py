"""People who are forgotten are no longer named in what others wrote."""

import pytest
from sqlalchemy import select

from analytics.ingest.erasure.eraser import erase
from analytics.ingest.erasure.identifiers import identifiers_of
from analytics.storage.database import Database
from analytics.storage.tables import annotations

COLUMNS = ("tenant_id", "id", "first_day", "last_day", "text", "author_id", "created_at")


async def write(database: Database, tenant: str, *texts: str) -> None:
    rows = ((tenant, f"n{number}", 1, 2, text, "u1", 0) for number, text in enumerate(texts))
    async with database.write() as writer:
        await writer.upsert(annotations, COLUMNS, rows)


async def left(database: Database, tenant: str) -> list[str]:
    async with database.read() as reader:
        rows = await reader.rows(select(annotations.c.text).where(annotations.c.tenant_id == tenant))
    return sorted(row.text for row in rows)


@pytest.mark.parametrize(
    "text", ["llamar a +56 9 1111-2222", "56911112222", "cliente (9) 1111.2222 molesto", "es CL.123456, de nuevo"]
)
async def test_an_annotation_that_names_somebody_is_deleted_with_them(
    database: Database, tenant: str, text: str
) -> None:
    other = ["Feriado del 18 y 19", "2222", "llamar a +56 9 1111-2223"]
    await write(database, tenant, text, *other)
    await write(database, f"{tenant}-other", text)
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        await erase(writer, tenant, identifiers_of("+56911112222") | identifiers_of("CL.123456"))
    assert await left(database, tenant) == sorted(other)
    assert await left(database, f"{tenant}-other") == [text]
