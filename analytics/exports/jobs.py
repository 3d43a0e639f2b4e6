"""The steps of workers on exports. They only act on what the row says.

A worker claims a row by compare-and-set and gets a lease with a token; it must renew the lease, and every later
step asks for the token. A lease that ran out lets another worker take over. Attempts are counted here, because
a broker does not see a worker that was killed.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import SECOND
from analytics.exports.requests import FINAL, Export, ExportStatus, FailureCode, by_key, export_from_row, is_over
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.tables import exports

# Long enough for a worker whose machine stutters (it renews twice a second), short enough that what a killed one left
# is taken up, and if small also done, within 15 seconds.
LEASE = 8 * SECOND
MAX_ATTEMPTS = 5
UNDER_WAY = (ExportStatus.QUEUED, ExportStatus.RUNNING, ExportStatus.CANCELING)


async def due_exports(reader: Reader, now: int, queued_before: int | None = None) -> list[tuple[str, str]]:
    """The exports that a worker should take up, of any tenant: (tenant, id), oldest first.

    Abandoned ones, and those queued: all, or only until an instant, where a broker brings newer ones by itself.
    """
    waiting = exports.c.status == ExportStatus.QUEUED
    if queued_before is not None:
        waiting = and_(waiting, exports.c.created_at <= queued_before)
    abandoned = and_(exports.c.status.in_((ExportStatus.RUNNING, ExportStatus.CANCELING)), exports.c.lease_until < now)
    statement = select(exports.c.tenant_id, exports.c.id).where(or_(waiting, abandoned))
    found = await reader.rows(statement.order_by(exports.c.created_at, exports.c.id))
    return [(row.tenant_id, row.id) for row in found]


class FinishedExport(NamedTuple):
    """An export that ended: how, why if it failed, and how long it was in the making (µs), if it was begun."""

    status: str
    failure: str | None
    took: int | None


@dataclass(frozen=True)
class QueueStats:
    """Numbers of all tenants' exports: how many are queued or worked on, since when the oldest waits, and the ends
    of those that ended since an instant.
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
    """An export by its key, for those who act for its requester."""
    row = await reader.first(select(exports).where(by_key(tenant, id)))
    return export_from_row(row, now) if row else None


async def claim(writer: Writer, tenant: str, id: str, now: int) -> Export | None:
    """Take an export up; None when somebody has it, or it has ended.

    One that nobody may take up any more, because it is being canceled or had its last attempt, ends here, and is
    returned as it ended.
    """
    found = await get(writer, tenant, id, now)
    if found is None or found.status in FINAL:
        return None
    free = [
        by_key(tenant, id),
        or_(exports.c.status == ExportStatus.QUEUED, exports.c.lease_until < now),
        exports.c.attempts == found.attempts,
        exports.c.status == found.status,
    ]
    changed = await writer.execute(update(exports).where(*free).values(_taken_up(found, now)))
    return await get(writer, tenant, id, now) if changed else None


def _taken_up(found: Export, now: int) -> dict[str, Any]:
    if found.status is ExportStatus.CANCELING:
        return _ended(ExportStatus.CANCELED, now)
    if found.attempts >= MAX_ATTEMPTS:
        return _ended(ExportStatus.FAILED, now) | {"failure": FailureCode.ATTEMPTS_EXHAUSTED}
    return {
        "status": ExportStatus.RUNNING,
        "started_at": found.started_at or now,
        "attempts": found.attempts + 1,
        "lease_until": now + LEASE,
        "lease_token": uuid.uuid4().hex,
        "rows_written": 0,
    }


def _ended(status: ExportStatus, now: int) -> dict[str, Any]:
    return {"status": status, "finished_at": now, "lease_until": None, "lease_token": None}


def _held(export: Export) -> list[ColumnElement[bool]]:
    return [by_key(export.tenant_id, export.id), exports.c.lease_token == export.lease_token]


async def renew(
    writer: Writer, export: Export, now: int, rows_total: int | None, rows_written: int
) -> ExportStatus | None:
    """Renew the lease and tell how far it is; the status as it is now, None when the lease is lost."""
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
    """The file is stored. False when the lease was lost or the export canceled: then it does not count."""
    done = await writer.execute(
        update(exports)
        .where(*_held(export), exports.c.status == ExportStatus.RUNNING)
        .values(
            **_ended(ExportStatus.COMPLETED, now),
            rows_total=rows,
            rows_written=rows,
            file_name=file_name,
            file_size=file_size,
            file_digest=file_digest,
            expires_at=expires_at,
        )
    )
    return done == 1


async def finish(
    writer: Writer, export: Export, now: int, status: ExportStatus, failure: FailureCode | None = None
) -> None:
    """The export ended without a file: CANCELED, or FAILED for a reason; CANCELED also if that was asked for before."""
    canceling = exports.c.status == ExportStatus.CANCELING
    ended = _ended(status, now) | {
        "status": case((canceling, ExportStatus.CANCELED), else_=status),
        "failure": case((canceling, None), else_=failure),
    }
    await writer.execute(update(exports).where(*_held(export)).values(ended))


async def expired_exports(reader: Reader, now: int) -> list[Export]:
    """Completed exports whose time is over."""
    return [export_from_row(row, now) for row in await reader.rows(select(exports).where(is_over(now)))]


class ExportState(NamedTuple):
    """An export's state in its row, and the number of attempts."""

    status: ExportStatus
    attempts: int


async def export_states(reader: Reader, ids: Collection[str]) -> dict[str, ExportState]:
    """Return the states of the exports with these ids, of any tenant; ids without an export are left out."""
    if not ids:
        return {}
    found = await reader.rows(select(exports.c.id, exports.c.status, exports.c.attempts).where(exports.c.id.in_(ids)))
    return {row.id: ExportState(ExportStatus(row.status), row.attempts) for row in found}


async def expire(writer: Writer, export: Export) -> None:
    """The time of an export is over, and its file deleted."""
    completed = (by_key(export.tenant_id, export.id), exports.c.status == ExportStatus.COMPLETED)
    await writer.execute(update(exports).where(*completed).values(status=ExportStatus.EXPIRED))


async def expire_all(writer: Writer, tenant: str, now: int, sent_before: int | None = None) -> None:
    """Have no file of a tenant show what was there until now: those that are done are over, the others begin again.

    Of all files, or of those whose range begins before an instant.
    """
    made = [exports.c.tenant_id == tenant, exports.c.status.in_((ExportStatus.RUNNING, ExportStatus.COMPLETED))]
    if sent_before is not None:
        found = await writer.rows(select(exports.c.id, exports.c.spec).where(*made))
        made.append(
            in_list(exports.c.id, {id for id, spec in found if QuerySpec.from_json(spec).starts_at < sent_before})
        )
    # First those that run: one that is completed meanwhile is then found among the others.
    await writer.execute(
        update(exports)
        .where(*made, exports.c.status == ExportStatus.RUNNING)
        .values(status=ExportStatus.QUEUED, lease_until=None, lease_token=None)
    )
    await writer.execute(
        update(exports).where(*made, exports.c.status == ExportStatus.COMPLETED).values(expires_at=now - 1)
    )


async def cancel_all(writer: Writer, tenant: str, now: int) -> None:
    """End what waits or runs of a tenant."""
    open = (exports.c.tenant_id == tenant, exports.c.status.not_in(FINAL))
    await writer.execute(update(exports).where(*open).values(_ended(ExportStatus.CANCELED, now)))


async def all_of(reader: Reader, tenant: str, now: int) -> list[Export]:
    """All exports of a tenant."""
    return [
        export_from_row(row, now) for row in await reader.rows(select(exports).where(exports.c.tenant_id == tenant))
    ]
