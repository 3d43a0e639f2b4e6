"""Requests of people about their own annotations: create and delete."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select

from analytics.domain.access import Role, Viewer
from analytics.domain.errors import ForbiddenError, UserErrorCode, UserInputError
from analytics.domain.limits import MAX_ANNOTATION_DAYS, MAX_ANNOTATION_LENGTH, MAX_ANNOTATIONS
from analytics.domain.time_zones import FIRST_DAY, LAST_DAY, zone
from analytics.reports.annotations.selection import Annotation, note_from_row
from analytics.reports.directory import DEPARTMENTS, entities_by_id
from analytics.storage.database import AnyRow, Reader, Writer
from analytics.storage.tables import annotations


@dataclass(frozen=True)
class AnnotationRequest:
    """A person's request for an annotation of some days, both included; without a department it is for all."""

    first: date
    last: date
    text: str
    department_id: str | None


def can_annotate(viewer: Viewer) -> bool:
    """Return True if a viewer may write annotations."""
    return viewer.role is not Role.SUPERVISOR


def can_delete(viewer: Viewer, author_id: str) -> bool:
    """Return True if a viewer may delete an annotation of somebody."""
    return viewer.role is Role.ADMINISTRATOR or (can_annotate(viewer) and viewer.id == author_id)


def require_author(viewer: Viewer) -> None:
    """Raise `ForbiddenError` for a viewer who may not write annotations."""
    if not can_annotate(viewer):
        raise ForbiddenError("Only administrators and analysts may write and delete annotations.")


async def create(writer: Writer, viewer: Viewer, request: AnnotationRequest, now: int) -> Annotation:
    """Create an annotation; the same one again, by the same person, is the one that there is.

    Raises `ForbiddenError`, `UserInputError`.
    """
    require_author(viewer)
    text = request.text.strip()
    _check_text(text)
    _check_days(request)
    tenant, chosen = viewer.scope.tenant_id, request.department_id
    departments = [] if chosen is None else await entities_by_id(writer, viewer.scope, DEPARTMENTS, frozenset({chosen}))
    if chosen is not None and not departments:
        raise UserInputError(UserErrorCode.NOT_FOUND, "departmentId", "There is no such department.")
    # Of two requests at once the second waits, and then sees the first.
    await writer.lock(f"annotations {tenant}")
    values: dict[str, Any] = {
        "first_day": request.first.toordinal(),
        "last_day": request.last.toordinal(),
        "text": text,
        "department_id": chosen,
        "author_id": viewer.id,
    }
    row = await _find_same(writer, tenant, values)
    if row is None:
        await _refuse_too_many(writer, tenant)
        id = uuid.uuid4().hex
        await writer.execute(
            insert(annotations).values(tenant_id=tenant, id=id, **values, author_name=viewer.name, created_at=now)
        )
        row = await _find(writer, tenant, id)
    if row is None:
        raise LookupError(text)
    return note_from_row(row, zone(viewer.time_zone), departments[0] if departments else None)


async def remove(writer: Writer, viewer: Viewer, id: str) -> str:
    """Delete an annotation; return its id. Raises `ForbiddenError`, `UserInputError`."""
    require_author(viewer)
    tenant = viewer.scope.tenant_id
    row = await _find(writer, tenant, id)
    if row is None:
        raise UserInputError(UserErrorCode.NOT_FOUND, "id", "There is no such annotation.")
    if not can_delete(viewer, row.author_id):
        raise UserInputError(UserErrorCode.FORBIDDEN, "id", "Only its author or an administrator may delete it.")
    await writer.execute(delete(annotations).where(annotations.c.tenant_id == tenant, annotations.c.id == id))
    return id


def _check_text(text: str) -> None:
    if not text:
        raise UserInputError(UserErrorCode.BLANK, "text", "Write a text.")
    if len(text) > MAX_ANNOTATION_LENGTH:
        message = f"A text may have at most {MAX_ANNOTATION_LENGTH} characters."
        raise UserInputError(UserErrorCode.TOO_LONG, "text", message)


def _check_days(request: AnnotationRequest) -> None:
    for name, day in (("from", request.first), ("to", request.last)):
        if not FIRST_DAY < day < LAST_DAY:
            message = f"`{name}` must lie between {FIRST_DAY} and {LAST_DAY}."
            raise UserInputError(UserErrorCode.INVALID, "days", message)
    if request.first > request.last:
        raise UserInputError(UserErrorCode.INVALID, "days", "`from` must not be after `to`.")
    if (request.last - request.first).days >= MAX_ANNOTATION_DAYS:
        message = f"An annotation may have at most {MAX_ANNOTATION_DAYS} days."
        raise UserInputError(UserErrorCode.INVALID, "days", message)


async def _find(reader: Reader, tenant: str, id: str) -> AnyRow | None:
    return await reader.first(select(annotations).where(annotations.c.tenant_id == tenant, annotations.c.id == id))


async def _find_same(reader: Reader, tenant: str, values: dict[str, Any]) -> AnyRow | None:
    same = [annotations.c[name].is_not_distinct_from(value) for name, value in values.items()]
    return await reader.first(select(annotations).where(annotations.c.tenant_id == tenant, *same).limit(1))


async def _refuse_too_many(reader: Reader, tenant: str) -> None:
    count = select(func.count()).select_from(annotations).where(annotations.c.tenant_id == tenant)
    row = await reader.first(count)
    if row is not None and row[0] >= MAX_ANNOTATIONS:
        message = f"There are {MAX_ANNOTATIONS:,} annotations, as many as there may be. Delete old ones first."
        raise UserInputError(UserErrorCode.LIMIT_REACHED, None, message)
