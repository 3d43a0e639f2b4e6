"""Exports as people see them: ask for one, follow it, cancel it, delete it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from analytics.domain.access import Identity, Viewer
from analytics.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from analytics.exports import requests
from analytics.exports.records import FINAL, Export, ExportStatus
from analytics.exports.requests import ExportCursor, ExportInputError, ExportRequest, UserErrorCode
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, check_first, decode

LIST = "exports"
# Seconds between two looks at a followed export. Its progress is written twice a second: with this, whoever follows it
# hears of it at least each second.
POLL_INTERVAL = 0.25


class ExportQueue(Protocol):
    """The operations on the queue and the files that exports need."""

    async def enqueue(self, tenant: str, id: str) -> None:
        """Have a worker take up an export whose row is committed. Never fails: a sweep repeats what is lost."""

    async def delete_files(self, export: Export) -> None:
        """Delete the file of an export, if there is one. Raises OSError."""


async def create(database: Database, jobs: ExportQueue, viewer: Viewer, request: ExportRequest, now: int) -> Export:
    """Queue an export. Raises `analytics.exports.requests.ExportInputError`."""
    async with database.write() as writer:
        export = await requests.create(writer, viewer, request, now)
    if export.status is ExportStatus.QUEUED:
        await jobs.enqueue(export.tenant_id, export.id)
    return export


async def cancel(database: Database, viewer: Viewer, id: str, now: int) -> Export:
    """Cancel an export. Raises `ExportInputError`."""
    async with database.write() as writer:
        return await requests.cancel(writer, viewer, id, now)


async def delete(database: Database, jobs: ExportQueue, viewer: Viewer, id: str, now: int) -> Export:
    """Delete an export and its file. The row goes last: as long as it is there the deletion can be tried again.

    Raises `ExportInputError`, also when the file cannot be deleted at the moment.
    """
    async with database.read() as reader:
        export = await requests.get_deletable(reader, viewer, id, now)
    try:
        await jobs.delete_files(export)
    except OSError as error:
        message = "The file cannot be deleted at the moment. Try again later."
        raise ExportInputError(UserErrorCode.CONFLICT, "id", message) from error
    async with database.write() as writer:
        return await requests.remove(writer, viewer, id, now)


async def find(loader: RequestLoader, viewer: Viewer, id: str, now: int) -> Export | None:
    """One export that the viewer may see."""
    return await loader.load(requests.find, viewer, id, now)


async def list_exports(
    loader: RequestLoader,
    viewer: Viewer,
    statuses: Sequence[ExportStatus] | None,
    first: int,
    after: str | None,
    now: int,
) -> Page[Export]:
    """The viewer's exports, newest first."""
    check_first(first)
    if statuses is not None and len(statuses) > len(ExportStatus):
        raise InvalidInputError(f"status: may have at most {len(ExportStatus)} values.")
    position = None
    if after is not None:
        position = ExportCursor(*decode(LIST, after, ((int,), TEXT)))
    wanted = None if statuses is None else frozenset(statuses)
    found, total = await loader.load(requests.list_newest, viewer, wanted, first + 1, position, now)
    shown = found[:first]
    return Page(
        of=LIST,
        nodes=shown,
        positions=[(export.created_at, export.id) for export in shown],
        has_next=len(found) > first,
        has_previous=position is not None,
        total=total,
    )


async def watch_export(database: Database, who: Identity, id: str, now: int) -> AsyncIterator[tuple[Viewer, Export]]:
    """An export now and each time it changes, until its status is final or it is gone; with the viewer of that moment.

    Raises `NotFoundError` when there is none that the viewer may see, and `ForbiddenError` as soon as they may not see
    all of its departments any more. What completes after `now`, the moment of the subscription, is not over by then.
    """
    shown = None
    while shown is None or shown.status not in FINAL:
        if shown is not None:
            await asyncio.sleep(POLL_INTERVAL)
        async with database.read() as reader:
            viewer = await load_viewer(reader, who)
            found = await requests.find(reader, viewer, id, now)
        if found is None and shown is None:
            raise NotFoundError("id: there is no such export.")
        if found is None:
            return
        if found.status not in FINAL and not found.allows(viewer.scope):
            raise ForbiddenError("You may no longer see all the departments of this export.")
        if found != shown:
            shown = found
            yield viewer, shown
