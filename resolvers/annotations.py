"""Annotations of a selection, the health of templates, and what people may do with annotations of their own."""

from dataclasses import replace

from analytics.annotations import requests
from analytics.annotations.requests import AnnotationRequest, can_delete
from analytics.domain.access import Viewer
from analytics.domain.query_spec import QuerySpec
from analytics.reports.annotations.selection import Annotation, AnnotationKind, read_annotations
from analytics.reports.annotations.template_changes import (
    ChangeKind,
    TemplateChange,
    TemplateHealth,
    TemplateQuality,
    TemplateStatus,
)
from analytics.reports.annotations.template_health import load_health
from analytics.storage.database import Database
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, page

__all__ = [
    "Annotation",
    "AnnotationKind",
    "AnnotationRequest",
    "ChangeKind",
    "TemplateChange",
    "TemplateHealth",
    "TemplateQuality",
    "TemplateStatus",
    "can_delete",
]

MAX_HISTORY = 50  # changes of a template that are listed, the newest
UNTOLD = TemplateHealth()


async def template_health(loader: RequestLoader, tenant: str, template_id: str) -> TemplateHealth:
    """Return the health of a template."""
    health = await loader.load(load_health, tenant)
    return health.get(template_id, UNTOLD)


async def list_annotations(loader: RequestLoader, spec: QuerySpec, first: int, after: str | None) -> Page[Annotation]:
    """Return a page of a selection's annotations, the newest first."""
    # The days are the period's: where it is cut off today says nothing here.
    annotations = await loader.load(read_annotations, replace(spec, until=None))
    return page(
        annotations,
        "annotations",
        position=lambda annotation: (annotation.starts_at, annotation.id),
        sort_key=lambda position: (-position[0], position[1]),
        shape=((int,), TEXT),
        first=first,
        after=after,
    )


async def create(database: Database, viewer: Viewer, request: AnnotationRequest, now: int) -> Annotation:
    """Create an annotation. Raises `ForbiddenError`, `UserInputError`."""
    requests.require_author(viewer)
    async with database.write() as writer:
        return await requests.create(writer, viewer, request, now)


async def delete(database: Database, viewer: Viewer, id: str) -> str:
    """Delete an annotation; return its id. Raises `ForbiddenError`, `UserInputError`."""
    requests.require_author(viewer)
    async with database.write() as writer:
        return await requests.remove(writer, viewer, id)
