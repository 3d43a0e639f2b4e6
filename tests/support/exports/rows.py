"""Exports as rows, for the tests of both who act on them: people and workers."""

from datetime import date
from typing import Any

from analytics.domain.access import Role, Viewer
from analytics.domain.query_spec import AccessScope, MessageFilter
from analytics.domain.templates import Ids
from analytics.domain.text import Locale
from analytics.domain.time_zones import DAY, SECOND
from analytics.exports import jobs, requests
from analytics.exports.records import Export, ExportFormat, ExportStatus, FailureCode
from analytics.exports.requests import ExportRequest
from analytics.storage.database import Database

NOW = 1_800_000_000 * SECOND


def viewer_of(tenant: str, id: str = "u1", role: Role = Role.ANALYST, departments: Ids = None) -> Viewer:
    """Somebody of a tenant."""
    return Viewer(
        id=id,
        role=role,
        email=f"{id}@acme.cl",
        name=f"Name of {id}",
        scope=AccessScope(tenant, departments),
        time_zone="America/Santiago",
        reply_window_days=7,
    )


def request(viewer: Viewer, name: str = "Septiembre", **rest: Any) -> ExportRequest:
    """A request for an export of September."""
    spec = viewer.specify(MessageFilter(first=date(2026, 9, 1), last=date(2026, 9, 30)), NOW)
    fields = {"format": ExportFormat.XLSX, "locale": Locale.ES, "text": f'{{"name": "{name}"}}'}
    return ExportRequest(name=name, spec=spec, **fields | rest)


async def create(database: Database, viewer: Viewer, asked: ExportRequest | None = None, now: int = NOW) -> Export:
    """Their export, asked for."""
    async with database.write() as writer:
        return await requests.create(writer, viewer, asked or request(viewer), now)


async def get(database: Database, export: Export) -> Export:
    """An export as it is now."""
    async with database.read() as reader:
        found = await jobs.get(reader, export.tenant_id, export.id, NOW)
    assert found is not None
    return found


async def claim(database: Database, export: Export, now: int = NOW) -> Export | None:
    """The export, if a worker may have it."""
    async with database.write() as writer:
        return await jobs.claim(writer, export.tenant_id, export.id, now)


async def claimed(database: Database, export: Export, now: int = NOW) -> Export:
    """The export in a worker's hands."""
    found = await claim(database, export, now)
    assert found is not None
    return found


async def cancel(database: Database, viewer: Viewer, export: Export, now: int = NOW) -> Export:
    """The export, canceled by somebody."""
    async with database.write() as writer:
        return await requests.cancel(writer, viewer, export.id, now)


async def complete(database: Database, export: Export, now: int = NOW, expires_at: int = NOW + DAY) -> bool:
    """Finish it as a worker; return False if that is not allowed any more."""
    done: dict[str, Any] = {
        "rows": 7,
        "file_name": "septiembre.xlsx",
        "file_size": 1234,
        "file_digest": "d",
        "expires_at": expires_at,
    }
    async with database.write() as writer:
        return await jobs.complete(writer, export, now, **done)


async def renew(database: Database, export: Export, now: int = NOW, total: int | None = 10, written: int = 0) -> Any:
    """Renew the lease as a worker, and return the result."""
    async with database.write() as writer:
        return await jobs.renew(writer, export, now, total, written)


async def end(database: Database, export: Export, status: ExportStatus, failure: FailureCode | None = None) -> None:
    """End it as a worker does."""
    async with database.write() as writer:
        await jobs.finish(writer, export, NOW, status, failure)


async def find(database: Database, viewer: Viewer, id: str) -> Export | None:
    """The export, if somebody may see it."""
    async with database.read() as reader:
        return await requests.find(reader, viewer, id, NOW)


async def in_status(database: Database, viewer: Viewer, status: ExportStatus) -> Export:
    """An export that came to a status the way exports do."""
    export = await create(database, viewer)
    if status is ExportStatus.CANCELED:
        await cancel(database, viewer, export)
    elif status is not ExportStatus.QUEUED:
        running = await claimed(database, export)
        if status is ExportStatus.CANCELING:
            await cancel(database, viewer, export)
        elif status is ExportStatus.FAILED:
            await end(database, running, ExportStatus.FAILED, FailureCode.STORAGE)
        elif status is not ExportStatus.RUNNING:
            assert await complete(database, running)
            if status is ExportStatus.EXPIRED:
                async with database.write() as writer:
                    await jobs.expire(writer, export)
    found = await get(database, export)
    assert found.status is status
    return found
