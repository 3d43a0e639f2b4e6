"""Exports as people see them: ask for one, follow it, cancel it, delete it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from analytics import exports
from analytics.database import Database
from analytics.errors import Forbidden, InvalidInput, NotFound
from analytics.exports import FINAL, Export, ExportStatus, Position, Request
from analytics.viewers import Identity, Viewer, view
from resolvers.paging import TEXT, Page, check_first, decode

LIST = "exports"
# How often a followed export is looked at, in seconds: its progress is written once a second.
LOOK_EVERY = 0.5


class Jobs(Protocol):
    """What exports need of the outside."""

    async def start(self, tenant: str, id: str) -> None:
        """Have a worker take up an export whose row is committed. Never fails: a sweep repeats what is lost."""

    async def forget(self, export: Export) -> None:
        """Delete the file of an export, if there is one."""


async def create(database: Database, jobs: Jobs, viewer: Viewer, request: Request, now: int) -> Export:
    """Queue an export. Raises `analytics.exports.Refused`."""
    async with database.write() as writer:
        export = await exports.create(writer, viewer, request, now)
    if export.status is ExportStatus.QUEUED:
        await jobs.start(export.tenant_id, export.id)
    return export


async def cancel(database: Database, viewer: Viewer, id: str, now: int) -> Export:
    """Cancel an export. Raises `Refused`."""
    async with database.write() as writer:
        return await exports.cancel(writer, viewer, id, now)


async def delete(database: Database, jobs: Jobs, viewer: Viewer, id: str) -> Export:
    """Delete an export and its file. Raises `Refused`."""
    async with database.write() as writer:
        export = await exports.remove(writer, viewer, id)
    await jobs.forget(export)
    return export


async def find(database: Database, viewer: Viewer, id: str) -> Export | None:
    """One export that the viewer may see."""
    async with database.read() as reader:
        return await exports.find(reader, viewer, id)


async def newest(
    database: Database, viewer: Viewer, statuses: Sequence[ExportStatus] | None, first: int, after: str | None
) -> Page[Export]:
    """The viewer's exports, newest first."""
    check_first(first)
    if statuses is not None and len(statuses) > len(ExportStatus):
        raise InvalidInput(f"status: may have at most {len(ExportStatus)} values.")
    position = None
    if after is not None:
        position = Position(*decode(LIST, after, ((int,), TEXT)))
    async with database.read() as reader:
        found, total = await exports.newest(reader, viewer, statuses, first + 1, position)
    shown = found[:first]
    return Page(
        of=LIST,
        nodes=shown,
        positions=[(export.created_at, export.id) for export in shown],
        has_next=len(found) > first,
        has_previous=position is not None,
        total=total,
    )


async def follow(database: Database, who: Identity, id: str) -> AsyncIterator[tuple[Viewer, Export]]:
    """An export now and each time it changes, until its status is final or it is gone; with the viewer of that moment.

    Raises `NotFound` when there is none that the viewer may see, and `Forbidden` as soon as they may not see all of its
    departments any more.
    """
    shown = None
    while shown is None or shown.status not in FINAL:
        if shown is not None:
            await asyncio.sleep(LOOK_EVERY)
        async with database.read() as reader:
            viewer = await view(reader, who)
            found = await exports.find(reader, viewer, id)
        if found is None and shown is None:
            raise NotFound("id: there is no such export.")
        if found is None:
            return
        if found.status not in FINAL and not found.allows(viewer.scope):
            raise Forbidden("You may no longer see all the departments of this export.")
        if found != shown:
            shown = found
            yield viewer, shown
