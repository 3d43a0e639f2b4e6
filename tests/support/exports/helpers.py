"""Exports in tests: how to ask for one and do it, and what its file should hold, computed from the oracle."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analytics.domain import query_spec
from analytics.domain.access import Identity
from analytics.domain.message_conditions import MessageConditions
from analytics.domain.text import Locale
from analytics.exports import jobs, requests
from analytics.exports.records import Export, ExportFormat, ExportStatus
from analytics.exports.requests import ExportRequest
from analytics.storage.database import Database
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.writers import columns
from tasks.resources import JobResources, RetentionPolicy
from tests.support import factories
from tests.support.exports import tables
from tests.support.oracle import Filter, Oracle, load_zone, parse_instant

MONDAY = parse_instant(factories.MONDAY).date()
DAY = Filter(MONDAY, MONDAY)
WEEK = Filter(date(2026, 11, 2), date(2026, 11, 8))
TITLES = {Locale.ES: "Envíos", Locale.EN: "Sends"}
SUMMARIES = {Locale.ES: "Resumen", Locale.EN: "Summary"}
POLICY = RetentionPolicy(export_days=30, orphan_days=30, webhook_days=30)
PATIENCE = 30.0  # seconds until what is waited for counts as lost


async def queue(
    database: Database,
    who: Identity,
    filter: Filter,
    *,
    name: str = "Envíos",
    format: ExportFormat = ExportFormat.XLSX,
    locale: Locale = Locale.ES,
    now: int | None = None,
    where: MessageConditions | None = None,
    mask_phones: bool = False,
    **choices: Any,
) -> Export:
    """An export, asked for; the choices are further columns and the separator."""
    viewer = await factories.viewer(database, who, mask_phones=mask_phones)
    now = time.time_ns() // 1000 if now is None else now
    spec = viewer.specify(query_spec.MessageFilter(**asdict(filter)), now, where)
    async with database.write() as writer:
        return await requests.create(
            writer, viewer, ExportRequest(name, spec, format, locale, text=name, **choices), now
        )


async def stored(database: Database, export: Export) -> Export:
    """An export as it is now."""
    async with database.read() as reader:
        found = await jobs.get(reader, export.tenant_id, export.id, soon())
    assert found is not None
    return found


async def until(database: Database, export: Export, reached: Callable[[Export], bool]) -> Export:
    """An export as soon as it is as wanted."""
    deadline = time.monotonic() + PATIENCE
    while not reached(found := await stored(database, export)):
        assert time.monotonic() < deadline, f"still {found}"
        await asyncio.sleep(0.01)
    return found


async def until_status(database: Database, export: Export, status: ExportStatus) -> Export:
    """An export as soon as it has a status."""
    return await until(database, export, lambda found: found.status is status)


def lines(oracle: Oracle, filter: Filter, locale: Locale) -> list[list[Any]]:
    """The header and the rows of an export's file."""
    zone = load_zone(filter.time_zone or oracle.time_zone)

    def said(kind: str, id: str, key: str, instant: datetime) -> Any:
        versions = oracle._versions.get((kind, id), [])
        in_force = [fields for at, fields in versions if at <= instant][-1:] or [fields for _, fields in versions][:1]
        return in_force[0].get(key) if in_force else None

    def line(message: Any) -> list[Any]:
        at = message.sent_at
        values = [
            oracle.name_at("template", message.template_id, at),
            message.template_category.lower(),
            at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            oracle.name_at("department", message.department_id, at),
            said("agent", message.agent_id, "email", at),
            oracle.name_at("agent", message.agent_id, at),
            message.id,
            message.contact_phone,
            columns.STATUS_WORDS[locale][message.status],
            message.ticket_id,
            message.ticket_key,
            said("account", message.account_id, "phone", at),
            oracle.name_at("account", message.account_id, at),
            tables.reply(_kind(message), message.reply_text, locale),
        ]
        return [value if isinstance(value, datetime) else tables.legible(value) for value in values]

    return [columns.headers(locale), *(line(message) for message in oracle.select(filter))]


def _kind(message: Any) -> str | None:
    """The kind of a message's reply; empty where that is not kept, None where there is none."""
    return None if message.replied_at is None else message.reply_kind or ""


def soon() -> int:
    """This moment in microseconds."""
    return int(datetime.now(UTC).timestamp() * 1_000_000)


async def run(resources: JobResources, export: Export) -> Export:
    """An export, done here, as its row is then."""
    await run_export(resources, POLICY, export.tenant_id, export.id)
    return await stored(resources.database, export)


def sheet(folder: Path, export: Export) -> list[list[Any]]:
    """The lines of the sheet of rows of a finished file, which stands behind its summary."""
    found = tables.read_openpyxl(folder / key_of(export))
    assert list(found) == [SUMMARIES[export.locale], TITLES[export.locale]]
    return found[TITLES[export.locale]]


def sends(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Messages, a second apart."""
    return [factories.message_sent(f"m{n:04}", factories.after(seconds=n), **fields) for n in range(count)]
