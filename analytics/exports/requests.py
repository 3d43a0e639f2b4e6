"""Requests of people about their exports: create, list, cancel and delete. See `jobs` for the workers' side."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, or_, select, update

from analytics.domain.access import Role, Viewer
from analytics.domain.errors import UserErrorCode, UserInputError
from analytics.domain.export_columns import ExportColumn
from analytics.domain.limits import MAX_EXPORT_NAME_LENGTH, MAX_EXPORTS_PER_TENANT, MAX_EXPORTS_PER_USER
from analytics.domain.query_spec import QuerySpec
from analytics.domain.text import Locale
from analytics.exports.records import (
    EXPORT_COLUMNS,
    FINAL,
    CsvSeparator,
    Export,
    ExportFormat,
    ExportStatus,
    by_key,
    export_from_row,
    has_expired,
    in_order,
)
from analytics.reports.availability import require_messages
from analytics.storage.database import Reader, Writer
from analytics.storage.tables import exports

MAX_IDEMPOTENCY_KEY_LENGTH = 200


class ExportInputError(UserInputError):
    """An error in a request for an export that a person can correct."""


@dataclass(frozen=True)
class ExportRequest:
    """A person's request for an export; `text` is all of their input, to recognise the same request."""

    name: str
    spec: QuerySpec
    format: ExportFormat
    locale: Locale
    text: str
    idempotency_key: str | None = None
    columns: tuple[ExportColumn, ...] = ()
    separator: CsvSeparator | None = None


def _visible(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Return the conditions for the exports a viewer may see: their own; for an administrator all of the tenant's."""
    own = [exports.c.tenant_id == viewer.scope.tenant_id]
    if viewer.role is not Role.ADMINISTRATOR:
        own.append(exports.c.requester_id == viewer.id)
    return own


async def create(writer: Writer, viewer: Viewer, request: ExportRequest, now: int) -> Export:
    """Queue an export, or return the one that was created with the same idempotency key.

    Raises `ExportInputError`, or `MessagesPurgedError` when messages of its days were dropped.
    """
    name = request.name.strip()
    if not name:
        raise ExportInputError(UserErrorCode.BLANK, "name", "Give the export a name.")
    if len(name) > MAX_EXPORT_NAME_LENGTH:
        raise ExportInputError(
            UserErrorCode.TOO_LONG, "name", f"A name may have at most {MAX_EXPORT_NAME_LENGTH} characters."
        )
    key = request.idempotency_key
    if key is not None and not 0 < len(key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
        raise ExportInputError(
            UserErrorCode.INVALID,
            "idempotencyKey",
            f"An idempotency key has 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters.",
        )
    if len(set(request.columns)) < len(request.columns):
        raise ExportInputError(UserErrorCode.INVALID, "columns", "Name each column once.")
    if request.separator and request.format is not ExportFormat.CSV:
        raise ExportInputError(UserErrorCode.INVALID, "separator", "Only a CSV file has a separator: leave it out.")
    # Of two requests at once with one key, or for the last export allowed, the second waits and then sees the first.
    await writer.lock(f"exports {viewer.scope.tenant_id}")
    if key is not None and (earlier := await _find_by_idempotency_key(writer, viewer, key)):
        return _replay_request(earlier, request, now).within(viewer.scope)
    await require_messages(writer, request.spec)
    await _refuse_too_many(writer, viewer)
    id = uuid.uuid4().hex
    await writer.execute(
        insert(exports).values(
            tenant_id=viewer.scope.tenant_id,
            id=id,
            name=name,
            format=request.format,
            locale=request.locale,
            spec=request.spec.to_json(),
            request=request.text,
            requester_id=viewer.id,
            requester_role=viewer.role,
            requester_name=viewer.name,
            requester_email=viewer.email,
            idempotency_key=key,
            status=ExportStatus.QUEUED,
            created_at=now,
            attempts=0,
            rows_written=0,
            columns=msgspec.json.encode(in_order(request.columns)).decode() if request.columns else None,
            separator=request.separator,
        )
    )
    created = await find(writer, viewer, id, now)
    if created is None:
        raise LookupError(id)
    return created


async def _refuse_too_many(reader: Reader, viewer: Viewer) -> None:
    """Raise `ExportInputError` when as many exports as allowed wait or run; one that is being canceled still counts."""
    rows = await reader.rows(
        select(exports.c.requester_id, func.count().label("unfinished"))
        .where(exports.c.tenant_id == viewer.scope.tenant_id, exports.c.status.not_in(FINAL))
        .group_by(exports.c.requester_id)
    )
    unfinished = {row.requester_id: row.unfinished for row in rows}
    if unfinished.get(viewer.id, 0) >= MAX_EXPORTS_PER_USER:
        raise ExportInputError(
            UserErrorCode.LIMIT_REACHED,
            None,
            f"You have {MAX_EXPORTS_PER_USER} exports that wait or run. Wait for one to end, or cancel one.",
        )
    if sum(unfinished.values()) >= MAX_EXPORTS_PER_TENANT:
        raise ExportInputError(
            UserErrorCode.LIMIT_REACHED,
            None,
            f"Your company has {MAX_EXPORTS_PER_TENANT} exports that wait or run. Try again when some have ended.",
        )


async def _find_by_idempotency_key(reader: Reader, viewer: Viewer, key: str) -> Any:
    return await reader.first(
        select(exports).where(
            exports.c.tenant_id == viewer.scope.tenant_id,
            exports.c.requester_id == viewer.id,
            exports.c.idempotency_key == key,
        )
    )


def _replay_request(row: Any, request: ExportRequest, now: int) -> Export:
    if row.request != request.text:
        raise ExportInputError(
            UserErrorCode.CONFLICT, "idempotencyKey", "This key was used for an export of other input."
        )
    return export_from_row(row, now)


async def find(reader: Reader, viewer: Viewer, id: str, now: int) -> Export | None:
    """Return an export if the viewer may see it."""
    row = await reader.first(select(*EXPORT_COLUMNS).where(exports.c.id == id, *_visible(viewer)))
    return export_from_row(row, now).within(viewer.scope) if row else None


async def cancel(writer: Writer, viewer: Viewer, id: str, now: int) -> Export:
    """Cancel an export: at once while queued, soon while running. Raises `ExportInputError`."""
    await writer.execute(
        update(exports)
        .where(*_visible(viewer), exports.c.id == id, exports.c.status == ExportStatus.QUEUED)
        .values(status=ExportStatus.CANCELED, finished_at=now)
    )
    await writer.execute(
        update(exports)
        .where(*_visible(viewer), exports.c.id == id, exports.c.status == ExportStatus.RUNNING)
        .values(status=ExportStatus.CANCELING)
    )
    export = await _get_visible(writer, viewer, id, now)
    if export.status not in (ExportStatus.CANCELED, ExportStatus.CANCELING):
        raise ExportInputError(
            UserErrorCode.NOT_CANCELABLE, "id", f"An export that is {export.status} cannot be canceled."
        )
    return export


async def get_deletable(reader: Reader, viewer: Viewer, id: str, now: int) -> Export:
    """Return an export that has ended, and so may be deleted. Raises `ExportInputError`."""
    export = await _get_visible(reader, viewer, id, now)
    if export.status not in FINAL:
        raise ExportInputError(UserErrorCode.CONFLICT, "id", "Cancel the export before deleting it.")
    return export


async def remove(writer: Writer, viewer: Viewer, id: str, now: int) -> Export:
    """Delete an export that has ended, once its files are deleted. Raises `ExportInputError`."""
    export = await get_deletable(writer, viewer, id, now)
    await writer.execute(delete(exports).where(by_key(export.tenant_id, id)))
    return export


async def _get_visible(reader: Reader, viewer: Viewer, id: str, now: int) -> Export:
    export = await find(reader, viewer, id, now)
    if export is None:
        raise ExportInputError(UserErrorCode.NOT_FOUND, "id", "There is no such export.")
    return export


@dataclass(frozen=True)
class ExportCursor:
    """A position in the list of exports, newest first."""

    created_at: int
    id: str


async def list_newest(
    reader: Reader,
    viewer: Viewer,
    statuses: Collection[ExportStatus] | None,
    limit: int,
    after: ExportCursor | None,
    now: int,
) -> tuple[list[Export], int]:
    """Return a page of the viewer's exports, newest first, and the number of all of them."""
    conditions = _visible(viewer)
    if statuses is not None:
        status = case((has_expired(now), ExportStatus.EXPIRED), else_=exports.c.status)
        conditions.append(status.in_(sorted(statuses)))
    statement: Select[Any] = select(*EXPORT_COLUMNS).where(*conditions)
    if after:
        older = exports.c.created_at < after.created_at
        same = and_(exports.c.created_at == after.created_at, exports.c.id < after.id)
        statement = statement.where(or_(older, same))
    statement = statement.order_by(exports.c.created_at.desc(), exports.c.id.desc()).limit(limit)
    total = await reader.first(select(func.count()).select_from(exports).where(*conditions))
    page = [export_from_row(row, now).within(viewer.scope) for row in await reader.rows(statement)]
    return page, total[0] if total else 0
