"""The annotations of a selection: of its templates, and people's own. Source: docs/numbers.md, "Annotations".

A template has annotations in a selection if a message of it was sent from the selection's departments in one of the
months of the period, or in the month before it: a template that was paused for all of the period has no message there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, select

from analytics.domain.query_spec import QuerySpec
from analytics.domain.time_zones import FIRST_DAY, ONE_DAY, Zone
from analytics.reports.annotations.template_changes import ChangeKind, TemplateChange, TemplateStatus
from analytics.reports.annotations.template_health import load_health
from analytics.reports.availability import readable
from analytics.reports.directory import DEPARTMENTS, TEMPLATES, Department, Template, load_names
from analytics.reports.row_conditions import dimension_conditions
from analytics.storage.database import AnyRow, Reader
from analytics.storage.rollup_tables import FUNNEL, ROLLUPS, month_period
from analytics.storage.tables import annotations, messages

_BY_TEMPLATE = next(
    rollup.table
    for rollup in ROLLUPS
    if rollup.family is FUNNEL and rollup.dimensions == ("template_id", "department_id")
)


class AnnotationKind(StrEnum):
    """The kinds of annotation: the changes of templates, and what people wrote."""

    QUALITY = "QUALITY"
    STATUS = "STATUS"
    CATEGORY = "CATEGORY"
    CATEGORY_ANNOUNCED = "CATEGORY_ANNOUNCED"
    NOTE = "NOTE"


@dataclass(frozen=True)
class Note:
    """A note of a person: its text, the department that it is for (None: all), and who wrote it."""

    text: str
    department: Department | None
    author_id: str
    author_name: str | None


@dataclass(frozen=True)
class Annotation:
    """Something that happened from an instant on (µs), until another one (exclusive) or None.

    Of a status `ends_at` is the time of the next status, and None while it lasts; of other changes it is None. A note
    has the days of the selection's zone. A change has its template, a note has `note`.
    """

    id: str
    kind: AnnotationKind
    starts_at: int
    ends_at: int | None
    template: Template | None = None
    change: TemplateChange | None = None
    note: Note | None = None


async def read_annotations(reader: Reader, spec: QuerySpec) -> list[Annotation]:
    """Return all annotations of a selection as it was asked for, in no order."""
    return [*await _of_templates(reader, spec), *await _of_people(reader, spec)]


async def _of_templates(reader: Reader, spec: QuerySpec) -> list[Annotation]:
    health = await load_health(reader, spec.tenant_id)
    if not health:
        return []
    rollups = await readable(reader, spec.tenant_id) is not None
    used = {row[0] for row in await reader.rows(_used_templates(spec, rollups=rollups))}
    names = await load_names(reader, spec.tenant_id, TEMPLATES)
    chosen = (names.newest(id) for id in used & health.keys())
    return [
        annotation
        for template in chosen
        if (spec.categories is None or template.category in spec.categories)
        and (spec.languages is None or template.language in spec.languages)
        for annotation in _within(spec, template, health[template.id].changes)
    ]


def _used_templates(spec: QuerySpec, *, rollups: bool) -> Select[Any]:
    """Select the ids of the templates of a selection, whoever sent them, from the months of a rollup if it is whole."""
    of_any_sender = replace(
        spec, agents=None, accounts=None, excluded_agents=frozenset(), excluded_accounts=frozenset(), where=None
    )
    # The tenant's months may begin a day before or after those of the zone of the selection.
    first, last = max(_month_before(spec.first), FIRST_DAY), spec.last + ONE_DAY
    table = _BY_TEMPLATE if rollups else messages
    period = (
        (table.c.period.between(month_period(first), month_period(last)), table.c.messages > 0)
        if rollups
        else (table.c.sent_at >= spec.zone.day_start(first), table.c.sent_at < spec.ends_at)
    )
    conditions = (table.c.tenant_id == spec.tenant_id, *period, *dimension_conditions(of_any_sender, table))
    return select(table.c.template_id).distinct().where(*conditions)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _within(spec: QuerySpec, template: Template, changes: Iterable[TemplateChange]) -> Iterator[Annotation]:
    """Yield the annotations of a template's changes that touch the period."""
    since, until = spec.whole_days
    for change, ends_at in _with_ends(changes):
        lasts = change.kind is ChangeKind.STATUS and change.after != TemplateStatus.APPROVED
        touches = change.at < until and (ends_at is None or ends_at > since) if lasts else since <= change.at < until
        if touches:
            id = f"{template.id}:{change.kind}:{change.at}:{change.before or ''}:{change.after}"
            kind = AnnotationKind(change.kind)
            yield Annotation(id, kind, change.at, ends_at if lasts else None, template=template, change=change)


def _with_ends(changes: Iterable[TemplateChange]) -> Iterator[tuple[TemplateChange, int | None]]:
    """Yield each change with the time of the next status, but for approvals that end another status."""
    listed = list(changes)
    statuses = [change for change in listed if change.kind is ChangeKind.STATUS]
    ends: Mapping[TemplateChange, int] = {one: next.at for one, next in pairwise(statuses)}
    for change in listed:
        ends_another = change.before is not None and change.after == TemplateStatus.APPROVED
        if change.kind is not ChangeKind.STATUS or not ends_another:
            yield change, ends.get(change)


async def _of_people(reader: Reader, spec: QuerySpec) -> list[Annotation]:
    """Return people's annotations of the period's days: for all departments, or for one of the selection's."""
    rows = await reader.rows(
        select(annotations).where(
            annotations.c.tenant_id == spec.tenant_id,
            annotations.c.first_day <= spec.last.toordinal(),
            annotations.c.last_day >= spec.first.toordinal(),
        )
    )
    shown = [row for row in rows if row.department_id is None or _is_selected(spec, row.department_id)]
    ids = {row.department_id for row in shown} - {None}
    names = await load_names(reader, spec.tenant_id, DEPARTMENTS, ids) if ids else None
    return [
        note_from_row(row, spec.zone, names.newest(row.department_id) if names and row.department_id else None)
        for row in shown
    ]


def _is_selected(spec: QuerySpec, department: str) -> bool:
    chosen = spec.departments is None or department in spec.departments
    return chosen and department not in (spec.excluded_departments or ())


def note_from_row(row: AnyRow, zone: Zone, department: Department | None) -> Annotation:
    """Return a person's annotation, with the instants of its days in a zone."""
    first, last = date.fromordinal(row.first_day), date.fromordinal(row.last_day)
    starts_at, ends_at = zone.day_start(first), zone.day_start(last + ONE_DAY)
    note = Note(row.text, department, row.author_id, row.author_name)
    return Annotation(row.id, AnnotationKind.NOTE, starts_at, ends_at, note=note)
