"""The workers' operations on exports: claim, renew, complete, expire. The row alone decides what they do.

A worker claims a row by compare-and-set and gets a lease with a token; it must renew the lease, and every later
step checks the token. When a lease has run out, another worker may claim the export. Attempts are counted here,
because a broker does not notice that a worker was killed.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import SECOND
from analytics.exports.records import FINAL, Export, ExportStatus, FailureCode, by_key, export_from_row, has_expired
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import exports

# Long enough for a worker on a stalling machine (it renews twice a second), short enough that an export of a killed
# worker is claimed again, and if small also done, within 15 seconds.
LEASE = 8 * SECOND
MAX_ATTEMPTS = 5
UNDER_WAY = (ExportStatus.QUEUED, ExportStatus.RUNNING, ExportStatus.CANCELING)


async def due_exports(reader: Reader, now: int, queued_before: int | None = None) -> list[tuple[str, str]]:
    """Return the exports that a worker should claim, of any tenant, as (tenant, id), oldest first.

    These are the abandoned ones and the queued ones; with `queued_before`, of the queued ones only those created by
    then, because the broker delivers newer ones by itself.
    """
    waiting = exports.c.status == ExportStatus.QUEUED
    if queued_before is not None:
        waiting = and_(waiting, exports.c.created_at <= queued_before)
    abandoned = and_(exports.c.status.in_((ExportStatus.RUNNING, ExportStatus.CANCELING)), exports.c.lease_until < now)
    statement = select(exports.c.tenant_id, exports.c.id).where(or_(waiting, abandoned))
    rows = await reader.rows(statement.order_by(exports.c.created_at, exports.c.id))
    return [(row.tenant_id, row.id) for row in rows]


class FinishedExport(NamedTuple):
    """An export that ended: its status, the failure if any, and its running time in µs, if it was started."""

    status: str
    failure: str | None
    took: int | None


@dataclass(frozen=True)
class QueueStats:
    """Numbers of all tenants' exports: unfinished ones by status, the creation time of the oldest that is queued, and
    those that ended since an instant.
    """

    under_way: dict[str, int]
    waiting_since: int | None
    ended: list[FinishedExport]


async def queue_stats(reader: Reader, since: int) -> QueueStats:
    """Read the numbers of exports for operators."""
    statement = select(exports.c.status, func.count(), func.min(exports.c.created_at))
    rows = await reader.rows(statement.where(exports.c.status.in_(UNDER_WAY)).group_by(exports.c.status))
    took = exports.c.finished_at - exports.c.started_at
    lately = select(exports.c.status, exports.c.failure, took).where(exports.c.finished_at >= since)
    return QueueStats(
        {status: count for status, count, _ in rows},
        next((oldest for status, _, oldest in rows if status == ExportStatus.QUEUED), None),
        [FinishedExport(*row) for row in await reader.rows(lately)],
    )


async def get(reader: Reader, tenant: str, id: str, now: int) -> Export | None:
    """Return an export by its key, without a check of who may see it: for code that acts for its requester."""
    row = await reader.first(select(exports).where(by_key(tenant, id)))
    return export_from_row(row, now) if row else None


async def claim(writer: Writer, tenant: str, id: str, now: int) -> Export | None:
    """Claim an export and return it; None when another worker holds it, or it has ended.

    One that is being canceled or has had its last attempt is ended instead, and returned in its final status.
    """
    export = await get(writer, tenant, id, now)
    if export is None or export.status in FINAL:
        return None
    free = [
        by_key(tenant, id),
        or_(exports.c.status == ExportStatus.QUEUED, exports.c.lease_until < now),
        exports.c.attempts == export.attempts,
        exports.c.status == export.status,
    ]
    claimed = await writer.execute(update(exports).where(*free).values(_claimed_values(export, now)))
    return await get(writer, tenant, id, now) if claimed else None


def _claimed_values(export: Export, now: int) -> dict[str, Any]:
    if export.status is ExportStatus.CANCELING:
        return _final_values(ExportStatus.CANCELED, now)
    if export.attempts >= MAX_ATTEMPTS:
        return _final_values(ExportStatus.FAILED, now) | {"failure": FailureCode.ATTEMPTS_EXHAUSTED}
    return {
        "status": ExportStatus.RUNNING,
        "started_at": export.started_at or now,
        "attempts": export.attempts + 1,
        "lease_until": now + LEASE,
        "lease_token": uuid.uuid4().hex,
        "rows_written": 0,
    }


def _final_values(status: ExportStatus, now: int) -> dict[str, Any]:
    return {"status": status, "finished_at": now, "lease_until": None, "lease_token": None}


def _held(export: Export) -> list[ColumnElement[bool]]:
    return [by_key(export.tenant_id, export.id), exports.c.lease_token == export.lease_token]


async def renew(
    writer: Writer, export: Export, now: int, rows_total: int | None, rows_written: int
) -> ExportStatus | None:
    """Renew the lease and store the progress; return the current status, None when the lease is lost."""
    await writer.execute(
        update(exports)
        .where(*_held(export))
        .values(lease_until=now + LEASE, rows_total=rows_total, rows_written=rows_written)
    )
    row = await writer.first(select(exports.c.status).where(*_held(export)))
    return ExportStatus(row.status) if row else None


async def release(writer: Writer, export: Export) -> None:
    """Hand an export back to the queue, without counting the attempt: the worker is being stopped."""
    await writer.execute(
        update(exports)
        .where(*_held(export), exports.c.status == ExportStatus.RUNNING)
        .values(
            status=ExportStatus.QUEUED,
            lease_until=None,
            lease_token=None,
            attempts=exports.c.attempts - 1,
        )
    )


async def complete(
    writer: Writer,
    export: Export,
    now: int,
    *,
    rows: int,
    file_name: str,
    file_size: int,
    file_digest: str,
    expires_at: int,
) -> bool:
    """Mark an export as completed, once its file is stored.

    Return False, and change nothing, when the lease was lost or the export canceled.
    """
    completed = await writer.execute(
        update(exports)
        .where(*_held(export), exports.c.status == ExportStatus.RUNNING)
        .values(
            **_final_values(ExportStatus.COMPLETED, now),
            rows_total=rows,
            rows_written=rows,
            file_name=file_name,
            file_size=file_size,
            file_digest=file_digest,
            expires_at=expires_at,
        )
    )
    return completed == 1


async def finish(
    writer: Writer, export: Export, now: int, status: ExportStatus, failure: FailureCode | None = None
) -> None:
    """End an export without a file: CANCELED or FAILED, but always CANCELED if it was being canceled."""
    canceling = exports.c.status == ExportStatus.CANCELING
    ended = _final_values(status, now) | {
        "status": case((canceling, ExportStatus.CANCELED), else_=status),
        "failure": case((canceling, None), else_=failure),
    }
    await writer.execute(update(exports).where(*_held(export)).values(ended))


async def expired_exports(reader: Reader, now: int) -> list[Export]:
    """Return the completed exports past their expiry."""
    return [export_from_row(row, now) for row in await reader.rows(select(exports).where(has_expired(now)))]


class ExportState(NamedTuple):
    """An export's state in its row, and the number of attempts."""

    status: ExportStatus
    attempts: int


async def export_states(reader: Reader, ids: Collection[str]) -> dict[str, ExportState]:
    """Return the states of the exports with these ids, of any tenant; ids without an export are left out."""
    if not ids:
        return {}
    rows = await reader.rows(select(exports.c.id, exports.c.status, exports.c.attempts).where(exports.c.id.in_(ids)))
    return {row.id: ExportState(ExportStatus(row.status), row.attempts) for row in rows}


async def expire(writer: Writer, export: Export) -> None:
    """Mark an export as expired, once its file is deleted."""
    completed = (by_key(export.tenant_id, export.id), exports.c.status == ExportStatus.COMPLETED)
    await writer.execute(update(exports).where(*completed).values(status=ExportStatus.EXPIRED))


async def expire_all(writer: Writer, tenant: str, now: int, sent_before: int | None = None) -> None:
    """Invalidate a tenant's export files after an erasure or retention: completed exports expire, running ones restart.

    With `sent_before`, only exports whose range of days begins before that instant.
    """
    conditions = [exports.c.tenant_id == tenant, exports.c.status.in_((ExportStatus.RUNNING, ExportStatus.COMPLETED))]
    if sent_before is not None:
        rows = await writer.rows(select(exports.c.id, exports.c.spec).where(*conditions))
        conditions.append(
            in_list(exports.c.id, {id for id, spec in rows if QuerySpec.from_json(spec).starts_at < sent_before})
        )
    # Running ones first: one that is completed in between is then covered by the second statement.
    await writer.execute(
        update(exports)
        .where(*conditions, exports.c.status == ExportStatus.RUNNING)
        .values(status=ExportStatus.QUEUED, lease_until=None, lease_token=None)
    )
    await writer.execute(
        update(exports).where(*conditions, exports.c.status == ExportStatus.COMPLETED).values(expires_at=now - 1)
    )


async def cancel_all(writer: Writer, tenant: str, now: int) -> None:
    """Cancel all unfinished exports of a tenant."""
    open = (exports.c.tenant_id == tenant, exports.c.status.not_in(FINAL))
    await writer.execute(update(exports).where(*open).values(_final_values(ExportStatus.CANCELED, now)))


async def all_of(reader: Reader, tenant: str, now: int) -> list[Export]:
    """Return all exports of a tenant."""
    return [
        export_from_row(row, now) for row in await reader.rows(select(exports).where(exports.c.tenant_id == tenant))
    ]
