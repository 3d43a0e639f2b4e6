"""Erasure of people from annotations: those that name somebody are deleted."""

import re
from collections.abc import Collection

from sqlalchemy import delete, select

from analytics.storage.database import Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import annotations

# Shorter numbers and ids are found in texts that mean something else.
MIN_PHONE_DIGITS, MIN_ID_LENGTH = 7, 6
# A number as people write it: digits with spaces, dots, hyphens or brackets between them.
_NUMBER = re.compile(r"\d(?:[\s().-]*\d)+")


async def delete_mentions(writer: Writer, tenant: str, phones: Collection[str], ids: Collection[str]) -> None:
    """Delete the annotations with one of these phones (digits) or ids in their text."""
    of_tenant = annotations.c.tenant_id == tenant
    rows = await writer.rows(select(annotations.c.id, annotations.c.text).where(of_tenant))
    if concerned := [row.id for row in rows if _mentions(row.text, phones, ids)]:
        await writer.execute(delete(annotations).where(of_tenant, in_list(annotations.c.id, concerned)))


def _mentions(text: str, phones: Collection[str], ids: Collection[str]) -> bool:
    numbers = [re.sub(r"\D", "", number) for number in _NUMBER.findall(text)]
    return any(
        number.endswith(phone) or (len(number) >= MIN_PHONE_DIGITS and phone.endswith(number))
        for number in numbers
        for phone in phones
        if len(phone) >= MIN_PHONE_DIGITS
    ) or any(id in text for id in ids if len(id) >= MIN_ID_LENGTH)
