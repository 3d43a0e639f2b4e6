"""Operations of viewers on exports: create, list, watch, cancel, delete."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from analytics.domain.access import Identity, Viewer
from analytics.domain.errors import ForbiddenError, InvalidInputError, NotFoundError, UserErrorCode
from analytics.exports import requests
from analytics.exports.records import FINAL, Export, ExportStatus
from analytics.exports.requests import ExportCursor, ExportInputError, ExportRequest
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, check_first, decode

LIST = "exports"
# Seconds between two reads of a watched export. Its progress is written twice a second: with this interval a watcher
# gets it at least once a second.
POLL_INTERVAL = 0.25


class ExportQueue(Protocol):
    """The operations on the queue and the files that exports need."""

    async def enqueue(self, tenant: str, id: str) -> None:
        """Have a worker claim an export whose row is committed. Never fails: a sweep repeats lost messages."""

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
    """Delete an export and its file: the row last, so that a failed deletion can be repeated.

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
    """Load an export if the viewer may see it."""
    return await loader.load(requests.find, viewer, id, now)


async def list_exports(
    loader: RequestLoader,
    viewer: Viewer,
    statuses: Sequence[ExportStatus] | None,
    first: int,
    after: str | None,
    now: int,
) -> Page[Export]:
    """Load a page of the viewer's exports, newest first."""
    check_first(first)
    if statuses is not None and len(statuses) > len(ExportStatus):
        raise InvalidInputError(f"status: may have at most {len(ExportStatus)} values.")
    position = None
    if after is not None:
        position = ExportCursor(*decode(LIST, after, ((int,), TEXT)))
    status_set = None if statuses is None else frozenset(statuses)
    exports, total = await loader.load(requests.list_newest, viewer, status_set, first + 1, position, now)
    nodes = exports[:first]
    return Page(
        of=LIST,
        nodes=nodes,
        positions=[(export.created_at, export.id) for export in nodes],
        has_next=len(exports) > first,
        has_previous=position is not None,
        total=total,
    )


async def watch_export(
    database: Database, who: Identity, id: str, now: int, mask_phones: bool
) -> AsyncIterator[tuple[Viewer, Export]]:
    """Yield an export now and each time it changes, with the viewer of that moment, until it is final or deleted.

    Raises `NotFoundError` if there is no such export that the viewer may see, and `ForbiddenError` as soon as they may
    no longer see all of its departments. Expiry is judged at `now`, the time of the subscription.
    """
    last_sent = None
    while last_sent is None or last_sent.status not in FINAL:
        if last_sent is not None:
            await asyncio.sleep(POLL_INTERVAL)
        async with database.read() as reader:
            viewer = await load_viewer(reader, who, mask_phones)
            export = await requests.find(reader, viewer, id, now)
        if export is None and last_sent is None:
            raise NotFoundError("id: there is no such export.")
        if export is None:
            return
        if export.status not in FINAL and not export.allows(viewer.scope):
            raise ForbiddenError("You may no longer see all the departments of this export.")
        if export != last_sent:
            last_sent = export
            yield viewer, last_sent
