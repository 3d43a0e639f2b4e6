"""Annotations: what happened beside the messages in a period."""

from datetime import date, datetime

import strawberry

from analytics.domain.access import Viewer
from analytics.domain.time_zones import Zone, local_day
from graphql_schema.annotations.health import AFTER, BEFORE, EFFECTIVE_AT, REASON
from graphql_schema.directory import Department, Template
from graphql_schema.enums import AnnotationKind
from resolvers import annotations


@strawberry.type(description="Something that happened in a period: a change of a template, or what a person wrote.")
class Annotation:
    id: strawberry.ID = strawberry.field(description="Its id.")
    kind: AnnotationKind = strawberry.field(description="The kind of annotation.")
    starts_at: datetime = strawberry.field(description="The time from which on it holds.")
    ends_at: datetime | None = strawberry.field(
        description="The first instant after it: of a status the time of the next one, null while it lasts; of a note "
        "the end of its last day; null of other changes."
    )
    on: date = strawberry.field(description="Its first calendar day, in the period's zone.")
    until: date | None = strawberry.field(description="Its last calendar day, included; null where `endsAt` is.")
    template: Template | None = strawberry.field(description="The template that changed; null of a note.")
    from_: str | None = strawberry.field(name="from", description=f"{BEFORE} Null of a note.")
    to: str | None = strawberry.field(description=f"{AFTER} Null of a note.")
    reason: str | None = strawberry.field(description=REASON)
    effective_at: datetime | None = strawberry.field(description=EFFECTIVE_AT)
    text: str | None = strawberry.field(description="The text of a note; null of a change.")
    department: Department | None = strawberry.field(
        description="The department that a note is for; null: it is for all, or no note."
    )
    author_name: str | None = strawberry.field(
        description="The name of a note's author, if their token had it; null of a change."
    )
    deletable: bool = strawberry.field(description="True if the viewer may delete it.")

    @staticmethod
    def from_domain(annotation: annotations.Annotation, zone: Zone, viewer: Viewer) -> "Annotation":
        """Return an annotation as a viewer sees it, with its times in a zone."""
        change, note, ends_at = annotation.change, annotation.note, annotation.ends_at
        effective_at = change.effective_at if change else None
        return Annotation(
            id=strawberry.ID(annotation.id),
            kind=annotation.kind,
            starts_at=zone.aware(annotation.starts_at),
            ends_at=None if ends_at is None else zone.aware(ends_at),
            on=local_day(zone.local(annotation.starts_at)),
            until=None if ends_at is None else local_day(zone.local(ends_at - 1)),
            template=annotation.template,
            from_=change.before if change else None,
            to=change.after if change else None,
            reason=change.reason if change else None,
            effective_at=None if effective_at is None else zone.aware(effective_at),
            text=note.text if note else None,
            department=note.department if note else None,
            author_name=note.author_name if note else None,
            deletable=note is not None and annotations.can_delete(viewer, note.author_id),
        )
