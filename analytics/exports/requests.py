"""Exports: a row each, which is the truth about it; and what people do with them. See `export_jobs` for workers.

QUEUED → RUNNING → COMPLETED → EXPIRED
   │        │ └──→ FAILED
   │        └→ CANCELING → CANCELED
   └──────────────────────→ CANCELED
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, or_, select, update

from analytics.domain.access import Identity, Role, Viewer
from analytics.domain.export_columns import ExportColumn
from analytics.domain.limits import MAX_EXPORT_NAME_LENGTH, MAX_EXPORTS_PER_TENANT, MAX_EXPORTS_PER_USER
from analytics.domain.query_spec import AccessScope, QuerySpec
from analytics.domain.text import Locale
from analytics.reports.availability import require_messages
from analytics.storage.database import Reader, Writer
from analytics.storage.tables import exports

MAX_IDEMPOTENCY_KEY_LENGTH = 200


class ExportStatus(StrEnum):
    """Where an export is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


FINAL = (ExportStatus.CANCELED, ExportStatus.COMPLETED, ExportStatus.FAILED, ExportStatus.EXPIRED)


class ExportFormat(StrEnum):
    """The kind of file."""

    XLSX = "XLSX"
    CSV = "CSV"


class CsvSeparator(StrEnum):
    """The separator of a CSV file's fields."""

    COMMA = "COMMA"
    SEMICOLON = "SEMICOLON"


class FailureCode(StrEnum):
    """Why an export failed."""

    ACCESS_REVOKED = "ACCESS_REVOKED"
    STORAGE = "STORAGE"
    TIMEOUT = "TIMEOUT"
    ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED"
    INTERNAL = "INTERNAL"
    DROPPED = "DROPPED"


class UserErrorCode(StrEnum):
    """What is wrong with a request that a person can put right."""

    BLANK = "BLANK"
    TOO_LONG = "TOO_LONG"
    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    LIMIT_REACHED = "LIMIT_REACHED"
    NOT_CANCELABLE = "NOT_CANCELABLE"


class ExportInputError(Exception):
    """A request that a person can put right: which input (None: no single one), and how."""

    def __init__(self, code: UserErrorCode, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True)
class ExportRequest:
    """What a person asks for; `text` is all of their input, to know the same request again."""

    name: str
    spec: QuerySpec
    format: ExportFormat
    locale: Locale
    text: str
    idempotency_key: str | None = None
    columns: tuple[ExportColumn, ...] = ()
    separator: CsvSeparator | None = None


@dataclass(frozen=True)
class Export:
    """An export as it is now. Times are instants in microseconds, sizes in bytes."""

    id: str
    name: str
    format: ExportFormat
    locale: Locale
    spec_text: str
    requester: Identity
    status: ExportStatus
    created_at: int
    started_at: int | None
    finished_at: int | None
    expires_at: int | None
    attempts: int
    lease_token: str | None
    rows_total: int | None
    rows_written: int
    file_name: str | None
    file_size: int | None
    failure: FailureCode | None
    columns: tuple[ExportColumn, ...] = ()
    separator: CsvSeparator = CsvSeparator.COMMA
    file_digest: str | None = None

    @cached_property
    def spec(self) -> QuerySpec:
        """The specification it runs as; read when it is asked for, since it may have thousands of ids."""
        return QuerySpec.from_json(self.spec_text)

    @property
    def tenant_id(self) -> str:
        """The company it belongs to."""
        return self.requester.tenant_id

    @property
    def progress(self) -> float | None:
        """From 0 to 1; None until the number of rows is known."""
        if self.status in (ExportStatus.COMPLETED, ExportStatus.EXPIRED):
            return 1.0
        if self.rows_total is None:
            return None
        return self.rows_written / self.rows_total if self.rows_total else 0.0

    def allows(self, scope: AccessScope) -> bool:
        """Whether all that it shows may (still) be seen in a scope."""
        if scope.departments is None:
            return True
        return self.spec.departments is not None and self.spec.departments <= scope.departments

    def within(self, scope: AccessScope) -> "Export":
        """As it may be shown in a scope: one of departments that somebody has left keeps their own words, and tells
        nothing of its messages.
        """
        if self.allows(scope):
            return self
        return replace(self, rows_total=None, rows_written=0, file_size=None)


def is_over(now: int) -> ColumnElement[bool]:
    """Whether the time of a completed export is over, though its row may not say so yet."""
    return and_(exports.c.status == ExportStatus.COMPLETED, exports.c.expires_at < now)


def _status(row: Any, now: int) -> ExportStatus:
    """The status that counts: nothing is given out from the moment it is over, however long its file stays."""
    status = ExportStatus(row.status)
    return ExportStatus.EXPIRED if status is ExportStatus.COMPLETED and row.expires_at < now else status


def export_from_row(row: Any, now: int) -> Export:
    """The export that a row tells of, as it is at a moment."""
    return Export(
        id=row.id,
        name=row.name,
        format=ExportFormat(row.format),
        locale=Locale(row.locale),
        spec_text=row.spec,
        requester=Identity(
            id=row.requester_id,
            tenant_id=row.tenant_id,
            role=row.requester_role,
            email=row.requester_email,
            name=row.requester_name,
        ),
        status=_status(row, now),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        lease_token=row.lease_token,
        rows_total=row.rows_total,
        rows_written=row.rows_written,
        file_name=row.file_name,
        file_size=row.file_size,
        failure=FailureCode(row.failure) if row.failure else None,
        columns=tuple(map(ExportColumn, msgspec.json.decode(row.columns))) if row.columns else (),
        separator=CsvSeparator(row.separator) if row.separator else CsvSeparator.COMMA,
        file_digest=row.file_digest,
    )


# The request is as long as the specification, and only for comparing requests.
SHOWN = [column for column in exports.c if column is not exports.c.request]


def by_key(tenant: str, id: str) -> ColumnElement[bool]:
    """Whether a row is that of an export's key."""
    return and_(exports.c.tenant_id == tenant, exports.c.id == id)


def _visible(viewer: Viewer) -> list[ColumnElement[bool]]:
    """One's own exports; an administrator sees all of the tenant's."""
    own = [exports.c.tenant_id == viewer.scope.tenant_id]
    if viewer.role is not Role.ADMINISTRATOR:
        own.append(exports.c.requester_id == viewer.id)
    return own


async def create(writer: Writer, viewer: Viewer, request: ExportRequest, now: int) -> Export:
    """Queue an export, or return the one that the same idempotency key made.

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
    # Requests at once with one key, or for the last free place: the second waits, and then sees the first.
    await writer.lock(f"exports {viewer.scope.tenant_id}")
    if key is not None and (known := await _by_key(writer, viewer, key)):
        return _replay_request(known, request, now).within(viewer.scope)
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


def in_order(columns: Collection[ExportColumn]) -> list[ExportColumn]:
    """Further columns in the order in which files have them."""
    return [column for column in ExportColumn if column in columns]


async def _refuse_too_many(reader: Reader, viewer: Viewer) -> None:
    """Raise `ExportInputError` when as many exports as allowed wait or run.

    What is being canceled still takes its place.
    """
    rows = await reader.rows(
        select(exports.c.requester_id, func.count().label("under_way"))
        .where(exports.c.tenant_id == viewer.scope.tenant_id, exports.c.status.not_in(FINAL))
        .group_by(exports.c.requester_id)
    )
    under_way = {row.requester_id: row.under_way for row in rows}
    if under_way.get(viewer.id, 0) >= MAX_EXPORTS_PER_USER:
        raise ExportInputError(
            UserErrorCode.LIMIT_REACHED,
            None,
            f"You have {MAX_EXPORTS_PER_USER} exports that wait or run. Wait for one to end, or cancel one.",
        )
    if sum(under_way.values()) >= MAX_EXPORTS_PER_TENANT:
        raise ExportInputError(
            UserErrorCode.LIMIT_REACHED,
            None,
            f"Your company has {MAX_EXPORTS_PER_TENANT} exports that wait or run. Try again when some have ended.",
        )


async def _by_key(reader: Reader, viewer: Viewer, key: str) -> Any:
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
    """An export that the viewer may see."""
    row = await reader.first(select(*SHOWN).where(exports.c.id == id, *_visible(viewer)))
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
    found = await _known(writer, viewer, id, now)
    if found.status not in (ExportStatus.CANCELED, ExportStatus.CANCELING):
        raise ExportInputError(
            UserErrorCode.NOT_CANCELABLE, "id", f"An export that is {found.status} cannot be canceled."
        )
    return found


async def get_deletable(reader: Reader, viewer: Viewer, id: str, now: int) -> Export:
    """An export that has ended, and so may be deleted. Raises `ExportInputError`."""
    found = await _known(reader, viewer, id, now)
    if found.status not in FINAL:
        raise ExportInputError(UserErrorCode.CONFLICT, "id", "Cancel the export before deleting it.")
    return found


async def remove(writer: Writer, viewer: Viewer, id: str, now: int) -> Export:
    """Delete an export that has ended, once its files are deleted. Raises `ExportInputError`."""
    found = await get_deletable(writer, viewer, id, now)
    await writer.execute(delete(exports).where(by_key(found.tenant_id, id)))
    return found


async def _known(reader: Reader, viewer: Viewer, id: str, now: int) -> Export:
    found = await find(reader, viewer, id, now)
    if found is None:
        raise ExportInputError(UserErrorCode.NOT_FOUND, "id", "There is no such export.")
    return found


@dataclass(frozen=True)
class ExportCursor:
    """A place in the list of exports, newest first."""

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
    """The viewer's exports from a position on, newest first, and how many there are in all."""
    wanted = _visible(viewer)
    if statuses is not None:
        shown = case((is_over(now), ExportStatus.EXPIRED), else_=exports.c.status)
        wanted.append(shown.in_(sorted(statuses)))
    statement: Select[Any] = select(*SHOWN).where(*wanted)
    if after:
        older = exports.c.created_at < after.created_at
        same = and_(exports.c.created_at == after.created_at, exports.c.id < after.id)
        statement = statement.where(or_(older, same))
    statement = statement.order_by(exports.c.created_at.desc(), exports.c.id.desc()).limit(limit)
    total = await reader.first(select(func.count()).select_from(exports).where(*wanted))
    found = [export_from_row(row, now).within(viewer.scope) for row in await reader.rows(statement)]
    return found, total[0] if total else 0
