"""Exports as they are stored: one row each, which is the truth about it.

QUEUED → RUNNING → COMPLETED → EXPIRED
   │        │ └──→ FAILED
   │        └→ CANCELING → CANCELED
   └──────────────────────→ CANCELED
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_

from analytics.domain.access import Identity
from analytics.domain.export_columns import ExportColumn
from analytics.domain.query_spec import AccessScope, QuerySpec
from analytics.domain.text import Locale
from analytics.storage.tables import exports


class ExportStatus(StrEnum):
    """The statuses of an export."""

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
    """The reasons for which an export fails."""

    ACCESS_REVOKED = "ACCESS_REVOKED"
    STORAGE = "STORAGE"
    TIMEOUT = "TIMEOUT"
    ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED"
    INTERNAL = "INTERNAL"
    DROPPED = "DROPPED"


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
        """The query specification it runs with, decoded on first use: it may have thousands of ids."""
        return QuerySpec.from_json(self.spec_text)

    @property
    def tenant_id(self) -> str:
        """The tenant it belongs to."""
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
        """Return True if all departments it covers are (still) within a scope, and its phones as it shows them."""
        if scope.masks_phones and not self.spec.scope.masks_phones:
            return False
        if scope.departments is None:
            return True
        return self.spec.departments is not None and self.spec.departments <= scope.departments

    def within(self, scope: AccessScope) -> "Export":
        """Return the export as a scope may see it: outside the scope without its numbers of rows and its size."""
        if self.allows(scope):
            return self
        return replace(self, rows_total=None, rows_written=0, file_size=None)


def has_expired(now: int) -> ColumnElement[bool]:
    """Return the condition for completed exports past their expiry, whose row may not say EXPIRED yet."""
    return and_(exports.c.status == ExportStatus.COMPLETED, exports.c.expires_at < now)


def _status(row: Any, now: int) -> ExportStatus:
    """Return the effective status: EXPIRED from the expiry on, even while the file is still there."""
    status = ExportStatus(row.status)
    return ExportStatus.EXPIRED if status is ExportStatus.COMPLETED and row.expires_at < now else status


def export_from_row(row: Any, now: int) -> Export:
    """Create the export from its row, with its status at an instant."""
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


# `request` is left out: it is as long as the specification, and only needed to compare requests.
EXPORT_COLUMNS = [column for column in exports.c if column is not exports.c.request]


def by_key(tenant: str, id: str) -> ColumnElement[bool]:
    """Return the condition for the row with an export's key."""
    return and_(exports.c.tenant_id == tenant, exports.c.id == id)


def in_order(columns: Collection[ExportColumn]) -> list[ExportColumn]:
    """Return further columns in the order in which files have them."""
    return [column for column in ExportColumn if column in columns]
